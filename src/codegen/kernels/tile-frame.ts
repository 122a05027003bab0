// What the kernels of a contraction by tiles have in common: which tile a workgroup makes, how results are finished, pooled
// and stored, and where the gradient of a bias goes that rides along.
import type { StepField } from '../../../runtime/plan.ts';
import { storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { asFloats, type Bindings, bindings, type Kernel, spread, workgroupNumber } from '../kernel.ts';
import { i32, join, list, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { contractionHead, riderOf, storeResults } from './contraction-frame.ts';
import { helpers } from './epilogue.ts';
import { accessOf, atFunction, grouped, type IndexMap, rowFunction } from './index-map.ts';
import { groupMap, poolingOf, unpooledFunction, windowsOf } from './pooled.ts';
import { offsetOfA, offsetOfB, stagingOf } from './staging.ts';
import { readWeights } from './stored.ts';

export interface TileFrame {
  readonly map: IndexMap;
  readonly staging: ReturnType<typeof stagingOf>;
  readonly bindings: Bindings;
  /** How an element (or a four) of a and of b is read. */
  readonly a: (index: Wgsl) => Wgsl;
  readonly b: (index: Wgsl) => Wgsl;
  readonly groups: Kernel['groups'];
  /** Comments, the last of which says `how` it is computed, the type T, constants and bindings. */
  head(how: string): Wgsl;
  /** The functions that find elements, and `finish(r, c, value)`, which takes a value for each row of a window where the group pools. */
  readonly functions: Wgsl;
  /** Lines of main: which tile this workgroup makes, `t`; those beyond the last return. */
  readonly tile: Wgsl;
  /** Lines of main: `group`, `n` (first column), the first row under a name, and `part` of tile `t`. */
  corner(row: 'm' | 'top'): Wgsl;
  /** What `finish` needs besides. */
  readonly first: Wgsl;
  /** Rows of the product that make one of the result: the places of a window where the group pools, else 1. */
  readonly places: number;
  /** Finishes the four columns from 4 c of row m, or of the `places` rows from m on: a four for each. */
  finish(m: Wgsl, c: Wgsl, fours: readonly Wgsl[]): Wgsl[];
  /** Finishes all sums of an invocation: `sum(i, j)` is four j of its row i, at row `m(i)` and column 4 `c(j)`. */
  finishAll(each: Extent, m: (i: number) => Wgsl, c: (j: number) => Wgsl, sum: (i: number, j: number) => Wgsl): Wgsl[];
  /** Does the gradient of a bias ride along: the sums of the columns of b? */
  readonly rides: boolean;
  /** Stores the sums of four columns from 4 c. */
  ride(c: Wgsl, four: Wgsl): Wgsl[];
}

/** Rows and columns of a workgroup's tile, or of an invocation. */
type Extent = { readonly rows: number; readonly columns: number };

const over = (x: Wgsl, n: number): Wgsl => (n === 1 ? x : wgsl`${x} / ${i32(n)}`);

/** The frame of the contraction of a group by tiles of `rows` x `columns`. */
export function tileFrame(group: Group, { rows, columns }: Extent, fields: readonly StepField[]): TileFrame {
  const map = groupMap(group);
  const pooling = poolingOf(group);
  const places = pooling?.places ?? 1;
  const staging = stagingOf(map);
  const { count } = map.groups;
  const parts = map.parts?.count ?? 1;
  const columnTiles = Math.ceil(map.n / columns) * count;
  const rowTiles = Math.ceil(map.m / rows);
  const tiles = columnTiles * rowTiles * parts;
  const groups = spread(tiles);
  const width = map.n % 4 === 0 ? 4 : 1;
  const b = bindings(fields);
  const a = b.use(storageOf(map.a), staging.a.vector ? 'vec4f' : 'f32', accessOf(storageOf(map.a)));
  const w = readWeights(b, map.b, staging.b.vector ? 4 : 1);
  const rider = riderOf(group);
  const riderName = rider && b.use(rider, width === 4 ? 'vec4f' : 'f32', 'read_write');
  const values = pooling ? list(places, (k) => wgsl`t${size(k)}`) : [wgsl`value`];
  const stored = storeResults(b, group, values, { row: wgsl`r`, index: wgsl`o`, column: wgsl`column`, width });
  const own = map.n / width;
  const last = grouped(map) ? [wgsl`group`] : [];
  const arguments_ = [
    ...[wgsl`r`, wgsl`c`, ...last].map((name) => wgsl`${name}: i32`),
    ...values.map((name) => wgsl`${name}: T`),
  ];
  /** The row of the result that row m makes; one beyond the last where a part has no such row. */
  const row = (m: Wgsl): Wgsl => {
    if (map.parts) return wgsl`select(${i32(map.m * parts)}, first + ${m}, ${m} < ${i32(map.m)})`;
    return pooling ? wgsl`(${m}) / ${i32(places)}` : m;
  };
  const functions = wgsl`
${helpers(group.nodes, width)}

${rowFunction(map)}

${atFunction(map)}

${offsetOfA(map)}

${offsetOfB(map)}${w.functions}
${unpooledFunction(stored)}

fn finish(${join(arguments_, ', ')}) {
  if (r >= ${i32((map.m * parts) / places)} || c >= ${i32(own)}) { return; }
  let column = u32(${grouped(map) ? wgsl`group * ${i32(own)} + c` : wgsl`c`});
  let o = u32(${map.byPhase?.outputRow ?? wgsl`r`}) * ${u32(own * count)} + column;
  ${stored}
}`;
  const corner = (row: 'm' | 'top'): Wgsl => wgsl`
${grouped(map) ? wgsl`let group = t % ${i32(columnTiles)} / ${i32(columnTiles / count)};` : nothing}
let n = ${columnTiles === count ? i32(0) : wgsl`t % ${i32(columnTiles / count)} * ${i32(columns)}`};
let ${{ wgsl: row }} = ${over(wgsl`t`, columnTiles)} ${parts === 1 ? nothing : wgsl`% ${i32(rowTiles)} `}* ${i32(rows)};
${map.parts ? wgsl`let part = t / ${i32(columnTiles * rowTiles)};` : nothing}`;
  const finish = (m: Wgsl, c: Wgsl, fours: readonly Wgsl[]): Wgsl[] =>
    width === 4
      ? [wgsl`finish(${join([row(m), c, ...last, ...fours], ', ')});`]
      : list(4, (s) => {
          const column = wgsl`(${c}) * 4 + ${i32(s)}`;
          const singles = fours.map((four) => wgsl`${four}[${size(s)}]`);
          return wgsl`finish(${join([row(m), column, ...last, ...singles], ', ')});`;
        });
  return {
    map,
    staging,
    bindings: b,
    a: (index) => asFloats(storageOf(map.a), wgsl`${a}[${index}]`, staging.a.vector ? 4 : 1),
    b: w.at,
    groups,
    head: (how) => wgsl`
${contractionHead(group, map, b, width, how)}`,
    functions,
    tile: workgroupNumber(groups, tiles),
    corner: (row) => ({ wgsl: corner(row).wgsl.trim() }),
    first: map.parts ? wgsl`let first = part * ${i32(map.m)};` : nothing,
    places,
    finish,
    finishAll: (each, m, c, sum) =>
      windowsOf(each.rows, places).flatMap(({ first, rows }) => {
        const fours = (j: number): Wgsl[] => rows.map((i) => sum(i, j));
        return list(each.columns / 4, (j) => finish(m(first), c(j), fours(j))).flat();
      }),
    rides: rider !== undefined,
    ride: (c, four) =>
      list(width === 4 ? 1 : 4, (s) => {
        const at = width === 4 ? c : wgsl`(${c}) * 4 + ${i32(s)}`;
        const from = grouped(map) ? wgsl`group * ${i32(own)} + ` : nothing;
        return wgsl`if (${at} < ${i32(own)}) { ${riderName ?? nothing}[${from}${at}] = ${width === 4 ? four : wgsl`${four}[${size(s)}]`}; }`;
      }),
  };
}
