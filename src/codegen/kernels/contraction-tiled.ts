// The contraction on a graphics processor: a workgroup stages tiles of both operands in its memory, and each invocation
// multiplies a few rows by a few columns of them. k runs over all loops at once, so that no tile is half empty.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { bindings, type Kernel, spread } from '../kernel.ts';
import type { TiledSchedule } from '../schedules.ts';
import { comment, i32, join, kernelText, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { epilogue, helpers } from './epilogue.ts';
import {
  accessOf,
  atFunction,
  contractionHeading,
  grouped,
  type IndexMap,
  indexMap,
  rowFunction,
  startOfA,
  startOfB,
  stepsOf,
} from './index-map.ts';
import { readWeights } from './stored.ts';

/**
 * How an operand is staged. `k`: fours along k, one for each row (or column); `m`: fours of rows (or columns) at each k.
 * `vector`: a four is one load; otherwise it is put together from four numbers.
 */
interface Staging {
  readonly along: 'k' | 'm';
  readonly vector: boolean;
}

function stagingOf(map: IndexMap): { readonly a: Staging; readonly b: Staging } {
  const last = map.a.type.shape[map.a.type.shape.length - 1] as number;
  const fours = map.inner.size % 4 === 0;
  const a: Staging =
    map.aStep === 1
      ? { along: 'k', vector: fours && last % 4 === 0 }
      : { along: 'm', vector: map.rowRun % 4 === 0 && map.m % 4 === 0 && map.aStep % 4 === 0 };
  const alongK = map.bStep === 1 && map.bColumn !== 1 && a.along === 'k';
  const b: Staging = alongK
    ? { along: 'k', vector: fours && map.bColumn % 4 === 0 }
    : { along: 'm', vector: map.bColumn === 1 && map.n % 4 === 0 };
  return { a, b };
}

const plus = (x: Wgsl, n: number): Wgsl => (n === 0 ? x : wgsl`${x} + ${i32(n)}`);
const over = (x: Wgsl, n: number): Wgsl => (n === 1 ? x : wgsl`${x} / ${i32(n)}`);

const list = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

export function tiledKernel(group: Group, schedule: TiledSchedule, fields: readonly StepField[]): Kernel {
  const root = group.nodes[0] as Node;
  const map = indexMap(root);
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
  const stored = epilogue(
    b,
    group.nodes.filter((n) => n !== rider),
    group.outputs.filter((n) => n !== rider),
    new Map([[root, wgsl`value`]]),
    place,
    accessOf,
  );
  const own = map.n / width;
  const arguments_ = [wgsl`r: i32`, wgsl`c: i32`, ...(grouped(map) ? [wgsl`group: i32`] : []), wgsl`value: T`];
  /** Row i of an invocation: fours of rows lie `down` fours apart, as they are staged. */
  const rowOf = (i: number): Wgsl => plus(wgsl`m + ${fourOf(i, down)} * 4`, i % 4);
  const columnOf = (j: number): Wgsl => plus(wgsl`n / 4 + tx`, j * across);
  const last = [...(grouped(map) ? [wgsl`group`] : [])];
  const finishes = r.flatMap((i) =>
    v.flatMap((j) =>
      width === 4
        ? [wgsl`finish(${join([row(map, rowOf(i)), columnOf(j), ...last, acc(i, j)], ', ')});`]
        : list(
            4,
            (s) =>
              wgsl`finish(${join([row(map, rowOf(i)), wgsl`(${columnOf(j)}) * 4 + ${i32(s)}`, ...last, wgsl`${acc(i, j)}[${size(s)}]`], ', ')});`,
          ),
    ),
  );
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
${map.prelude}
${b.declare()}
var<workgroup> sa: array<vec4f, ${size((rows * depth) / 4)}>;
var<workgroup> sb: array<vec4f, ${size((columns * depth) / 4)}>;
${helpers(group.nodes, width)}

${rowFunction(map)}

${atFunction(map)}

${offsetOfA(map)}

${offsetOfB(map)}${w.functions}

fn finish(${join(arguments_, ', ')}) {
  if (r >= ${i32(map.m * parts)} || c >= ${i32(own)}) { return; }
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
    ${stageA(map, staging.a, schedule, invocations, a)}
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

/** Names of the loops, outermost first, computed from k. */
function unfolded(map: IndexMap): { readonly lines: readonly Wgsl[]; readonly inner: Wgsl } {
  const axes = [...map.outer, map.inner];
  const lines: Wgsl[] = [];
  let below = 1;
  for (let i = axes.length - 1; i >= 0; i--) {
    const axis = axes[i] as (typeof axes)[number];
    const over = below === 1 ? wgsl`k` : wgsl`k / ${i32(below)}`;
    const value = axis.size === 1 ? i32(0) : i === 0 ? over : wgsl`${over} % ${i32(axis.size)}`;
    // The loop variable `one` of a single step would only be multiplied by 0.
    lines.unshift(wgsl`let ${{ wgsl: axis.name === 'k' ? 'k_' : axis.name }} = ${value};`);
    below *= axis.size;
  }
  return { lines, inner: { wgsl: map.inner.name === 'k' ? 'k_' : map.inner.name } };
}

const parameters = (map: IndexMap, ...more: readonly Wgsl[]): Wgsl =>
  join([...more, wgsl`k: i32`, ...(grouped(map) ? [wgsl`group: i32`] : [])], ', ');

/** `a_at(r, k)`: the element of a of row r at step k, or -1 for padding. */
function offsetOfA(map: IndexMap): Wgsl {
  const { lines, inner } = unfolded(map);
  const step = map.aStep === 1 ? inner : wgsl`${inner} * ${i32(map.aStep)}`;
  return wgsl`
${comment(`The element of a at step k of row r${map.guarded ? '; -1 where it is padding' : ''}.`)}
fn a_at(${parameters(map, wgsl`r: vec3i`)}) -> i32 {
  ${lines}
  let p = ${startOfA(map, wgsl`r`)};
  return ${map.guarded ? wgsl`select(p + ${step}, -1, p < 0)` : wgsl`p + ${step}`};
}`;
}

/** `b_at(k)`: the element of b at step k, column 0. */
function offsetOfB(map: IndexMap): Wgsl {
  const { lines, inner } = unfolded(map);
  return wgsl`
${comment('The element of b at step k, column 0.')}
fn b_at(${parameters(map)}) -> i32 {
  ${lines}
  return ${startOfB(map)} + ${inner} * ${i32(map.bStep)};
}`;
}

/** The four of rows that row i of an invocation is in. */
const fourOf = (i: number, down: number): Wgsl => (i < 4 ? wgsl`ty` : wgsl`(ty + ${i32(Math.floor(i / 4) * down)})`);

/** How many fours of an operand tile an invocation loads, and whether the last round is for some of them only. */
const rounds = (fours: number, invocations: number): { readonly count: number; readonly partial: boolean } => ({
  count: Math.ceil(fours / invocations),
  partial: fours % invocations !== 0,
});

/** The four of the tile that an invocation loads in round i. */
const place = (i: number, invocations: number): Wgsl => plus(wgsl`lane`, i * invocations);
/** The same, as a factor. */
const item = (i: number, invocations: number): Wgsl => (i === 0 ? wgsl`lane` : wgsl`(${place(i, invocations)})`);

/** What the rows that an invocation loads need to find their elements: the same in all steps. */
function rowStarts(map: IndexMap, staging: Staging, { rows, depth }: TiledSchedule, invocations: number): Wgsl[] {
  const { count } = rounds((rows * depth) / 4, invocations);
  const clamped = (m: Wgsl, most: number): Wgsl => (map.m % rows === 0 ? m : wgsl`min(${m}, ${i32(most)})`);
  return list(count, (i) => {
    const at = item(i, invocations);
    if (staging.along === 'k')
      return [wgsl`let r${size(i)} = row(${clamped(wgsl`m + ${at} / ${i32(depth / 4)}`, map.m - 1)});`];
    const first = wgsl`m + ${at} % ${i32(rows / 4)} * 4`;
    if (staging.vector) return [wgsl`let r${size(i)} = row(${clamped(first, map.m - 4)});`];
    return list(4, (j) => wgsl`let r${size(i)}_${size(j)} = row(${clamped(wgsl`${first} + ${i32(j)}`, map.m - 1)});`);
  }).flat();
}

const call = (map: IndexMap, name: 'a_at' | 'b_at', ...args: readonly Wgsl[]): Wgsl =>
  wgsl`${{ wgsl: name }}(${join([...args, ...(grouped(map) ? [wgsl`group`] : [])], ', ')})`;

function stageA(map: IndexMap, staging: Staging, schedule: TiledSchedule, invocations: number, a: Wgsl): Wgsl[] {
  const { rows, depth } = schedule;
  const steps = stepsOf(map);
  const { count, partial } = rounds((rows * depth) / 4, invocations);
  const part = map.parts ? wgsl` + part * ${i32(map.parts.a)}` : nothing;
  /** A four at p, or a number: zero in padding and beyond the last step. */
  const value = (p: Wgsl, k: Wgsl, four: boolean): Wgsl => {
    const guards = [
      ...(steps % depth === 0 ? [] : [wgsl`${k} < ${i32(steps)}`]),
      ...(map.guarded ? [wgsl`${p} >= 0`] : []),
    ];
    const at = guards.length === 0 ? p : wgsl`select(0, ${p}, ${join(guards, ' && ')})`;
    const loaded = four ? wgsl`${a}[${map.parts ? wgsl`(${at}${part})` : at} / 4]` : wgsl`${a}[${at}${part}]`;
    return guards.length === 0
      ? loaded
      : wgsl`select(${four ? wgsl`vec4f()` : wgsl`0.0`}, ${loaded}, ${join(guards, ' && ')})`;
  };
  return list(count, (i) => {
    const at = item(i, invocations);
    const r = (j?: number): Wgsl => (j === undefined ? wgsl`r${size(i)}` : wgsl`r${size(i)}_${size(j)}`);
    const along = staging.along === 'k';
    const k = along ? wgsl`k0 + ${at} % ${i32(depth / 4)} * 4` : wgsl`k0 + ${at} / ${i32(rows / 4)}`;
    const lines = staging.vector
      ? [
          wgsl`let p = ${call(map, 'a_at', r(), wgsl`k`)};`,
          wgsl`sa[${place(i, invocations)}] = ${value(wgsl`p`, wgsl`k`, true)};`,
        ]
      : [
          ...list(4, (j) =>
            along
              ? wgsl`let p${size(j)} = ${call(map, 'a_at', r(), wgsl`k + ${i32(j)}`)};`
              : wgsl`let p${size(j)} = ${call(map, 'a_at', r(j), wgsl`k`)};`,
          ),
          wgsl`sa[${place(i, invocations)}] = vec4f(${join(
            list(4, (j) => value(wgsl`p${size(j)}`, along ? wgsl`k + ${i32(j)}` : wgsl`k`, false)),
            ', ',
          )});`,
        ];
    return wgsl`${partial && i === count - 1 ? wgsl`if (${at} < ${i32((rows * depth) / 4)}) ` : nothing}{
  let k = ${k};
  ${lines}
}`;
  });
}

function stageB(
  map: IndexMap,
  staging: Staging,
  schedule: TiledSchedule,
  invocations: number,
  b: (index: Wgsl) => Wgsl,
): Wgsl[] {
  const { columns, depth } = schedule;
  const steps = stepsOf(map);
  const { count, partial } = rounds((columns * depth) / 4, invocations);
  const part = map.parts ? wgsl` + part * ${i32(map.parts.b)}` : nothing;
  const inside = (k: Wgsl, c: Wgsl): Wgsl[] => [
    ...(steps % depth === 0 ? [] : [wgsl`${k} < ${i32(steps)}`]),
    ...(map.n % columns === 0 ? [] : [wgsl`${c} < ${i32(map.n)}`]),
  ];
  const value = (q: Wgsl, guards: readonly Wgsl[], four: boolean): Wgsl => {
    const at = guards.length === 0 ? q : wgsl`select(0, ${q}, ${join(guards, ' && ')})`;
    const loaded = b(four ? wgsl`${map.parts ? wgsl`(${at}${part})` : at} / 4` : wgsl`${at}${part}`);
    return guards.length === 0
      ? loaded
      : wgsl`select(${four ? wgsl`vec4f()` : wgsl`0.0`}, ${loaded}, ${join(guards, ' && ')})`;
  };
  return list(count, (i) => {
    const at = item(i, invocations);
    let lines: Wgsl[];
    if (staging.along === 'k') {
      // Column 4 n + s of the tile goes to place n of the s-th row of columns, so that neighbours read neighbours.
      const to = wgsl`(${at} % ${i32(depth / 4)} * 4 + ${at} / ${i32(depth / 4)} % 4) * ${i32(columns / 4)} + ${at} / ${i32(depth)}`;
      const start = [wgsl`let k = k0 + ${at} % ${i32(depth / 4)} * 4;`, wgsl`let c = n + ${at} / ${i32(depth / 4)};`];
      const column = wgsl`c * ${i32(map.bColumn)}`;
      lines = staging.vector
        ? [
            ...start,
            wgsl`let q = ${call(map, 'b_at', wgsl`k`)} + ${column};`,
            wgsl`sb[${to}] = ${value(wgsl`q`, inside(wgsl`k`, wgsl`c`), true)};`,
          ]
        : [
            ...start,
            ...list(4, (j) => wgsl`let q${size(j)} = ${call(map, 'b_at', wgsl`k + ${i32(j)}`)} + ${column};`),
            wgsl`sb[${to}] = vec4f(${join(
              list(4, (j) => value(wgsl`q${size(j)}`, inside(wgsl`k + ${i32(j)}`, wgsl`c`), false)),
              ', ',
            )});`,
          ];
    } else {
      const start = [
        wgsl`let k = k0 + ${at} / ${i32(columns / 4)};`,
        wgsl`let c = n + ${at} % ${i32(columns / 4)} * 4;`,
        wgsl`let q = ${call(map, 'b_at', wgsl`k`)} + ${map.bColumn === 1 ? wgsl`c` : wgsl`c * ${i32(map.bColumn)}`};`,
      ];
      lines = staging.vector
        ? [...start, wgsl`sb[${place(i, invocations)}] = ${value(wgsl`q`, inside(wgsl`k`, wgsl`c`), true)};`]
        : [
            ...start,
            wgsl`sb[${place(i, invocations)}] = vec4f(${join(
              list(4, (j) => value(wgsl`q + ${i32(j * map.bColumn)}`, inside(wgsl`k`, wgsl`c + ${i32(j)}`), false)),
              ', ',
            )});`,
          ];
    }
    return wgsl`${partial && i === count - 1 ? wgsl`if (${at} < ${i32((columns * depth) / 4)}) ` : nothing}{
  ${lines}
}`;
  });
}

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
