// A convolution of few input channels on an adapter whose subgroups are eight invocations: a lane computes pixels, with all
// that their windows read in registers, and the lanes spread the weights. Each element of x is loaded once for all filters.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { asFloats, bindings, flatIndex, type Kernel, spread } from '../kernel.ts';
import type { PixelSchedule } from '../schedules.ts';
import { comment, i32, kernelText, list, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { contractionHead, storeResults } from './contraction-frame.ts';
import { helpers } from './epilogue.ts';
import { accessOf, constants } from './index-map.ts';
import { groupMap, poolingOf, unpooledFunction } from './pooled.ts';
import { readWeights } from './stored.ts';

type Size4 = [number, number, number, number];

const LANES = 8;

export function pixelKernel(group: Group, schedule: PixelSchedule, fields: readonly StepField[]): Kernel {
  const root = group.nodes[0] as Node;
  if (!isOp(root, 'conv2d')) throw new Error(`%${group.name} is no convolution`);
  const pooling = poolingOf(group);
  const { stride, padding, dilation } = root.attrs;
  const [x, w] = root.inputs as readonly [Node, Node];
  const [, , , channels] = x.type.shape as Size4;
  const [kh, kw, , n] = w.type.shape as Size4;
  const [batch, oh, ow] = root.type.shape as Size4;
  // 1. The pixels of a lane: a window of the pool, or neighbours in a row.
  const [high, wide] = pooling ? pooling.pool.attrs.window : [1, schedule.rows];
  const [down, across] = [Math.floor(oh / high), Math.floor(ow / wide)];
  const count = batch * down * across;
  const pixels = list(high * wide, (i) => ({ y: Math.floor(i / wide), x: i % wide }));
  // 2. The elements that their windows read, each once.
  const guarded = padding.some((p) => p > 0);
  const ys = evenly(offsets(high, stride[0], kh, dilation[0]));
  const xs = evenly(offsets(wide, stride[1], kw, dilation[1]));
  const row = xs.count * channels;
  const b = bindings(fields);
  const input = b.use(storageOf(x), 'f32', accessOf(storageOf(x)));
  const element = (at: Wgsl): Wgsl => asFloats(storageOf(x), wgsl`${input}[${at}]`, 1);
  /** Loads the element `along` a row `below` the first. */
  const load = (below: Wgsl, along: Wgsl, index: Wgsl): Wgsl => {
    const at = wgsl`at + ${below} * (W * C) + ${along}`;
    if (!guarded) return wgsl`held[${index}] = ${element(at)};`;
    return wgsl`
{
  let inside = top + ${below} >= 0 && top + ${below} < H && left * C + ${along} >= 0 && left * C + ${along} < W * C;
  held[${index}] = select(0.0, ${element(wgsl`select(0, ${at}, inside)`)}, inside);
}`;
  };
  const loads = schedule.unrolled
    ? list(ys.count, (j) =>
        list(row, (e) => {
          const along = Math.floor(e / channels) * xs.step * channels + (e % channels);
          return load(i32(j * ys.step), i32(along), size(j * row + e));
        }),
      ).flat()
    : wgsl`
${comment('tile.z is 0; that the compiler cannot know keeps these loops, which compile faster than they would unrolled.')}
for (var j = 0; j < ${i32(ys.count)} + i32(tile.z); j++) {
  for (var e = 0; e < ${i32(row)} + i32(tile.z); e++) {
    ${load(times(wgsl`j`, ys.step), elementOf(xs.step, channels), wgsl`j * ${i32(row)} + e`)}
  }
}`;
  const name = (y: number, x: number, c: number): Wgsl =>
    wgsl`held[${size((y / ys.step) * row + (x / xs.step) * channels + c)}]`;
  // 3. The weights of a filter: lane l holds element l of each eight. Four filters are stored together where they can be.
  const width = n % 4 === 0 ? 4 : 1;
  const steps = kh * kw * channels;
  const { functions, at: weight } = readWeights(b, w, 1);
  const vectors = list(Math.ceil(steps / LANES), (i) => {
    const index = wgsl`own + ${i32(i * LANES * n)} + f${width === 4 ? wgsl` + part` : nothing}`;
    return wgsl`let w${size(i)} = ${weight((i + 1) * LANES <= steps ? index : wgsl`min(${index}, ${i32(steps * n - 1)})`)};`;
  });
  const sum = (i: number): Wgsl => wgsl`s${size(i)}_0`;
  const products = list(kh, (ky) => ky).flatMap((ky) =>
    list(kw, (kx) => kx).flatMap((kx) =>
      list(channels, (c) => {
        const t = (ky * kw + kx) * channels + c;
        const spreadWeight = wgsl`q = subgroupBroadcast(w${size(Math.floor(t / LANES))}, ${u32(t % LANES)});`;
        const adds = pixels.map((p, i) => {
          const a = name(p.y * stride[0] + ky * dilation[0], p.x * stride[1] + kx * dilation[1], c);
          return wgsl`${sum(i)} = fma(${a}, q, ${sum(i)});`;
        });
        return { wgsl: [spreadWeight, ...adds].map((l) => l.wgsl).join(' ') };
      }),
    ),
  );
  // 4. The results.
  const four = (i: number): Wgsl => wgsl`v${size(i)}`;
  const values = pixels.map((_, i) => (width === 4 ? four(i) : sum(i)));
  const at = { row: wgsl`r`, index: wgsl`o`, column: wgsl`column`, width } as const;
  const storeOne = (value: Wgsl, i: number): Wgsl => {
    const index = wgsl`o${size(i)}`;
    const lines = storeResults(b, group, [value], { ...at, index, number: i });
    return wgsl`
let ${index} = (u32(r) * ${u32(wide)}${i === 0 ? nothing : wgsl` + ${u32(i)}`}) * ${u32(n / width)} + column;
${lines}`;
  };
  const stores = wgsl`
{
  let column = u32(f)${width === 4 ? wgsl` / 4u` : nothing};
  ${pooling ? [wgsl`let o = u32(r) * ${u32(n / width)} + column;`, storeResults(b, group, values, at)] : values.map(storeOne)}
}`;
  const filter = [...vectors, ...pixels.map((_, i) => wgsl`var ${sum(i)} = 0.0;`), ...products];
  // The filters of a four come one by one, each from behind: the first is the first of the four in the end.
  const inFours = wgsl`
${pixels.map((_, i) => wgsl`var ${four(i)} = T();`)}
for (var part = 0; part < 4 + i32(tile.z); part += 1) {
  ${filter}
  ${pixels.map((_, i) => wgsl`${four(i)} = T(${four(i)}.yzw, ${sum(i)});`)}
}`;
  const groups = spread(Math.ceil(count / schedule.workgroup));
  const whole = count % schedule.workgroup === 0;
  const how = `Each lane of a subgroup computes ${pixels.length === 1 ? 'a pixel' : `${high} x ${wide} pixels`} and a filter at a time.`;
  const own = groupMap(group);
  const sizes = constants({ PW: across, PH: down, WH: high, WW: wide });
  const map = pooling ? own : { ...own, prelude: [...own.prelude, sizes] };
  const text = wgsl`
enable subgroups;
${contractionHead(group, map, b, width, how)}
${helpers(group.nodes, width)}${functions}
${unpooledFunction(stores)}

@compute @workgroup_size(${size(schedule.workgroup)})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(${flatIndex(groups, schedule.workgroup)});
  ${whole ? nothing : comment('Lanes beyond the last compute what it does: all take part in spreading the weights.')}
  let r = ${whole ? wgsl`place` : wgsl`min(place, ${i32(count - 1)})`};
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  ${comment('What the windows of the lane read.')}
  var held: array<f32, ${size(ys.count * row)}>;
  ${loads}
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += ${i32(width)}) {
    ${width === 4 ? inFours : filter}
    ${
      whole
        ? stores
        : wgsl`if (place < ${i32(count)}) {
      ${stores}
    }`
    }
  }
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

/** Where the windows of `pixels` neighbours read, from the first element of the first: increasing, each once. */
export function offsets(pixels: number, stride: number, window: number, dilation: number): number[] {
  const all = list(pixels, (p) => p).flatMap((p) => list(window, (k) => p * stride + k * dilation));
  return [...new Set(all)].sort((a, b) => a - b);
}

/** How many there are, each `step` from the one before; where they are not even, all places from 0 to the last. */
function evenly(offsets: readonly number[]): { readonly count: number; readonly step: number } {
  const [, second = 1] = offsets;
  const last = offsets.at(-1) as number;
  return offsets.every((o, i) => o === i * second)
    ? { count: offsets.length, step: second }
    : { count: last + 1, step: 1 };
}

const times = (x: Wgsl, by: number): Wgsl => (by === 1 ? x : wgsl`${x} * ${i32(by)}`);

/** Where element e of a row that is held lies behind the first: channels of pixels that are `step` apart. */
function elementOf(step: number, channels: number): Wgsl {
  if (step === 1) return wgsl`e`;
  return channels === 1 ? wgsl`e * ${i32(step)}` : wgsl`(e / C * ${i32(step)} * C + e % C)`;
}
