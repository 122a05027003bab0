// Which place of a window won is compared by the values that lie there: of nearly equal ones, rounding may choose another.
import { MOST_PLACES, type Node, type Tensor } from '../../ir/index.ts';

type Size4 = readonly [number, number, number, number];

/** The elements of x (N x H x W x C) at the places that `winners` names; NaN where a window has no such place. */
export function valuesAt(node: Node<'maxpool2d_winner'>, x: Tensor, winners: ArrayLike<number>): Float64Array {
  const [n, h, w, c] = x.shape as Size4;
  const [kh, kw] = node.attrs.window;
  const [oh, ow] = [Math.floor(h / kh), Math.floor(w / kw)];
  const [, , , numbers] = node.type.shape as Size4;
  const share = c / numbers;
  return Float64Array.from({ length: n * oh * ow * c }, (_, y) => {
    const place =
      Math.floor((winners[Math.floor(y / share)] ?? Number.NaN) / MOST_PLACES ** (y % share)) %
      (share === 1 ? 2 ** 32 : MOST_PLACES);
    if (!(place < kh * kw)) return Number.NaN;
    const pixel = Math.floor(y / c);
    const row = (Math.floor(pixel / ow) % oh) * kh + Math.floor(place / kw);
    const column = (pixel % ow) * kw + (place % kw);
    return x.data[((Math.floor(pixel / (ow * oh)) * h + row) * w + column) * c + (y % c)] as number;
  });
}
