// What the kernels of a contraction by tiles have in common: which tile a workgroup makes, how results are finished and
// stored, and where the gradient of a bias goes that rides along.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { asFloats, type Bindings, bindings, type Kernel, spread } from '../kernel.ts';
import { comment, i32, join, list, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { epilogue, helpers } from './epilogue.ts';
import {
  accessOf,
  atFunction,
  contractionHeading,
  grouped,
  type IndexMap,
  indexMap,
  rowFunction,
} from './index-map.ts';
import { unpooledFunction } from './pooled.ts';
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
  /** The functions that find elements, and `finish(r, c, value)`. */
  readonly functions: Wgsl;
  /** Lines of main: which tile this workgroup makes, `t`; those beyond the last return. */
  readonly tile: Wgsl;
  /** Lines of main: `group`, `n` (first column), the first row under a name, and `part` of tile `t`. */
  corner(row: 'm' | 'top'): Wgsl;
  /** What `finish` needs besides. */
  readonly first: Wgsl;
  /** Finishes the four columns from 4 c of row m of the tile. */
  finish(m: Wgsl, c: Wgsl, four: Wgsl): Wgsl[];
  /** Does the gradient of a bias ride along: the sums of the columns of b? */
  readonly rides: boolean;
  /** Stores the sums of four columns from 4 c. */
  ride(c: Wgsl, four: Wgsl): Wgsl[];
}

const over = (x: Wgsl, n: number): Wgsl => (n === 1 ? x : wgsl`${x} / ${i32(n)}`);

/** The frame of the contraction of a group by tiles of `rows` x `columns`. */
export function tileFrame(
  group: Group,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  fields: readonly StepField[],
): TileFrame {
  const root = group.nodes[0] as Node;
  const map = indexMap(root);
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
  const rider = group.nodes.find((n) => isOp(n, 'sum'));
  const riderName = rider && b.use(rider, width === 4 ? 'vec4f' : 'f32', 'read_write');
  const stored = epilogue(
    b,
    group.nodes.filter((n) => n !== rider),
    group.outputs.filter((n) => n !== rider),
    new Map([[root, wgsl`value`]]),
    { index: wgsl`o`, column: wgsl`column`, width, shape: root.type.shape },
    accessOf,
  );
  const own = map.n / width;
  const last = grouped(map) ? [wgsl`group`] : [];
  const arguments_ = [wgsl`r: i32`, wgsl`c: i32`, ...last.map((name) => wgsl`${name}: i32`), wgsl`value: T`];
  /** The row of the result that row m of a part is, or one beyond the last where the part has no such row. */
  const row = (m: Wgsl): Wgsl =>
    map.parts ? wgsl`select(${i32(map.m * parts)}, first + ${m}, ${m} < ${i32(map.m)})` : m;
  const functions = wgsl`
${helpers(group.nodes, width)}

${rowFunction(map)}

${atFunction(map)}

${offsetOfA(map)}

${offsetOfB(map)}${w.functions}
${unpooledFunction(stored)}

fn finish(${join(arguments_, ', ')}) {
  if (r >= ${i32(map.m * parts)} || c >= ${i32(own)}) { return; }
  let column = u32(${grouped(map) ? wgsl`group * ${i32(own)} + c` : wgsl`c`});
  let o = u32(${map.byPhase?.outputRow ?? wgsl`r`}) * ${u32(own * count)} + column;
  ${stored}
}`;
  const tile = wgsl`
let t = i32(${groups[1] === 1 ? wgsl`tile.x` : wgsl`tile.x + tile.y * ${u32(groups[0])}`});
${groups[0] * groups[1] === tiles ? nothing : wgsl`if (t >= ${i32(tiles)}) { return; }`}`;
  const corner = (row: 'm' | 'top'): Wgsl => wgsl`
${grouped(map) ? wgsl`let group = t % ${i32(columnTiles)} / ${i32(columnTiles / count)};` : nothing}
let n = ${columnTiles === count ? i32(0) : wgsl`t % ${i32(columnTiles / count)} * ${i32(columns)}`};
let ${{ wgsl: row }} = ${over(wgsl`t`, columnTiles)} ${parts === 1 ? nothing : wgsl`% ${i32(rowTiles)} `}* ${i32(rows)};
${map.parts ? wgsl`let part = t / ${i32(columnTiles * rowTiles)};` : nothing}`;
  return {
    map,
    staging,
    bindings: b,
    a: (index) => asFloats(storageOf(map.a), wgsl`${a}[${index}]`, staging.a.vector ? 4 : 1),
    b: w.at,
    groups,
    head: (how) => wgsl`
${contractionHeading(group, map)}
${comment(how)}
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
${map.prelude}
${b.declare()}`,
    functions,
    tile: { wgsl: tile.wgsl.trim() },
    corner: (row) => ({ wgsl: corner(row).wgsl.trim() }),
    first: map.parts ? wgsl`let first = part * ${i32(map.m)};` : nothing,
    finish: (m, c, four) =>
      width === 4
        ? [wgsl`finish(${join([row(m), c, ...last, four], ', ')});`]
        : list(
            4,
            (s) =>
              wgsl`finish(${join([row(m), wgsl`(${c}) * 4 + ${i32(s)}`, ...last, wgsl`${four}[${size(s)}]`], ', ')});`,
          ),
    rides: rider !== undefined,
    ride: (c, four) =>
      list(width === 4 ? 1 : 4, (s) => {
        const at = width === 4 ? c : wgsl`(${c}) * 4 + ${i32(s)}`;
        const from = grouped(map) ? wgsl`group * ${i32(own)} + ` : nothing;
        return wgsl`if (${at} < ${i32(own)}) { ${riderName ?? nothing}[${from}${at}] = ${width === 4 ? four : wgsl`${four}[${size(s)}]`}; }`;
      }),
  };
}
