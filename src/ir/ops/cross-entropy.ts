// Cross-entropy of class probabilities or of logits, one loss a row; rows from count on are masked.
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { checkLabels, rowsOf, softmaxRows } from './rows.ts';

/** Probabilities below this are taken as this, so that the logarithm stays finite. */
export const SMALLEST_PROBABILITY = 1e-30;

export const cross_entropy: OpDef<'cross_entropy'> = {
  name: 'cross_entropy',
  doc: '-log p[label] for each row of probabilities; 0 for rows from count on.',
  inputs: ['p', 'labels', 'count'],
  infer: ([p, labels, count]) => checkLabels(p!, labels!, count!) ?? f32([p!.shape[0]!]),
  reference: ([p, labels, count]) => {
    const [rows, c] = rowsOf(p!);
    const out = new Float64Array(rows);
    for (let r = 0; r < Math.min(rows, count!.data[0]!); r++) {
      out[r] = -Math.log(Math.max(p!.data[r * c + labels!.data[r]!]!, SMALLEST_PROBABILITY));
    }
    return out;
  },
  vjp: (b, node, dy) => [
    emit(b, 'cross_entropy_dx', [...node.inputs, dy], {}, `d_${node.inputs[0]!.id}`),
    undefined,
    undefined,
  ],
};

export const cross_entropy_dx: OpDef<'cross_entropy_dx'> = {
  name: 'cross_entropy_dx',
  doc: 'Gradient of cross_entropy to the probabilities: -dy / p at the label, else 0.',
  inputs: ['p', 'labels', 'count', 'dy'],
  infer: ([p]) => f32(p!.shape),
  reference: ([p, labels, count, dy]) => {
    const [rows, c] = rowsOf(p!);
    const out = new Float64Array(rows * c);
    for (let r = 0; r < Math.min(rows, count!.data[0]!); r++) {
      const i = r * c + labels!.data[r]!;
      out[i] = -dy!.data[r]! / Math.max(p!.data[i]!, SMALLEST_PROBABILITY);
    }
    return out;
  },
  vjp: 'nondifferentiable',
};

export const softmax_cross_entropy: OpDef<'softmax_cross_entropy'> = {
  name: 'softmax_cross_entropy',
  doc: 'log(sum over k of exp(z_k)) - z[label] for each row of logits; 0 for rows from count on.',
  inputs: ['z', 'labels', 'count'],
  infer: ([z, labels, count]) => checkLabels(z!, labels!, count!) ?? f32([z!.shape[0]!]),
  reference: ([z, labels, count]) => {
    const [rows, c] = rowsOf(z!);
    const out = new Float64Array(rows);
    for (let r = 0; r < Math.min(rows, count!.data[0]!); r++) {
      const row = z!.data.subarray(r * c, (r + 1) * c);
      const max = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const sum = row.reduce((a, b) => a + Math.exp(b - max), 0);
      out[r] = max + Math.log(sum) - row[labels!.data[r]!]!;
    }
    return out;
  },
  vjp: (b, node, dy) => [
    emit(b, 'softmax_cross_entropy_dx', [...node.inputs, dy], {}, `d_${node.inputs[0]!.id}`),
    undefined,
    undefined,
  ],
};

export const softmax_cross_entropy_dx: OpDef<'softmax_cross_entropy_dx'> = {
  name: 'softmax_cross_entropy_dx',
  doc: 'Gradient of softmax_cross_entropy to the logits: dy (softmax(z) - onehot(label)); 0 for rows from count on.',
  inputs: ['z', 'labels', 'count', 'dy'],
  infer: ([z]) => f32(z!.shape),
  reference: ([z, labels, count, dy]) => {
    const [rows, c] = rowsOf(z!);
    const p = softmaxRows(z!);
    const out = new Float64Array(rows * c);
    for (let r = 0; r < Math.min(rows, count!.data[0]!); r++) {
      for (let j = 0; j < c; j++) out[r * c + j] = dy!.data[r]! * (p[r * c + j]! - (j === labels!.data[r] ? 1 : 0));
    }
    return out;
  },
  vjp: 'nondifferentiable',
};
