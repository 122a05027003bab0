// The kernel of every contraction: a register tile of rows x columns an invocation, no barriers, fixed order of sums.
import type { StepField } from '../../../runtime/plan.ts';
import { storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { asFloats, bindings, flatIndex, type Kernel, spread } from '../kernel.ts';
import type { RegisterSchedule } from '../schedules.ts';
import { i32, join, kernelText, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { contractionHead, riderOf, storeResults } from './contraction-frame.ts';
import { helpers } from './epilogue.ts';
import {
  accessOf,
  atFunction,
  grouped,
  type IndexMap,
  isLongSum,
  loopNest,
  rowFunction,
  startOfA,
  startOfB,
} from './index-map.ts';
import { groupMap, poolingOf, unpooledFunction, windowsOf } from './pooled.ts';
import { plus } from './staging.ts';
import { readWeights } from './stored.ts';

/** How the operands are read: in fours along k, along rows, along columns, or one by one. */
interface Reads {
  readonly a: 'k4' | 'm4' | 'one';
  readonly b: 'n4' | 'k4' | 'one';
  /** Inner steps at a time. */
  readonly unroll: 1 | 4;
  /** Columns of an invocation: four in a vector, or one. */
  readonly width: 1 | 4;
}

function readsOf(map: IndexMap, rows: number): Reads {
  const width = map.n % 4 === 0 ? 4 : 1;
  const alongK = map.aStep === 1 && map.inner.size % 4 === 0 && aligned(map);
  const bAlongK = map.bStep === 1 && map.inner.size % 4 === 0 && map.bColumn % 4 === 0;
  const alongRows = map.rowRun % 4 === 0 && rows % 4 === 0 && map.m % 4 === 0 && map.aStep % 4 === 0;
  const a = alongK ? 'k4' : alongRows ? 'm4' : 'one';
  const b = map.bColumn === 1 && width === 4 ? 'n4' : bAlongK ? 'k4' : 'one';
  return { a, b, width, unroll: a === 'k4' || b === 'k4' ? 4 : 1 };
}

/** Every start of a run along k is a multiple of four: the last dimension of a is. */
const aligned = (map: IndexMap): boolean => (map.a.type.shape[map.a.type.shape.length - 1] as number) % 4 === 0;

const names = (prefix: string, count: number): Wgsl[] =>
  Array.from({ length: count }, (_, i) => ({ wgsl: `${prefix}${i}` }));

export function contractionKernel(group: Group, schedule: RegisterSchedule, fields: readonly StepField[]): Kernel {
  const map = groupMap(group);
  const pooling = poolingOf(group);
  const rows = Math.min(schedule.rows, map.m);
  const reads = readsOf(map, rows);
  const { width } = reads;
  const b = bindings(fields);
  const a4 = reads.a !== 'one';
  const b4 = reads.b !== 'one';
  const aName = b.use(storageOf(map.a), a4 ? 'vec4f' : 'f32', accessOf(storageOf(map.a)));
  const aAt = (at: Wgsl): Wgsl => asFloats(storageOf(map.a), wgsl`${aName}[${at}]`, a4 ? 4 : 1);
  const { functions, at: bAt } = readWeights(b, map.b, b4 ? 4 : 1);
  const columnTiles = (map.n / width) * map.groups.count;
  const rowTiles = Math.ceil(map.m / rows);
  const tiles = columnTiles * rowTiles;
  const groups = spread(Math.ceil(tiles / schedule.workgroup));
  const long = isLongSum(map);
  const rider = riderOf(group);
  const r = Array.from({ length: rows }, (_, i) => i);
  const acc = names('acc', rows);
  const total = long ? names('total', rows) : acc;

  const loops = loopNest(
    map,
    wgsl`
${pointers(map, reads, rows)}
${map.byPhase ? wgsl`if (${largest(rows)} < 0) { continue; }` : nothing}
var q = ${startOfB(map)};
${reads.b === 'k4' || map.bColumn !== 1 ? nothing : wgsl`q += n * ${i32(width)};`}
for (var ${{ wgsl: map.inner.name }} = 0; ${{ wgsl: map.inner.name }} < ${i32(map.inner.size)}; ${{ wgsl: map.inner.name }} += ${i32(reads.unroll)}) {
  ${columnLoads(map, reads, bAt, b4)}
  ${products(map, reads, rows, aAt)}
  ${rider ? (reads.unroll === 4 ? wgsl`bias += b0 + b1 + b2 + b3;` : wgsl`bias += b0;`) : nothing}
}`,
    long
      ? r
          .map((i) => wgsl`${total[i] as Wgsl} += ${acc[i] as Wgsl}; ${acc[i] as Wgsl} = T();`)
          .concat(rider ? [wgsl`bias_total += bias; bias = T();`] : [])
      : [],
  );

  const stores = windowsOf(rows, pooling?.places ?? 1).map(({ first, rows: mine }, w) => {
    const at = { row: wgsl`r`, index: wgsl`o${size(w)}`, column: wgsl`column`, width, number: w } as const;
    const values = mine.map((i) => total[i] as Wgsl);
    const guard = map.m % rows === 0 ? nothing : wgsl`if (m + ${i32(first)} < ${i32(map.m)}) `;
    const row = pooling ? plus(wgsl`m / ${i32(pooling.places)}`, w) : wgsl`m + ${i32(first)}`;
    const named = pooling || map.byPhase;
    return wgsl`
${guard}{
  ${named ? wgsl`let r = ${row};` : nothing}
  let ${at.index} = u32(${map.byPhase?.outputRow ?? (named ? at.row : row)}) * ${u32(columnTiles)} + column;
  ${storeResults(b, group, values, at)}
}`;
  });
  const riderStore = rider
    ? wgsl`if (m == 0) { ${b.use(rider, width === 4 ? 'vec4f' : 'f32', 'read_write')}[column] = ${long ? wgsl`bias_total` : wgsl`bias`}; }`
    : nothing;

  const text = wgsl`
${contractionHead(group, map, b, width)}
${helpers(group.nodes, width)}

${rowFunction(map)}

${atFunction(map)}${functions}
${unpooledFunction(join(stores, ' '))}

@compute @workgroup_size(${size(schedule.workgroup)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(${flatIndex(groups, schedule.workgroup)});
  if (tile >= ${i32(tiles)}) { return; }
  ${grouped(map) ? wgsl`let group = tile % ${i32(columnTiles)} / ${i32(map.n / width)};` : nothing}
  let n = tile % ${i32(map.n / width)};
  let m = tile / ${i32(columnTiles)} * ${i32(rows)};
  let column = u32(${grouped(map) ? wgsl`tile % ${i32(columnTiles)}` : wgsl`n`});
  ${rowStarts(map, reads, rows)}
  ${[...acc, ...(long ? total : [])].map((name) => wgsl`var ${name} = T();`)}
  ${rider ? (long ? wgsl`var bias = T(); var bias_total = T();` : wgsl`var bias = T();`) : nothing}
  ${loops}
  ${stores}
  ${riderStore}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

/** max(max(p0, p1), p2) ... */
const largest = (rows: number): Wgsl => names('p', rows).reduce((all, p) => wgsl`max(${all}, ${p})`);

/** Rows beyond the last are computed as the last one and not stored. */
function rowStarts(map: IndexMap, reads: Reads, rows: number): Wgsl[] {
  const step = reads.a === 'm4' ? 4 : 1;
  const lines: Wgsl[] = [];
  for (let i = 0; i < rows; i += step) {
    const m = i === 0 ? wgsl`m` : wgsl`m + ${i32(i)}`;
    const last = map.m - step;
    lines.push(wgsl`let r${size(i)} = row(${map.m % rows === 0 ? m : wgsl`min(${m}, ${i32(last)})`});`);
  }
  return lines;
}

/** Start of each row's run of a, once per outer step. */
function pointers(map: IndexMap, reads: Reads, rows: number): Wgsl[] {
  const step = reads.a === 'm4' ? 4 : 1;
  const lines: Wgsl[] = [];
  for (let i = 0; i < rows; i += step) {
    lines.push(wgsl`let p${size(i)} = ${startOfA(map, wgsl`r${size(i)}`)};`);
  }
  return lines;
}

/** b0 to b3: rows of b at four steps (n4), or four columns of b along k (k4). */
function columnLoads(map: IndexMap, reads: Reads, bAt: (index: Wgsl) => Wgsl, b4: boolean): Wgsl[] {
  const inner: Wgsl = { wgsl: map.inner.name };
  const lines: Wgsl[] = [];
  if (reads.b === 'k4') {
    for (let c = 0; c < reads.width; c++) {
      lines.push(
        wgsl`let b${size(c)} = ${bAt(wgsl`(q + (n * ${i32(reads.width)} + ${i32(c)}) * ${i32(map.bColumn)} + ${inner}) / 4`)};`,
      );
    }
    return lines;
  }
  const element = (step: number, column: number): Wgsl => {
    const k = step === 0 ? inner : wgsl`(${inner} + ${i32(step)})`;
    const along =
      map.bColumn === 1
        ? column === 0
          ? nothing
          : wgsl` + ${i32(column)}`
        : wgsl` + (n * ${i32(reads.width)} + ${i32(column)}) * ${i32(map.bColumn)}`;
    const at = wgsl`q + ${k} * ${i32(map.bStep)}${along}`;
    return bAt(b4 ? wgsl`(${at}) / 4` : at);
  };
  for (let step = 0; step < reads.unroll; step++) {
    const value =
      reads.b === 'n4' || reads.width === 1
        ? element(step, 0)
        : wgsl`vec4f(${join(
            [0, 1, 2, 3].map((c) => element(step, c)),
            ', ',
          )})`;
    lines.push(wgsl`let b${size(step)} = ${value};`);
  }
  return lines;
}

/** The multiply-adds of the tile. */
function products(map: IndexMap, reads: Reads, rows: number, read: (at: Wgsl) => Wgsl): Wgsl[] {
  const inner: Wgsl = { wgsl: map.inner.name };
  const lines: Wgsl[] = [];
  const guard = (p: Wgsl, value: Wgsl, zero: Wgsl): Wgsl =>
    map.guarded ? wgsl`select(${zero}, ${value}, ${p} >= 0)` : value;
  const safe = (p: Wgsl): Wgsl => (map.guarded ? wgsl`max(${p}, 0)` : p);
  const aAt = (p: Wgsl, step: number): Wgsl => {
    const k = step === 0 ? inner : wgsl`(${inner} + ${i32(step)})`;
    return map.aStep === 1 ? wgsl`${safe(p)} + ${k}` : wgsl`${safe(p)} + ${k} * ${i32(map.aStep)}`;
  };
  if (reads.a === 'm4') {
    for (let i = 0; i < rows; i += 4) {
      const p = wgsl`p${size(i)}`;
      for (let step = 0; step < reads.unroll; step++) {
        const name = wgsl`a${size(i)}_${size(step)}`;
        lines.push(wgsl`let ${name} = ${guard(p, read(wgsl`(${aAt(p, step)}) / 4`), wgsl`vec4f()`)};`);
      }
      for (let j = 0; j < 4; j++) {
        const parts = Array.from({ length: reads.unroll }, (_, step) => wgsl`a${size(i)}_${size(step)}[${size(j)}]`);
        lines.push(
          accumulate(reads, i + j, reads.unroll === 4 ? wgsl`vec4f(${join(parts, ', ')})` : (parts[0] as Wgsl)),
        );
      }
    }
    return lines;
  }
  for (let i = 0; i < rows; i++) {
    const p = wgsl`p${size(i)}`;
    if (reads.unroll === 1) {
      lines.push(accumulate(reads, i, guard(p, read(aAt(p, 0)), wgsl`0.0`)));
      continue;
    }
    const four =
      reads.a === 'k4'
        ? read(wgsl`(${aAt(p, 0)}) / 4`)
        : wgsl`vec4f(${join(
            [0, 1, 2, 3].map((s) => read(aAt(p, s))),
            ', ',
          )})`;
    lines.push(accumulate(reads, i, guard(p, four, wgsl`vec4f()`)));
  }
  return lines;
}

/** acc += a b: one step with a scalar a, or four with a vector. */
function accumulate(reads: Reads, row: number, a: Wgsl): Wgsl {
  const acc = wgsl`acc${size(row)}`;
  if (reads.unroll === 1)
    return reads.width === 4 ? wgsl`${acc} = fma(T(${a}), b0, ${acc});` : wgsl`${acc} = fma(${a}, b0, ${acc});`;
  if (reads.b === 'k4')
    return reads.width === 4 ? wgsl`${acc} += ${a} * mat4x4f(b0, b1, b2, b3);` : wgsl`${acc} += dot(${a}, b0);`;
  return reads.width === 4
    ? wgsl`${acc} += mat4x4f(b0, b1, b2, b3) * ${a};`
    : wgsl`${acc} += dot(${a}, vec4f(b0, b1, b2, b3));`;
}
