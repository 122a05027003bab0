// Times the dispatches of a program in rounds, one after the other in each, so that what slows the machine slows all of them.
import { byDifference, manyOf } from '../bench/differences.ts';
import { median, quantile } from '../bench/numbers.ts';
import { type Clock, stamps, stepOf, type Work } from '../bench/timing.ts';

export interface Rounds extends Omit<Work, 'data'> {
  readonly clock: Clock;
  /** About how long it may take, and how many rounds there are at least. */
  readonly seconds: number;
  readonly least: number;
  readonly signal?: AbortSignal | undefined;
}

const MOST = 400;

/**
 * Seconds of each dispatch but the first, round by round. A device that waited for work wakes slowly: the first of a submit
 * pays for that, and counts for nothing.
 */
export async function race(o: Rounds): Promise<number[][]> {
  const { session, program, values, clock, seconds, least, signal } = o;
  const [, ...dispatches] = session.plan.programs[program];
  const rounds: number[][] = [];
  const began = performance.now();
  const more = (): boolean =>
    !signal?.aborted && (rounds.length < least || (rounds.length < MOST && performance.now() - began < 1000 * seconds));
  // What the first run makes ready counts for nothing.
  session.run(program, [values]);
  await session.device.queue.onSubmittedWorkDone();
  if (clock === 'timestamps') {
    const copying = session.plan.programs[program].map((d) => !!d.copies?.length);
    const secondsOf = (all: readonly bigint[]): number[] =>
      stepOf(all, copying)
        .slice(1)
        .map((d) => d.seconds);
    while (more()) rounds.push(secondsOf(await stamps({ session, program, values })));
    return rounds;
  }
  const many: number[] = [];
  for (const i of dispatches.keys()) many.push(await manyOf(o, i + 1));
  while (more()) {
    const round: number[] = [];
    // Rounds are compared by ratios: none is 0.
    for (const [i, times] of many.entries()) round.push(Math.max(1e-9, await byDifference(o, i + 1, times)));
    rounds.push(round);
  }
  return rounds;
}

/** Median seconds of one dispatch. */
export const medianOf = (rounds: readonly (readonly number[])[], i: number): number =>
  median(rounds.map((r) => r[i] ?? Number.POSITIVE_INFINITY));

/** A schedule must be faster by this part, whatever the noise. */
const LEAST_GAIN = 0.02;

/**
 * Is dispatch `i` faster than dispatch 0 by more than the noise? The median of its time over that of dispatch 0 in the same
 * round must lie below 1 with its confidence: McGill, Tukey and Larsen 1978, 1.57 times the distance of the quartiles over
 * the root of the count.
 */
export function clearlyFaster(rounds: readonly (readonly number[])[], i: number): boolean {
  const ratios = rounds.map((r) => (r[i] ?? 1) / (r[0] || 1));
  const notch = (1.57 * (quantile(ratios, 0.75) - quantile(ratios, 0.25))) / Math.sqrt(Math.max(1, ratios.length));
  return ratios.length >= 3 && median(ratios) + notch < 1 - LEAST_GAIN;
}
