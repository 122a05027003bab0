// How kernels run, apart from what they mean: sizes of tiles and workgroups, chosen by rules in this one file.
// Those of contractions; all other families: family-schedules.ts.
import { type FamilySchedule, familyText, isOfFamily } from './family-schedules.ts';
import { type IndexMap, stepsOf } from './kernels/index-map.ts';
import {
  isSubgroupKind,
  type SubgroupKind,
  type Subgroups,
  subgroupCandidates,
  subgroupRefinements,
  subgroupRule,
  subgroupText,
  subgroupTrouble,
  unknownSubgroups,
} from './subgroup-schedules.ts';

/**
 * What the kernels are for. `portable` runs on every WebGPU device. `cpu` is for adapters that compute on the processor,
 * eight lanes at a time (lavapipe): subgroups of eight, and operands in textures. `gpu` is for graphics processors: tiles
 * in the memory of workgroups, which an adapter without such memory makes slow. `gpu-subgroups` is for those whose lanes
 * share by shuffling, or that have matrix units.
 */
export type Target = 'portable' | 'cpu' | 'gpu' | 'gpu-subgroups';

/** All targets, by the names of `--target`. */
export const targetNames = ['portable', 'cpu', 'gpu', 'gpu-subgroups'] as const satisfies readonly Target[];

/** Is it for graphics processors, with many workgroups to keep busy? */
export const isGpu = (target: Target): boolean => target === 'gpu' || target === 'gpu-subgroups';

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

/**
 * A workgroup stages `depth` steps of k of `rows` rows and `columns` columns in its memory; an invocation computes
 * `each` of them. Rows and columns of an invocation come in fours.
 */
export interface TiledSchedule {
  readonly kind: 'tiled';
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly each: { readonly rows: number; readonly columns: number };
}

/** A lane of eight computes `rows` neighbouring pixels of a convolution (or a window of the pool behind it), filter by filter. */
export interface PixelSchedule {
  readonly kind: 'pixels';
  readonly rows: 1 | 2 | 4;
  /** Is each load of the windows written out? A loop compiles sooner, and takes a little longer where there are few filters. */
  readonly unrolled: boolean;
  /** Invocations of a workgroup, eights of them. */
  readonly workgroup: number;
}

/**
 * 3x3 convolutions by Winograd's tiles of 2x2 results. Eight tiles a subgroup, one a lane, each lane with `width` columns; or a
 * tile an invocation, with four columns.
 */
export interface WinogradSchedule {
  readonly kind: 'winograd';
  readonly tiles: 1 | 8;
  readonly width: 2 | 4;
}

export type ContractionSchedule =
  | RegisterSchedule
  | SubgroupSchedule
  | TiledSchedule
  | PixelSchedule
  | WinogradSchedule
  | SubgroupKind;

export type Schedule = ContractionSchedule | FamilySchedule;

/** Is it of a contraction? The kinds have names of their own. */
export const isOfContraction = (s: Schedule): s is ContractionSchedule => !isOfFamily(s);

/** Schedules by what they compute (`workOf` of contractions, else `workOfGroup` and `workOfUpdate`). */
export type Tuned = ReadonlyMap<string, Schedule>;

/** Workgroups that keep a large device busy. */
const MANY = 512;

/** Whether a schedule can run: whole fours, a workgroup within the limits that every device has (256 invocations, 16 KiB). */
export function isLegal({ rows, columns, depth, each }: TiledSchedule): boolean {
  const [down, across] = [rows / each.rows, columns / each.columns];
  const fours = [each.rows, each.columns, depth].every((n) => n >= 4 && n % 4 === 0);
  const whole = Number.isInteger(down) && Number.isInteger(across);
  return fours && whole && down * across <= 256 && 4 * depth * (rows + columns) <= 16384;
}

