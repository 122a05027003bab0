// Multiplying by and adding known numbers: into the layer before, where nothing else reads it, or as a layer of its own.
import { type Line, newLine, type Tensor } from '../../network/line.ts';
import type { OnnxTensor } from '../decode.ts';
import type { Importing } from './context.ts';
import { type Atom, dimsOf, type Flow, placesIn, sizeOfAtoms } from './flow.ts';

/** Factors and addends, one a channel of the line's value. */
export interface Affine {
  readonly scale?: ArrayLike<number> | undefined;
  readonly shift?: ArrayLike<number> | undefined;
}

/** Known numbers beside a value: one a channel, or one an element, in the order in which the value lies. */
export type Beside =
  | { readonly kind: 'channels'; readonly values: Float64Array }
  | { readonly kind: 'elements'; readonly values: Float64Array };

/** The dimensions of known numbers in the rank of the value: aligned at the end, or, before version 7, from `axis` on. */
function aligned(c: Importing, x: Flow, t: OnnxTensor): number[] {
  const rank = x.dims.length;
  const old = c.opset < 7 && c.number('broadcast', 0) !== 0 && c.attribute('axis');
  const axis = old ? (c.number('axis', 0) + rank) % rank : rank - t.dims.length;
  const front = t.dims.slice(0, Math.max(0, -axis));
  if (front.some((n) => n !== 1) || axis + t.dims.length > rank)
    c.refuse(`${t.dims.join('x')} does not fit into ${dimsOf(x).join('x')}`);
  const own = t.dims.slice(front.length);
  const after = new Array<number>(rank - Math.max(0, axis) - own.length).fill(1);
  return [...new Array<number>(Math.max(0, axis)).fill(1), ...own, ...after];
}

/** The last atoms of a line's value, which are its channels. */
export function channelAtoms(flow: Flow): Atom[] {
  const channels = flow.line.shape[flow.line.shape.length - 1] as number;
  let from = flow.order.length;
  while (from > 0 && sizeOfAtoms(flow.order.slice(from)) < channels) from--;
  return flow.order.slice(from);
}

export function beside(c: Importing, x: Flow, t: OnnxTensor): Beside {
  const sizes = dimsOf(x);
  const dims = aligned(c, x, t);
  if (dims.some((n, i) => n !== 1 && n !== sizes[i]))
    c.refuse(`${t.dims.join('x')} does not fit into ${sizes.join('x')}`);
  const along = dims.flatMap((n, i) => (n === 1 ? [] : (x.dims[i] as Atom[])));
  if (along.some(({ batch }) => batch)) c.refuse('numbers that differ from picture to picture');
  const channels = channelAtoms(x);
  const order = along.every((atom) => channels.includes(atom)) ? channels : x.order;
  const values = Float64Array.from(placesIn(order, along), (at) => t.values[at] as number);
  return { kind: order === channels ? 'channels' : 'elements', values };
}

/** Layers that scale and shift each channel at their end. */
const norms = new Set(['batchnorm', 'layernorm', 'groupnorm', 'instancenorm']);
const products = new Set(['conv', 'depthwise', 'separable', 'dense']);

const channelsOf = (line: Line): number => line.shape[line.shape.length - 1] as number;
const at = (values: ArrayLike<number> | undefined, i: number, otherwise: number): number => values?.[i] ?? otherwise;

const vector = (n: number, of: (i: number) => number): Tensor => ({
  shape: [n],
  values: Float32Array.from({ length: n }, (_, i) => of(i)),
});

const without = (line: Line, word: string): void => {
  line.words = line.words.filter((w) => w !== word);
};

