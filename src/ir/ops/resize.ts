// Pictures made larger or smaller: each pixel takes the nearest one, or a mixture of the four around its place.
import type { ResizeMode } from '../attrs.ts';
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { type Shape, showShape, sizeOf, type TensorType } from '../types.ts';

/** What one coordinate of the result is made of: coordinates of the source, with weights that sum to 1. */
type Mixture = readonly (readonly [at: number, weight: number])[];

/**
 * Along one axis: `nearest` takes floor(o i / O); `bilinear` lays the centres of pixels at o + 1/2, so that o lies at
 * (o + 1/2) i / O - 1/2 of the source, cut off at its ends (Keras, TensorFlow; align_corners=False of PyTorch).
 */
export function mixture(mode: ResizeMode, o: number, input: number, output: number): Mixture {
  if (mode === 'nearest') return [[Math.floor((o * input) / output), 1]];
  const at = Math.max(0, ((o + 0.5) * input) / output - 0.5);
  const low = Math.floor(at);
  const high = Math.min(low + 1, input - 1);
  return [
    [low, 1 - (at - low)],
    [high, at - low],
  ];
}

type Size4 = readonly [number, number, number, number];

/** For each element of the larger or smaller picture `ys`: the elements of `xs` it is made of, with their weights. */
function eachPixel(
  mode: ResizeMode,
  xs: Shape,
  ys: Shape,
  visit: (y: number, x: number, weight: number) => void,
): void {
  const [n, h, w, c] = xs as unknown as Size4;
  const [, oh, ow] = ys as unknown as Size4;
  for (let b = 0; b < n; b++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++)
        for (const [iy, wy] of mixture(mode, oy, h, oh))
          for (const [ix, wx] of mixture(mode, ox, w, ow))
            for (let ch = 0; ch < c; ch++)
              visit(((b * oh + oy) * ow + ox) * c + ch, ((b * h + iy) * w + ix) * c + ch, wy * wx);
}

/** The type of the picture x with another height and width. */
function sized(x: TensorType, size: readonly [number, number]): TensorType | string {
  if (x.shape.length !== 4) return `a picture N x H x W x C is needed, not ${showShape(x.shape)}`;
  const [n, , , c] = x.shape as unknown as Size4;
  return size.every((v) => Number.isInteger(v) && v >= 1) ? f32([n, ...size, c]) : `${size.join('x')} is not a size`;
}

export const resize2d: OpDef<'resize2d'> = {
  name: 'resize2d',
  doc: 'The picture in another height and width: pixel o of O along an axis of i takes pixel floor(o i / O) (nearest), or the two around (o + 1/2) i / O - 1/2, weighted by how near they are (bilinear).',
  inputs: ['x'],
  infer: ([x], { size }) => sized(x!, size),
  reference: ([x], { mode }, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    eachPixel(mode, x!.shape, type.shape, (y, at, weight) => {
      out[y] = out[y]! + weight * x!.data[at]!;
    });
    return out;
  },
  vjp: (b, node, dy) => {
    const x = node.inputs[0]!;
    const [, h, w] = x.type.shape as unknown as Size4;
    return [emit(b, 'resize2d_dx', [dy], { size: [h, w], mode: node.attrs.mode }, `d_${x.id}`)];
  },
};

export const resize2d_dx: OpDef<'resize2d_dx'> = {
  name: 'resize2d_dx',
  doc: 'Gradient of resize2d: each pixel sums the dy of all it went into, with the same weights.',
  inputs: ['dy'],
  infer: ([dy], { size }) => sized(dy!, size),
  reference: ([dy], { mode }, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    eachPixel(mode, type.shape, dy!.shape, (y, at, weight) => {
      out[at] = out[at]! + weight * dy!.data[y]!;
    });
    return out;
  },
  vjp: 'nondifferentiable',
};
