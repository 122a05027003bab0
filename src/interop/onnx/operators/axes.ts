// Work along one axis with what the graph has: products with a matrix, the largest of a row, log-sums.
import { emit, type Node, sizeOf } from '../../../ir/index.ts';
import type { Convert } from '../convert.ts';

/** An axis counted from the front. */
export const axisOf = (c: Convert, axis: number, rank: number): number => {
  const at = axis < 0 ? axis + rank : axis;
  return at >= 0 && at < rank ? at : c.refuse(`axis ${axis} of a value of ${rank} dimensions`);
};

/** x with these axes last, in order, as a matrix: everything else x the axes. */
export function asRows(c: Convert, x: Node, axes: readonly number[]): { rows: Node; kept: number[] } {
  const { shape } = x.type;
  const kept = shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const perm = [...kept, ...axes];
  const moved = perm.every((p, i) => p === i) ? x : emit(c.b, 'transpose', [x], { perm }, `${c.name}.moved`);
  const width = axes.reduce((n, axis) => n * (shape[axis] as number), 1);
  const rows = emit(c.b, 'reshape', [moved], { shape: [sizeOf(shape) / width, width] }, `${c.name}.rows`);
  return { rows, kept };
}

/** The shape after a reduction of `axes`. */
export const reducedShape = (shape: readonly number[], axes: readonly number[], keep: boolean): number[] =>
  keep ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));

export const reshapeTo = (c: Convert, x: Node, shape: readonly number[], suffix: string): Node =>
  x.type.shape.length === shape.length && x.type.shape.every((n, i) => n === shape[i])
    ? x
    : emit(c.b, 'reshape', [x], { shape }, `${c.name}${suffix}`);

/** Sum over axes. */
export function sumOver(c: Convert, x: Node, axes: readonly number[], keep: boolean, suffix = '.sum'): Node {
  const y = axes.length === 0 ? x : emit(c.b, 'sum', [x], { axes }, `${c.name}${suffix}`);
  return reshapeTo(c, y, reducedShape(x.type.shape, axes, keep), `${suffix}.shape`);
}

/** The largest over axes: pooling over a picture that is one row of the values. */
export function maxOver(c: Convert, x: Node, axes: readonly number[], keep: boolean): Node {
  const { rows } = asRows(c, x, axes);
  const [n, width] = rows.type.shape as [number, number];
  const picture = emit(c.b, 'reshape', [rows], { shape: [n, 1, width, 1] }, `${c.name}.picture`);
  const window = [1, width] as const;
  const attrs = { window, stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
  const largest = emit(c.b, 'maxpool2d', [picture], attrs, `${c.name}.largest`);
  return emit(c.b, 'reshape', [largest], { shape: reducedShape(x.type.shape, axes, keep) }, `${c.name}.max`);
}

/** The product over axes: halves are multiplied until one factor is left. */
export function productOver(c: Convert, x: Node, axes: readonly number[], keep: boolean): Node {
  let { rows } = asRows(c, x, axes);
  const n = rows.type.shape[0] as number;
  const part = (from: number, size: number): Node =>
    emit(c.b, 'slice', [rows], { begin: [0, from], size: [n, size] }, `${c.name}.factor`);
  for (let width = rows.type.shape[1] as number; width > 1; width = rows.type.shape[1] as number) {
    const half = Math.floor(width / 2);
    const product = emit(c.b, 'mul', [part(0, half), part(half, half)], {}, `${c.name}.product`);
    rows = width % 2 === 0 ? product : emit(c.b, 'concat', [product, part(width - 1, 1)], { axis: 1 }, `${c.name}.odd`);
  }
  return emit(c.b, 'reshape', [rows], { shape: reducedShape(x.type.shape, axes, keep) }, `${c.name}.prod`);
}

/** The most pieces that rows are moved in; beyond, they are a product with a matrix. */
const MOST_PIECES = 24;

interface Run {
  /** Undefined: zeros. */
  readonly from: number | undefined;
  readonly step: number;
  count: number;
}

/** Rows as few runs with equal steps. */
function runsOf(rows: readonly (number | undefined)[]): Run[] {
  const runs: Run[] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    if (run && row === undefined && run.from === undefined) run.count++;
    else if (run && row !== undefined && run.from !== undefined && run.count === 1 && row !== run.from)
      runs[runs.length - 1] = { from: run.from, step: row - run.from, count: 2 };
    else if (
      run &&
      row !== undefined &&
      run.from !== undefined &&
      run.count > 1 &&
      row === run.from + run.count * run.step
    )
      run.count++;
    else runs.push({ from: row, step: 1, count: 1 });
  }
  return runs;
}

