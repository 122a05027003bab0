// How the kernels of all families but contractions run: workgroups, what an invocation computes, who shares a sum. By rules
// for each target in this one file, and what else is worth measuring (contractions: schedules.ts).
import type { Target } from './schedules.ts';

/** Workgroups of `workgroup` invocations, each of which computes `each` items, as far apart as the workgroup is wide. */
export interface ItemSchedule {
  readonly kind: 'items';
  readonly workgroup: number;
  readonly each: number;
}

/** An invocation computes `columns` neighbouring columns of a depthwise convolution: each weight is read once for them. */
export interface StripSchedule {
  readonly kind: 'strips';
  readonly workgroup: number;
  readonly columns: number;
}

/** A workgroup makes the gradient of `filters` neighbouring filters of a depthwise convolution, in `slices` of the rows. */
export interface SliceSchedule {
  readonly kind: 'slices';
  readonly filters: number;
  readonly slices: number;
}

/** `lanes` invocations share one sum; a workgroup has workgroup / lanes of them. Other lanes add in another order. */
export interface SumSchedule {
  readonly kind: 'sum';
  readonly workgroup: number;
  readonly lanes: number;
}

export type FamilySchedule = ItemSchedule | StripSchedule | SliceSchedule | SumSchedule;

/** Complete by type: all other kinds are of contractions. */
const kinds: { readonly [K in FamilySchedule['kind']]: true } = { items: true, strips: true, slices: true, sum: true };

export const isOfFamily = (s: { readonly kind: string }): s is FamilySchedule => Object.hasOwn(kinds, s.kind);

/** What such a kernel has to do, as far as a schedule depends on it. */
export type FamilyWork =
  /** `count` items: elements, fours of channels, windows, or rows of scores. */
  | { readonly kind: 'items'; readonly family: string; readonly count: number }
  /** `columns` of the result. */
  | { readonly kind: 'strips'; readonly columns: number }
  /** `filters` in elements or fours; `rows` that the slices share. */
  | { readonly kind: 'slices'; readonly filters: number; readonly rows: number }
  /** `count` sums of `terms` each; `bytes` of the sums of an invocation. */
  | { readonly kind: 'sum'; readonly count: number; readonly terms: number; readonly bytes: number };

/** Invocations that keep a large device busy. */
const BUSY = 1 << 15;
/** Every device has workgroups of this many invocations, and this much memory in each. */
const [WIDEST, MEMORY] = [256, 16384];
/** Items of an invocation, and columns that it keeps in registers. */
const [MOST_ITEMS, MOST_COLUMNS] = [64, 16];

/** What the rules choose. */
export function familySchedule(work: FamilyWork, target: Target): FamilySchedule {
  switch (work.kind) {
    case 'items':
      return itemSchedule(work, target);
    case 'strips':
      return { kind: 'strips', workgroup: 64, columns: 4 };
    case 'slices':
      return { kind: 'slices', filters: 8, slices: work.rows >= 128 ? 32 : 8 };
    case 'sum':
      return sumSchedule(work.count, work.terms, target);
  }
}

/** Workgroups that keep the cores of a processor busy, and the fewest and most items for which a loop over them pays there. */
const [CORES_BUSY, FEWEST_LOOPED, MOST_LOOPED] = [32, 8, 32];

/**
 * An item an invocation. Rows of scores are few and long: small workgroups, so that every core has some. On a processor a
 * workgroup costs as much to begin as some elementwise items to compute: many of these are looped over.
 */
function itemSchedule({ family, count }: Extract<FamilyWork, { kind: 'items' }>, target: Target): ItemSchedule {
  const workgroup = family === 'rows' ? 16 : 64;
  let each = 1;
  if (target === 'cpu' && family === 'pointwise')
    while (each < MOST_LOOPED && count / (2 * each * workgroup) >= CORES_BUSY) each *= 2;
  return { kind: 'items', workgroup, each: each < FEWEST_LOOPED ? 1 : each };
}

/**
 * `count` sums of `terms` each. On a processor an invocation makes a whole sum: workgroups whose invocations wait for each
 * other are slow there. Elsewhere up to 64 share one, so that few sums fill the device, but each adds eight terms at least.
 */
function sumSchedule(count: number, terms: number, target: Target): SumSchedule {
  if (target === 'cpu') return { kind: 'sum', workgroup: count >= 1024 ? 64 : count >= 128 ? 16 : 8, lanes: 1 };
  let lanes = 1;
  while (lanes < 64 && count * lanes < BUSY && terms / lanes > 8) lanes *= 2;
  return { kind: 'sum', workgroup: 64, lanes };
}

