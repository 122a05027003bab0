// Dropout and noise with counter-based random numbers: a function of seed, step, layer and element. Only training has them.
import { hash32 } from '../../../runtime/random.ts';
import type { OpName } from '../attrs.ts';
import type { Builder } from '../builder.ts';
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { type Node, type Shape, sizeOf, type TensorType } from '../types.ts';
import { SELU } from './activations.ts';

/** The operations that draw random numbers: of (x, seed, step), left out for inference, equal only to themselves. */
export const isRandom = (op: OpName): boolean => random.has(op);
const random: ReadonlySet<OpName> = new Set(['dropout', 'alpha_dropout', 'gaussian', 'warp2d', 'vary', 'cutout']);

/** The random stream of one layer in one step. The kernel computes the same in u32 arithmetic. */
export const dropoutStream = (stream: number, step: number): number => (Math.imul(step, 0x9e3779b9) ^ stream) >>> 0;

/** An element is kept when its hash is at or above this: a probability of `rate` to be dropped. */
export const dropoutThreshold = (rate: number): number => Math.min(0xffffffff, Math.round(rate * 0x1_0000_0000));

/** Elements from one picture to the next, and channels: what an element of a whole channel is found with. */
export const channelsOf = (shape: Shape): { readonly picture: number; readonly channels: number } => ({
  picture: sizeOf(shape.slice(1)),
  channels: shape[shape.length - 1] ?? 1,
});

/** alpha_dropout: what a dropped element becomes, and the line that gives the result its mean 0 and variance 1 back. */
export function alphaDropout(rate: number): { readonly dropped: number; readonly a: number; readonly b: number } {
  const dropped = -SELU.scale * SELU.alpha;
  const a = ((1 - rate) * (1 + rate * dropped * dropped)) ** -0.5;
  return { dropped, a, b: -a * dropped * rate };
}

/** Normal with mean 0 and deviation 1 (Box & Muller 1958) from 23 bits each, so that single precision has the same u. */
export function gaussianOf(seed: number, stream: number, index: number): number {
  const u = ((hash32(seed, stream, 2 * index) >>> 9) + 0.5) / 0x800000;
  const turn = (hash32(seed, stream, 2 * index + 1) >>> 9) / 0x800000;
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * (turn - 0.5));
}

const inputs = ['x', 'seed', 'step'];
const infer = ([x]: readonly TensorType[]): TensorType => f32(x!.shape);

/** The same operation on dy: the mask or factor is drawn again, and is the same. */
const again = (b: Builder, node: Node, dy: Node): readonly (Node | undefined)[] => [
  emit(b, node.op, [dy, node.inputs[1]!, node.inputs[2]!], node.attrs, `d_${node.inputs[0]!.id}`),
  undefined,
  undefined,
];

export const dropout: OpDef<'dropout'> = {
  name: 'dropout',
  doc: 'Each element, or each channel of a picture, is 0 with probability rate, else x / (1 - rate); left out for inference. The gradient uses the same mask.',
  inputs,
  infer,
  pointwise: true,
  reference: ([x, seed, step], { rate, stream, whole }) => {
    const s = dropoutStream(stream, step!.data[0]!);
    const threshold = dropoutThreshold(rate);
    const { picture, channels } = channelsOf(x!.shape);
    const drawn = (i: number): number =>
      whole === 'channel' ? Math.floor(i / picture) * channels + (i % channels) : i;
    return x!.data.map((v, i) => (hash32(seed!.data[0]!, s, drawn(i)) >= threshold ? v / (1 - rate) : 0));
  },
  vjp: (b, node, dy) => again(b, node as unknown as Node, dy),
};

export const alpha_dropout: OpDef<'alpha_dropout'> = {
  name: 'alpha_dropout',
  doc: 'Each element is -1.7581, the limit of selu, with probability rate; a x + b brings mean and variance back to 0 and 1 (Klambauer et al. 2017). Left out for inference. The gradient is a dy where x was kept.',
  inputs,
  infer,
  pointwise: true,
  reference: ([x, seed, step], { rate, stream }) => {
    const s = dropoutStream(stream, step!.data[0]!);
    const threshold = dropoutThreshold(rate);
    const { dropped, a, b } = alphaDropout(rate);
    return x!.data.map((v, i) => a * (hash32(seed!.data[0]!, s, i) >= threshold ? v : dropped) + b);
  },
  vjp: (b, node, dy) => {
    const { rate, stream } = node.attrs;
    const [x, seed, step] = node.inputs;
    const kept = emit(b, 'dropout', [dy, seed!, step!], { rate, stream }, `d_${x!.id}.kept`);
    const a = b.scalar(alphaDropout(rate).a * (1 - rate));
    return [emit(b, 'mul', [kept, a], {}, `d_${x!.id}`), undefined, undefined];
  },
};

export const gaussian: OpDef<'gaussian'> = {
  name: 'gaussian',
  doc: 'x + deviation n, or x (1 + deviation n), with n normal of mean 0 and deviation 1 for each element; left out for inference. The gradient is dy, or dy times the same factor.',
  inputs,
  infer,
  pointwise: true,
  reference: ([x, seed, step], { deviation, stream, way }) => {
    const s = dropoutStream(stream, step!.data[0]!);
    const n = (i: number): number => deviation * gaussianOf(seed!.data[0]!, s, i);
    return x!.data.map((v, i) => (way === 'add' ? v + n(i) : v * (1 + n(i))));
  },
  vjp: (b, node, dy) => (node.attrs.way === 'add' ? [dy, undefined, undefined] : again(b, node as unknown as Node, dy)),
};
