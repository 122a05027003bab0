// What all convolution layers share: groups, the bias, the activation, and signals as pictures of one row.
import * as say from '../diagnostics/catalog/conv.ts';
import { emit, type Node } from '../ir/index.ts';
import { activate } from './activations.ts';
import { type ArgSpec, flagArg, numberArg, textArg } from './args.ts';
import { type LayerContext, zeros } from './layer.ts';
import { asSignal, isSignal } from './signal.ts';

export const kernelOption: ArgSpec = {
  kind: 'size',
  orValues: true,
  doc: 'height and width of a filter, such as 5x5 (one number along a signal); or by name the numbers it starts with: `kernel [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]` for every channel and filter, or a list of such matrices, one a filter',
};

export const groupsOption: ArgSpec = {
  kind: 'count',
  doc: 'channels and filters are shared among so many groups; each filter reads the channels of its group only',
};

export const biasOption: ArgSpec = {
  kind: 'choice',
  choices: ['per_filter', 'per_position'],
  doc: '`per_filter` unless given; `per_position` is a bias for every filter at every place',
};

/** Groups of a line that share channels and filters evenly; undefined after a report. */
export function groupsOf(c: LayerContext, channels: number, filters: number): number | undefined {
  const groups = numberArg(c.args, 'groups') ?? 1;
  if (channels % groups === 0 && filters % groups === 0) return groups;
  const possible = Array.from({ length: Math.min(channels, filters) }, (_, i) => i + 1).filter(
    (n) => channels % n === 0 && filters % n === 0,
  );
  c.report(say.groupsDoNotDivide(c.spanOf('groups'), c.op, groups, channels, filters, possible));
  return undefined;
}

/** A bias of a kind and `nobias` contradict each other: false after a report. */
export function checkBias(c: LayerContext): boolean {
  const nobias = c.args.bound.get('nobias');
  if (!nobias || textArg(c.args, 'bias') === undefined) return true;
  c.report(say.biasAndNone(c.spanOf('bias'), c.op, nobias.span));
  return false;
}

/**
 * Bias and activation behind a convolution, which `product` emits under the name it gets; a signal becomes one again at
 * the end, so that bias and activation join the convolution's kernel.
 */
export function complete(c: LayerContext, product: (name: string) => Node): Node {
  const signal = isSignal(c.x);
  const biased = !flagArg(c.args, 'nobias');
  const last = c.args.activations.length === 0 && !signal;
  const y = product(last && !biased ? c.name : `${c.name}.conv`);
  const [, ...places] = y.type.shape as readonly [number, ...number[]];
  const filters = places.slice(-1);
  const shape = textArg(c.args, 'bias') !== 'per_position' ? filters : signal ? places.slice(1) : places;
  const z = biased
    ? emit(c.b, 'add', [y, c.parameter('bias', shape, zeros, false)], {}, last ? c.name : `${c.name}.z`)
    : y;
  const inner = signal ? { ...c, name: `${c.name}.y` } : c;
  const active = activate(inner, z);
  return signal ? asSignal(c.b, active, c.name) : active;
}