/** Tiles as large as leave enough of them: a large tile reads each operand less often, many tiles fill the device. */
function tiledSchedule({ m, n, groups, parts, inner, outer }: IndexMap): TiledSchedule {
  const tiles = (rows: number, columns: number): number =>
    Math.ceil(m / rows) * Math.ceil(n / columns) * groups.count * (parts?.count ?? 1);
  const steps = outer.reduce((p, axis) => p * axis.size, inner.size);
  const depth = steps <= 8 ? 8 : 16;
  const four = { rows: 4, columns: 4 };
  if (n > 64 && m > 64 && tiles(128, 128) >= MANY)
    return { kind: 'tiled', rows: 128, columns: 128, depth: 8, each: { rows: 8, columns: 8 } };
  const columns = n > 32 ? 64 : n > 16 ? 32 : 16;
  if (m > 64 && tiles(128, columns) >= MANY)
    return { kind: 'tiled', rows: 128, columns, depth, each: { rows: 8, columns: 4 } };
  const rows = m > 32 && tiles(64, columns) >= MANY / 4 ? 64 : m > 16 ? 32 : 16;
  return { kind: 'tiled', rows, columns, depth, each: four };
}

/** `facts`: what the adapter says of its subgroups; for `gpu-subgroups` alone, which without them takes what every adapter has. */
export function contractionSchedule(map: IndexMap, target: Target, facts = unknownSubgroups): ContractionSchedule {
  const columns = map.n % 4 === 0 ? map.n / 4 : map.n;
  const { count } = map.groups;
  const wide = count === 1 || map.n >= 16;
  if (target === 'gpu-subgroups' && (map.parts || (!map.byPhase && wide))) {
    const rule = subgroupRule(map, facts);
    if (rule) return rule;
  }
  // Rows in the order of their phase skip most of k, each on its own; narrow groups would fill a corner of a tile.
  if (map.parts || (isGpu(target) && !map.byPhase && wide)) return tiledSchedule(map);
  // Windows of few elements stay in registers: what other kernels load for each step of k, this one loads once.
  if (target === 'cpu' && pixelTrouble(map, 1) === undefined && stepsOf(map) <= MOST_KEPT) return pixelSchedule(map);
  // Of a subgroup's lanes with a four of columns each, few columns leave half or more idle: tiles give each lane two.
  const winograd: WinogradSchedule = { kind: 'winograd', tiles: 8, width: 2 };
  if (target === 'cpu' && worthTiles(map) && !winogradTrouble(winograd, map, target)) return winograd;
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

/**
 * Elements of a window that a lane keeps by the rules (9 to 27 take half the time that they take a subgroup's tile, 49 as
 * much), and that it can keep at all; and filters from which on its loads are a loop.
 */
const MOST_KEPT = 32;
const MOST_HELD = 128;
const MANY_FILTERS = 16;

function pixelTrouble(map: IndexMap, rows: number): string | undefined {
  const { rowOfPixels } = map;
  if (rowOfPixels === undefined || stepsOf(map) > MOST_HELD)
    return `pixels are for convolutions without groups, whose windows have at most ${MOST_HELD} elements`;
  return rowOfPixels % rows === 0 ? undefined : `${rows} pixels at a time do not divide a row of ${rowOfPixels}`;
}

/**
 * As many pixels as divide a row and leave enough lanes: neighbours share what their windows read.
 * Loads in a loop: no slower with 16 filters and more, and the kernel compiles in 0.25 of the time; with digits' 10 it takes up to 1.3 times as long.
 */
function pixelSchedule(map: IndexMap): PixelSchedule {
  const width = map.rowOfPixels as number;
  const rows = width % 4 === 0 && map.m >= 4096 ? 4 : width % 2 === 0 && map.m >= 1024 ? 2 : 1;
  const lanes = map.m / rows;
  const unrolled = map.n < MANY_FILTERS;
  return { kind: 'pixels', rows, unrolled, workgroup: lanes >= 4096 ? 64 : lanes >= 512 ? 16 : 8 };
}

/**
 * Where Winograd's tiles won on lavapipe: 16 columns (1.3 to 1.9 times as fast in time of the processor), tiles that stick out little,
 * and enough of them. At 8 columns the two ways are within the noise of each other, at 32 and 64 too, at 128 tiles are slower (0.7 to
 * 0.9), and a kernel of tiles takes 1 to 3.5 seconds to compile. On graphics processors nothing was measured: there, only
 * tuning takes them.
 */
const worthTiles = ({ n, m, winograd = Number.POSITIVE_INFINITY }: IndexMap): boolean =>
  n > 8 && n <= 16 && 4 * winograd <= 1.25 * m && m >= 256;

/**
 * Why a schedule cannot run this contraction on the target; undefined when it can. `facts`: what the adapter says of its subgroups;
 * without them no schedule that needs any runs but on `gpu-subgroups`.
 */
export function scheduleTrouble(
  s: ContractionSchedule,
  map: IndexMap,
  target: Target,
  facts: Subgroups | undefined = target === 'gpu-subgroups' ? unknownSubgroups : undefined,
): string | undefined {
  if (isSubgroupKind(s)) {
    if (!isGpu(target)) return `lanes that share are for --target gpu and gpu-subgroups, and this is ${target}`;
    return facts ? subgroupTrouble(s, map, facts) : 'the adapter has no subgroups';
  }
  if (map.parts && s.kind !== 'tiled') return 'the parts of a weight gradient are made by tiles';
  if (s.kind === 'tiled') {
    // Tiles add k in one level: only these targets keep sums short enough for that, by making them in parts.
    if (!isGpu(target)) return `tiles are for --target gpu, and this is ${target}`;
    return isLegal(s)
      ? undefined
      : 'a tile is made of whole fours and at most 256 invocations, and stages at most 16384 bytes';
  }
  if (s.kind === 'pixels') {
    if (target !== 'cpu') return `pixels of lanes are for --target cpu, and this is ${target}`;
    const whole = [1, 2, 4].includes(s.rows) && [8, 16, 32, 64].includes(s.workgroup);
    return whole
      ? pixelTrouble(map, s.rows)
      : 'a lane computes 1, 2 or 4 pixels, and a workgroup has 8, 16, 32 or 64 lanes';
  }
  if (s.kind === 'winograd') return winogradTrouble(s, map, target);
  if (s.kind === 'register') {
    const whole = [s.rows, s.workgroup].every((n) => Number.isInteger(n) && n >= 1);
    return whole && s.rows <= MOST_ROWS && s.workgroup <= 256
      ? undefined
      : `an invocation computes 1 to ${MOST_ROWS} rows, and a workgroup has 1 to 256 invocations`;
  }
  if (target !== 'cpu') return `subgroups of eight are for --target cpu, and this is ${target}`;
  if ((s.rows !== 8 && s.rows !== 16) || (s.vectors !== 1 && s.vectors !== 2))
    return 'a subgroup computes 8 or 16 rows and 1 or 2 vectors';
  // Fours of neighbouring rows are spread sixteen at a time.
  return s.rows === 8 && map.aStep !== 1 ? 'rows that lie side by side are computed 16 at a time' : undefined;
}

function winogradTrouble(s: WinogradSchedule, map: IndexMap, target: Target): string | undefined {
  if (map.winograd === undefined) return 'Winograd computes 3x3 convolutions of stride 1, dilation 1 and one group';
  if (s.tiles === 1) return s.width === 4 ? undefined : 'an invocation with a tile of its own computes 4 columns';
  if (s.tiles !== 8 || (s.width !== 2 && s.width !== 4)) return 'Winograd computes 1 or 8 tiles and 2 or 4 columns';
  if (target !== 'cpu') return `subgroups of eight are for --target cpu, and this is ${target}`;
  const last = map.a.type.shape[map.a.type.shape.length - 1] as number;
  return last % 4 === 0 && (map.bStep === 1 || map.n % 4 === 0)
    ? undefined
    : 'tiles are spread over a subgroup in fours of channels';
}

/** Rows of an invocation beyond which sums no longer stay in registers. */
export const MOST_ROWS = 16;

/** Schedules worth measuring besides the rules' own; those of `refinements` belong to the best of them. */
export function candidateSchedules(map: IndexMap, target: Target, facts?: Subgroups): ContractionSchedule[] {
  const rule = contractionSchedule(map, target, facts);
  const workgroup = rule.kind === 'register' ? rule.workgroup : isGpu(target) ? 64 : 16;
  const shared = isGpu(target) && facts ? subgroupCandidates(map, facts) : [];
  const all: ContractionSchedule[] = target === 'gpu-subgroups' ? [...shared] : [];
  if (target === 'cpu')
    for (const rows of [4, 2, 1] as const)
      for (const unrolled of [true, false]) all.push({ kind: 'pixels', rows, unrolled, workgroup: 64 });
  if (target === 'cpu')
    for (const rows of [16, 8] as const)
      for (const vectors of map.n > 8 ? ([2, 1] as const) : ([1] as const))
        all.push({ kind: 'subgroup', rows, vectors });
  const widths = target === 'cpu' ? ([4, 2] as const) : ([4] as const);
  if (map.winograd !== undefined)
    for (const width of widths) all.push({ kind: 'winograd', tiles: target === 'cpu' ? 8 : 1, width });
  if (isGpu(target))
    for (const rows of [16, 32, 64, 128].filter((n) => n < 2 * map.m || n === 16))
      for (const columns of [16, 32, 64, 128].filter((n) => n < 2 * map.n || n === 16))
        for (const [down, across] of [
          [4, 4],
          [8, 4],
          [8, 8],
        ] as const)
          all.push({
            kind: 'tiled',
            rows,
            columns,
            depth: rule.kind === 'tiled' ? rule.depth : 16,
            each: { rows: down, columns: across },
          });
  if (target === 'gpu') all.push(...shared);
  // Where subgroups are the rule, registers win with many rows or not at all.
  const registers = (rule.kind === 'subgroup' || rule.kind === 'pixels' ? [8, 4] : [8, 4, 2, 1])
    .filter((n) => n < 2 * map.m)
    .map((rows): RegisterSchedule => ({ kind: 'register', rows, workgroup }));
  // What comes first is measured when time is short: subgroups gain little where channels do not come in fours.
  const last = map.a.type.shape[map.a.type.shape.length - 1] as number;
  const order = last % 4 === 0 ? [...all, ...registers] : [...registers, ...all];
  return possible(order, rule, map, target, facts);
}

/** The neighbours of a schedule: other workgroups, or other depths of a tile. */
export function refinements(
  of: ContractionSchedule,
  map: IndexMap,
  target: Target,
  facts?: Subgroups,
): ContractionSchedule[] {
  const near: ContractionSchedule[] =
    of.kind === 'register' || of.kind === 'pixels'
      ? [8, 16, 32, 64].map((workgroup) => ({ ...of, workgroup }))
      : of.kind === 'tiled'
        ? [4, 8, 16, 32].map((depth) => ({ ...of, depth }))
        : isSubgroupKind(of)
          ? subgroupRefinements(of)
          : [];
  return possible(near, of, map, target, facts);
}

const possible = (
  all: readonly ContractionSchedule[],
  but: ContractionSchedule,
  map: IndexMap,
  target: Target,
  facts: Subgroups | undefined,
): ContractionSchedule[] =>
  all.filter((s) => scheduleText(s) !== scheduleText(but) && scheduleTrouble(s, map, target, facts) === undefined);

/** A schedule in words: `subgroup 16x2`, `winograd 8x4`, `register 8, workgroups of 16`, `tiles 64x32, depth 16, 4x4 each`, `4 items each ...`. */
export function scheduleText(s: Schedule): string {
  if (!isOfContraction(s)) return familyText(s);
  if (s.kind === 'register') return `register ${s.rows}, workgroups of ${s.workgroup}`;
  if (s.kind === 'pixels') return `pixels ${s.rows}${s.unrolled ? ' unrolled' : ''}, workgroups of ${s.workgroup}`;
  if (s.kind === 'subgroup') return `subgroup ${s.rows}x${s.vectors}`;
  if (s.kind === 'winograd') return `winograd ${s.tiles}x${s.width}`;
  if (isSubgroupKind(s)) return subgroupText(s);
  return `tiles ${s.rows}x${s.columns}, depth ${s.depth}, ${s.each.rows}x${s.each.columns} each`;
}
