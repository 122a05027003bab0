// What losses need besides arithmetic: binary cross-entropy of logits, classes as numbers, and the mask of a short batch.
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { sizeOf } from '../types.ts';
import { pointwise, unbroadcast } from './pointwise.ts';

export const sigmoid_cross_entropy: OpDef<'sigmoid_cross_entropy'> = pointwise({
  name: 'sigmoid_cross_entropy',
  doc: 'Binary cross-entropy of a logit z and a target t from 0 to 1: max(z, 0) - z t + log(1 + exp(-|z|)), which is -t log p - (1 - t) log(1 - p) for p = sigmoid(z). The gradients are dy (sigmoid(z) - t) and -dy z.',
  inputs: ['z', 't'],
  of: (z, t) => Math.max(z!, 0) - z! * t! + Math.log1p(Math.exp(-Math.abs(z!))),
  vjp: (b, node, dy, wanted) => {
    const [z, t] = node.inputs;
    const id = `d_${z!.id}`;
    const toZ = () => {
      const p = emit(b, 'sigmoid', [z!], {}, `${id}.p`);
      return emit(b, 'mul', [dy, emit(b, 'sub', [p, t!], {}, `${id}.away`)], {}, `${id}.mul`);
    };
    const toT = () => emit(b, 'neg', [emit(b, 'mul', [dy, z!], {}, `d_${t!.id}.mul`)], {}, `d_${t!.id}.neg`);
    return [
      wanted[0] ? unbroadcast(b, toZ(), z!, id) : undefined,
      wanted[1] ? unbroadcast(b, toT(), t!, `d_${t!.id}`) : undefined,
    ];
  },
});

export const one_hot: OpDef<'one_hot'> = {
  name: 'one_hot',
  doc: 'A row for each label: 1 in column j where the label is first + j, else 0.',
  inputs: ['labels'],
  pointwise: true,
  infer: ([labels], { classes }) =>
    labels!.dtype === 'u32' ? f32([...labels!.shape, classes]) : 'labels are whole numbers',
  reference: ([labels], { classes, first }) => {
    const out = new Float64Array(labels!.data.length * classes);
    labels!.data.forEach((label, i) => {
      const j = label - first;
      if (j >= 0 && j < classes) out[i * classes + j] = 1;
    });
    return out;
  },
  vjp: () => [undefined],
};

export const counted: OpDef<'counted'> = {
  name: 'counted',
  doc: 'x for the first count pictures of the batch (the first dimension), 0 for the rest. The gradient is dy for them, else 0.',
  inputs: ['x', 'count'],
  pointwise: true,
  infer: ([x, count]) =>
    x!.shape.length === 0 ? 'a batch is needed' : count!.shape.length === 0 ? f32(x!.shape) : 'the count is a scalar',
  reference: ([x, count]) => {
    const perPicture = sizeOf(x!.shape.slice(1));
    return x!.data.map((v, i) => (Math.floor(i / perPicture) < count!.data[0]! ? v : 0));
  },
  vjp: (b, node, dy) => [emit(b, 'counted', [dy, node.inputs[1]!], {}, `d_${node.inputs[0]!.id}`), undefined],
};
