// Pictures a second of a whole program, as the runtime trains and infers: several steps a submit, one read-back for all.
import { MOST_STEPS, type StepValues } from '../../../runtime/index.ts';
import { onTheClock } from './ceilings.ts';
import { median, spread } from './numbers.ts';
import type { Work } from './timing.ts';

export interface Throughput {
  /** Median of the repetitions, the slowest and the fastest of them, and half of the distance between the quartiles over the median. */
  readonly images_per_s: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly spread: number;
  /** Milliseconds of a step, of the median. */
  readonly step_ms: number;
  readonly repetitions: number;
  /** Steps of one submit. */
  readonly steps: number;
}

/** Seconds that one submit should take, as in the runtime's training. */
const SUBMIT = 0.12;

/** Repeats for about `seconds`, three times at least. */
export async function measureThroughput(work: Work, seconds: number, signal?: AbortSignal): Promise<Throughput> {
  const { session, program, values, data } = work;
  let done = 0;
  const run = (steps: number): Promise<number> =>
    onTheClock(session.device, () => {
      const rows = Array.from({ length: steps }, (_, i): StepValues => ({ ...values, step: done + i + 1 }));
      done += steps;
      session.run(program, rows, data);
      return program === 'train' ? session.readMetrics() : session.readOutput();
    });
  await run(1);
  const once = Math.min(await run(1), await run(1));
  const steps = Math.max(1, Math.min(MOST_STEPS, Math.round(SUBMIT / once)));
  const took: number[] = [];
  const began = performance.now();
  while (!signal?.aborted && (took.length < 3 || (performance.now() - began < 1000 * seconds && took.length < 200)))
    took.push((await run(steps)) / steps);
  const { batch } = session.plan;
  return {
    images_per_s: batch / median(took),
    slowest: batch / Math.max(...took),
    fastest: batch / Math.min(...took),
    spread: spread(took),
    step_ms: 1000 * median(took),
    repetitions: took.length,
    steps,
  };
}
