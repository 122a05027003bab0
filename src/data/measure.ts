// What a set is like, in numbers: pictures a class, and mean, deviation, least and largest value of each channel.
import { NORMALISE } from '../passes/lower/normalise.ts';
import { type DataSet, labelsOf } from './types.ts';

export interface ChannelFacts {
  readonly mean: number;
  /** Of all values, not of a sample: divided by their number. */
  readonly variance: number;
  readonly min: number;
  readonly max: number;
}

/** Of each channel as the network sees it (stored value x scale), in double precision; `normalise per_channel` takes these. */
export function channelFacts({ pixels: { values, scale }, shape: [, , channels] }: DataSet): ChannelFacts[] {
  const n = values.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    let [sum, min, max] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = channel; i < values.length; i += channels) {
      const v = values[i] as number;
      sum += v;
      if (v < min) min = v;
      if (v > max) max = v;
    }
    // Squares of the differences from the mean: those of values would lose digits where the mean is large.
    const mean = sum / n;
    let squares = 0;
    for (let i = channel; i < values.length; i += channels) squares += ((values[i] as number) - mean) ** 2;
    const variance = (squares / n) * scale * scale;
    return { mean: mean * scale, variance, min: min * scale, max: max * scale };
  });
}

/** What `normalise per_channel` keeps with the weights, by the names of its parameters. */
export function normaliseParameters(set: DataSet): Map<string, Float32Array<ArrayBuffer>> {
  const facts = channelFacts(set);
  return new Map(
    (['mean', 'variance'] as const).map((name) => [
      `${NORMALISE}.${name}`,
      Float32Array.from(facts, (channel) => channel[name]),
    ]),
  );
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
