// Max and average pooling over windows of N x H x W x C, with their gradients.
import type { MeanAttrs, PoolAttrs } from '../attrs.ts';
import { emit } from '../emit.ts';
import { windowOutput } from '../geometry.ts';
import { f32, type OpDef } from '../op.ts';
import { type Shape, showShape, sizeOf, type TensorType } from '../types.ts';

type Size4 = readonly [number, number, number, number];
const four = (s: Shape): Size4 => s as unknown as Size4;

/** For each output index, the input indices inside its window, in reading order. Padding is not visited. */
export function eachWindow(
  xs: Shape,
  ys: Shape,
  a: PoolAttrs,
  visit: (y: number, xs: readonly number[]) => void,
): void {
  const [, h, w, c] = four(xs);
  const [n, oh, ow] = four(ys);
  for (let b = 0; b < n; b++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++)
        for (let ch = 0; ch < c; ch++) {
          const inside: number[] = [];
          for (let ky = 0; ky < a.window[0]; ky++)
            for (let kx = 0; kx < a.window[1]; kx++) {
              const iy = oy * a.stride[0] + ky * a.dilation[0] - a.padding[0];
              const ix = ox * a.stride[1] + kx * a.dilation[1] - a.padding[2];
              if (iy >= 0 && iy < h && ix >= 0 && ix < w) inside.push(((b * h + iy) * w + ix) * c + ch);
            }
          visit(((b * oh + oy) * ow + ox) * c + ch, inside);
        }
}

/** By how much each window's sum is divided: the places of the window that count. */
function countsOf(xs: Shape, ys: Shape, a: MeanAttrs): (y: number) => number {
  const [, h, w, c] = four(xs);
  const [, oh, ow] = four(ys);
  const [top, bottom, left, right] = a.counted ?? [0, 0, 0, 0];
  const along = (axis: 0 | 1, o: number, before: number, after: number): number => {
    const size = axis === 0 ? h : w;
    const start = o * a.stride[axis] - a.padding[axis === 0 ? 0 : 2];
    let count = 0;
    for (let k = 0; k < a.window[axis]; k++) {
      const at = start + k * a.dilation[axis];
      if (at >= -before && at < size + after) count++;
    }
    return count;
  };
  return (y) => {
    const pixel = Math.floor(y / c);
    return along(0, Math.floor(pixel / ow) % oh, top, bottom) * along(1, pixel % ow, left, right);
  };
}

export function inferPool(x: TensorType, attrs: PoolAttrs): TensorType | string {
  if (x.shape.length !== 4) return 'a picture N x H x W x C is needed';
  const [n, h, w, c] = four(x.shape);
  const [oh, ow] = windowOutput([h, w], attrs.window, attrs);
  if (oh < 1 || ow < 1) return `the window ${attrs.window.join('x')} does not fit a ${h}x${w} picture`;
  return f32([n, oh, ow, c]);
}

const poolOf = ({ window, stride, padding, dilation }: PoolAttrs): PoolAttrs => ({ window, stride, padding, dilation });

/** What a maximum of nothing gives: a window that holds padding only. The kernels begin with it too. */
const SMALLEST = -3.4028234663852886e38;

export const maxpool2d: OpDef<'maxpool2d'> = {
  name: 'maxpool2d',
  doc: 'The largest element of each window; padding never wins. The gradient goes to the first largest element.',
  inputs: ['x'],
  infer: ([x], attrs) => inferPool(x!, attrs),
  reference: ([x], attrs, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    eachWindow(x!.shape, type.shape, attrs, (y, xs) => {
      let best = SMALLEST;
      for (const i of xs) best = Math.max(best, x!.data[i]!);
      out[y] = best;
    });
    return out;
  },
  vjp: (b, node, dy) => [emit(b, 'maxpool2d_dx', [node.inputs[0]!, dy], poolOf(node.attrs), `d_${node.inputs[0]!.id}`)],
};

export const maxpool2d_dx: OpDef<'maxpool2d_dx'> = {
  name: 'maxpool2d_dx',
  doc: 'Gradient of max pooling: each dy is added to the first largest element of its window.',
  inputs: ['x', 'dy'],
  infer: ([x, dy], attrs) => {
    const y = inferPool(x!, attrs);
    if (typeof y === 'string') return y;
    return y.shape.every((v, i) => v === dy!.shape[i])
      ? f32(x!.shape)
      : `dy is ${showShape(dy!.shape)}, the output ${showShape(y.shape)}`;
  },
  reference: ([x, dy], attrs) => {
    const out = new Float64Array(sizeOf(x!.shape));
    eachWindow(x!.shape, dy!.shape, attrs, (y, xs) => {
      let best = -1;
      for (const i of xs) if (best < 0 || x!.data[i]! > x!.data[best]!) best = i;
      if (best >= 0) out[best] = out[best]! + dy!.data[y]!;
    });
    return out;
  },
  vjp: 'nondifferentiable',
};

export const avgpool2d: OpDef<'avgpool2d'> = {
  name: 'avgpool2d',
  doc: 'The mean of each window over the elements that lie inside the picture, and the zeros of counted padding. The gradient is dy divided among them.',
  inputs: ['x'],
  infer: ([x], attrs) => inferPool(x!, attrs),
  reference: ([x], attrs, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    const count = countsOf(x!.shape, type.shape, attrs);
    eachWindow(x!.shape, type.shape, attrs, (y, xs) => {
      let sum = 0;
      for (const i of xs) sum += x!.data[i]!;
      out[y] = sum / Math.max(1, count(y));
    });
    return out;
  },
  vjp: (b, node, dy) => {
    const x = node.inputs[0]!;
    return [emit(b, 'avgpool2d_dx', [dy], { ...node.attrs, shape: x.type.shape }, `d_${x.id}`)];
  },
};

export const avgpool2d_dx: OpDef<'avgpool2d_dx'> = {
  name: 'avgpool2d_dx',
  doc: 'Gradient of average pooling: each dy is divided among the elements of its window.',
  inputs: ['dy'],
  infer: ([dy], attrs) => {
    const y = inferPool(f32(attrs.shape), attrs);
    if (typeof y === 'string') return y;
    return y.shape.every((v, i) => v === dy!.shape[i])
      ? f32(attrs.shape)
      : `dy is ${showShape(dy!.shape)}, the output ${showShape(y.shape)}`;
  },
  reference: ([dy], attrs, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    const count = countsOf(type.shape, dy!.shape, attrs);
    eachWindow(type.shape, dy!.shape, attrs, (y, xs) => {
      for (const i of xs) out[i] = out[i]! + dy!.data[y]! / count(y);
    });
    return out;
  },
  vjp: 'nondifferentiable',
};
