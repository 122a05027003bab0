// A histogram of many numbers, as summary.proto has it: thirty bins of equal width, as TensorFlow 2 writes them.

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** The right end of each bin; the first begins at `min`. */
  readonly bucketLimit: readonly number[];
  readonly bucket: readonly number[];
}

const BINS = 30;

/** Of the finite ones among values of single precision; undefined when there are none. */
export function histogramOf(values: ArrayLike<number>): Histogram | undefined {
  let [num, sum, sumSquares] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    if (!Number.isFinite(v)) continue;
    num++;
    sum += v;
    sumSquares += v * v;
    min = Math.min(min, v);
    max = Math.max(max, v);
  }
  if (num === 0) return undefined;
  const width = (max - min) / BINS;
  if (width === 0) {
    // One bin of width 1 around the only value there is (or values that are nearer than numbers can tell).
    const bucketLimit = [min - 0.5, min + 0.5];
    return { min: min - 0.5, max: min + 0.5, num, sum, sumSquares, bucketLimit, bucket: [0, num] };
  }
  const bucket = new Array<number>(BINS).fill(0);
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    if (!Number.isFinite(v)) continue;
    const bin = Math.min(BINS - 1, Math.floor((v - min) / width));
    bucket[bin] = (bucket[bin] as number) + 1;
  }
  const bucketLimit = bucket.map((_, i) => (i === BINS - 1 ? max : Math.min(max, min + (i + 1) * width)));
  return { min, max, num, sum, sumSquares, bucketLimit, bucket };
}
