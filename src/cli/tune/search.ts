// The search for better schedules of a model's kernels: the costliest first, until the time is spent.
import { createSession, type ProgramName } from '../../../runtime/index.ts';
import type { OpenedDevice } from '../../../runtime/node.ts';
import type { Emitted } from '../../codegen/emit-plan.ts';
import { type Schedule, scheduleText, type Target } from '../../codegen/schedules.ts';
import type { Family } from '../../schedule/index.ts';
import { type Clock, timeDispatches } from '../bench/timing.ts';
import { subgroupsOf } from '../device-target.ts';
import { leavesFor } from '../verify/leaves.ts';
import { openLab, type Place, stepOf } from './lab.ts';
import { clearlyFaster, medianOf, race } from './race.ts';
import { type Work, worksOf } from './works.ts';

/** A kernel with what it costs. */
export interface Cost extends Work {
  /** Of the costliest dispatch, as the others are named after it. */
  readonly name: string;
  /** Seconds of all its dispatches, one run of each program. */
  readonly seconds: number;
  readonly costliest: Work['places'][number];
}

export interface Found {
  readonly kernel: string;
  readonly key: string;
  /** Dispatches in one run of each program. */
  readonly dispatches: number;
  readonly rule: Schedule;
  readonly rule_us: number;
  /** The fastest that was measured, that of the rules where none is clearly faster. */
  readonly schedule: Schedule;
  readonly us: number;
  /** Is it faster than the rules by more than the noise? */
  readonly better: boolean;
  /** How many schedules were measured, that of the rules with them. */
  readonly tried: number;
  /** Whether all were. */
  readonly whole: boolean;
}

export interface TuneOptions {
  readonly programs: readonly ('train' | 'infer')[];
  /** Only kernels of these; all unless given. */
  readonly families?: readonly Family[] | undefined;
  readonly seconds: number;
  /** Part of all the time that a kernel must take to be measured; a hundredth unless given. */
  readonly noticeable?: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Schedules that were the best before: they are measured first. */
  readonly known?: ReadonlyMap<string, Schedule>;
  /** Times kernels so, whatever the adapter allows (for tests). */
  readonly clock?: Clock;
  /** Takes the times, in place of what really does (for tests). */
  readonly measure?: typeof race;
  /** What is being done. */
  readonly onStatus?: (text: string) => void;
  readonly onDrop?: (kernel: string, schedule: Schedule, reason: string) => void;
  readonly onFound?: (found: Found) => Promise<void> | void;
}

export interface Searched {
  readonly clock: Clock;
  readonly found: readonly Found[];
  /** Kernels that take noticeable time; those that were not reached in time are not in `found`. */
  readonly kernels: number;
  /** Kernels that have a choice too, and take less: the rules choose. */
  readonly small: number;
}

/**
 * Candidates that are compiled and timed together, besides the rules' schedule and the best so far. A software adapter takes
 * seconds to compile a contraction, and the time may be up between two.
 */
const together = ({ adapter }: OpenedDevice, { family }: Work): number =>
  adapter.kind === 'software' && family === 'contraction' ? 1 : 6;
/** Part of the time left that a kernel may take whatever it costs, and rounds of what decides. */
const [PART, ROUNDS] = [1 / 3, 11];

/** What the kernels of the programs cost with the schedules of the rules, the costliest first. */
async function costs(
  opened: OpenedDevice,
  emitted: Emitted,
  target: Target,
  { programs, families, noticeable = 0.01, seconds, seed, signal, clock: by }: TuneOptions,
): Promise<{ readonly clock: Clock; readonly works: readonly Cost[]; readonly small: number }> {
  const { plan } = emitted;
  const session = await createSession(opened.device, plan, programs satisfies readonly ProgramName[]);
  try {
    const { pictures, labels } = leavesFor(plan, seed);
    const data = session.upload({ values: pictures, scale: 1, labels });
    data.setOrder(Uint32Array.from({ length: plan.batch }, (_, i) => i));
    session.initialise(seed);
    const times = new Map<string, readonly number[]>();
    let clock = by;
    for (const program of programs) {
      const work = { session, program, values: stepOf(plan), data };
      const timed = await timeDispatches(work, (0.1 * seconds) / programs.length, signal, clock);
      clock = timed.clock;
      times.set(program, timed.seconds.slice(data.load.length));
    }
    data.destroy();
    const asked = worksOf(emitted, programs, target, subgroupsOf(opened)).filter(
      (w) => families?.includes(w.family) ?? true,
    );
    const works = asked.map((work): Cost => {
      const cost = ({ program, origin }: Work['places'][number]): number => times.get(program)?.[origin.index] ?? 0;
      const costliest = work.places.reduce((a, b) => (cost(b) > cost(a) ? b : a));
      const all = work.places.reduce((sum, p) => sum + cost(p), 0);
      return { ...work, name: costliest.origin.dispatch.label, seconds: all, costliest };
    });
    const total = [...times.values()].flat().reduce((sum, s) => sum + s, 0);
    const noticed = works.filter((w) => w.seconds >= noticeable * total).sort((a, b) => b.seconds - a.seconds);
    return { clock: clock ?? 'differences', works: noticed, small: works.length - noticed.length };
  } finally {
    session.dispose();
  }
}

