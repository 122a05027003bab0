// The contraction on an adapter whose subgroups are eight invocations (a processor's vector unit): operands are read
// from textures, which such adapters load four times faster than buffers, and each element of a is spread by broadcast.
import type { StepField } from '../../../runtime/plan.ts';
import { type Node, sizeOf, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { asFloats, type Bindings, bindings, type Kernel, spread, workgroupNumber } from '../kernel.ts';
import type { SubgroupSchedule } from '../schedules.ts';
import { comment, i32, kernelText, list, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { contractionHead, riderOf, storeResults } from './contraction-frame.ts';
import { helpers } from './epilogue.ts';
import {
  accessOf,
  atFunction,
  grouped,
  type IndexMap,
  isLongSum,
  loopNest,
  orderedByPixel,
  rowFunction,
  startOfA,
  startOfB,
} from './index-map.ts';
import { groupMap, poolingOf, unpooledFunction } from './pooled.ts';
import { storedLoad } from './stored.ts';

const LANES = 8;
/** Texels of a row of an operand texture: element e of four floats lies at (e & 1023, e >> 10). */
export const TEXTURE_WIDTH = 1024;
export const TEXTURE_ROW_BYTES = TEXTURE_WIDTH * 16;
/** Rows of a texture on every adapter. */
const TEXTURE_ROWS = 8192;

/** How a is read: eight rows at four steps of k, sixteen rows (four fours) at two steps, or eight rows one by one. */
type ReadsA = 'rows' | 'steps' | 'single';

interface Mode {
  readonly reads: ReadsA;
  /** Columns of a lane: a vector of four, b from a texture; or one, b from its buffer, however it lies. */
  readonly width: 1 | 4;
}

/** Can the value be read from a texture of fours? */
export const fitsTexture = (n: Node): boolean =>
  sizeOf(n.type.shape) % 4 === 0 && 4 * sizeOf(n.type.shape) <= TEXTURE_ROWS * TEXTURE_ROW_BYTES;

function modeOf(map: IndexMap): Mode {
  const fits = fitsTexture;
  const last = map.a.type.shape[map.a.type.shape.length - 1] as number;
  const rows = fits(map.a) && map.aStep === 1 && map.inner.size % 4 === 0 && last % 4 === 0;
  const steps = fits(map.a) && map.m >= 4 && map.m % 4 === 0 && map.rowRun % 4 === 0 && map.aStep % 4 === 0;
  const alongN = map.bColumn === 1 && map.n % 4 === 0;
  const alongK = rows && map.n % 4 === 0 && map.bStep === 1 && map.bColumn % 4 === 0;
  if (!fits(map.b) || !(alongN || alongK)) return { reads: 'single', width: 1 };
  return { reads: rows ? 'rows' : steps ? 'steps' : 'single', width: 4 };
}

export function subgroupKernel(group: Group, schedule: SubgroupSchedule, fields: readonly StepField[]): Kernel {
  const root = group.nodes[0] as Node;
  const { rows, vectors } = schedule;
  const map = orderedByPixel(root, groupMap(group), rows);
  const pooling = poolingOf(group);
  /** Rows of the product that make one of the result. */
  const places = pooling?.places ?? 1;
  const { reads, width } = modeOf(map);
  const unroll =
    reads === 'single' ? 1 : reads === 'rows' ? 4 : map.inner.size % 4 === 0 ? 4 : map.inner.size % 2 === 0 ? 2 : 1;
  const b = bindings(fields);
  const a =
    reads === 'single' ? b.use(storageOf(map.a), 'f32', accessOf(storageOf(map.a))) : b.texture('a', storageOf(map.a));
  const loadB = readerOfB(b, storageOf(map.b), width);
  const columns = map.n / width;
  const { count } = map.groups;
  /** Tiles of columns of one group: all rows of a tile read the same channels. */
  const own = Math.ceil(columns / (LANES * vectors));
  const columnTiles = own * count;
  const rowTiles = Math.ceil(map.m / rows);
  const groups = spread(columnTiles * rowTiles);
  const long = isLongSum(map);
  const rider = riderOf(group);
  const v = list(vectors, (i) => i);
  const tiles = v.flatMap((j) => list(rows, (i) => wgsl`c${size(i)}_${size(j)}`));
  const total = long ? v.flatMap((j) => list(rows, (i) => wgsl`t${size(i)}_${size(j)}`)) : tiles;
  const start = grouped(map) ? wgsl`group * ${i32(columns)} + ` : nothing;
  const biases = rider ? v.map((j) => wgsl`bias${size(j)}`) : [];
  const inner: Wgsl = { wgsl: map.inner.name };
  // tile.z is 0: a short loop whose end the compiler knows is unrolled, which takes it twice as long and runs no faster.
  const trips = map.inner.size / unroll;
  const zero = reads === 'single' && trips > 1 && trips <= 6 ? wgsl` + i32(tile.z)` : nothing;

  const body = wgsl`
${pointers(map, reads, rows)}
let q = ${startOfB(map)};
for (var ${inner} = 0; ${inner} < ${i32(map.inner.size)}${zero}; ${inner} += ${i32(unroll)}) {
  ${loadsB(map, v, unroll, width)}
  ${loadsA(map, reads, rows, unroll)}
  ${reads === 'steps' ? productsByStep(rows, v, unroll) : productsByRow(map, reads, rows, v)}
  ${biases.map((name, j) => wgsl`${name} += ${{ wgsl: list(unroll, (s) => `b${s}_${j}`).join(' + ') }};`)}
}`;
  const flush = long ? [...tiles.map((c, i) => wgsl`${total[i] as Wgsl} += ${c}; ${c} = T();`)] : [];
  const values = list(places, (k) => (pooling ? wgsl`result[i * ${u32(places)} + ${u32(k)}]` : wgsl`result[i]`));
  const stores = storeResults(b, group, values, { row: wgsl`r`, index: wgsl`o`, column: wgsl`column`, width });
  const riderOut = rider && b.use(rider, width === 4 ? 'vec4f' : 'f32', 'read_write');
  const text = wgsl`
enable subgroups;
${map.byPhase ? wgsl`diagnostic(off, subgroup_uniformity); ${comment('what subgroupAll says is the same for all lanes, which the analysis does not know')}` : nothing}
${contractionHead(group, map, b, width, `A workgroup is one subgroup: ${rows} rows, and for each lane ${vectors} x ${width} columns.`)}
${helpers(group.nodes, width)}

${reads === 'single' ? wgsl`fn load_a(i: i32) -> f32 { return ${asFloats(storageOf(map.a), wgsl`${a}[i]`, 1)}; }` : texel(wgsl`load_a`, a)}
${loadB}

${rowFunction(map)}

${atFunction(map)}
${unpooledFunction(stores)}

@compute @workgroup_size(${size(LANES)})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = i32(id.x);
  ${workgroupNumber(groups, columnTiles * rowTiles)}
  ${grouped(map) ? wgsl`let group = t % ${i32(columnTiles)} / ${i32(own)};` : nothing}
  let n = t % ${i32(own)} * ${i32(LANES * vectors)} + lane;
  let m = t / ${i32(columnTiles)} * ${i32(rows)};
  ${v.map((j) => wgsl`let n${size(j)} = ${columns % (LANES * vectors) === 0 ? wgsl`n + ${i32(LANES * j)}` : wgsl`min(n + ${i32(LANES * j)}, ${i32(columns - 1)})`};`)}
  ${rowStarts(map, reads, rows)}
  ${tiles.map((c) => wgsl`var ${c} = T();`)}
  ${long ? total.map((c) => wgsl`var ${c} = T();`) : []}
  ${biases.map((name) => wgsl`var ${name} = T();`)}
  ${loopNest(map, body, flush)}
  ${riderOut ? v.map((j) => wgsl`if (m == 0 && n + ${i32(LANES * j)} < ${i32(columns)}) { ${riderOut}[${start}n + ${i32(LANES * j)}] = ${biases[j] as Wgsl}; }`) : []}
  ${comment('The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.')}
  var result = array<T, ${size(total.length)}>(${{ wgsl: total.map((c) => c.wgsl).join(', ') }});
  for (var i = 0u; i < ${u32(total.length / places)} + tile.z; i++) {
    let r = m${pooling ? wgsl` / ${i32(places)}` : nothing} + i32(i % ${u32(rows / places)});
    let ${grouped(map) ? wgsl`part` : wgsl`column`} = u32(n) + i / ${u32(rows / places)} * ${u32(LANES)};
    ${map.m % rows === 0 && columns % (LANES * vectors) === 0 ? nothing : wgsl`if (r >= ${i32(map.m / places)} || ${grouped(map) ? wgsl`part` : wgsl`column`} >= ${u32(columns)}) { continue; }`}
    ${grouped(map) ? wgsl`let column = u32(group) * ${u32(columns)} + part;` : nothing}
    let o = u32(${map.byPixel?.outputRow ?? map.byPhase?.outputRow ?? wgsl`r`}) * ${u32(columns * count)} + column;
    ${stores}
  }
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

/** A function that reads a four from a texture. */
export const texel = (name: Wgsl, texture: Wgsl): Wgsl =>
  wgsl`fn ${name}(i: i32) -> vec4f { return textureLoad(${texture}, vec2i(i & ${i32(TEXTURE_WIDTH - 1)}, i >> ${u32(Math.log2(TEXTURE_WIDTH))})); }`;

/** `load_b`: a four of columns from a texture, or one from its buffer; from its buffer too where it is stored in fewer bits. */
function readerOfB(b: Bindings, storage: Node, width: 1 | 4): Wgsl {
  const stored = storedLoad(b, wgsl`load_b`, storage, width);
  if (stored) return stored;
  if (width === 4) return texel(wgsl`load_b`, b.texture('b', storage));
  const value = asFloats(storage, wgsl`${b.use(storage, 'f32', accessOf(storage))}[i]`, 1);
  return wgsl`fn load_b(i: i32) -> f32 { return ${value}; }`;
}

/** The rows that a lane reads: one of each eight, or four neighbours of each sixteen. */
function rowStarts(map: IndexMap, reads: ReadsA, rows: number): Wgsl[] {
  const whole = map.m % rows === 0;
  if (map.byPixel) return [wgsl`let r0 = row(m);`];
  if (reads !== 'steps') {
    return list(rows / LANES, (j) => {
      const m = wgsl`m + ${i32(LANES * j)} + lane`;
      return wgsl`let r${size(j)} = row(${whole ? m : wgsl`min(${m}, ${i32(map.m - 1)})`});`;
    });
  }
  return list(rows / 16, (j) => {
    const m = wgsl`m + ${i32(16 * j)} + lane % 4 * 4`;
    return wgsl`let r${size(j)} = row(${whole ? m : wgsl`min(${m}, ${i32(map.m - 4)})`});`;
  });
}

function pointers(map: IndexMap, reads: ReadsA, rows: number): Wgsl[] {
  const { byPixel, byPhase } = map;
  if (!byPixel) {
    const count = reads === 'steps' ? rows / 16 : rows / LANES;
    const starts = list(count, (j) => wgsl`let p${size(j)} = ${startOfA(map, wgsl`r${size(j)}`)};`);
    const none = { wgsl: list(count, (j) => `p${j} < 0`).join(' && ') };
    return byPhase ? [...starts, wgsl`if (subgroupAll(${none})) { continue; }`] : starts;
  }
  return [
    wgsl`let p = ${startOfA(map, wgsl`r0`)};`,
    wgsl`if (p < 0) { continue; }`,
    ...list(rows / LANES, (j) => wgsl`let p${size(j)} = p + (lane + ${i32(LANES * j)}) * ${i32(byPixel.aStep)};`),
  ];
}

/** b{step}_{vector}: a four of columns at a step, or (along k) four steps of column {step}; or one column at one step. */
function loadsB(map: IndexMap, v: readonly number[], unroll: number, width: 1 | 4): Wgsl[] {
  const inner: Wgsl = { wgsl: map.inner.name };
  if (width === 1)
    return v.map(
      (j) => wgsl`let b0_${size(j)} = load_b(q + ${inner} * ${i32(map.bStep)} + n${size(j)} * ${i32(map.bColumn)});`,
    );
  return v.flatMap((j) =>
    list(map.bColumn === 1 ? unroll : 4, (s) => {
      const at =
        map.bColumn === 1
          ? wgsl`(q + (${inner} + ${i32(s)}) * ${i32(map.bStep)}) / 4 + n${size(j)}`
          : wgsl`(q + (n${size(j)} * 4 + ${i32(s)}) * ${i32(map.bColumn)} + ${inner}) / 4`;
      return wgsl`let b${size(s)}_${size(j)} = load_b(${at});`;
    }),
  );
}

function loadsA(map: IndexMap, reads: ReadsA, rows: number, unroll: number): Wgsl[] {
  const inner: Wgsl = { wgsl: map.inner.name };
  const guarded = map.guarded && !map.byPixel;
  const zero = reads === 'single' ? wgsl`0.0` : wgsl`vec4f()`;
  const guard = (p: Wgsl, value: Wgsl): Wgsl => (guarded ? wgsl`select(${zero}, ${value}, ${p} >= 0)` : value);
  const safe = (p: Wgsl): Wgsl => (guarded ? wgsl`max(${p}, 0)` : p);
  if (reads === 'single') {
    return list(rows / LANES, (j) => {
      const p = wgsl`p${size(j)}`;
      return wgsl`let a${size(j)} = ${guard(p, wgsl`load_a(${safe(p)} + ${inner} * ${i32(map.aStep)})`)};`;
    });
  }
  if (reads === 'rows') {
    return list(rows / LANES, (j) => {
      const p = wgsl`p${size(j)}`;
      return wgsl`let a${size(j)} = ${guard(p, wgsl`load_a((${safe(p)} + ${inner}) / 4)`)};`;
    });
  }
  return list(rows / 16, (j) => j).flatMap((j) =>
    list(Math.ceil(unroll / 2), (l) => {
      const p = wgsl`p${size(j)}`;
      const step = unroll === 1 ? inner : wgsl`(${inner} + ${i32(2 * l)} + lane / 4)`;
      return wgsl`let a${size(j)}_${size(l)} = ${guard(p, wgsl`load_a((${safe(p)} + ${step} * ${i32(map.aStep)}) / 4)`)};`;
    }),
  );
}

/** Each row of a, one or four steps of k, is spread to all lanes. */
function productsByRow(map: IndexMap, reads: ReadsA, rows: number, v: readonly number[]): Wgsl[] {
  return list(rows, (i) => i).flatMap((i) => {
    const q = wgsl`q${size(i)}`;
    const products = v.map((j) => {
      const c = wgsl`c${size(i)}_${size(j)}`;
      const b = (s: number): Wgsl => wgsl`b${size(s)}_${size(j)}`;
      if (reads === 'single') return wgsl`${c} = ${c} + ${q} * ${b(0)};`;
      return map.bColumn === 1
        ? wgsl`${c} = ${c} + ${q}.x * ${b(0)} + ${q}.y * ${b(1)} + ${q}.z * ${b(2)} + ${q}.w * ${b(3)};`
        : wgsl`${c} += vec4f(dot(${q}, ${b(0)}), dot(${q}, ${b(1)}), dot(${q}, ${b(2)}), dot(${q}, ${b(3)}));`;
    });
    return [wgsl`let ${q} = subgroupBroadcast(a${size(Math.floor(i / LANES))}, ${u32(i % LANES)});`, ...products];
  });
}

/** Four neighbouring rows of a at one step are spread to all lanes. */
function productsByStep(rows: number, v: readonly number[], unroll: number): Wgsl[] {
  return list(rows / 4, (g) => g).flatMap((g) => {
    const q = (s: number): Wgsl => wgsl`q${size(g)}_${size(s)}`;
    const spreads = list(
      unroll,
      (s) =>
        wgsl`let ${q(s)} = subgroupBroadcast(a${size(Math.floor(g / 4))}_${size(Math.floor(s / 2))}, ${u32((g % 4) + 4 * (s % 2))});`,
    );
    const products = (['x', 'y', 'z', 'w'] as const).flatMap((part, i) =>
      v.map((j) => {
        const c = wgsl`c${size(4 * g + i)}_${size(j)}`;
        const terms = list(unroll, (s) => wgsl`${q(s)}.${{ wgsl: part }} * b${size(s)}_${size(j)}`);
        return wgsl`${c} = ${c} + ${{ wgsl: terms.map((t) => t.wgsl).join(' + ') }};`;
      }),
    );
    return [...spreads, ...products];
  });
}
