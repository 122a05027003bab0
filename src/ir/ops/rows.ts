// Operations on rows of class scores, N x C or N x H x W x C: softmax, and whether the right score is among the largest.
import type { OpName } from '../attrs.ts';
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { type Node, sameShape, sizeOf, type Tensor, type TensorType } from '../types.ts';

/** Rows and columns of N x C; more dimensions before the last are rows too. */
export function rowsOf(t: { readonly shape: readonly number[] }): [number, number] {
  const c = t.shape[t.shape.length - 1] ?? 1;
  return [sizeOf(t.shape.slice(0, -1)), c];
}

/** exp(x - max) / sum of each row: stable for any scores. */
export function softmaxRows(x: Tensor): Float64Array {
  const [rows, c] = rowsOf(x);
  const out = new Float64Array(rows * c);
  for (let r = 0; r < rows; r++) {
    const row = x.data.subarray(r * c, (r + 1) * c);
    const max = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (let j = 0; j < c; j++) sum += out[r * c + j] = Math.exp(row[j]! - max);
    for (let j = 0; j < c; j++) out[r * c + j] = out[r * c + j]! / sum;
  }
  return out;
}

/** How many rows an operation on rows works on. */
export const rowCount = (node: Node): number => (isOnePerRow(node.op) ? sizeOf(node.type.shape) : rowsOf(node.type)[0]);

/** Rows that count: those of the first `count` pictures. */
export const countedRows = (x: Tensor, count: Tensor): number =>
  Math.min(x.shape[0]!, count.data[0]!) * (rowsOf(x)[0] / x.shape[0]!);

/** Labels are one class a row: N for scores N x C, N x H x W for a map N x H x W x C. */
export const checkRows = (x: TensorType, labels: TensorType, count: TensorType): string | undefined =>
  x.shape.length < 2
    ? 'rows of class scores are needed'
    : labels.dtype !== 'u32' || !sameShape(labels.shape, x.shape.slice(0, -1))
      ? 'one label a row is needed'
      : count.shape.length !== 0
        ? 'the count is a scalar'
        : undefined;

/** Operations whose result is one value a row, not a row of values. */
export const isOnePerRow = (op: OpName): boolean =>
  op === 'cross_entropy' || op === 'softmax_cross_entropy' || op === 'correct' || op === 'batch_mean_dx';

export const softmax: OpDef<'softmax'> = {
  name: 'softmax',
  doc: 'exp(x_j) / sum over k of exp(x_k) along the last dimension, computed after subtracting the largest.',
  inputs: ['x'],
  infer: ([x]) => (x!.shape.length > 0 ? f32(x!.shape) : 'a scalar has no softmax'),
  reference: ([x]) => softmaxRows(x!),
  vjp: (b, node, dy) => [emit(b, 'softmax_dx', [node, dy], {}, `d_${node.inputs[0]!.id}`)],
};

export const softmax_dx: OpDef<'softmax_dx'> = {
  name: 'softmax_dx',
  doc: 'Gradient of softmax: y_j (dy_j - sum over k of dy_k y_k).',
  inputs: ['y', 'dy'],
  infer: ([y]) => f32(y!.shape),
  reference: ([y, dy]) => {
    const [rows, c] = rowsOf(y!);
    const out = new Float64Array(rows * c);
    for (let r = 0; r < rows; r++) {
      let dot = 0;
      for (let j = 0; j < c; j++) dot += y!.data[r * c + j]! * dy!.data[r * c + j]!;
      for (let j = 0; j < c; j++) out[r * c + j] = y!.data[r * c + j]! * (dy!.data[r * c + j]! - dot);
    }
    return out;
  },
  vjp: 'nondifferentiable',
};

export const log_softmax: OpDef<'log_softmax'> = {
  name: 'log_softmax',
  doc: 'log of softmax along the last dimension: x_j - max - log(sum over k of exp(x_k - max)).',
  inputs: ['x'],
  infer: ([x]) => (x!.shape.length > 0 ? f32(x!.shape) : 'a scalar has no softmax'),
  reference: ([x]) => {
    const [rows, c] = rowsOf(x!);
    const out = new Float64Array(rows * c);
    for (let r = 0; r < rows; r++) {
      const row = x!.data.subarray(r * c, (r + 1) * c);
      const max = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const log = Math.log(row.reduce((sum, v) => sum + Math.exp(v - max), 0));
      for (let j = 0; j < c; j++) out[r * c + j] = row[j]! - max - log;
    }
    return out;
  },
  vjp: (b, node, dy) => [emit(b, 'log_softmax_dx', [node, dy], {}, `d_${node.inputs[0]!.id}`)],
};

export const log_softmax_dx: OpDef<'log_softmax_dx'> = {
  name: 'log_softmax_dx',
  doc: 'Gradient of log_softmax: dy_j - exp(y_j) times the sum over k of dy_k.',
  inputs: ['y', 'dy'],
  infer: ([y]) => f32(y!.shape),
  reference: ([y, dy]) => {
    const [rows, c] = rowsOf(y!);
    const out = new Float64Array(rows * c);
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let j = 0; j < c; j++) sum += dy!.data[r * c + j]!;
      for (let j = 0; j < c; j++) out[r * c + j] = dy!.data[r * c + j]! - Math.exp(y!.data[r * c + j]!) * sum;
    }
    return out;
  },
  vjp: 'nondifferentiable',
};

export const correct: OpDef<'correct'> = {
  name: 'correct',
  doc: '1 for each row whose label is among its k largest scores (of equal ones the first count as larger), else 0; rows of pictures from count on are 0.',
  inputs: ['x', 'labels', 'count'],
  infer: ([x, labels, count]) => checkRows(x!, labels!, count!) ?? f32(x!.shape.slice(0, -1)),
  reference: ([x, labels, count], { k = 1 }) => {
    const [rows, c] = rowsOf(x!);
    const out = new Float64Array(rows);
    for (let r = 0; r < countedRows(x!, count!); r++) {
      const row = x!.data.subarray(r * c, (r + 1) * c);
      const order = [...row.keys()].sort((i, j) => row[j]! - row[i]! || i - j);
      out[r] = order.slice(0, k).includes(labels!.data[r]!) ? 1 : 0;
    }
    return out;
  },
  vjp: 'nondifferentiable',
};
