// Numbers as the runtime stores them: bytes with a scale where they are whole numbers, else 32-bit floats as they stand.
import type { Numbers } from './npy.ts';
import { type PictureShape, type Pixels, sizeOf } from './types.ts';

/** By what whole numbers up to `highest` are divided: 255, 16 for those of 16 levels, or nothing. */
export const divisorOf = (highest: number): number => (highest > 16 ? 255 : highest > 1 ? 16 : 1);

/** The highest value when all are whole numbers from 0 to 255, else undefined. */
function highestByte(values: Numbers): number | undefined {
  let top = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    if (!(v >= 0 && v <= 255 && Number.isInteger(v))) return undefined;
    if (v > top) top = v;
  }
  return top;
}

export interface Stored {
  readonly pixels: readonly Pixels[];
  /** The highest value when all are bytes, and what they are divided by. */
  readonly highest: number | undefined;
  readonly divisor: number;
}

/**
 * The values of all parts of a set: bytes when all are whole numbers from 0 to 255, divided by 255 (by 16 when none is
 * above 16, by nothing when none is above 1); else the numbers as they stand. All parts get one scale.
 */
export function storePixels(parts: readonly Numbers[]): Stored {
  const tops = parts.map(highestByte);
  if (tops.includes(undefined)) {
    const floats = (v: Numbers): Float32Array => (v instanceof Float32Array ? v : Float32Array.from(v));
    return {
      highest: undefined,
      divisor: 1,
      pixels: parts.map((v) => ({ dtype: 'f32', values: floats(v), scale: 1 })),
    };
  }
  const highest = Math.max(...(tops as number[]));
  const divisor = divisorOf(highest);
  const bytes = (v: Numbers): Uint8Array => (v instanceof Uint8Array ? v : Uint8Array.from(v));
  return { highest, divisor, pixels: parts.map((v) => ({ dtype: 'u8', values: bytes(v), scale: 1 / divisor })) };
}

/** The shape of a row of values: the model's when it has as many, else a square, else a vector (1 x 1 x n). */
export function shapeOfRow(columns: number, expected?: readonly number[]): PictureShape {
  if (expected?.length === 3 && sizeOf(expected) === columns) return expected as PictureShape;
  const side = Math.round(Math.sqrt(columns));
  return side * side === columns ? [side, side, 1] : [1, 1, columns];
}
