// Which kernels run again, and how much memory a program takes, for a choice of values that are not kept.
import type { MemoryModel, Part, Value } from './memory-model.ts';

/** A kernel of the program, or a part of one that runs once more. */
export type Run =
  | { readonly kind: 'first'; readonly group: number; readonly outputs: readonly number[] }
  | {
      readonly kind: 'again';
      readonly group: number;
      readonly outputs: readonly number[];
      readonly part: Part;
      /** The kernel of the program that it runs for: which of two copies it reads. */
      readonly at: number;
    };

export interface Tried {
  /** The largest sum of values that live at the same time, in bytes. */
  readonly peak: number;
  /** Bytes above the limit, summed over all kernels. */
  readonly excess: number;
  /** What is computed again, in multiply-adds with what is read and written counted too. */
  readonly work: number;
  readonly runs: readonly Run[];
  /** Of each kernel of the program: how many runs before it, or at it, take more than the limit. */
  readonly above: Int32Array;
}

/** Does a kernel at this place read the second copy of the value? */
export const isLate = ({ lastEarly }: Value, at: number): boolean => at > lastEarly;

/**
 * Values in `again` are dropped behind their last early reader and made once more, just before the first late one; what
 * that needs and is dropped too is made again before it. A value without an early reader is made late only.
 */
export function tryRecomputing(model: MemoryModel, again: Uint8Array, limit: number): Tried {
  const { values, inputs, outputs, inPlace, fixed, blocks } = model;
  const runs: Run[] = [];
  let work = 0;
  // First and last run of each value, and of its second copy; of what is not there the last is -1.
  const { made, last, changes } = model.room;
  made.fill(-1);
  last.fill(-1);
  changes.fill(0);
  const copyAt = (v: number, at: number): number =>
    again[v] && isLate(values[v] as Value, at) ? values.length + v : v;
  const remake = (v: number, at: number): void => {
    if ((made[values.length + v] as number) >= 0) return;
    const { maker } = values[v] as Value;
    const all = outputs[maker] as readonly number[];
    const targets = all.filter((w) => again[w]);
    const kept = all.filter((w) => !again[w]);
    const part = model.partOf(maker, targets, kept);
    for (const w of part.inputs) if (copyAt(w, at) >= values.length) remake(w, at);
    const place = runs.length;
    runs.push({ kind: 'again', group: maker, outputs: targets, part, at });
    work += part.work;
    for (const w of part.inputs) last[copyAt(w, at)] = place;
    for (const w of targets) made[values.length + w] = last[values.length + w] = place;
  };
  const placeOf = new Int32Array(inputs.length).fill(-1);
  for (let at = 0; at < inputs.length; at++) {
    const mine = outputs[at] as readonly number[];
    const stays = (v: number): boolean => !again[v] || (values[v] as Value).lastEarly > at;
    const kept = mine.every(stays) ? mine : mine.filter(stays);
    if (mine.length > 0 && kept.length === 0) {
      work -= model.work[at] as number;
      continue;
    }
    const reads = inputs[at] as readonly number[];
    for (const v of reads) if (copyAt(v, at) >= values.length) remake(v, at);
    placeOf[at] = runs.length;
    for (const v of reads) last[copyAt(v, at)] = runs.length;
    for (const v of kept) made[v] = last[v] = runs.length;
    runs.push({ kind: 'first', group: at, outputs: kept });
  }
  // A result in the place of an operand that ends there. Of what is made again the place is not counted on.
  values.forEach(({ maker }, v) => {
    const operand = inPlace[v] as number;
    if (operand < 0 || (made[v] as number) < 0) return;
    const copy = copyAt(operand, maker);
    if (last[copy] === made[v]) last[copy] = (made[v] as number) - 1;
  });
  // Values come and go.
  const lives = (from: number, to: number, bytes: number): void => {
    changes[from] = (changes[from] as number) + bytes;
    changes[to + 1] = (changes[to + 1] as number) - bytes;
  };
  values.forEach(({ bytes }, v) => {
    for (const copy of [v, values.length + v])
      if (bytes > 0 && (made[copy] as number) >= 0) lives(made[copy] as number, last[copy] as number, bytes);
  });
  for (const { first, last: end, bytes } of blocks) lives(placeOf[first] as number, placeOf[end] as number, bytes);
  let live = fixed;
  let [peak, excess] = [fixed, 0];
  const above = new Int32Array(inputs.length);
  let [over, group] = [0, 0];
  runs.forEach((run, place) => {
    live += changes[place] as number;
    peak = Math.max(peak, live);
    excess += Math.max(0, live - limit);
    if (live > limit) over++;
    const at = run.kind === 'first' ? run.group : run.at;
    // Kernels without a run count as those before them; the runs for a kernel end with its own.
    for (; group < at; group++)
      above[group] = group > 0 ? Math.max(above[group] as number, above[group - 1] as number) : 0;
    above[at] = over;
    group = at;
  });
  return { peak, excess, work, runs, above };
}
