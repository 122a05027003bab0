// Convolutions by Winograd's F(2x2, 3x3): 2x2 results of a channel take 16 multiplications instead of 36. Both transforms, of the
// picture and of the weights, are made in registers on the way: one dispatch, no scratch memory.
import type { StepField } from '../../../runtime/plan.ts';
import { type Node, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { type Bindings, bindings, flatIndex, heading, type Kernel, spread } from '../kernel.ts';
import type { WinogradSchedule } from '../schedules.ts';
import { comment, i32, join, kernelText, list, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { fitsTexture, texel } from './contraction-subgroup.ts';
import { epilogue, helpers } from './epilogue.ts';
import { accessOf } from './index-map.ts';
import { storedLoad } from './stored.ts';
import { type Shapes, shapesOf } from './winograd-shapes.ts';

const LANES = 8;

/** How the operands are read. */
interface Reads {
  /** Steps of k at a time. */
  readonly steps: 1 | 4;
  /** The weights in fours of columns, in fours along k, or one by one. */
  readonly b: 'n4' | 'k4' | 'one';
  /** Columns of an invocation. */
  readonly width: 1 | 2 | 4;
}

function readsOf(s: Shapes, { tiles, width }: WinogradSchedule): Reads {
  // A tile of its own reads channels one by one: four at a time would be 52 loads of fours in a row, slow to compile.
  if (tiles === 1) return { steps: 1, b: s.turned || s.n % 4 !== 0 ? 'one' : 'n4', width: s.n % 4 === 0 ? width : 1 };
  const steps = s.k % 4 === 0 ? 4 : 1;
  if (!s.turned && s.n % 4 === 0) return { steps, b: 'n4', width };
  if (s.turned && steps === 4) return { steps, b: 'k4', width: s.n % width === 0 ? width : 1 };
  return { steps, b: 'one', width: 1 };
}

/**
 * Lavin and Gray 2015, section 4.1: Y = A^T [(G g G^T) (B^T d B)] A, summed over channels before the outer transform. Sums are
 * over k alone, in its order. The numbers in G are halves and those in B and A are 0 and +-1: what rounding adds is a few times that of the direct sum.
 */
export function winogradKernel(group: Group, schedule: WinogradSchedule, fields: readonly StepField[]): Kernel {
  const root = group.nodes[0] as Node;
  const s = shapesOf(root);
  const reads = readsOf(s, schedule);
  const { steps, width } = reads;
  const together = schedule.tiles;
  const shared = together === LANES;
  const b = bindings(fields);
  const loads = [loadA(b, s, steps, shared), loadB(b, s, reads, shared)];
  const columns = s.n / width;
  const tiles = s.pictures * s.tiles[0] * s.tiles[1];
  const own = Math.ceil(columns / LANES);
  const runs = shared ? own * Math.ceil(tiles / LANES) : columns * tiles;
  const workgroup = shared ? LANES : runs >= 4096 ? 64 : runs >= 256 ? 16 : 8;
  const groups = spread(shared ? runs : Math.ceil(runs / workgroup));
  const whole = shared ? groups[0] * groups[1] === runs : groups[0] * groups[1] * workgroup === runs;
  /** Elements of the result are stored in fours, or one by one. */
  const stored = width === 4 ? 4 : 1;
  const parts = width / stored;
  const t = list(together, (i) => i);
  const sums = list(16, (x) => t.map((i) => wgsl`c${size(x)}_${size(i)}`)).flat();
  const results = t.flatMap((i) => resultsOf(i, width));
  const store = (result: Wgsl, suffix: Wgsl): Wgsl =>
    epilogue(
      b,
      group.nodes,
      group.outputs,
      new Map([[root, result]]),
      { index: wgsl`o${suffix}`, column: wgsl`column${suffix}`, width: stored, shape: root.type.shape },
      accessOf,
      suffix,
    );
  const perTile = 4 * parts;
  const atEnd = shared
    ? wgsl`
${comment('The results, one after the other. tile.z is 0; that the compiler cannot know keeps this a loop.')}
var result = array<T, ${size(results.length)}>(${join(results, ', ')});
for (var i = 0u; i < ${u32(results.length)} + tile.z; i++) {
  let r = m + i32(i / ${u32(perTile)});
  let y = ${rowOf(wgsl`r`)} + i32(i / ${u32(2 * parts)} % 2u);
  let x = ${columnOf(wgsl`r`)} + i32(i / ${u32(parts)} % 2u);
  if (r >= TILES || y >= OH || x >= OW || n >= ${i32(columns)}) { continue; }
  let column = u32(n)${parts === 1 ? nothing : wgsl` * ${u32(parts)} + i % ${u32(parts)}`};
  let o = u32(${pixelOf(wgsl`r`)}) * ${u32(s.n / stored)} + column;
  ${store(wgsl`result[i]`, nothing)}
}`
    : wgsl`
let r = m;
let column = u32(n);
${results.map((result, i) => storeOne(result, i, s.n / stored, store))}`;
  const text = wgsl`
${shared ? wgsl`enable subgroups;` : nothing}
${heading(`${group.name} = ${group.nodes.map((n) => n.op).join(', ')}: ${root.type.shape.join('x')}`, group.nodes)}
${comment(`Winograd's F(2x2, 3x3): ${tiles} tiles of 2x2 results, ${s.n} columns, sums over ${s.k}.`)}
${comment(shared ? `A workgroup is one subgroup: eight tiles, and for each lane ${width} columns.` : `An invocation makes one tile of ${width === 1 ? 'one column' : `${width} columns`}.`)}
alias T = ${{ wgsl: stored === 4 ? 'vec4f' : 'f32' }};
alias U = ${{ wgsl: width === 4 ? 'vec4f' : width === 2 ? 'vec2f' : 'f32' }};
${comment('a is H x W x K, y is OH x OW x N in TH x TW tiles.')}
const H = ${i32(s.from[0])}; const W = ${i32(s.from[1])}; const K = ${i32(s.k)}; const OH = ${i32(s.to[0])}; const OW = ${i32(s.to[1])}; const N = ${i32(s.n)};
const TH = ${i32(s.tiles[0])}; const TW = ${i32(s.tiles[1])}; const TILES = ${i32(tiles)}; const TOP = ${i32(s.top)}; const LEFT = ${i32(s.left)};
${b.declare()}
${helpers(group.nodes, stored)}

${loads}

${comment('Where the channels of a pixel of a tile start; -1 outside the picture.')}
fn at(r: i32, dy: i32, dx: i32) -> i32 {
  let y = ${rowOf(wgsl`r`)} + dy - TOP;
  let x = ${columnOf(wgsl`r`)} + dx - LEFT;
  if (y < 0 || y >= H || x < 0 || x >= W) { return -1; }
  return ((r / (TH * TW) * H + y) * W + x) * K;
}

@compute @workgroup_size(${size(workgroup)})
fn main(${shared ? wgsl`@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u` : wgsl`@builtin(global_invocation_id) id: vec3u`}) {
  ${shared ? wgsl`let lane = i32(id.x);` : nothing}
  let t = i32(${shared ? (groups[1] === 1 ? wgsl`tile.x` : wgsl`tile.x + tile.y * ${u32(groups[0])}`) : flatIndex(groups, workgroup)});
  ${whole ? nothing : wgsl`if (t >= ${i32(runs)}) { return; }`}
  let n = ${shared ? wgsl`t % ${i32(own)} * ${i32(LANES)} + lane` : wgsl`t % ${i32(columns)}`};
  let m = ${shared ? wgsl`t / ${i32(own)} * ${i32(LANES)}` : wgsl`t / ${i32(columns)}`};
  let first = min(n, ${i32(columns - 1)}) * ${i32(width)};
  let r0 = ${shared ? wgsl`min(m + lane, TILES - 1)` : wgsl`m`};
  ${list(16, (i) => wgsl`let p${size(i)} = at(r0, ${i32(Math.floor(i / 4))}, ${i32(i % 4)});`)}
  ${sums.map((c) => wgsl`var ${c} = U();`)}
  for (var k = 0; k < K; k += ${i32(steps)}) {
    ${picture(steps)}
    ${weights(s, reads)}
    ${list(4, (row) => products(row, reads, t, shared))}
  }
  ${t.map((i) => outerTransform(i))}
  ${atEnd}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

/** The first row and column of a tile, and the pixel of the result that x and y are. */
const rowOf = (r: Wgsl): Wgsl => wgsl`${r} / TW % TH * 2`;
const columnOf = (r: Wgsl): Wgsl => wgsl`${r} % TW * 2`;
const pixelOf = (r: Wgsl): Wgsl => wgsl`(${r} / (TH * TW) * OH + y) * OW + x`;

/** One of the four results of an invocation's tile. */
function storeOne(result: Wgsl, i: number, across: number, store: (result: Wgsl, suffix: Wgsl) => Wgsl): Wgsl {
  const suffix = wgsl`${size(i)}`;
  return wgsl`
{
  let y = ${rowOf(wgsl`r`)} + ${i32(i >> 1)};
  let x = ${columnOf(wgsl`r`)} + ${i32(i & 1)};
  if (y < OH && x < OW) {
    let column${suffix} = column;
    let o${suffix} = u32(${pixelOf(wgsl`r`)}) * ${u32(across)} + column;
    ${store(result, suffix)}
  }
}`;
}

/** `load_a`: a four of channels or one; 0 outside the picture. */
function loadA(b: Bindings, s: Shapes, steps: 1 | 4, shared: boolean): Wgsl {
  const storage = storageOf(s.a);
  const type: Wgsl = { wgsl: steps === 4 ? 'vec4f' : 'f32' };
  const guarded = (value: Wgsl): Wgsl =>
    wgsl`fn load_a(p: i32, k: i32) -> ${type} { return select(${type}(), ${value}, p >= 0); }`;
  const i = steps === 4 ? wgsl`(max(p, 0) + k) / 4` : wgsl`max(p, 0) + k`;
  if (steps === 4 && shared && fitsTexture(storage)) {
    const read = texel(wgsl`load_texel`, b.texture('a', storage));
    return wgsl`
${read}
${guarded(wgsl`load_texel(${i})`)}`;
  }
  return guarded(wgsl`${b.use(storage, steps === 4 ? 'vec4f' : 'f32', accessOf(storage))}[${i}]`);
}

/** `load_b`: a four of weights, or one. */
function loadB(b: Bindings, s: Shapes, reads: Reads, shared: boolean): Wgsl {
  const storage = storageOf(s.w);
  const fours = reads.b !== 'one';
  const pick =
    reads.b === 'n4' && reads.width === 2
      ? wgsl`
fn half(v: vec4f, odd: bool) -> vec2f { return select(v.xy, v.zw, odd); }`
      : nothing;
  const stored = storedLoad(b, wgsl`load_b`, storage, fours ? 4 : 1);
  if (stored) return wgsl`${stored}${pick}`;
  if (fours && shared && fitsTexture(storage)) return wgsl`${texel(wgsl`load_b`, b.texture('b', storage))}${pick}`;
  const type: Wgsl = { wgsl: fours ? 'vec4f' : 'f32' };
  const name = b.use(storage, fours ? 'vec4f' : 'f32', accessOf(storage));
  return wgsl`fn load_b(i: i32) -> ${type} { return ${name}[i]; }${pick}`;
}

/** B^T of four values: the differences that both directions take. */
const differences = (d: (i: number) => Wgsl): Wgsl[] => [
  wgsl`${d(0)} - ${d(2)}`,
  wgsl`${d(1)} + ${d(2)}`,
  wgsl`${d(2)} - ${d(1)}`,
  wgsl`${d(1)} - ${d(3)}`,
];

/** a0 to a15: B^T d B of the lane's own tile. */
function picture(steps: 1 | 4): Wgsl[] {
  const loads = list(16, (i) => wgsl`let n${size(i)} = load_a(p${size(i)}, k);`);
  const down = list(4, (x) =>
    differences((y) => wgsl`n${size(4 * y + x)}`).map((v, y) => wgsl`let o${size(4 * y + x)} = ${v};`),
  ).flat();
  const across = list(4, (y) =>
    differences((x) => wgsl`o${size(4 * y + x)}`).map((v, x) => wgsl`let a${size(4 * y + x)} = ${v};`),
  ).flat();
  return [comment(`The tile's pixels, ${steps} channels, transformed down and across.`), ...loads, ...down, ...across];
}

/** Values of the weights of a place of the window: steps of k, or columns of fours of k. */
const countOf = ({ b, steps, width }: Reads): number => (b === 'k4' ? width : steps);

/** b{place}_{i}, and halves of them: down the window, (first + last) / 2 is t and the middle / 2 is q. */
function weights(s: Shapes, reads: Reads): Wgsl[] {
  const channels = s.turned ? s.n : s.k;
  const filters = s.turned ? s.k : s.n;
  const read = (place: number, i: number): Wgsl => {
    const row = i32((s.turned ? 8 - place : place) * channels);
    if (reads.b === 'k4') return wgsl`load_b(((${row} + first + ${i32(i)}) * ${i32(filters)} + k) / 4)`;
    const at = s.turned
      ? wgsl`(${row} + first) * ${i32(filters)} + k + ${i32(i)}`
      : wgsl`(${row} + k + ${i32(i)}) * ${i32(filters)} + first`;
    if (reads.b === 'one' && reads.width === 1) return wgsl`load_b(${at})`;
    if (reads.b === 'one')
      return wgsl`U(${join(
        list(reads.width, (j) => wgsl`load_b(${at} + ${i32(j * filters)})`),
        ', ',
      )})`;
    return reads.width === 2 ? wgsl`half(load_b((${at}) / 4), first % 4 != 0)` : wgsl`load_b((${at}) / 4)`;
  };
  const count = countOf(reads);
  const loads = list(9, (place) =>
    list(count, (i) => wgsl`let b${size(place)}_${size(i)} = ${read(place, i)};`),
  ).flat();
  const halves = list(3, (x) =>
    list(count, (i) => {
      const name = wgsl`${size(x)}_${size(i)}`;
      return wgsl`let t${name} = 0.5 * (b${name} + b${size(6 + x)}_${size(i)}); let q${name} = 0.5 * b${size(3 + x)}_${size(i)};`;
    }),
  ).flat();
  return [comment('The window, and what its transform down takes of it.'), ...loads, ...halves];
}

/** Row `row` of G g G^T, and the products of its four places with those of each tile. */
function products(row: number, reads: Reads, t: readonly number[], shared: boolean): Wgsl {
  const down = (x: number, i: number): Wgsl => {
    const name = wgsl`${size(x)}_${size(i)}`;
    if (row === 0) return wgsl`b${name}`;
    if (row === 3) return wgsl`b${size(6 + x)}_${size(i)}`;
    return row === 1 ? wgsl`(t${name} + q${name})` : wgsl`(t${name} - q${name})`;
  };
  const count = countOf(reads);
  const across = list(count, (i) => {
    const n = (x: number): Wgsl => wgsl`acc${size(x)}_${size(i)}`;
    const [ends, middle] = [wgsl`total0_${size(i)}`, wgsl`total1_${size(i)}`];
    return [
      wgsl`let ${n(0)} = ${down(0, i)}; let ${n(3)} = ${down(2, i)};`,
      wgsl`let ${ends} = 0.5 * (${n(0)} + ${n(3)}); let ${middle} = 0.5 * ${down(1, i)};`,
      wgsl`let ${n(1)} = ${ends} + ${middle}; let ${n(2)} = ${ends} - ${middle};`,
    ];
  }).flat();
  const sums = list(4, (x) =>
    t.map((i) => {
      const c = wgsl`c${size(4 * row + x)}_${size(i)}`;
      const a = wgsl`a${size(4 * row + x)}`;
      const q = wgsl`r${size(x)}_${size(i)}`;
      const u = (step: number): Wgsl => wgsl`acc${size(x)}_${size(step)}`;
      const dots = list(count, (j) => wgsl`dot(${q}, ${u(j)})`);
      const sum =
        reads.b === 'k4'
          ? wgsl`${c} + U(${join(dots, ', ')})`
          : reads.steps === 1
            ? wgsl`${c} + ${q} * ${u(0)}`
            : wgsl`${c} + ${q}.x * ${u(0)} + ${q}.y * ${u(1)} + ${q}.z * ${u(2)} + ${q}.w * ${u(3)}`;
      return wgsl`let ${q} = ${shared ? wgsl`subgroupBroadcast(${a}, ${u32(i)})` : a}; ${c} = ${sum};`;
    }),
  ).flat();
  return wgsl`
{
  ${across}
  ${sums}
}`;
}

/** A^T M A of a tile: total{row}_{tile} and bias{row}_{tile} are the left and the right column of M A. */
function outerTransform(tile: number): Wgsl {
  const c = (i: number): Wgsl => wgsl`c${size(i)}_${size(tile)}`;
  const lines = list(4, (row) => {
    const at = wgsl`${size(row)}_${size(tile)}`;
    const [, one, two, three] = [0, 1, 2, 3].map((x) => c(4 * row + x)) as [Wgsl, Wgsl, Wgsl, Wgsl];
    return wgsl`let total${at} = ${c(4 * row)} + ${one} + ${two}; let bias${at} = ${one} - ${two} - ${three};`;
  });
  return { wgsl: lines.map((l) => l.wgsl).join('\n') };
}

/** The four results of a tile, in fours or one by one: left and right of the first row, then of the second. */
function resultsOf(tile: number, width: 1 | 2 | 4): Wgsl[] {
  const all = [0, 1].flatMap((y) =>
    (['total', 'bias'] as const).map((side) => {
      const [p, q, r] = list(3, (i) => wgsl`${{ wgsl: side }}${size(y + i)}_${size(tile)}`) as [Wgsl, Wgsl, Wgsl];
      return y === 0 ? wgsl`(${p} + ${q} + ${r})` : wgsl`(${p} - ${q} - ${r})`;
    }),
  );
  return width === 2 ? all.flatMap((v) => [wgsl`${v}.x`, wgsl`${v}.y`]) : all;
}