const whole = (...all: readonly number[]): boolean => all.every((n) => Number.isInteger(n) && n >= 1);

/** Why a schedule cannot run such work; undefined when it can. */
export function familyTrouble(s: FamilySchedule, work: FamilyWork): string | undefined {
  if (s.kind !== work.kind) return `this kernel is scheduled by "${work.kind}", not by "${s.kind}"`;
  switch (s.kind) {
    case 'items':
      return whole(s.workgroup, s.each) && s.workgroup <= WIDEST && s.each <= MOST_ITEMS
        ? undefined
        : `an invocation computes 1 to ${MOST_ITEMS} items, and a workgroup has 1 to ${WIDEST} invocations`;
    case 'strips':
      return whole(s.workgroup, s.columns) && s.workgroup <= WIDEST && s.columns <= MOST_COLUMNS
        ? undefined
        : `an invocation computes 1 to ${MOST_COLUMNS} columns, and a workgroup has 1 to ${WIDEST} invocations`;
    case 'slices':
      return whole(s.filters, s.slices) && s.filters * s.slices <= WIDEST
        ? undefined
        : `filters and slices are whole numbers, and their product at most ${WIDEST}`;
    case 'sum': {
      const two = whole(s.workgroup, s.lanes) && Number.isInteger(Math.log2(s.lanes));
      if (!two || s.workgroup > WIDEST || s.workgroup % s.lanes !== 0)
        return `the lanes of a sum are 1, 2, 4 ... and divide the workgroup, which has 1 to ${WIDEST} invocations`;
      const bytes = s.lanes === 1 || work.kind !== 'sum' ? 0 : s.workgroup * work.bytes;
      return bytes <= MEMORY
        ? undefined
        : `${s.workgroup} invocations share sums of ${bytes} bytes, and a workgroup has ${MEMORY}`;
    }
  }
}

/** Schedules worth measuring besides the rules' own; those of `familyRefinements` belong to the best of them. */
export function familyCandidates(work: FamilyWork, target: Target): FamilySchedule[] {
  const rule = familySchedule(work, target);
  return possible(distances(rule, work), rule, work);
}

function distances(rule: FamilySchedule, work: FamilyWork): FamilySchedule[] {
  switch (rule.kind) {
    case 'items':
      return [8, 32, 4, 1].map((each) => ({ ...rule, each }));
    case 'strips':
      return [8, 2, 1, 4].map((columns) => ({ ...rule, columns }));
    case 'slices':
      return [32, 16, 8, 4, 1].map((slices) => ({ ...rule, slices }));
    case 'sum': {
      const terms = work.kind === 'sum' ? work.terms : 1;
      const all = [1, 4, 8, 16, 64].filter((lanes) => lanes === 1 || terms >= 4 * lanes);
      return all.map((lanes) => ({ ...rule, lanes, workgroup: Math.max(lanes, rule.workgroup) }));
    }
  }
}

/** The neighbours of a schedule: other workgroups. */
export function familyRefinements(of: FamilySchedule, work: FamilyWork): FamilySchedule[] {
  const near =
    of.kind === 'slices'
      ? [1, 4, 8, 16].map((filters) => ({ ...of, filters }))
      : [8, 16, 32, 64, 128, 256].map((workgroup) => ({ ...of, workgroup }));
  return possible(near, of, work);
}

const possible = (all: readonly FamilySchedule[], but: FamilySchedule, work: FamilyWork): FamilySchedule[] =>
  all.filter((s) => familyText(s) !== familyText(but) && familyTrouble(s, work) === undefined);

/** A schedule in words: `4 items each, workgroups of 64`, `sums by 8 lanes, workgroups of 64`. */
export function familyText(s: FamilySchedule): string {
  switch (s.kind) {
    case 'items':
      return `${s.each} ${s.each === 1 ? 'item' : 'items'} each, workgroups of ${s.workgroup}`;
    case 'strips':
      return `strips of ${s.columns}, workgroups of ${s.workgroup}`;
    case 'slices':
      return `${s.filters} filters, ${s.slices} slices`;
    case 'sum':
      return `${s.lanes === 1 ? 'whole sums' : `sums by ${s.lanes} lanes`}, workgroups of ${s.workgroup}`;
  }
}
