// The gradient of a convolution to its kernel, by the gradient of the max pool behind it: the pool's gradient in full is never made.
import type { ConvAttrs, PoolAttrs } from '../attrs.ts';
import { windowOutput } from '../geometry.ts';
import { f32, type OpDef, referenceOf } from '../op.ts';
import { type Shape, sizeOf, type TensorType } from '../types.ts';
import { conv2d_dw_parts } from './conv2d.ts';
import { unpool2d } from './pool-winner.ts';

/** The pool behind the convolution: windows of `window` side by side on the rows and columns of its result. */
const poolOf = (window: readonly [number, number]): PoolAttrs => ({
  window,
  stride: window,
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
});

/** The result of the convolution, which is pooled. */
function pooledShape(x: Shape, { shape, ...attrs }: ConvAttrs & { readonly shape: Shape }): Shape {
  const [n = 1, h = 1, w = 1] = x;
  const [kh = 1, kw = 1, , f = 1] = shape;
  return [n, ...windowOutput([h, w], [kh, kw], attrs), f];
}

export const conv2d_dw_pooled: OpDef<'conv2d_dw_pooled'> = {
  name: 'conv2d_dw_pooled',
  doc: 'The gradient of a convolution to its kernel in `parts` parts, as conv2d_dw_parts of x and unpool2d(winner, dy): each dy counts where the winner of its window stood.',
  inputs: ['x', 'winner', 'dy'],
  infer: ([x, winner, dy], { parts, window, ...attrs }) => {
    const whole = unpool2d.infer([winner!, dy!], { ...poolOf(window), shape: pooledShape(x!.shape, attrs) });
    return typeof whole === 'string' ? whole : conv2d_dw_parts.infer([x!, whole], { ...attrs, parts });
  },
  reference: ([x, winner, dy], { parts, window, ...attrs }, type, context) => {
    const pool = { ...poolOf(window), shape: pooledShape(x!.shape, attrs) };
    const full = f32(pool.shape) as TensorType;
    const data = referenceOf(unpool2d)([winner!, dy!], pool, full, context);
    return referenceOf(conv2d_dw_parts)([x!, { ...dy!, ...full, data }], { ...attrs, parts }, type, context);
  },
  vjp: 'nondifferentiable',
  multiplyAdds: (node) => {
    const [x] = node.inputs;
    const { parts: _, window: __, ...attrs } = node.attrs;
    const [, , , f = 1] = attrs.shape;
    return (sizeOf(pooledShape(x!.type.shape, attrs)) / f) * sizeOf(attrs.shape);
  },
};
