// Products of matrices.
import { emit, type Node, sizeOf } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';
import type { Value } from '../value.ts';
import { reshapeTo } from './axes.ts';

/** Bytes of weights that one kernel reads at most: what every device of WebGPU has (maxStorageBufferBindingSize). */
const MOST_BYTES = 1 << 27;

/** x times known weights, in as many products as it takes for each to be small enough; the results side by side. */
function productInParts(c: Convert, x: Node, w: Value, transposeA: boolean, transposeB: boolean): Node {
  const [rows, columns] = (transposeB ? w.dims : [w.dims[1], w.dims[0]]) as [number, number];
  const parts = Math.ceil((4 * rows * columns) / MOST_BYTES);
  const values = w.known as ArrayLike<number>;
  const each = Math.ceil(rows / parts);
  const products: Node[] = [];
  for (let from = 0; from < rows; from += each) {
    const count = Math.min(each, rows - from);
    const part = new Float32Array(count * columns);
    for (let i = 0; i < part.length; i++) {
      const at = transposeB ? from * columns + i : Math.floor(i / count) * rows + from + (i % count);
      part[i] = values[at] as number;
    }
    const dims = transposeB ? [count, columns] : [columns, count];
    const leaf = c.known({ dims, type: 'float', values: part }, `.part${from}`).plain();
    products.push(c.emit('matmul', [x, leaf], { transposeA, transposeB }, '.product'));
  }
  return c.emit('concat', products, { axis: 1 }, '.products');
}

const gemm: Converter = (c) => {
  const [transposeA, transposeB] = [c.number('transA', 0) !== 0, c.number('transB', 0) !== 0];
  const [alpha, beta] = [c.number('alpha', 1), c.number('beta', 1)];
  const [x, w] = [c.input(0).plain(), c.input(1)];
  let y =
    w.known && 4 * sizeOf(w.dims) > MOST_BYTES
      ? productInParts(c, x, w, transposeA, transposeB)
      : c.emit('matmul', [x, w.plain()], { transposeA, transposeB }, '.product');
  if (alpha !== 1) y = c.emit('mul', [y, c.b.scalar(alpha)], {}, '.alpha');
  if (!c.has(2) || beta === 0) return c.plain(y);
  const given = c.input(2);
  // Before version 7 a bias of one dimension may need `broadcast`; its numbers stand along the columns either way.
  const addend = given.dims.length > 2 ? c.refuse(`a bias of ${given.dims.length} dimensions`) : given.plain();
  const scaled = beta === 1 ? addend : emit(c.b, 'mul', [addend, c.b.scalar(beta)], {}, `${c.name}.beta`);
  return c.plain(c.emit('add', [y, scaled], {}));
};

/** Matrices are multiplied as NumPy does: vectors get a dimension, stacks of matrices one product each. */
const matmul: Converter = (c) => {
  const [a, b] = [c.input(0), c.input(1)];
  const [da, db] = [
    a.dims.length === 1 ? [1, ...a.dims] : [...a.dims],
    b.dims.length === 1 ? [...b.dims, 1] : [...b.dims],
  ];
  const [m, k] = da.slice(-2) as [number, number];
  const n = db[db.length - 1] as number;
  const stackA = da.slice(0, -2);
  const stackB = db.slice(0, -2);
  const rank = Math.max(stackA.length, stackB.length);
  const padded = (s: number[]): number[] => [...new Array<number>(rank - s.length).fill(1), ...s];
  const [sa, sb] = [padded(stackA), padded(stackB)];
  const stack = sa.map((v, i) => Math.max(v, sb[i] as number));
  const attrs = { transposeA: false, transposeB: false };
  const shape = [...stack, ...(a.dims.length === 1 ? [] : [m]), ...(b.dims.length === 1 ? [] : [n])];
  if (sizeOf(sb) === 1) {
    const rows = reshapeTo(c, a.plain(), [sizeOf(stack) * m, k], '.a');
    const y = c.emit('matmul', [rows, reshapeTo(c, b.plain(), [k, n], '.b')], attrs, '.product');
    return c.plain(reshapeTo(c, y, shape, '.shape'));
  }
  const [allA, allB] = [
    reshapeTo(c, a.plain(), [sizeOf(sa), m, k], '.a'),
    reshapeTo(c, b.plain(), [sizeOf(sb), k, n], '.b'),
  ];
  const pick = (x: Node, i: number, rows: number, columns: number): Node =>
    emit(
      c.b,
      'reshape',
      [emit(c.b, 'slice', [x], { begin: [i, 0, 0], size: [1, rows, columns] }, `${c.name}.one`)],
      { shape: [rows, columns] },
      `${c.name}.matrix`,
    );
  const index = (s: number[], at: number[]): number =>
    s.reduce((sum, v, i) => sum * v + (v === 1 ? 0 : (at[i] as number)), 0);
  const products = Array.from({ length: sizeOf(stack) }, (_, flat) => {
    const at = stack.map((_, i) => Math.floor(flat / sizeOf(stack.slice(i + 1))) % (stack[i] as number));
    const y = emit(
      c.b,
      'matmul',
      [pick(allA, index(sa, at), m, k), pick(allB, index(sb, at), k, n)],
      attrs,
      `${c.name}.product`,
    );
    return emit(c.b, 'reshape', [y], { shape: [1, m, n] }, `${c.name}.one`);
  });
  const all = products.length === 1 ? (products[0] as Node) : c.emit('concat', products, { axis: 0 }, '.all');
  return c.plain(reshapeTo(c, all, shape, '.shape'));
};

export const products: Readonly<Record<string, Converter>> = { Gemm: gemm, MatMul: matmul };
