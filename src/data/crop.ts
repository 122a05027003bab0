// A picture of any size and colour as one of a given shape: the middle of it, resized.
import type { Picture } from '../interop/pictures.ts';
import { isGrey, resize, toColour, toGrey } from './resize.ts';
import type { PictureShape } from './types.ts';

/** The largest rectangle around the middle of h x w pixels that has the proportions of `toH` x `toW`: top, left, height, width. */
export function middle(h: number, w: number, [toH, toW]: readonly [number, number]): [number, number, number, number] {
  const scale = Math.min(h / toH, w / toW);
  const height = Math.min(h, Math.max(1, Math.round(toH * scale)));
  const width = Math.min(w, Math.max(1, Math.round(toW * scale)));
  return [Math.floor((h - height) / 2), Math.floor((w - width) / 2), height, width];
}

/** Whether it shows colours: three channels that differ somewhere. */
export const isColour = ({ channels, values }: Picture): boolean => channels === 3 && !isGrey(values);

/** height x width x channels bytes: cropped around the middle, resized, and made grey or coloured. */
export function cropTo(picture: Picture, [h, w, c]: PictureShape): Uint8Array {
  const { width, height, channels } = picture;
  let values: ArrayLike<number> = picture.values;
  if (channels !== c) values = c === 1 ? toGrey(values) : toColour(values);
  const [top, left, rows, columns] = middle(height, width, [h, w]);
  if (rows !== height || columns !== width) {
    const part = new Float32Array(rows * columns * c);
    for (let y = 0, to = 0; y < rows; y++) {
      const from = ((top + y) * width + left) * c;
      for (let i = 0; i < columns * c; i++) part[to++] = values[from + i] as number;
    }
    values = part;
  }
  if (rows !== h || columns !== w) values = resize(values, [rows, columns, c], [h, w]);
  return values instanceof Uint8Array ? values : Uint8Array.from(values, (v) => Math.round(v));
}
