// The schedules of the target gpu-subgroups: lanes that share by shuffling, and matrix units. What an adapter says of its
// subgroups decides which of them it can run.
import { type IndexMap, stepsOf } from './kernels/index-map.ts';

/** One product of matrices that an adapter does at once: m x k times k x n, added to m x n sums of 32 bits. */
export interface MatrixUnit {
  readonly type: 'f32' | 'f16';
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** What an adapter says of its subgroups: the fewest and the most lanes that one has, and its matrix units with f32 sums. */
export interface Subgroups {
  readonly least: number;
  readonly most: number;
  readonly units: readonly MatrixUnit[];
}

/** All that WebGPU promises of an adapter with the feature `subgroups`. */
export const unknownSubgroups: Subgroups = { least: 4, most: 128, units: [] };

/**
 * A workgroup makes `rows` x `columns`, `depth` steps of k at a time, an invocation `each` of them. The columns / each.columns
 * lanes that compute the same rows are neighbours in a subgroup: each holds a part of a's tile of those rows in
 * registers, and passes it on by shuffling. b is staged in workgroup memory, or read where it lies (no barriers).
 */
export interface ShuffleSchedule {
  readonly kind: 'shuffle';
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly each: { readonly rows: number; readonly columns: number };
  readonly staged: boolean;
}

/**
 * A workgroup stages `depth` steps of `rows` rows and `columns` columns; each subgroup multiplies a block `each` of them in
 * products of a matrix unit. `lanes`: the most that a subgroup of the adapter has.
 */
export interface MatrixSchedule {
  readonly kind: 'matrix';
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly each: { readonly rows: number; readonly columns: number };
  readonly unit: MatrixUnit;
  readonly lanes: number;
}

export type SubgroupKind = ShuffleSchedule | MatrixSchedule;

/** Lanes that share rows. */
export const lanesOf = ({ columns, each }: ShuffleSchedule): number => columns / each.columns;

/** Subgroups of a workgroup that multiply. */
export const blocksOf = ({ rows, columns, each }: MatrixSchedule): number =>
  (rows / each.rows) * (columns / each.columns);

/** Elements from one row (or column) of a staged operand to the next: 16 bytes more than there are, against conflicts of banks. */
export const padded = (length: number, { type }: MatrixUnit): number => length + (type === 'f16' ? 8 : 4);

/** Bytes of workgroup memory, whichever way round the operands are staged. */
function bytesOf(s: MatrixSchedule): number {
  const { rows, columns, depth, unit } = s;
  const staged = (across: number): number =>
    Math.max(across * padded(depth, unit), depth * padded(across, unit)) * (unit.type === 'f16' ? 2 : 4);
  return staged(rows) + staged(columns) + 4 * blocksOf(s) * unit.m * unit.n;
}

const fours = (...sizes: readonly number[]): boolean =>
  sizes.every((n) => Number.isInteger(n) && n >= 4 && n % 4 === 0);
/** What every device has. */
const [MOST_INVOCATIONS, MOST_BYTES] = [256, 16384];
/** Vectors of sums that an invocation keeps. */
const MOST_SUMS = 32;

export const isSubgroupKind = (s: { readonly kind: string }): s is SubgroupKind =>
  s.kind === 'shuffle' || s.kind === 'matrix';

/** Why an adapter with these subgroups cannot run a schedule; undefined when it can. */
export function subgroupTrouble(s: SubgroupKind, map: IndexMap, { least, most, units }: Subgroups): string | undefined {
  const { rows, columns, depth, each } = s;
  const [down, across] = [rows / each.rows, columns / each.columns];
  if (!fours(rows, columns, depth, each.rows, each.columns) || !Number.isInteger(down) || !Number.isInteger(across))
    return 'a tile is made of whole fours';
  if (s.kind === 'shuffle') {
    if (![4, 8, 16, 32, 64].includes(across)) return `4, 8, 16, 32 or 64 lanes share, not ${across}`;
    if (across > least) return `${across} lanes share, and a subgroup of the adapter may have no more than ${least}`;
    if (((each.rows * depth) / 4) % across !== 0)
      return `${across} lanes cannot hold ${each.rows} x ${depth} elements in equal parts`;
    if ((each.rows * each.columns) / 4 > MOST_SUMS) return `an invocation keeps at most ${4 * MOST_SUMS} sums`;
    if (!s.staged && map.bColumn !== 1) return 'columns that lie apart are staged';
    if (down * across > MOST_INVOCATIONS) return `a workgroup has at most ${MOST_INVOCATIONS} invocations`;
    return s.staged && 4 * depth * columns > MOST_BYTES ? `a workgroup stages at most ${MOST_BYTES} bytes` : undefined;
  }
  const { unit, lanes } = s;
  const has = units.some((u) => u.type === unit.type && u.m === unit.m && u.n === unit.n && u.k === unit.k);
  if (!has) return `the adapter has no matrix unit ${unitText(unit)}`;
  if (lanes !== most) return `a subgroup of the adapter has up to ${most} lanes, not ${lanes}`;
  if (each.rows % unit.m !== 0 || each.columns % unit.n !== 0 || depth % unit.k !== 0)
    return `blocks are made of whole products of ${unit.m}x${unit.n}x${unit.k}`;
  if (columns / 4 > blocksOf(s) * lanes) return 'a tile has no more fours of columns than invocations';
  if (blocksOf(s) * lanes > MOST_INVOCATIONS) return `a workgroup has at most ${MOST_INVOCATIONS} invocations`;
  return bytesOf(s) > MOST_BYTES ? `a workgroup has ${MOST_BYTES} bytes, and this takes ${bytesOf(s)}` : undefined;
}

/** Workgroups that keep a large device busy. */
const MANY = 512;

const tilesOf = ({ m, n, groups, parts }: IndexMap, rows: number, columns: number): number =>
  Math.ceil(m / rows) * Math.ceil(n / columns) * groups.count * (parts?.count ?? 1);

/**
 * What the rules choose: a matrix unit that is precise enough where the adapter has one and a tile is filled, else lanes that share. As
 * many share as the columns fill and every subgroup has, at most 16: beyond that each passes on too little at a time.
 * Undefined where neither can run.
 */
export function subgroupRule(map: IndexMap, facts: Subgroups): SubgroupKind | undefined {
  const steps = stepsOf(map);
  const matrices = matrixSchedules(map, facts).filter(
    ({ unit, rows, columns }) => map.m >= rows && map.n >= columns / 2 && steps >= unit.k,
  );
  // The largest tile that leaves enough of them, or a small one.
  const matrix =
    matrices.find(({ rows, columns }) => rows * columns >= 256 && tilesOf(map, rows, columns) >= MANY / 4) ??
    matrices.find(({ rows, columns }) => rows * columns <= 1024);
  if (matrix) return matrix;
  let lanes = 4;
  while (lanes < 16 && 2 * lanes <= facts.least && 4 * lanes < map.n) lanes *= 2;
  const across = 4 * lanes < map.n && tilesOf(map, 64, 8 * lanes) >= MANY / 4 ? 8 : 4;
  const tall = map.m > 64 && tilesOf(map, 128, across * lanes) >= MANY;
  const each = { rows: tall || lanes > 8 ? 8 : 4, columns: across };
  const columns = lanes * across;
  const rows = tall ? 128 : map.m > 32 && tilesOf(map, 64, columns) >= MANY / 4 ? 64 : map.m > 16 ? 32 : 16;
  const depth = steps <= 8 ? 8 : 16;
  const rule: ShuffleSchedule = { kind: 'shuffle', rows, columns, depth, each, staged: true };
  return subgroupTrouble(rule, map, facts) === undefined ? rule : undefined;
}

/**
 * The units whose products are precise enough: those of singles; those of halves where a holds halves, which is what mixed
 * precision is.
 */
function unitsFor({ a }: IndexMap, { units }: Subgroups): readonly MatrixUnit[] {
  const halves = a.type.dtype === 'f16' ? units.filter(({ type }) => type === 'f16') : [];
  return halves.length > 0 ? halves : units.filter(({ type }) => type === 'f32');
}

/** Tiles of each matrix unit, the largest first; of equal ones that of more subgroups. */
function matrixSchedules(map: IndexMap, facts: Subgroups): MatrixSchedule[] {
  return unitsFor(map, facts).flatMap((unit) => {
    const all: MatrixSchedule[] = [];
    const depth = Math.max(unit.k, unit.type === 'f16' ? 32 : 16);
    for (const [down, across] of [
      [4, 4],
      [4, 2],
      [2, 2],
      [2, 1],
      [1, 1],
    ] as const)
      for (const [rows, columns] of [
        [2, 2],
        [2, 1],
        [1, 1],
      ] as const) {
        const each = { rows: down * unit.m, columns: across * unit.n };
        all.push({
          kind: 'matrix',
          rows: rows * each.rows,
          columns: columns * each.columns,
          depth,
          each,
          unit,
          lanes: facts.most,
        });
      }
    return all
      .filter((s) => subgroupTrouble(s, map, facts) === undefined)
      .sort((p, q) => q.rows * q.columns - p.rows * p.columns || blocksOf(q) - blocksOf(p));
  });
}

/** Schedules worth measuring. */
export function subgroupCandidates(map: IndexMap, facts: Subgroups): SubgroupKind[] {
  const all: SubgroupKind[] = matrixSchedules(map, facts);
  for (const lanes of [32, 16, 8, 4])
    for (const [down, across] of [
      [8, 4],
      [4, 8],
      [8, 8],
    ] as const)
      for (const rows of [32, 64]) {
        const columns = lanes * across;
        const fits = (rows < 2 * map.m || rows === 32) && (columns < 2 * map.n || columns === 16);
        // A whole number of fours for each lane: 8 rows and 32 lanes hold 16 steps, 4 rows hold 32.
        const depth = Math.max(8, (4 * lanes) / down);
        const each = { rows: down, columns: across };
        if (fits) all.push({ kind: 'shuffle', rows, columns, depth, each, staged: true });
      }
  return all.filter((s) => subgroupTrouble(s, map, facts) === undefined);
}

/** Other depths and heights of a schedule, and b where it lies. */
export function subgroupRefinements(of: SubgroupKind): SubgroupKind[] {
  const depths = [8, 16, 32].map((depth) => ({ ...of, depth }));
  if (of.kind === 'matrix') return depths;
  return [{ ...of, staged: !of.staged }, { ...of, rows: of.rows / 2 }, { ...of, rows: 2 * of.rows }, ...depths];
}

export const unitText = ({ type, m, n, k }: MatrixUnit): string => `${type} ${m}x${n}x${k}`;

/** In words: `shuffle 64x32, depth 16, 8x4 each, b staged`, `matrices f32 8x8x8, tiles 32x32, depth 16, 16x16 each`. */
export function subgroupText(s: SubgroupKind): string {
  const tile = `${s.rows}x${s.columns}, depth ${s.depth}, ${s.each.rows}x${s.each.columns} each`;
  return s.kind === 'shuffle'
    ? `shuffle ${tile}, b ${s.staged ? 'staged' : 'in place'}`
    : `matrices ${unitText(s.unit)}, tiles ${tile}, ${s.lanes} lanes`;
}
