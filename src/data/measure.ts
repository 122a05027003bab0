// What a set is like, in numbers: pictures a class, and mean, deviation, least and largest value of each channel.
import { type DataSet, labelsOf } from './types.ts';

export interface ChannelFacts {
  readonly mean: number;
  /** Of all values, not of a sample: divided by their number. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

/** Mean, standard deviation and range of each channel as the network sees them: stored value x scale. */
export function channelFacts({ pixels: { values, scale }, shape: [, , channels] }: DataSet): ChannelFacts[] {
  return Array.from({ length: channels }, (_, channel) => {
    // Sums of differences from the first value: deviations stay exact where all values are large.
    const first = values[channel] as number;
    let [sum, squares, min, max] = [0, 0, first, first];
    for (let i = channel; i < values.length; i += channels) {
      const v = values[i] as number;
      sum += v - first;
      squares += (v - first) * (v - first);
      if (v < min) min = v;
      if (v > max) max = v;
    }
    const n = values.length / channels;
    const mean = sum / n;
    const std = Math.sqrt(Math.max(0, squares / n - mean * mean));
    return { mean: (first + mean) * scale, std: std * scale, min: min * scale, max: max * scale };
  });
}

/** Pictures of each class (pixels, where the labels are maps); undefined where labels are values. */
export function classCounts(set: DataSet): readonly number[] | undefined {
  if (!(set.labels instanceof Uint32Array)) return undefined;
  const out = new Array<number>(set.classes).fill(0);
  for (const label of set.labels) out[label] = (out[label] ?? 0) + 1;
  return out;
}

/** What stands under a picture: the name of its class, its number, or its first values. */
export function labelText(set: DataSet, index: number): string {
  const each = labelsOf(set);
  const own = set.labels.subarray(index * each, (index + 1) * each);
  if (set.labels instanceof Uint32Array) {
    const name = (label: number): string => set.classNames?.[label] ?? String(label);
    return each === 1
      ? name(own[0] as number)
      : [...new Set(own)]
          .filter((l) => l > 0)
          .map(name)
          .join(' ');
  }
  return each > 16 ? '' : [...own.subarray(0, 4)].map((v) => String(Number(v.toPrecision(3)))).join(' ');
}
