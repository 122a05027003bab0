// A contact sheet: pictures of a set side by side, each with its label under it.
import { labelText } from '../../data/measure.ts';
import { type DataSet, sizeOf } from '../../data/types.ts';
import { type Raster, rasterOf } from '../../graphics/raster/raster.ts';
import { drawSheet } from '../../graphics/raster/sheet.ts';
import { rangeOf } from '../look/write.ts';

/** The values that are black and white: 0 and 1, or the range of the values where they go beyond. */
function spreadOf({ pixels: { dtype, values, scale } }: DataSet): readonly [number, number] {
  if (dtype === 'u8') return [0, 1 / scale];
  const [low, high] = rangeOf(values);
  return [Math.min(0, low), Math.max(1, high)];
}

/** A picture of the set; of those with another number of channels than 1 and 3, the first channel. */
function tileOf({ shape, pixels }: DataSet, index: number, [low, high]: readonly [number, number]): Raster {
  const [height, width, channels] = shape;
  const own = pixels.values.subarray(index * sizeOf(shape), (index + 1) * sizeOf(shape));
  const seen = channels === 3 ? own : own.filter((_, i) => i % channels === 0);
  const values = Float32Array.from(seen, (v) => (v - low) / (high - low));
  const picture = rasterOf(values, [height, width, channels === 3 ? 3 : 1]);
  if (height > 1) return picture;
  // A vector is a row that is thicker than one point.
  const rows = Math.max(1, Math.ceil(width / 16));
  const thick = new Float32Array(rows * picture.values.length);
  for (let y = 0; y < rows; y++) thick.set(picture.values, y * picture.values.length);
  return { width, height: rows, values: thick };
}

/** Draws the pictures of these indices, in rows. */
export function contactSheet(set: DataSet, indices: readonly number[], title: string): Raster {
  const spread = spreadOf(set);
  return drawSheet({
    title,
    tiles: indices.map((index) => ({ picture: tileOf(set, index, spread), lines: [labelText(set, index)] })),
  });
}
