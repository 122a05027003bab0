// The sum over neighbouring channels: what local response normalisation needs.
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';

export const channel_sum: OpDef<'channel_sum'> = {
  name: 'channel_sum',
  doc: 'y_i = x_(i - before) + ... + x_(i + after) along the last axis, over the channels that exist. The gradient is the mirrored sum of dy.',
  inputs: ['x'],
  infer: ([x], { before, after }) =>
    x!.shape.length > 0 && before >= 0 && after >= 0 ? f32(x!.shape) : 'channels and a number on each side are needed',
  reference: ([x], { before, after }) => {
    const channels = x!.shape[x!.shape.length - 1]!;
    return x!.data.map((_, at) => {
      const start = at - (at % channels);
      const first = Math.max(start, at - before);
      const last = Math.min(start + channels - 1, at + after);
      return x!.data.subarray(first, last + 1).reduce((a, b) => a + b, 0);
    });
  },
  vjp: (b, node, dy) => {
    const { before, after } = node.attrs;
    return [emit(b, 'channel_sum', [dy], { before: after, after: before }, `d_${node.inputs[0]!.id}`)];
  },
};
