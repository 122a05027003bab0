// Seconds of a dispatch on the clock, where timestamps tell nothing: what many of it in one submit take more than one.
import { onTheClock } from './ceilings.ts';
import type { Work } from './timing.ts';

/** One dispatch of the step (those that gather the batch come first) so many times, from the submit to its end. */
const repeated = ({ session, program, values, data }: Work, dispatch: number, times: number): Promise<number> =>
  onTheClock(session.device, () =>
    session.run(
      program,
      Array.from({ length: times }, () => values),
      data,
      [dispatch, dispatch + 1],
    ),
  );

/** How many take some tens of milliseconds, unless one alone does: the dispatch runs once. */
export const manyOf = async (work: Work, dispatch: number): Promise<number> =>
  Math.max(3, Math.min(64, Math.round(0.03 / (await repeated(work, dispatch, 1)))));

/** Seconds of one; 0 where the clock saw no difference. */
export async function byDifference(work: Work, dispatch: number, many: number): Promise<number> {
  const [one, all] = [await repeated(work, dispatch, 1), await repeated(work, dispatch, many)];
  return Math.max(0, all - one) / (many - 1);
}
