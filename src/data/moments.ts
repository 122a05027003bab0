// Mean and variance of each channel of a set, as the network sees its pictures: what `normalise per_channel` divides by.
import type { DataSet } from './types.ts';

/** In double precision; the variance is that of the set itself (over n). */
export function channelMoments({ shape, pixels }: DataSet): { readonly mean: number[]; readonly variance: number[] } {
  const { values, scale } = pixels;
  const channels = shape[2];
  const sums = new Float64Array(channels);
  const n = values.length / channels;
  for (let i = 0, c = 0; i < values.length; i++, c = c + 1 === channels ? 0 : c + 1)
    sums[c] = (sums[c] as number) + (values[i] as number);
  const means = sums.map((sum) => sum / n);
  // Of the differences from the mean: squares of values would lose digits where the mean is large.
  const squares = new Float64Array(channels);
  for (let i = 0, c = 0; i < values.length; i++, c = c + 1 === channels ? 0 : c + 1)
    squares[c] = (squares[c] as number) + ((values[i] as number) - (means[c] as number)) ** 2;
  return { mean: [...means].map((m) => m * scale), variance: [...squares].map((s) => (s / n) * scale * scale) };
}
