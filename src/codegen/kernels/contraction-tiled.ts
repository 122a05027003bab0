// The contraction on a graphics processor: a workgroup stages tiles of both operands in its memory, and each invocation
// multiplies a few rows by a few columns of them. k runs over all loops at once, so that no tile is half empty.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { bindings, type Kernel, spread } from '../kernel.ts';
import type { TiledSchedule } from '../schedules.ts';
import { comment, i32, join, kernelText, list, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { epilogue, helpers } from './epilogue.ts';
import { accessOf, atFunction, contractionHeading, grouped, type IndexMap, rowFunction, stepsOf } from './index-map.ts';
import { aliasOfWinner, groupMap, poolingOf, poolWindow, unpooledFunction, windowsOf } from './pooled.ts';
import { offsetOfA, offsetOfB, plus, rowStarts, stageA, stageB, stagingOf } from './staging.ts';
import { readWeights } from './stored.ts';

const over = (x: Wgsl, n: number): Wgsl => (n === 1 ? x : wgsl`${x} / ${i32(n)}`);

export function tiledKernel(group: Group, schedule: TiledSchedule, fields: readonly StepField[]): Kernel {
  const root = group.nodes[0] as Node;
  const map = groupMap(group);
  const pooling = poolingOf(group);
  /** Rows of the product that make one of the result. */
  const places = pooling?.places ?? 1;
  const staging = stagingOf(map);
  const { rows, columns, depth, each } = schedule;
  const across = columns / each.columns;
  const down = rows / each.rows;
  const invocations = across * down;
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
  const r = list(each.rows, (i) => i);
  const v = list(each.columns / 4, (j) => j);
  const acc = (i: number, j: number): Wgsl => wgsl`acc${size(i)}_${size(j)}`;

  const place = { index: wgsl`o`, column: wgsl`column`, width, shape: root.type.shape } as const;
  const given = pooling ? list(places, (k) => wgsl`t${size(k)}`) : [wgsl`value`];
  const stored = pooling
    ? poolWindow(b, group, pooling, given, { ...place, row: wgsl`r` }, accessOf)
    : epilogue(
        b,
        group.nodes.filter((n) => n !== rider),
        group.outputs.filter((n) => n !== rider),
        new Map([[root, wgsl`value`]]),
        place,
        accessOf,
      );
  const own = map.n / width;
  const arguments_ = [
    wgsl`r: i32`,
    wgsl`c: i32`,
    ...(grouped(map) ? [wgsl`group: i32`] : []),
    ...given.map((v) => wgsl`${v}: T`),
  ];
  /** Row i of an invocation: fours of rows lie `down` fours apart, as they are staged. */
  const rowOf = (i: number): Wgsl => plus(wgsl`m + ${fourOf(i, down)} * 4`, i % 4);
  const columnOf = (j: number): Wgsl => plus(wgsl`n / 4 + tx`, j * across);
  const last = [...(grouped(map) ? [wgsl`group`] : [])];
  const finishes = windowsOf(each.rows, places).flatMap(({ first, rows: mine }) => {
    const at = pooling ? wgsl`(${rowOf(first)}) / ${i32(places)}` : row(map, rowOf(first));
    return v.flatMap((j) =>
      width === 4
        ? [wgsl`finish(${join([at, columnOf(j), ...last, ...mine.map((i) => acc(i, j))], ', ')});`]
        : list(
            4,
            (s) =>
              wgsl`finish(${join([at, wgsl`(${columnOf(j)}) * 4 + ${i32(s)}`, ...last, ...mine.map((i) => wgsl`${acc(i, j)}[${size(s)}]`)], ', ')});`,
          ),
    );
  });
  const bias = v.map((j) => wgsl`bias${size(j)}`);
  const riderStores = riderName
    ? v.flatMap((j) =>
        list(width === 4 ? 1 : 4, (s) => {
          const at = width === 4 ? columnOf(j) : wgsl`(${columnOf(j)}) * 4 + ${i32(s)}`;
          const value = width === 4 ? (bias[j] as Wgsl) : wgsl`${bias[j] as Wgsl}[${size(s)}]`;
          const start = grouped(map) ? wgsl`group * ${i32(own)} + ` : nothing;
          return wgsl`if (${at} < ${i32(own)}) { ${riderName}[${start}${at}] = ${value}; }`;
        }),
      )
    : [];
  const steps = stepsOf(map);
  const text = wgsl`
${contractionHeading(group, map)}
${comment(`A workgroup makes ${rows} x ${columns} of y, ${depth} steps of k at a time; an invocation ${each.rows} x ${each.columns}.`)}
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
${aliasOfWinner(pooling, width)}
${map.prelude}
${b.declare()}
var<workgroup> sa: array<vec4f, ${size((rows * depth) / 4)}>;
var<workgroup> sb: array<vec4f, ${size((columns * depth) / 4)}>;
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
}

@compute @workgroup_size(${size(invocations)})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) id: u32) {
  let t = i32(${groups[1] === 1 ? wgsl`tile.x` : wgsl`tile.x + tile.y * ${u32(groups[0])}`});
  ${groups[0] * groups[1] === tiles ? nothing : wgsl`if (t >= ${i32(tiles)}) { return; }`}
  let lane = i32(id);
  let tx = lane % ${i32(across)};
  let ty = lane / ${i32(across)};
  ${grouped(map) ? wgsl`let group = t % ${i32(columnTiles)} / ${i32(columnTiles / count)};` : nothing}
  let n = ${columnTiles === count ? i32(0) : wgsl`t % ${i32(columnTiles / count)} * ${i32(columns)}`};
  let m = ${over(wgsl`t`, columnTiles)} ${parts === 1 ? nothing : wgsl`% ${i32(rowTiles)} `}* ${i32(rows)};
  ${map.parts ? wgsl`let part = t / ${i32(columnTiles * rowTiles)};` : nothing}
  ${rowStarts(map, staging.a, schedule, invocations)}
  ${r.flatMap((i) => v.map((j) => wgsl`var ${acc(i, j)} = vec4f();`))}
  ${rider ? bias.map((name) => wgsl`var ${name} = vec4f();`) : []}
  for (var k0 = 0; k0 < ${i32(steps)}; k0 += ${i32(depth)}) {
    ${stageA(map, staging.a, schedule, invocations, (at) => wgsl`${a}[${at}]`)}
    ${stageB(map, staging.b, schedule, invocations, w.at)}
    workgroupBarrier();
    for (var q = 0; q < ${i32(depth / 4)}; q++) {
      ${products(staging, schedule, across, down, acc, rider ? bias : [])}
    }
    workgroupBarrier();
  }
  ${map.parts ? wgsl`let first = part * ${i32(map.m)};` : nothing}
  ${finishes}
  ${riderStores.length > 0 ? wgsl`if (m == 0 && ty == 0) {\n  ${riderStores}\n}` : nothing}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

/** The row of the result that row m of a part is, or one beyond the last where the part has no such row. */
const row = (map: IndexMap, m: Wgsl): Wgsl =>
  map.parts ? wgsl`select(${i32(map.m * map.parts.count)}, first + ${m}, ${m} < ${i32(map.m)})` : m;

/** The four of rows that row i of an invocation is in. */
const fourOf = (i: number, down: number): Wgsl => (i < 4 ? wgsl`ty` : wgsl`(ty + ${i32(Math.floor(i / 4) * down)})`);

/** The multiply-adds of four steps of k. */
function products(
  { a, b }: ReturnType<typeof stagingOf>,
  { rows, columns, depth, each }: TiledSchedule,
  across: number,
  down: number,
  acc: (i: number, j: number) => Wgsl,
  bias: readonly Wgsl[],
): Wgsl[] {
  const v = list(each.columns / 4, (j) => j);
  const r = list(each.rows, (i) => i);
  const bAt = (s: number, j: number): Wgsl =>
    wgsl`let b${size(s)}_${size(j)} = sb[${plus(wgsl`(${plus(wgsl`q * 4`, s)}) * ${i32(columns / 4)} + tx`, j * across)}];`;
  const name = (s: number, j: number): Wgsl => wgsl`b${size(s)}_${size(j)}`;
  const sums = v.flatMap((j) =>
    bias[j]
      ? [
          wgsl`${bias[j] as Wgsl} += ${join(
            list(4, (s) => name(s, j)),
            ' + ',
          )};`,
        ]
      : [],
  );
  const fours = list(each.rows / 4, (g) => g);
  if (a.along === 'm') {
    return list(4, (s) => [
      ...v.map((j) => bAt(s, j)),
      ...fours.map(
        (g) =>
          wgsl`let a${size(s)}_${size(g)} = sa[${plus(wgsl`(${plus(wgsl`q * 4`, s)}) * ${i32(rows / 4)} + ty`, g * down)}];`,
      ),
      ...r.flatMap((i) =>
        v.map(
          (j) =>
            wgsl`${acc(i, j)} = fma(vec4f(a${size(s)}_${size(Math.floor(i / 4))}[${size(i % 4)}]), ${name(s, j)}, ${acc(i, j)});`,
        ),
      ),
    ])
      .flat()
      .concat(sums);
  }
  const aAt = (i: number): Wgsl => wgsl`sa[(${plus(wgsl`${fourOf(i, down)} * 4`, i % 4)}) * ${i32(depth / 4)} + q]`;
  return [
    ...v.flatMap((j) => list(4, (s) => bAt(s, j))),
    ...r.flatMap((i) => [
      wgsl`let a${size(i)} = ${aAt(i)};`,
      ...v.map((j) =>
        b.along === 'k'
          ? wgsl`${acc(i, j)} += vec4f(${join(
              list(4, (s) => wgsl`dot(a${size(i)}, ${name(s, j)})`),
              ', ',
            )});`
          : wgsl`${acc(i, j)} = fma(vec4f(a${size(i)}.w), ${name(3, j)}, fma(vec4f(a${size(i)}.z), ${name(2, j)}, fma(vec4f(a${size(i)}.y), ${name(1, j)}, fma(vec4f(a${size(i)}.x), ${name(0, j)}, ${acc(i, j)}))));`,
      ),
    ]),
    ...sums,
  ];
}
