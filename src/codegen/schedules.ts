// How kernels run, apart from what they mean: sizes of tiles and workgroups, chosen by rules in this one file.
import type { IndexMap } from './kernels/index-map.ts';

/**
 * What the kernels are for. `portable` runs on every WebGPU device. `cpu` is for adapters that compute on the processor,
 * eight lanes at a time (lavapipe): subgroups of eight, and operands in textures.
 */
export type Target = 'portable' | 'cpu';

/** Each invocation computes `rows` rows of one column, or of four neighbouring columns. */
export interface RegisterSchedule {
  readonly kind: 'register';
  readonly rows: number;
  /** Invocations of a workgroup. */
  readonly workgroup: number;
}

/** A subgroup computes `rows` rows, and for each of its eight lanes `vectors` fours of columns (or single columns). */
export interface SubgroupSchedule {
  readonly kind: 'subgroup';
  readonly rows: 8 | 16;
  readonly vectors: 1 | 2;
}

export type ContractionSchedule = RegisterSchedule | SubgroupSchedule;

export function contractionSchedule(map: IndexMap, target: Target): ContractionSchedule {
  const columns = map.n % 4 === 0 ? map.n / 4 : map.n;
  const { count } = map.groups;
  // A subgroup's lanes are columns of one group: narrow groups would leave most of them idle.
  if (target === 'cpu' && (count === 1 || columns > 4)) {
    // A second vector where the columns fill it, or where a lane has one column only.
    const vectors = map.n % 4 === 0 ? map.n >= 64 : map.n > 8;
    return { kind: 'subgroup', rows: map.aStep === 1 && map.m <= 8 ? 8 : 16, vectors: vectors ? 2 : 1 };
  }
  // Few tiles get small workgroups, so that every core has some.
  const rows = map.m >= 64 ? 8 : map.m >= 4 ? 4 : 1;
  const tiles = Math.ceil(map.m / rows) * columns * count;
  return { kind: 'register', rows, workgroup: tiles >= 4096 ? 64 : tiles >= 256 ? 16 : 8 };
}

/** `lanes` invocations share one sum; a workgroup has workgroup / lanes of them. */
export interface SumSchedule {
  readonly workgroup: number;
  readonly lanes: number;
}

/** Invocations that keep a large device busy. */
const BUSY = 1 << 15;

/**
 * `count` sums of `terms` each. On a processor an invocation makes a whole sum: workgroups whose invocations wait for each
 * other are slow there. Elsewhere up to 64 share one, so that few sums fill the device, but each adds eight terms at least.
 */
export function sumSchedule(count: number, terms: number, target: Target): SumSchedule {
  if (target === 'cpu') return { workgroup: count >= 1024 ? 64 : count >= 128 ? 16 : 8, lanes: 1 };
  let lanes = 1;
  while (lanes < 64 && count * lanes < BUSY && terms / lanes > 8) lanes *= 2;
  return { workgroup: 64, lanes };
}
