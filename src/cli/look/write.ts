// Sheets as PNG files, and the numbers that stand on them.
import { resolve } from 'node:path';
import type { Raster } from '../../graphics/raster/raster.ts';
import { encodePicture } from '../../interop/png.ts';
import { writeAtomic } from '../files.ts';
import type { Io } from '../io.ts';

export async function writeRaster(io: Io, out: string, { values, height, width }: Raster): Promise<void> {
  await writeAtomic(resolve(io.cwd, out), await encodePicture(values, [height, width, 3]), out);
}

/** Three digits: `0.123`, `-12`, `1.2e-5`. */
export const short = (n: number): string => String(Number(n.toPrecision(3)));

/** Smallest and largest of many values. */
export function rangeOf(values: ArrayLike<number>): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

/** The name of a picture beside another: `out.png` to `out.sheet.png`. */
export const besideName = (out: string, word: string): string =>
  /\.png$/i.test(out) ? out.replace(/\.png$/i, `.${word}.png`) : `${out}.${word}.png`;