/** Searches until all candidates are measured or the time is spent; what was found by then counts. */
export async function search(
  opened: OpenedDevice,
  emitted: Emitted,
  target: Target,
  o: TuneOptions,
): Promise<Searched> {
  const until = performance.now() + 1000 * o.seconds;
  const over = (time: number): boolean => o.signal?.aborted === true || performance.now() >= time;
  o.onStatus?.('what the kernels cost by the rules');
  const { clock, works, small } = await costs(opened, emitted, target, o);
  const found: Found[] = [];
  for (const [i, work] of works.entries()) {
    if (over(until)) break;
    const left = works.slice(i).reduce((sum, w) => sum + w.seconds, 0);
    const now = performance.now();
    const mine = now + (until - now) * Math.max(PART, work.seconds / left);
    const say = (what: string): void => o.onStatus?.(`${i + 1}/${works.length} ${work.name}: ${what}`);
    const place: Place = { ...work.costliest, emitted, target, key: work.key, subgroups: subgroupsOf(opened) };
    const one = await tune(opened, place, work, { ...o, clock }, () => over(mine), say);
    if (!one) continue;
    found.push(one);
    await o.onFound?.(one);
  }
  return { clock, found, kernels: works.length, small };
}

/** The fastest schedule of one kernel; undefined when not even one candidate was timed. */
async function tune(
  opened: OpenedDevice,
  place: Place,
  work: Cost,
  o: TuneOptions & { readonly clock: Clock },
  late: () => boolean,
  say: (what: string) => void,
): Promise<Found | undefined> {
  const { choice, name: kernel } = work;
  const { rule } = choice;
  const onDrop = (schedule: Schedule, reason: string): void => o.onDrop?.(kernel, schedule, reason);
  const values = stepOf(place.emitted.plan);
  /** Times the schedules beside that of the rules. Gives the rounds, and which of them can be used. */
  const timed = async (schedules: readonly Schedule[], least: number) => {
    const lab = await openLab(opened.device, place, [rule, ...schedules], onDrop);
    try {
      const wrong = await lab.check();
      const each = work.seconds / work.places.length;
      const share = Math.min(o.seconds / 30, Math.max(0.03, 12 * lab.schedules.length * each));
      const { session } = lab;
      const { clock, signal, measure = race } = o;
      const rounds = await measure({ session, program: 'evaluate', values, clock, seconds: share, least, signal });
      return { schedules: lab.schedules, wrong, rounds };
    } finally {
      lab.dispose();
    }
  };
  const most = together(opened, work);
  let best = rule;
  let tried = 1;
  /** Everything in the list, some at a time, each time against the best so far; false when there was no time. */
  const through = async (list: readonly Schedule[]): Promise<boolean> => {
    for (let at = 0; at < list.length; at += most) {
      if (late()) return false;
      const some = list.slice(at, at + most);
      say(some.map(scheduleText).join('; '));
      const { schedules, wrong, rounds } = await timed(best === rule ? some : [best, ...some], 3);
      if (rounds.length === 0) return false;
      wrong.forEach((reason, i) => reason !== undefined && onDrop(schedules[i] as Schedule, reason));
      tried += some.length;
      const usable = schedules.map((_, i) => i).filter((i) => wrong[i] === undefined);
      const fastest = usable.reduce((a, b) => (medianOf(rounds, b) < medianOf(rounds, a) ? b : a), 0);
      best = schedules[fastest] ?? rule;
    }
    return true;
  };
  const known = o.known?.get(work.key);
  const first = known && choice.trouble(known) === undefined ? [known] : [];
  const all = [...first, ...choice.candidates()];
  const texts = [rule, ...all].map(scheduleText);
  const candidates = all.filter((_, i) => texts.indexOf(texts[i + 1] as string) === i + 1);
  const whole = (await through(candidates)) && (await through(choice.refine(best)));
  if (tried === 1) return undefined;
  // The fastest of many is so by luck too: it must win once more, against the rules alone.
  say(`${scheduleText(best)} against the rules`);
  const { rounds } = await timed(best === rule ? [] : [best], ROUNDS);
  if (rounds.length === 0) return undefined;
  const us = (i: number): number => Number((1e6 * medianOf(rounds, i)).toPrecision(4));
  const better = best !== rule && rounds[0]?.length === 2 && clearlyFaster(rounds, 1);
  return {
    kernel,
    key: work.key,
    dispatches: work.places.length,
    rule,
    rule_us: us(0),
    schedule: better ? best : rule,
    us: us(better ? 1 : 0),
    better,
    tried,
    whole,
  };
}