/** Elements from, from + step ... of an axis. */
function strided(c: Convert, x: Node, axis: number, { from = 0, step, count }: Run, suffix: string): Node {
  const name = `${c.name}${suffix}`;
  const sized = (n: number): number[] => x.type.shape.map((s, d) => (d === axis ? n : s));
  const cut = (y: Node, first: number, n: number): Node => {
    const begin = y.type.shape.map((_, d) => (d === axis ? first : 0));
    return emit(c.b, 'slice', [y], { begin, size: sized(n) }, `${name}.part`);
  };
  const width = Math.abs(step);
  const first = step > 0 ? from : from + (count - 1) * step;
  let y: Node;
  if (width === 1 || count === 1) y = cut(x, first, count);
  else {
    // The first element of each group of `width`; behind the end there are zeros that no one takes.
    const there = Math.min(count * width, (x.type.shape[axis] as number) - first);
    const zeros = (n: number): number[] => x.type.shape.map((_, d) => (d === axis ? n : 0));
    const missing = count * width - there;
    const cutOut = cut(x, first, there);
    const all =
      missing === 0
        ? cutOut
        : emit(c.b, 'pad_zeros', [cutOut], { before: zeros(0), after: zeros(missing) }, `${name}.filled`);
    const { shape } = x.type;
    const groups = [...shape.slice(0, axis), count, width, ...shape.slice(axis + 1)];
    const grouped = emit(c.b, 'reshape', [all], { shape: groups }, `${name}.groups`);
    const size = groups.map((s, d) => (d === axis + 1 ? 1 : s));
    const firsts = emit(c.b, 'slice', [grouped], { begin: groups.map(() => 0), size }, `${name}.firsts`);
    y = emit(c.b, 'reshape', [firsts], { shape: sized(count) }, `${name}.strided`);
  }
  return step < 0 && count > 1 ? emit(c.b, 'reverse', [y], { axes: [axis] }, `${name}.turned`) : y;
}

/** Rows of an axis in another order, some of them zeros: moved in pieces, so that infinities do not spread. */
export function takeRows(c: Convert, x: Node, axis: number, rows: readonly (number | undefined)[], suffix = ''): Node {
  const input = x.type.shape[axis] as number;
  const runs = runsOf(rows);
  if (runs.length > MOST_PIECES) {
    const matrix = rows.map((row) => Array.from({ length: input }, (_, i) => (i === row ? 1 : 0)));
    return alongAxis(c, x, axis, matrix, suffix);
  }
  const before = runs[0]?.from === undefined ? (runs[0]?.count ?? 0) : 0;
  const after = runs.length > 1 && runs.at(-1)?.from === undefined ? (runs.at(-1)?.count ?? 0) : 0;
  const inner = runs.slice(before > 0 ? 1 : 0, after > 0 ? -1 : undefined);
  const dims = (n: number): number[] => x.type.shape.map((s, d) => (d === axis ? n : s));
  const zeros = (n: number): Node =>
    c.known({ dims: dims(n), type: 'float', values: new Float32Array(sizeOf(dims(n))) }, `${suffix}.zeros${n}`).plain();
  if (inner.length === 0) return zeros(rows.length);
  const parts = inner.map((run, i) =>
    run.from === undefined ? zeros(run.count) : strided(c, x, axis, run, `${suffix}.${i}`),
  );
  const all =
    parts.length === 1 ? (parts[0] as Node) : emit(c.b, 'concat', parts, { axis }, `${c.name}${suffix}.parts`);
  if (before === 0 && after === 0) return all;
  const side = (n: number): number[] => x.type.shape.map((_, d) => (d === axis ? n : 0));
  return emit(c.b, 'pad_zeros', [all], { before: side(before), after: side(after) }, `${c.name}${suffix}.zeros`);
}

/** y along an axis = matrix times x along it; the matrix is known: out x in. */
export function alongAxis(
  c: Convert,
  x: Node,
  axis: number,
  matrix: readonly (readonly number[])[],
  suffix = '',
): Node {
  if (matrix.length === x.type.shape[axis] && matrix.every((row, i) => row.every((v, k) => v === (k === i ? 1 : 0))))
    return x;
  const { shape } = x.type;
  const { rows, kept } = asRows(c, x, [axis]);
  const values = Float32Array.from(matrix.flat());
  const w = c
    .known({ dims: [matrix.length, shape[axis] as number], type: 'float', values }, `${suffix}.matrix${axis}`)
    .plain();
  const y = emit(c.b, 'matmul', [rows, w], { transposeA: false, transposeB: true }, `${c.name}.along`);
  const moved = reshapeTo(c, y, [...kept.map((i) => shape[i] as number), matrix.length], '.back');
  const order = [...kept, axis];
  const perm = shape.map((_, i) => order.indexOf(i));
  return perm.every((p, i) => p === i) ? moved : emit(c.b, 'transpose', [moved], { perm }, `${c.name}.placed`);
}
