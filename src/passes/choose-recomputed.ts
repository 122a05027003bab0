// Chooses the values that are computed again instead of being kept: those that free most memory where it is short for the
// least work, until the program fits.
import type { MemoryModel, Value } from './memory-model.ts';
import { type Tried, tryRecomputing } from './try-recomputing.ts';

export interface Chosen {
  readonly again: Uint8Array;
  readonly tried: Tried;
}

/**
 * Each step asks for this much of what the step before took, and for less where nothing gives as much. Small steps from the
 * beginning are slower, and sometimes end lower.
 */
const WAYS = [
  [0.9, 0.97, 0.99],
  [0.97, 0.99],
] as const;

/** A choice that is to be tried, with what it was worth when it was tried last. */
interface Candidate {
  readonly value: number;
  worth: number;
}

/** Bytes above the limit that go, per multiply-add; less than 0 when none go. */
function worthOf(model: MemoryModel, { again, tried }: Chosen, value: number, limit: number): number {
  again[value] = 1;
  const { excess, work } = tryRecomputing(model, again, limit);
  again[value] = 0;
  if (excess >= tried.excess) return -1;
  return (tried.excess - excess) / Math.max(1, work - tried.work);
}

/** More than it can be worth: it is away all the time between its readers, and only its own kernel runs again. */
function mostWorth(
  model: MemoryModel,
  { above }: Tried,
  { bytes, maker, uses, lastEarly }: Value,
  value: number,
): number {
  const next = uses.find((use) => use > lastEarly) ?? lastEarly;
  const runs = (above[next] as number) - (above[lastEarly] as number) + 1;
  const { work } = model.partOf(
    maker,
    [value],
    (model.outputs[maker] as readonly number[]).filter((v) => v !== value),
  );
  return runs > 1 ? (bytes * runs) / Math.max(1, lastEarly === maker ? 1 : work) : 0;
}

/** Adds values until the peak is `limit` at most; undefined when nothing helps any more. */
function addUntil(model: MemoryModel, from: Chosen, limit: number): Chosen | undefined {
  const again = Uint8Array.from(from.again);
  let now: Chosen = { again, tried: tryRecomputing(model, again, limit) };
  for (;;) {
    // Values that were worth least are tried anew only when no other is left: most choices do not touch most others.
    const queue: Candidate[] = [];
    model.values.forEach((v, value) => {
      const worth = v.again && !again[value] ? mostWorth(model, now.tried, v, value) : 0;
      if (worth > 0) queue.push({ value, worth });
    });
    const first = (): void => void queue.sort((p, q) => q.worth - p.worth || p.value - q.value);
    if (now.tried.peak <= limit) return now;
    first();
    const before = now;
    while (queue.length > 0 && now.tried.peak > limit) {
      const best = queue[0] as Candidate;
      best.worth = worthOf(model, now, best.value, limit);
      if (best.worth < 0) queue.shift();
      else if (best.worth >= (queue[1]?.worth ?? 0)) {
        queue.shift();
        again[best.value] = 1;
        now = { again, tried: tryRecomputing(model, again, limit) };
      } else first();
    }
    if (now === before) return undefined;
  }
}

/** Keeps what need not be computed again after all, the costliest first. */
function takeBack(model: MemoryModel, { again: all, tried }: Chosen, limit: number): Chosen {
  const again = Uint8Array.from(all);
  let now = tried;
  const saves = (value: number): number => {
    again[value] = 0;
    const less = tryRecomputing(model, again, limit);
    again[value] = 1;
    return less.peak <= limit ? now.work - less.work : 0;
  };
  const chosen = model.values.flatMap((_, value) => (again[value] ? [{ value, saved: saves(value) }] : []));
  for (const { value } of chosen.sort((p, q) => q.saved - p.saved || p.value - q.value)) {
    if (saves(value) <= 0) continue;
    again[value] = 0;
    now = tryRecomputing(model, again, limit);
  }
  return { again, tried: now };
}

/** The choice with which the values take `limit` bytes at most, or the one that takes least when there is none. */
export function chooseRecomputed(model: MemoryModel, limit: number): Chosen & { readonly fits: boolean } {
  const none = new Uint8Array(model.values.length);
  const first: Chosen = { again: none, tried: tryRecomputing(model, none, limit) };
  let least = first;
  for (const steps of WAYS) {
    let now = first;
    for (const step of steps) {
      for (let next: Chosen | undefined = now; next && now.tried.peak > limit; now = next ?? now)
        next = addUntil(model, now, Math.max(limit, Math.floor(step * now.tried.peak)));
    }
    if (now.tried.peak <= limit) return { ...takeBack(model, now, limit), fits: true };
    if (now.tried.peak < least.tried.peak) least = now;
  }
  return { ...least, fits: false };
}
