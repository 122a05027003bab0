// What a layer of the language must say about itself, and what it gets to build its part of the graph with.
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import type { Builder, Node } from '../ir/index.ts';
import type { InitSpec } from '../ir/plan-types.ts';
import type { ArgSpec, Args } from './args.ts';
import { initOption } from './initializers.ts';

/** A mean of a value over the steps of training. */
export interface Statistic {
  readonly parameter: Node;
  /** What a batch has of it. */
  readonly value: Node;
  readonly momentum: number;
}

export interface LayerContext {
  readonly b: Builder;
  /** The value before this layer. */
  readonly x: Node;
  readonly name: string;
  /** The word of the language: conv, maxpool ... */
  readonly op: string;
  readonly args: Args;
  /** Where an argument stands in the text; the layer's name when it was not given. */
  spanOf(arg: string): Span;
  report(diagnostic: Diagnostic): void;
  /** Training does not change the layer's weights: `frozen`, or inside `freeze`. */
  readonly frozen: boolean;
  /** Declares a parameter `NAME.suffix`. `l1`, `l2` and `init` of the line act on weights (`regularised`), not on biases. */
  parameter(suffix: string, shape: readonly number[], init: InitSpec, regularised: boolean): Node;
  /** Declares `NAME.suffix`, which no optimizer changes: a running mean of `of(batch)`, say. */
  statistic(suffix: string, shape: readonly number[], init: InitSpec): Node;
  /**
   * After each step of training, `parameter` becomes momentum * parameter + (1 - momentum) * value; inference uses it
   * instead of the value. The parameter is declared before the value is built.
   */
  running(statistic: Statistic): void;
  /** A random stream of this layer's own: a hash of its name. */
  readonly stream: number;
  /** Seed and number of the step, for layers that draw random numbers. */
  random(): { readonly seed: Node; readonly step: Node };
}

export interface LayerDef {
  readonly name: string;
  /** For the manual: what it does, with its formula. */
  readonly doc: string;
  readonly example: string;
  readonly positional: readonly string[];
  readonly required: readonly string[];
  readonly args: Readonly<Record<string, ArgSpec>>;
  /** May the line end in an activation? */
  readonly activated: boolean;
  /** Emits the layer's nodes; the last one gets the layer's name. Undefined after a report. */
  readonly build: (c: LayerContext) => Node | undefined;
}

/** The option that scales the learning rate of a layer's parameters. */
export const lrScale: ArgSpec = {
  kind: 'number',
  min: 0,
  doc: 'multiplies the learning rate for the parameters of this layer; 0 keeps them as they are',
};

/** Options that every layer with weights has. */
export const weightOptions: Readonly<Record<string, ArgSpec>> = {
  nobias: { kind: 'flag', doc: 'no bias is added' },
  frozen: { kind: 'flag', doc: 'training does not change the weights' },
  l1: { kind: 'number', min: 0, doc: 'adds l1 * sum |w| to what training minimises' },
  l2: {
    kind: 'number',
    min: 0,
    doc: 'adds l2 * sum w^2 to what training minimises (as Keras; PyTorch calls 2 * l2 weight decay)',
  },
  init: initOption,
  lr_scale: lrScale,
};

/** The shape of one picture, without the batch. */
export const pictureOf = (x: Node): readonly number[] => x.type.shape.slice(1);

/** Glorot & Bengio 2010: uniform in +-sqrt(6 / (fan in + fan out)); what Keras starts with. */
export const glorot = (fanIn: number, fanOut: number): InitSpec => ({
  kind: 'uniform',
  limit: Math.sqrt(6 / (fanIn + fanOut)),
});

export const zeros: InitSpec = { kind: 'constant', value: 0 };
export const ones: InitSpec = { kind: 'constant', value: 1 };
