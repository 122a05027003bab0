// A schedule as cnnc.tune.json holds it: an object whose "kind" says which numbers are in it. Old files hold those of contractions.
import type { Schedule } from '../../codegen/schedules.ts';
import type { MatrixUnit } from '../../codegen/subgroup-schedules.ts';

export type Fields = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0;

/** What every schedule by tiles says. */
function tileFrom({ rows, columns, depth, each }: Fields) {
  if (!isCount(rows) || !isCount(columns) || !isCount(depth) || !isObject(each)) return undefined;
  if (!isCount(each.rows) || !isCount(each.columns)) return undefined;
  return { rows, columns, depth, each: { rows: each.rows, columns: each.columns } };
}

function unitFrom(value: unknown): MatrixUnit | undefined {
  if (!isObject(value)) return undefined;
  const { type, m, n, k } = value;
  return (type === 'f32' || type === 'f16') && isCount(m) && isCount(n) && isCount(k) ? { type, m, n, k } : undefined;
}

/** By kind: the schedule, or undefined where a number is missing or none. Complete by type. */
const readers: { readonly [K in Schedule['kind']]: (f: Fields) => Extract<Schedule, { kind: K }> | undefined } = {
  register: ({ rows, workgroup }) =>
    isCount(rows) && isCount(workgroup) ? { kind: 'register', rows, workgroup } : undefined,
  // A file from before loads could be a loop does not say which they are.
  pixels: ({ rows, unrolled = true, workgroup }) =>
    (rows === 1 || rows === 2 || rows === 4) && typeof unrolled === 'boolean' && isCount(workgroup)
      ? { kind: 'pixels', rows, unrolled, workgroup }
      : undefined,
  subgroup: ({ rows, vectors }) =>
    (rows === 8 || rows === 16) && (vectors === 1 || vectors === 2) ? { kind: 'subgroup', rows, vectors } : undefined,
  tiled: (f) => {
    const tile = tileFrom(f);
    return tile && { kind: 'tiled', ...tile };
  },
  winograd: ({ tiles, width }) =>
    (tiles === 1 || tiles === 8) && (width === 2 || width === 4) ? { kind: 'winograd', tiles, width } : undefined,
  shuffle: (f) => {
    const tile = tileFrom(f);
    return tile && typeof f.staged === 'boolean' ? { kind: 'shuffle', ...tile, staged: f.staged } : undefined;
  },
  matrix: (f) => {
    const [tile, unit, { lanes }] = [tileFrom(f), unitFrom(f.unit), f];
    return tile && unit && isCount(lanes) ? { kind: 'matrix', ...tile, unit, lanes } : undefined;
  },
  items: ({ workgroup, each }) =>
    isCount(workgroup) && isCount(each) ? { kind: 'items', workgroup, each } : undefined,
  strips: ({ workgroup, columns }) =>
    isCount(workgroup) && isCount(columns) ? { kind: 'strips', workgroup, columns } : undefined,
  slices: ({ filters, slices }) =>
    isCount(filters) && isCount(slices) ? { kind: 'slices', filters, slices } : undefined,
  sum: ({ workgroup, lanes }) => (isCount(workgroup) && isCount(lanes) ? { kind: 'sum', workgroup, lanes } : undefined),
};

/** The kinds of schedules that there are. */
export const scheduleKinds = Object.keys(readers) as Schedule['kind'][];

/** The kind of a schedule that this version does not know: a later one wrote it. */
export const unknownKind = (value: unknown): string | undefined =>
  isObject(value) && typeof value.kind === 'string' && !Object.hasOwn(readers, value.kind) ? value.kind : undefined;

/** The schedule that a value describes; whether it can run is judged where it is used. */
export function scheduleFrom(value: unknown): Schedule | undefined {
  if (!isObject(value)) return undefined;
  const kind = scheduleKinds.find((k) => k === value.kind);
  return kind && readers[kind](value);
}
