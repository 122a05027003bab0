// Dropout with counter-based random numbers: the mask is a function of seed, step, layer and element.
import { hash32 } from '../../../runtime/random.ts';
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';

/** The random stream of one layer in one step. The kernel computes the same in u32 arithmetic. */
export const dropoutStream = (stream: number, step: number): number => (Math.imul(step, 0x9e3779b9) ^ stream) >>> 0;

/** An element is kept when its hash is at or above this: a probability of `rate` to be dropped. */
export const dropoutThreshold = (rate: number): number => Math.min(0xffffffff, Math.round(rate * 0x1_0000_0000));

export const dropout: OpDef<'dropout'> = {
  name: 'dropout',
  doc: 'Each element is 0 with probability rate, else x / (1 - rate); left out for inference. The gradient uses the same mask.',
  inputs: ['x', 'seed', 'step'],
  infer: ([x]) => f32(x!.shape),
  pointwise: true,
  reference: ([x, seed, step], { rate, stream }) => {
    const s = dropoutStream(stream, step!.data[0]!);
    const threshold = dropoutThreshold(rate);
    return x!.data.map((v, i) => (hash32(seed!.data[0]!, s, i) >= threshold ? v / (1 - rate) : 0));
  },
  vjp: (b, node, dy) => [
    emit(b, 'dropout', [dy, node.inputs[1]!, node.inputs[2]!], node.attrs, `d_${node.inputs[0]!.id}`),
    undefined,
    undefined,
  ],
};
