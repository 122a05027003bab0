// Which element of each window a max pool took, and its gradient by that: the values that were pooled need not be kept.
import type { PoolAttrs } from '../attrs.ts';
import { f32, type OpDef } from '../op.ts';
import { type Shape, sameShape, showShape, sizeOf, type TensorType } from '../types.ts';
import { eachWindow, inferPool } from './pooling.ts';

/** Do windows lie side by side from the first row on, so that each element is in at most one? */
export const liesSideBySide = (a: PoolAttrs): boolean =>
  a.padding.every((p) => p === 0) &&
  a.dilation.every((d) => d === 1) &&
  a.stride[0] === a.window[0] &&
  a.stride[1] === a.window[1];

/** Places of a window that a byte can tell apart. */
export const MOST_PLACES = 256;

/** Four neighbouring channels share a number, a byte each, where channels come in fours. */
export const winnersOf = ([n = 1, oh = 1, ow = 1, c = 1]: Shape): Shape => [n, oh, ow, c % 4 === 0 ? c / 4 : c];

function inferWinners(x: TensorType, attrs: PoolAttrs): TensorType | string {
  if (!liesSideBySide(attrs)) return 'windows lie side by side, without padding';
  if (attrs.window[0] * attrs.window[1] > MOST_PLACES) return `a window has at most ${MOST_PLACES} places`;
  const y = inferPool(x, attrs);
  return typeof y === 'string' ? y : { dtype: 'u32', shape: winnersOf(y.shape) };
}

export const maxpool2d_winner: OpDef<'maxpool2d_winner'> = {
  name: 'maxpool2d_winner',
  doc: 'The place of the first largest element in each window, counted along its rows from 0; of four channels a byte each where channels come in fours. Windows lie side by side.',
  inputs: ['x'],
  infer: ([x], attrs) => inferWinners(x!, attrs),
  reference: ([x], attrs, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    const pooled = inferPool(f32(x!.shape), attrs) as TensorType;
    const share = sizeOf(pooled.shape) / out.length;
    eachWindow(x!.shape, pooled.shape, attrs, (y, xs) => {
      let best = 0;
      xs.forEach((i, k) => {
        if (x!.data[i]! > x!.data[xs[best]!]!) best = k;
      });
      const at = Math.floor(y / share);
      out[at] = out[at]! + best * MOST_PLACES ** (y % share);
    });
    return out;
  },
  vjp: 'nondifferentiable',
};

export const unpool2d: OpDef<'unpool2d'> = {
  name: 'unpool2d',
  doc: 'Gradient of max pooling by its winners: each dy stands at the place of its window that was the first largest; all else is 0.',
  inputs: ['winner', 'dy'],
  infer: ([winner, dy], attrs) => {
    const expected = inferWinners(f32(attrs.shape), attrs);
    if (typeof expected === 'string') return expected;
    const { shape } = inferPool(f32(attrs.shape), attrs) as TensorType;
    if (winner!.dtype !== 'u32' || !sameShape(winner!.shape, expected.shape))
      return `winners are ${showShape(winner!.shape)}, not ${showShape(expected.shape)}`;
    return sameShape(dy!.shape, shape)
      ? f32(attrs.shape)
      : `dy is ${showShape(dy!.shape)}, the output ${showShape(shape)}`;
  },
  reference: ([winner, dy], attrs, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    const share = dy!.data.length / winner!.data.length;
    eachWindow(type.shape, dy!.shape, attrs, (y, xs) => {
      const place = Math.floor(winner!.data[Math.floor(y / share)]! / MOST_PLACES ** (y % share)) % MOST_PLACES;
      out[xs[place]!] = dy!.data[y]!;
    });
    return out;
  },
  vjp: 'nondifferentiable',
};
