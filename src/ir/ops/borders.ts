// Pictures with a border that continues them: mirrored, or the outermost pixels again. (A border of zeros is pad_zeros.)
import type { BorderMode } from '../attrs.ts';
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { type Shape, showShape, sizeOf, type TensorType } from '../types.ts';

/**
 * Where place o of an axis with a border of `before` comes from: `edge` repeats the ends, `reflect` mirrors at them without
 * repeating them, 3 2 [1 2 3] 2 1.
 */
export function borderSource(mode: BorderMode, o: number, before: number, size: number): number {
  const at = o - before;
  if (mode === 'edge') return Math.min(Math.max(at, 0), size - 1);
  if (at < 0) return -at;
  return at < size ? at : 2 * (size - 1) - at;
}

type Size4 = readonly [number, number, number, number];

/** For each element of the picture with border, the element of the picture it repeats. */
function eachPlace(
  mode: BorderMode,
  [top, , left]: Size4,
  xs: Shape,
  ys: Shape,
  visit: (y: number, x: number) => void,
): void {
  const [n, h, w, c] = xs as unknown as Size4;
  const [, oh, ow] = ys as unknown as Size4;
  for (let b = 0; b < n; b++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++)
        for (let ch = 0; ch < c; ch++) {
          const iy = borderSource(mode, oy, top, h);
          const ix = borderSource(mode, ox, left, w);
          visit(((b * oh + oy) * ow + ox) * c + ch, ((b * h + iy) * w + ix) * c + ch);
        }
}

/** The type with `sign` times the border; a mirror reaches at most to the other end. */
function grown(type: TensorType, mode: BorderMode, padding: Size4, sign: 1 | -1): TensorType | string {
  if (type.shape.length !== 4) return `a picture N x H x W x C is needed, not ${showShape(type.shape)}`;
  const [n, height, width, c] = type.shape as unknown as Size4;
  const [top, bottom, left, right] = padding;
  const [h, w] = sign === 1 ? [height, width] : [height - top - bottom, width - left - right];
  if (padding.some((p) => !Number.isInteger(p) || p < 0) || h < 1 || w < 1) return `${padding} is not a border`;
  if (mode === 'reflect' && (Math.max(top, bottom) >= h || Math.max(left, right) >= w))
    return `a border of ${padding} cannot mirror ${h}x${w}`;
  return f32(sign === 1 ? [n, h + top + bottom, w + left + right, c] : [n, h, w, c]);
}

export const pad2d: OpDef<'pad2d'> = {
  name: 'pad2d',
  doc: 'The picture with rows and columns around it: mirrored at the edge, which is not repeated (reflect), or the edge repeated (edge).',
  inputs: ['x'],
  infer: ([x], { mode, padding }) => grown(x!, mode, padding, 1),
  reference: ([x], { mode, padding }, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    eachPlace(mode, padding, x!.shape, type.shape, (y, at) => {
      out[y] = x!.data[at]!;
    });
    return out;
  },
  vjp: (b, node, dy) => [emit(b, 'pad2d_dx', [dy], node.attrs, `d_${node.inputs[0]!.id}`)],
};

export const pad2d_dx: OpDef<'pad2d_dx'> = {
  name: 'pad2d_dx',
  doc: 'Gradient of pad2d: each element sums the dy of every place that repeats it.',
  inputs: ['dy'],
  infer: ([dy], { mode, padding }) => grown(dy!, mode, padding, -1),
  reference: ([dy], { mode, padding }, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    eachPlace(mode, padding, type.shape, dy!.shape, (y, at) => {
      out[at] = out[at]! + dy!.data[y]!;
    });
    return out;
  },
  vjp: 'nondifferentiable',
};
