// What a loss must say about itself, what it gets to build its graph with, and the mean that all losses take.

import { type Builder, emit, type Node, sizeOf } from '../../ir/index.ts';
import type { OutputIs } from '../../ir/plan-types.ts';
import type { ArgSpec } from '../../layers/args.ts';

/** Numbers and lists of numbers given behind the loss's name. */
export type LossOptions = Readonly<Record<string, number | readonly number[]>>;

export interface LossContext {
  readonly b: Builder;
  /** The model's output, N x ... */
  readonly output: Node;
  /** A class for each row of the output (its shape without the last dimension); undefined when targets are values. */
  readonly labels: Node | undefined;
  /** What the output should be, f32 of its shape: values as they are given, or 1 at the class and 0 elsewhere. */
  readonly target: () => Node;
  /** Pictures in this batch, a scalar; the rest of the batch is masked. */
  readonly count: Node;
  readonly options: LossOptions;
}

export interface LossDef {
  readonly name: string;
  /** For the manual: the formula, and what it needs. */
  readonly doc: string;
  readonly example: string;
  /** Options behind the name. */
  readonly args: Readonly<Record<string, ArgSpec>>;
  /** How the output is to be read, and from where on a single number means class 1. */
  readonly reads: (output: Node) => { readonly outputIs: OutputIs; readonly threshold: number };
  /** The loss of each picture, N. `masked` when pictures from count on have none already. */
  readonly build: (c: LossContext) => { readonly perPicture: Node; readonly masked: boolean };
}

export const numberOption = (options: LossOptions, name: string, otherwise: number): number => {
  const value = options[name];
  return typeof value === 'number' ? value : otherwise;
};

/** The sum of all that belongs to a picture: N x ... to N. Rows of a picture first, so that long sums have many workers. */
export function sumOfPicture(b: Builder, x: Node, name: string): Node {
  const { shape } = x.type;
  const [batch = 1] = shape;
  if (shape.length === 1) return x;
  if (sizeOf(shape) === batch) return emit(b, 'reshape', [x], { shape: [batch] }, name);
  const inner = shape.map((_, axis) => axis).slice(2);
  const rows = inner.length === 0 ? x : emit(b, 'sum', [x], { axes: inner }, `${name}.rows`);
  return emit(b, 'sum', [rows], { axes: [1] }, name);
}

/** The mean of `n` values of each picture (all that there are unless given): N x ... to N. */
export function meanOfPicture(b: Builder, x: Node, name: string, n = sizeOf(x.type.shape.slice(1))): Node {
  if (n === 1) return sumOfPicture(b, x, name);
  return emit(b, 'mul', [sumOfPicture(b, x, `${name}.sum`), b.scalar(1 / n)], {}, name);
}

/** Elementwise operations by name, results named after the loss so that listings read well. */
export function calculator(b: Builder, prefix: string) {
  type Operand = Node | number;
  const node = (x: Operand): Node => (typeof x === 'number' ? b.scalar(x) : x);
  const two =
    (op: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'greater' | 'sigmoid_cross_entropy') =>
    (x: Operand, y: Operand, name: string): Node =>
      emit(b, op, [node(x), node(y)], {}, `${prefix}.${name}`);
  const one =
    (op: 'abs' | 'log' | 'neg') =>
    (x: Node, name: string): Node =>
      emit(b, op, [x], {}, `${prefix}.${name}`);
  return {
    add: two('add'),
    sub: two('sub'),
    mul: two('mul'),
    div: two('div'),
    max: two('max'),
    min: two('min'),
    greater: two('greater'),
    crossEntropy: two('sigmoid_cross_entropy'),
    abs: one('abs'),
    log: one('log'),
    neg: one('neg'),
  };
}
