// Pictures made of points: rectangles, small pictures enlarged sharply, and text in letters of points.
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphPoint } from './glyphs.ts';

/** Red, green and blue from 0 to 1. */
export type Colour = readonly [number, number, number];

/** height x width x 3 values from 0 to 1. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

export const ink: Colour = [0.12, 0.16, 0.2];
export const soft: Colour = [0.36, 0.42, 0.48];
export const paper: Colour = [1, 1, 1];
export const wrong: Colour = [0.75, 0.15, 0.1];

/** A picture of one colour. */
export function blank(width: number, height: number, colour: Colour = paper): Raster {
  const raster = { width, height, values: new Float32Array(width * height * 3) };
  fill(raster, 0, 0, width, height, colour);
  return raster;
}

/** A rectangle; what lies outside the picture is left out. */
export function fill(to: Raster, x: number, y: number, width: number, height: number, colour: Colour): void {
  for (let j = Math.max(0, y); j < Math.min(to.height, y + height); j++)
    for (let i = Math.max(0, x); i < Math.min(to.width, x + width); i++) to.values.set(colour, 3 * (j * to.width + i));
}

/** Copies a picture with its corner at (x, y), every point as a square of `zoom` points. */
export function put(to: Raster, from: Raster, x: number, y: number, zoom = 1): void {
  for (let j = 0; j < from.height; j++)
    for (let i = 0; i < from.width; i++) {
      const at = 3 * (j * from.width + i);
      const [r = 0, g = 0, b = 0] = from.values.subarray(at, at + 3);
      fill(to, x + i * zoom, y + j * zoom, zoom, zoom, [r, g, b]);
    }
}

/** Points that a text of this size takes, from its first column to its last. */
export const textWidth = (words: string, size: number): number =>
  Math.max(0, (words.length * (GLYPH_WIDTH + 1) - 1) * size);

/** Points from the top of a line to the top of the next. */
export const lineHeight = (size: number): number => (GLYPH_HEIGHT + 3) * size;

/** Writes from (x, y), the corner of the first letter; every point of a letter is a square of `size` points. */
export function write(to: Raster, words: string, x: number, y: number, size: number, colour: Colour = ink): void {
  [...words].forEach((letter, k) => {
    for (let j = 0; j < GLYPH_HEIGHT; j++)
      for (let i = 0; i < GLYPH_WIDTH; i++)
        if (glyphPoint(letter, i, j))
          fill(to, x + (k * (GLYPH_WIDTH + 1) + i) * size, y + j * size, size, size, colour);
  });
}

/** height x width x channels values from 0 to 1, grey or in colour, as a picture. */
export function rasterOf(
  values: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, 1 | 3],
): Raster {
  const out = new Float32Array(height * width * 3);
  for (let i = 0; i < out.length; i++) {
    const v = values[channels === 3 ? i : Math.floor(i / 3)] as number;
    out[i] = Math.min(1, Math.max(0, v));
  }
  return { width, height, values: out };
}
