// The kernel of a layer: its size, or its numbers, and the parameter they start.
import * as say from '../diagnostics/catalog/conv.ts';
import { emit, type Node } from '../ir/index.ts';
import type { InitSpec } from '../ir/plan-types.ts';
import { type Numbers, valuesArg, valuesOf } from './args.ts';
import { glorot, type LayerContext } from './layer.ts';
import { isSignal, showSize, sizeAlong } from './signal.ts';

export interface Kernel {
  /** Height and width; 1 and the length along a signal. */
  readonly size: readonly [number, number];
  /** The argument to show in messages: the size, or the numbers. */
  readonly arg: string;
  /** One matrix for every channel and filter, or one a filter; each row by row. Absent when weights are drawn. */
  readonly matrices?: readonly (readonly number[])[];
}

/** Lengths of nested lists that are all equal at each level; undefined when they are not, or empty. */
function dimensions(value: Numbers): readonly number[] | undefined {
  if (typeof value === 'number') return [];
  const inner = value.map(dimensions);
  const [first] = inner;
  if (!first || !inner.every((d) => d?.join() === first.join())) return undefined;
  return [value.length, ...first];
}

const flat = (value: Numbers): readonly number[] => (typeof value === 'number' ? [value] : value.flatMap(flat));

/** The kernel of a line with `filters` filters; undefined after a report. */
export function kernelOf(c: LayerContext, filters: number): Kernel | undefined {
  const signal = isSignal(c.x);
  const size = sizeAlong(c, 'kernel');
  const values = valuesArg(c.args, 'kernel');
  if (values === undefined) return size && { size, arg: 'kernel' };
  const arg = valuesOf('kernel');
  const dims = dimensions(values);
  const rank = signal ? 1 : 2;
  if (!dims || dims.length < rank || dims.length > rank + 1) {
    const found = dims ? `a list ${dims.length === 1 ? 'of numbers' : `in ${dims.length} levels`}` : 'a ragged list';
    c.report(say.kernelNotMatrix(c.spanOf(arg), c.op, found, signal));
    return undefined;
  }
  const own = signal ? ([1, dims[dims.length - 1]] as [number, number]) : (dims.slice(-2) as [number, number]);
  if (size && (size[0] !== own[0] || size[1] !== own[1])) {
    const [found, wanted] = [showSize(own, signal), showSize(size, signal)];
    c.report(
      say.kernelOfOtherSize(
        c.spanOf(arg),
        c.op,
        signal ? `${found} numbers` : `${found} numbers`,
        wanted,
        c.spanOf('kernel'),
      ),
    );
    return undefined;
  }
  const matrices = dims.length === rank ? [flat(values)] : (values as readonly Numbers[]).map(flat);
  if (matrices.length > 1 && matrices.length !== filters) {
    c.report(say.kernelsNotFilters(c.spanOf(arg), c.op, matrices.length, filters));
    return undefined;
  }
  return { size: own, arg, matrices };
}

/** How the weights of a layer lie behind the height and width of its kernel. */
export interface Weights {
  readonly suffix: string;
  /** The last two dimensions in the weights file: those that fans are counted by (Keras, compute_fans). */
  readonly last: readonly [number, number];
  /** The filter that an element of the last two dimensions belongs to. */
  readonly filterOf: (row: number, column: number) => number;
  /** The last two dimensions that the operation takes, where they are others. */
  readonly as?: readonly [number, number];
}

/** Declares the weights: a signal's have no height in the file. The result is what 2-D operations take. */
export function weightOf(c: LayerContext, kernel: Kernel, { suffix, last, filterOf, as }: Weights): Node {
  const [kh, kw] = kernel.size;
  const [rows, columns] = last;
  const init = kernel.matrices
    ? given(kernel.matrices, kh * kw, rows, columns, filterOf)
    : glorot(kh * kw * rows, kh * kw * columns);
  const shape = isSignal(c.x) ? [kw, ...last] : [kh, kw, ...last];
  const weight = c.parameter(suffix, shape, init, true);
  const wanted = [kh, kw, ...(as ?? last)];
  return shape.join() === wanted.join() ? weight : emit(c.b, 'reshape', [weight], { shape: wanted }, `${weight.id}.2d`);
}

/** Weights that start as the given numbers; one matrix for all needs no repetition, because values fill runs. */
function given(
  matrices: readonly (readonly number[])[],
  area: number,
  rows: number,
  columns: number,
  filterOf: Weights['filterOf'],
): InitSpec {
  const [first] = matrices as [readonly number[]];
  if (matrices.length === 1) return { kind: 'values', values: first };
  const values: number[] = [];
  for (let at = 0; at < area; at++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) values.push(matrices[filterOf(row, column)]?.[at] as number);
  return { kind: 'values', values };
}
