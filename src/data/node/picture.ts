// A picture file as a network's input.
import { resolve } from 'node:path';
import { readBytes } from '../../cli/files.ts';
import { emptyFile } from '../../diagnostics/catalog/files.ts';
import { noPictureInput, pictureResized, pictureSize } from '../../diagnostics/catalog/pictures.ts';
import { type Diagnostic, refuse } from '../../diagnostics/index.ts';
import { decodePicture } from '../../interop/pictures.ts';
import { border, pad, padLimit } from '../fit.ts';
import { isGrey, resize, toColour, toGrey } from '../resize.ts';
import { type PictureShape, sizeOf } from '../types.ts';

export interface PictureOptions {
  /** Refuse a picture that is not of the input's size. */
  readonly strict: boolean;
  /** Where a relative path starts; the working folder by default. */
  readonly cwd?: string;
  /** The widest border of zeros that is added by itself, as for data sets; a wider difference is resized. */
  readonly fit?: { readonly pad?: number };
}

/** The picture that the input takes: itself, or for a vector the square of as many values, grey or in colour. */
export function target(input: readonly number[]): PictureShape | undefined {
  const [h, w, c] = input;
  if (h !== undefined && w !== undefined && c !== undefined) return c === 1 || c === 3 ? [h, w, c] : undefined;
  const size = sizeOf(input);
  for (const channels of [1, 3] as const) {
    const side = Math.sqrt(size / channels);
    if (Number.isInteger(side)) return [side, side, channels];
  }
  return undefined;
}

/**
 * Reads a PNG or JPEG file as input of the shape `input`: height x width x channels values from 0 to 1. A picture of
 * another size is resized (or gets a border, where a data set would), with a note; or is refused when `strict`.
 */
export async function loadPicture(
  file: string,
  input: readonly number[],
  options: PictureOptions,
): Promise<{ values: Float32Array; notes: readonly Diagnostic[] }> {
  const bytes = await readBytes(resolve(options.cwd ?? '.', file), file, ['give the path of a PNG or JPEG file']);
  if (bytes.length === 0) refuse(emptyFile(file));
  const picture = await decodePicture(bytes, file);
  const want = target(input);
  if (want === undefined) return refuse(noPictureInput(file, input));
  // 1. Channels. A picture in colour that shows only greys counts as grey.
  const notes: Diagnostic[] = [];
  let values: ArrayLike<number> = picture.values;
  const given: PictureShape = [picture.height, picture.width, picture.channels];
  const converted = given[2] !== want[2] && !(given[2] === 3 && isGrey(values));
  const lossless = given[2] !== want[2] && !converted;
  const have: PictureShape = lossless ? [given[0], given[1], want[2]] : given;
  const fits = have.every((n, i) => n === want[i]);
  if (!fits && options.strict) refuse(pictureSize(file, have, want));
  if (given[2] !== want[2]) values = want[2] === 1 ? toGrey(values) : toColour(values);
  // 2. Size.
  const from: PictureShape = [have[0], have[1], want[2]];
  const by = border(from, want, options.fit?.pad ?? padLimit);
  if (!fits) {
    const how = by === undefined ? 'resized' : by[0] + by[1] > 0 ? 'padded' : 'converted';
    notes.push(pictureResized(file, have, want, how));
  }
  const sized =
    by === undefined
      ? resize(values, from, [want[0], want[1]])
      : pad(Float32Array.from(values), new Float32Array(sizeOf(want)), 1, from, by);
  return { values: sized.map((v) => v / 255), notes };
}
