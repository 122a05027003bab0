// Seconds of each dispatch of a program: by timestamps around it, or by what many of it take more than few.
import {
  type DeviceData,
  MOST_STEPS,
  type ProgramName,
  type Session,
  type StepValues,
} from '../../../runtime/index.ts';
import { onTheClock } from './ceilings.ts';
import { byDifference, manyOf } from './differences.ts';
import { median } from './numbers.ts';

/** `timestamps`: queries around each dispatch. `differences`: on the clock, from a dispatch repeated few and many times. */
export type Clock = 'timestamps' | 'differences';

export interface Timed {
  readonly clock: Clock;
  /** Median seconds of each dispatch, those that gather the batch first. */
  readonly seconds: readonly number[];
  /** One step: when each dispatch began, from the first, and how long it took, with the copies of its operands. */
  readonly step: readonly { readonly at: number; readonly seconds: number }[];
  /** Steps that were timed. */
  readonly repetitions: number;
}

/** What runs: one step of a program with its batch. */
export interface Work {
  readonly session: Session;
  readonly program: ProgramName;
  readonly values: StepValues;
  /** The pictures that a step gathers its batch from first; without, what the arena holds is taken. */
  readonly data?: DeviceData;
}

/** Dispatches of one submit under timestamps: two queries each, of which a set holds 4096. */
const MOST = 2048;
/** Timestamps coarser than this many nanoseconds tell nothing about short kernels. */
const COARSEST = 4096;
const QUERY_RESOLVE = 0x200;
const COPY_SRC = 0x4;
const MAP_READ = 0x1;
const COPY_DST = 0x8;

const dispatchesOf = ({ session, program, data }: Work): number =>
  (data?.load.length ?? 0) + session.plan.programs[program].length;

/** Runs steps with a query at the beginning and end of each dispatch; nanoseconds, two a dispatch, step after step. */
export async function stamps(work: Work, steps = 1): Promise<bigint[]> {
  const { session, program, values, data } = work;
  const { device } = session;
  const all: bigint[] = [];
  const total = dispatchesOf(work);
  for (let from = 0; from < total; from += MOST) {
    const part = Math.min(MOST, total - from);
    const count = steps * part;
    const querySet = device.createQuerySet({ type: 'timestamp', count: 2 * count });
    const size = 16 * count;
    const resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
    const target = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
    const rows = Array.from({ length: steps }, () => values);
    session.run(program, rows, data, [from, from + part], (i) => ({
      timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
    }));
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(querySet, 0, 2 * count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, target, 0, size);
    device.queue.submit([encoder.finish()]);
    await target.mapAsync(1);
    all.push(...new BigUint64Array(target.getMappedRange().slice(0)));
    for (const b of [target, resolved, querySet]) b.destroy();
  }
  return all;
}

/** Seconds from stamps. What a dispatch copies before it lies between the end of the one before and its beginning. */
export function stepOf(all: readonly bigint[], copies: readonly boolean[]): Timed['step'] {
  const first = all[0] ?? 0n;
  const at = (i: number): number => Number((all[i] ?? first) - first) / 1e9;
  return copies.map((copying, i) => {
    const begin = copying && i > 0 ? at(2 * i - 1) : at(2 * i);
    return { at: begin, seconds: Math.max(0, at(2 * i + 1) - begin) };
  });
}

/** The largest power of two that divides all differences: the tick, or a multiple of it. */
export function granularity(all: readonly bigint[]): number {
  const bits = all.reduce((or, t) => or | (t - (all[0] ?? 0n)), 0n);
  return bits === 0n ? Number.POSITIVE_INFINITY : Number(bits & -bits);
}

/** Can a step be timed by timestamps here? They must be fine, in order, and see no more than the clock does. */
async function precise(work: Work): Promise<boolean> {
  if (!work.session.device.features.has('timestamp-query')) return false;
  let all: bigint[] = [];
  const { device } = work.session;
  await stamps(work);
  const clock = await onTheClock(device, async () => {
    all = await stamps(work);
  });
  const ordered = all.every((t, i) => i === 0 || t >= (all[i - 1] ?? t));
  const covered = Number((all[all.length - 1] ?? 0n) - (all[0] ?? 0n)) / 1e9;
  return ordered && granularity(all) <= COARSEST && covered > 0 && covered <= 1.1 * clock;
}

/** Times every dispatch for about `seconds`, three times at least. `by` overrules what the adapter allows. */
export async function timeDispatches(work: Work, seconds: number, signal?: AbortSignal, by?: Clock): Promise<Timed> {
  const clock = by ?? ((await precise(work)) ? 'timestamps' : 'differences');
  return clock === 'timestamps' ? byTimestamps(work, seconds, signal) : byDifferences(work, seconds, signal);
}

async function byTimestamps(work: Work, seconds: number, signal: AbortSignal | undefined): Promise<Timed> {
  const { session, program, data } = work;
  const copies = [
    ...(data?.load ?? []).map(() => false),
    ...session.plan.programs[program].map((d) => !!d.copies?.length),
  ];
  // Several steps a submit, as in training: the device sleeps between submits, and wakes slowly.
  await stamps(work);
  const once = await onTheClock(session.device, () => stamps(work));
  const fit = Math.floor(MOST / Math.max(1, dispatchesOf(work)));
  const several = Math.max(1, Math.min(MOST_STEPS, fit, Math.round(0.12 / once)));
  const steps: Timed['step'][] = [];
  const began = performance.now();
  while (
    !signal?.aborted &&
    (steps.length < 3 || (performance.now() - began < 1000 * seconds && steps.length < 2000))
  ) {
    const all = await stamps(work, several);
    for (let i = 0; i < several; i++)
      steps.push(stepOf(all.slice(2 * copies.length * i, 2 * copies.length * (i + 1)), copies));
  }
  const times = copies.map((_, i) => median(steps.map((s) => s[i]?.seconds ?? 0)));
  // The step to show is the one of median length.
  const length = (s: Timed['step']): number => s.reduce((sum, d) => sum + d.seconds, 0);
  const sorted = [...steps].sort((a, b) => length(a) - length(b));
  return {
    clock: 'timestamps',
    seconds: times,
    step: sorted[sorted.length >> 1] ?? [],
    repetitions: steps.length,
  };
}

async function byDifferences(work: Work, seconds: number, signal: AbortSignal | undefined): Promise<Timed> {
  const { session, program, values, data } = work;
  const total = dispatchesOf(work);
  const each = seconds / total;
  session.run(program, [values], data);
  const times: number[] = [];
  let repetitions = Number.POSITIVE_INFINITY;
  for (let i = 0; i < total && !signal?.aborted; i++) {
    // The first time counts for nothing.
    await manyOf(work, i);
    const many = await manyOf(work, i);
    const found: number[] = [];
    const began = performance.now();
    while (found.length < 3 || (performance.now() - began < 1000 * each && found.length < 20))
      found.push(await byDifference(work, i, many));
    times.push(median(found));
    repetitions = Math.min(repetitions, found.length);
  }
  let at = 0;
  const step = times.map((s) => {
    at += s;
    return { at: at - s, seconds: s };
  });
  return { clock: 'differences', seconds: times, step, repetitions };
}
