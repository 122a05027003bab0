// Cross-entropy of class probabilities or of logits, one loss a row; rows of pictures from count on are masked.
import type { CrossEntropyAttrs, OpName } from '../attrs.ts';
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { type Node, sameShape, sizeOf, type Tensor, type TensorType } from '../types.ts';
import { checkRows, countedRows, rowsOf, softmaxRows } from './rows.ts';

/** Probabilities below this are taken as this, so that the logarithm stays finite. */
export const SMALLEST_PROBABILITY = 1e-30;

const inputs = ['z', 'labels', 'count'] as const;
const rule =
  'w sum over k of q_k -log p_k for each row. The target q is 1 at the label, or the row of given values; smoothing s makes it (1 - s) q_k + s / classes; w is the weight of the label. Rows of pictures from count on are 0.';

/** Labels are a class a row, or a target of the scores' shape; weights are one a class, or none. */
function check(z: TensorType, labels: TensorType, count: TensorType, { weights = [] }: CrossEntropyAttrs) {
  if (labels.dtype === 'u32') {
    const [, classes] = rowsOf(z);
    if (weights.length > 0 && weights.length !== classes) return `${weights.length} weights for ${classes} classes`;
    return checkRows(z, labels, count);
  }
  if (weights.length > 0) return 'weights need classes';
  if (count.shape.length !== 0) return 'the count is a scalar';
  return z.shape.length > 1 && sameShape(z.shape, labels.shape) ? undefined : 'a target for each score is needed';
}

/** The target of row r, column j, and the weight of the row. */
function target(z: Tensor, labels: Tensor, { smoothing = 0, weights = [] }: CrossEntropyAttrs) {
  const [, classes] = rowsOf(z);
  const given = labels.shape.length === z.shape.length;
  const own = (r: number, j: number): number => (given ? labels.data[r * classes + j]! : labels.data[r] === j ? 1 : 0);
  return {
    q: (r: number, j: number): number => (1 - smoothing) * own(r, j) + smoothing / classes,
    weight: (r: number): number => (weights.length > 0 ? weights[labels.data[r]!]! : 1),
  };
}

/** One loss a row from the -log p of its scores. */
function lossOf(z: Tensor, labels: Tensor, count: Tensor, attrs: CrossEntropyAttrs, minusLog: Float64Array) {
  const [rows, classes] = rowsOf(z);
  const { q, weight } = target(z, labels, attrs);
  const out = new Float64Array(rows);
  for (let r = 0; r < countedRows(z, count); r++) {
    let sum = 0;
    for (let j = 0; j < classes; j++) {
      // A score that the target does not ask for may be minus infinity.
      if (q(r, j) !== 0) sum += q(r, j) * minusLog[r * classes + j]!;
    }
    out[r] = weight(r) * sum;
  }
  return out;
}

const vjpBy =
  <K extends OpName>(op: 'cross_entropy_dx' | 'softmax_cross_entropy_dx'): OpDef<K>['vjp'] =>
  (b, node, dy) => [
    emit(b, op, [...node.inputs, dy], node.attrs as CrossEntropyAttrs, `d_${(node.inputs[0] as Node).id}`),
    undefined,
    undefined,
  ];

export const cross_entropy: OpDef<'cross_entropy'> = {
  name: 'cross_entropy',
  doc: `Of probabilities p: ${rule}`,
  inputs: ['p', 'labels', 'count'],
  infer: ([p, labels, count], attrs) => check(p!, labels!, count!, attrs) ?? f32(p!.shape.slice(0, -1)),
  reference: ([p, labels, count], attrs) =>
    lossOf(
      p!,
      labels!,
      count!,
      attrs,
      p!.data.map((v) => -Math.log(Math.max(v, SMALLEST_PROBABILITY))),
    ),
  vjp: vjpBy<'cross_entropy'>('cross_entropy_dx'),
};

export const cross_entropy_dx: OpDef<'cross_entropy_dx'> = {
  name: 'cross_entropy_dx',
  doc: 'Gradient of cross_entropy to the probabilities: -dy w q_k / p_k.',
  inputs: ['p', 'labels', 'count', 'dy'],
  infer: ([p]) => f32(p!.shape),
  reference: ([p, labels, count, dy], attrs) => {
    const [, c] = rowsOf(p!);
    const { q, weight } = target(p!, labels!, attrs);
    const out = new Float64Array(sizeOf(p!.shape));
    for (let r = 0; r < countedRows(p!, count!); r++) {
      for (let j = 0; j < c; j++) {
        out[r * c + j] = (-dy!.data[r]! * weight(r) * q(r, j)) / Math.max(p!.data[r * c + j]!, SMALLEST_PROBABILITY);
      }
    }
    return out;
  },
  vjp: 'nondifferentiable',
};

export const softmax_cross_entropy: OpDef<'softmax_cross_entropy'> = {
  name: 'softmax_cross_entropy',
  doc: `Of logits z, with -log p_k = log(sum over i of exp(z_i)) - z_k: ${rule}`,
  inputs,
  infer: ([z, labels, count], attrs) => check(z!, labels!, count!, attrs) ?? f32(z!.shape.slice(0, -1)),
  reference: ([z, labels, count], attrs) => {
    const [rows, c] = rowsOf(z!);
    const minusLog = new Float64Array(rows * c);
    for (let r = 0; r < rows; r++) {
      const row = z!.data.subarray(r * c, (r + 1) * c);
      const max = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const sum = row.reduce((a, b) => a + Math.exp(b - max), 0);
      for (let j = 0; j < c; j++) minusLog[r * c + j] = max + Math.log(sum) - row[j]!;
    }
    return lossOf(z!, labels!, count!, attrs, minusLog);
  },
  vjp: vjpBy<'softmax_cross_entropy'>('softmax_cross_entropy_dx'),
};

export const softmax_cross_entropy_dx: OpDef<'softmax_cross_entropy_dx'> = {
  name: 'softmax_cross_entropy_dx',
  doc: 'Gradient of softmax_cross_entropy to the logits: dy w (softmax(z)_k sum over i of q_i - q_k).',
  inputs: ['z', 'labels', 'count', 'dy'],
  infer: ([z]) => f32(z!.shape),
  reference: ([z, labels, count, dy], attrs) => {
    const [, c] = rowsOf(z!);
    const p = softmaxRows(z!);
    const { q, weight } = target(z!, labels!, attrs);
    const out = new Float64Array(sizeOf(z!.shape));
    for (let r = 0; r < countedRows(z!, count!); r++) {
      let whole = 0;
      for (let j = 0; j < c; j++) whole += q(r, j);
      for (let j = 0; j < c; j++) out[r * c + j] = dy!.data[r]! * weight(r) * (p[r * c + j]! * whole - q(r, j));
    }
    return out;
  },
  vjp: 'nondifferentiable',
};
