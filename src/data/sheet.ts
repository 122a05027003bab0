// A contact sheet: pictures of a set side by side, each enlarged by whole numbers, with its label under it.
import { dotsOf, signHeight, textWidth } from './font.ts';
import { labelText } from './measure.ts';
import { type DataSet, type PictureShape, sizeOf } from './types.ts';

/** Red, green and blue of the sheet, of frames around pictures, and of letters. */
const [paper, frame, ink] = [250, 190, 30];
/** Pixels between pictures. */
const gap = 8;
/** Pictures are enlarged so that their longer side has at least this many pixels. */
const least = 56;
/** The widest that a sheet gets, unless one picture is wider. */
const sheetWidth = 1100;

export interface Sheet {
  readonly width: number;
  readonly height: number;
  /** height x width x 3 bytes. */
  readonly values: Uint8Array;
}

/** The picture as red, green and blue from 0 to 255, spread from the least to the largest value that the set has. */
function colours(set: DataSet, index: number, [low, high]: readonly [number, number]): Uint8Array {
  const [h, w, c] = set.shape;
  const size = sizeOf(set.shape);
  const values = set.pixels.values.subarray(index * size, (index + 1) * size);
  const range = high > low ? high - low : 1;
  const out = new Uint8Array(h * w * 3);
  for (let i = 0; i < h * w; i++) {
    for (let k = 0; k < 3; k++) {
      // Of pictures with another number of channels than 1 and 3, the first one is shown.
      const v = values[c === 3 ? 3 * i + k : c * i] as number;
      out[3 * i + k] = Math.round((255 * (v - low)) / range);
    }
  }
  return out;
}

/** The values that are black and white: 0 and 1 for bytes, else the range of the values. */
function rangeOf({ pixels }: DataSet): [number, number] {
  if (pixels.dtype === 'u8') return [0, 1 / pixels.scale];
  let [low, high] = [0, 1];
  for (const v of pixels.values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

/** A vector is drawn as a row that is thicker than one pixel. */
const seenShape = ([h, w]: PictureShape): readonly [number, number] =>
  h === 1 ? [Math.max(1, Math.ceil(w / 16)), w] : [h, w];

/** A text cut to what fits into `width` pixels, at `scale` pixels a dot. */
function fitted(text: string, width: number, scale: number): string {
  let short = text;
  while (short.length > 1 && textWidth(short) * scale > width) short = short.slice(0, -1);
  return short.length < text.length && short.length > 2 ? `${short.slice(0, -1)}~` : short;
}

/** Draws the pictures of these indices, in rows, each with its label. */
export function contactSheet(set: DataSet, indices: readonly number[]): Sheet {
  const [rows, columns] = seenShape(set.shape);
  const scale = Math.max(1, Math.ceil(least / Math.max(rows, columns)));
  const [h, w] = [rows * scale, columns * scale];
  const letters = h >= 160 && w >= 160 ? 2 : 1;
  const labels = indices.map((index) => labelText(set, index));
  // Cells are wide enough for most labels, up to twice the picture.
  const widest = Math.max(...labels.map((text) => textWidth(text) * letters));
  const cell = Math.max(w, Math.min(widest, 2 * w + gap));
  const line = signHeight * letters + 4;
  const wide = Math.max(1, Math.floor((sheetWidth - gap) / (cell + gap)));
  const across = Math.min(
    indices.length,
    wide,
    Math.max(1, Math.ceil(Math.sqrt((indices.length * (h + line + gap)) / (cell + gap)) * 1.3)),
  );
  const down = Math.ceil(indices.length / across);
  const width = gap + across * (cell + gap);
  const height = gap + down * (h + line + gap);
  const values = new Uint8Array(width * height * 3).fill(paper);
  const dot = (x: number, y: number, r: number, g = r, b = r): void => {
    if (x >= 0 && y >= 0 && x < width && y < height) values.set([r, g, b], (y * width + x) * 3);
  };
  const range = rangeOf(set);
  for (const [n, index] of indices.entries()) {
    const left = gap + (n % across) * (cell + gap) + Math.floor((cell - w) / 2);
    const top = gap + Math.floor(n / across) * (h + line + gap);
    const own = colours(set, index, range);
    const [, sourceColumns] = set.shape;
    for (let y = -1; y <= h; y++) {
      for (let x = -1; x <= w; x++) {
        if (x < 0 || y < 0 || x === w || y === h) {
          dot(left + x, top + y, frame);
          continue;
        }
        const row = set.shape[0] === 1 ? 0 : Math.floor(y / scale);
        const at = 3 * (row * sourceColumns + Math.floor(x / scale));
        dot(left + x, top + y, own[at] as number, own[at + 1] as number, own[at + 2] as number);
      }
    }
    const text = fitted(labels[n] as string, cell, letters);
    const start = left + Math.floor((w - textWidth(text) * letters) / 2);
    for (const [x, y] of dotsOf(text)) {
      for (let j = 0; j < letters; j++) {
        for (let i = 0; i < letters; i++) dot(start + x * letters + i, top + h + 3 + y * letters + j, ink);
      }
    }
  }
  return { width, height, values };
}