/** Puts factors and addends into the numbers of a line; false where it has none that could take them. */
function fold(line: Line, { scale, shift }: Affine): boolean {
  const n = channelsOf(line);
  if (norms.has(line.op)) {
    const [gamma, beta] = [line.tensors.get('gamma')?.values, line.tensors.get('beta')?.values];
    if (scale || gamma) {
      without(line, 'noscale');
      line.tensors.set(
        'gamma',
        vector(n, (i) => at(gamma, i, 1) * at(scale, i, 1)),
      );
    }
    if (shift || beta) {
      without(line, 'nocenter');
      line.tensors.set(
        'beta',
        vector(n, (i) => at(beta, i, 0) * at(scale, i, 1) + at(shift, i, 0)),
      );
    }
    return true;
  }
  const kernel = line.op === 'separable' ? 'pointwise_weight' : 'weight';
  const weight = line.tensors.get(kernel);
  if (!products.has(line.op) || !weight || line.words.includes('bias per_position')) return false;
  const bias = line.tensors.get('bias')?.values;
  if (scale) line.tensors.set(kernel, { ...weight, values: weight.values.map((v, i) => v * (scale[i % n] as number)) });
  if (shift || bias) {
    without(line, 'nobias');
    line.tensors.set(
      'bias',
      vector(n, (i) => at(bias, i, 0) * at(scale, i, 1) + at(shift, i, 0)),
    );
  }
  return true;
}

/** One number a channel, in a layer of its own: a 1x1 depthwise convolution, or of features a normalisation that does nothing else. */
function asLayer(c: Importing, x: Flow, { scale, shift }: Affine): Flow {
  const n = channelsOf(x.line);
  const { shape } = x.line;
  if (shape.length === 1) {
    const line = newLine('batchnorm', [x.line], shape, c.origin, ['frozen']);
    line.tensors.set(
      'gamma',
      vector(n, (i) => at(scale, i, 1)),
    );
    line.tensors.set(
      'beta',
      vector(n, (i) => at(shift, i, 0)),
    );
    line.tensors.set(
      'moving_mean',
      vector(n, () => 0),
    );
    // With epsilon the root is that of 1.
    line.tensors.set(
      'moving_variance',
      vector(n, () => 1 - 1e-5),
    );
    return { ...x, line, sole: true };
  }
  const ones = new Array<number>(shape.length - 1).fill(1);
  const words = [ones.join('x'), ...(shift ? [] : ['nobias']), 'frozen'];
  const line = newLine('depthwise', [x.line], shape, c.origin, words);
  line.tensors.set('weight', {
    shape: [...ones, n, 1],
    values: Float32Array.from({ length: n }, (_, i) => at(scale, i, 1)),
  });
  if (shift)
    line.tensors.set(
      'bias',
      vector(n, (i) => at(shift, i, 0)),
    );
  return { ...x, line, sole: true };
}

const isOne = (values: ArrayLike<number> | undefined, one: number): boolean =>
  values === undefined || Array.from(values).every((v) => v === one);

/** x times `scale` plus `shift`, each one a channel of the line's value. */
export function affine(c: Importing, x: Flow, given: Affine): Flow {
  const scale = isOne(given.scale, 1) ? undefined : given.scale;
  const shift = isOne(given.shift, 0) ? undefined : given.shift;
  if (!scale && !shift) return x;
  const numbers = { scale, shift };
  if (x.sole && x.line.activation === undefined && fold(x.line, numbers)) return { ...x, sole: true };
  return asLayer(c, x, numbers);
}

/** The same number for all channels. */
export const filled = (x: Flow, value: number): Float64Array => new Float64Array(channelsOf(x.line)).fill(value);

/** x plus a number for each element: the bias of a 1x1 depthwise convolution that does nothing else. */
export function shiftElements(c: Importing, x: Flow, values: Float64Array): Flow {
  const { shape } = x.line;
  if (shape.length === 1) return affine(c, x, { shift: values });
  const ones = new Array<number>(shape.length - 1).fill(1);
  const line = newLine('depthwise', [x.line], shape, c.origin, [ones.join('x'), 'bias per_position', 'frozen']);
  const n = channelsOf(x.line);
  line.tensors.set('weight', { shape: [...ones, n, 1], values: new Float32Array(n).fill(1) });
  line.tensors.set('bias', { shape, values: Float32Array.from(values) });
  return { ...x, line, sole: true };
}
