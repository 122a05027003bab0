// The weights of a convolution with a max pool behind it, on an adapter whose subgroups are eight invocations: a lane is a filter
// and keeps its sums in registers; what the windows of a pool read is loaded by all lanes together and spread.
import type { StepField } from '../../../runtime/plan.ts';
import { type Node, showShape, sizeOf, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { asFloats, bindings, heading, type Kernel, spread, workgroupNumber } from '../kernel.ts';
import { comment, i32, join, kernelText, list, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { offsets } from './contraction-pixels.ts';
import { accessOf, constants } from './index-map.ts';

type Size4 = [number, number, number, number];

const LANES = 8;

export function pooledGradientKernel(group: Group, fields: readonly StepField[]): Kernel {
  const root = group.nodes[0] as Node<'conv2d_dw_pooled'>;
  const own = root as unknown as Node;
  if (group.nodes.length !== 1) throw new Error(`${group.name} does more than the gradient`);
  const [x, winner, dy] = root.inputs.map(storageOf) as [Node, Node, Node];
  const { shape, parts, window, stride, padding, dilation } = root.attrs;
  const [, h, w, channels] = (root.inputs[0] as Node).type.shape as Size4;
  const [n, ph, pw, filters] = (root.inputs[2] as Node).type.shape as Size4;
  const [kh, kw] = shape as Size4;
  const [wh, ww] = window;
  const b = bindings(fields);
  const input = b.use(x, 'f32', accessOf(x));
  const winners = b.use(winner, 'u32', 'read_write');
  const dys = b.use(dy, 'f32', accessOf(dy));
  const out = b.use(own, 'f32', 'read_write');
  // 1. Rows that the windows of a pool read, eight elements a load; lane l has element l.
  const ys = offsets(wh, stride[0], kh, dilation[0]);
  const xs = offsets(ww, stride[1], kw, dilation[1]);
  const span = ((xs[xs.length - 1] as number) + 1) * channels;
  const guarded = padding.some((p) => p > 0);
  const loads = ys.flatMap((y) =>
    list(Math.ceil(span / LANES), (j) => {
      const name = wgsl`v${size(y)}_${size(j)}`;
      const at = wgsl`at + ${i32(y)} * (W * C) + ${i32(j * LANES)} + lane`;
      const safe = wgsl`clamp(${at}, 0, ${i32(sizeOf(x.type.shape) - 1)})`;
      const element = asFloats(x, wgsl`${input}[${safe}]`, 1);
      if (!guarded) return wgsl`let ${name} = ${element};`;
      const inside = wgsl`top + ${i32(y)} >= 0 && top + ${i32(y)} < H && column${size(j)} >= 0 && column${size(j)} < W * C`;
      return wgsl`let ${name} = select(0.0, ${element}, ${inside});`;
    }),
  );
  const columns = guarded
    ? list(Math.ceil(span / LANES), (j) => wgsl`let column${size(j)} = left * C + ${i32(j * LANES)} + lane;`)
    : [];
  // 2. Each element, once, times the gradient where the winner stood in each place of the pool's window.
  const places = list(wh * ww, (i) => ({ y: Math.floor(i / ww), x: i % ww }));
  const sum = (ky: number, kx: number, c: number): Wgsl => wgsl`s${size((ky * kw + kx) * channels + c)}`;
  const products = ys.flatMap((y) =>
    xs.flatMap((x) =>
      list(channels, (c) => {
        const e = x * channels + c;
        const adds = places.flatMap((p, i) => {
          const ky = (y - p.y * stride[0]) / dilation[0];
          const kx = (x - p.x * stride[1]) / dilation[1];
          const inside = Number.isInteger(ky) && Number.isInteger(kx) && ky >= 0 && ky < kh && kx >= 0 && kx < kw;
          return inside ? [wgsl`${sum(ky, kx, c)} = fma(q, d${size(i)}, ${sum(ky, kx, c)});`] : [];
        });
        const q = wgsl`q = subgroupBroadcast(v${size(y)}_${size(Math.floor(e / LANES))}, ${u32(e % LANES)});`;
        return { wgsl: adds.length === 0 ? '' : [q, ...adds].map((l) => l.wgsl).join(' ') };
      }),
    ),
  );
  const sums = list(kh, (ky) => ky).flatMap((ky) =>
    list(kw, (kx) => kx).flatMap((kx) => list(channels, (c) => sum(ky, kx, c))),
  );
  const packed = filters % 4 === 0;
  const tiles = Math.ceil(filters / LANES);
  const groups = spread(tiles * parts);
  const text = wgsl`
enable subgroups;
${heading(`${group.name} = ${own.op}: ${showShape(own.type.shape)}`, group.nodes)}
${comment(`dw[part, ky, kx, c, f] = sum over the pictures of the part and the windows of the pool of x, where the winner of f stood, times dy.`)}
${comment('x is H x W x C, the window KH x KW, windows of WH x WW are pooled, PH x PW of them, of F filters.')}
${constants({ H: h, W: w, C: channels, KH: kh, KW: kw, F: filters, SY: stride[0], SX: stride[1], TOP: padding[0], LEFT: padding[2] })}
${constants({ WH: wh, WW: ww, PH: ph, PW: pw })}
${b.declare()}

@compute @workgroup_size(${size(LANES)})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = i32(id.x);
  ${workgroupNumber(groups, tiles * parts)}
  let part = t / ${i32(tiles)};
  let mine = t % ${i32(tiles)} * ${i32(LANES)} + lane;
  let f = min(mine, F - 1);
  ${sums.map((s) => wgsl`var ${s} = 0.0;`)}
  var q: f32;
  for (var image = part * ${i32(n / parts)}; image < (part + 1) * ${i32(n / parts)}; image++) {
    for (var row = 0; row < PH; row++) {
      let top = row * (WH * SY) - TOP;
      for (var column = 0; column < PW; column++) {
        let left = column * (WW * SX) - LEFT;
        let at = ((image * H + top) * W + left) * C;
        let p = ((image * PH + row) * PW + column) * F + f;
        let dy = ${asFloats(dy, wgsl`${dys}[p]`, 1)};
        let won = ${packed ? wgsl`(${winners}[p / 4] >> (u32(p) % 4u * 8u)) & 255u` : wgsl`${winners}[p]`};
        ${places.map((_, i) => wgsl`let d${size(i)} = select(0.0, dy, won == ${u32(i)});`)}
        ${columns}
        ${loads}
        ${products.filter((l) => l.wgsl !== '')}
      }
    }
  }
  if (mine < F) {
    let o = part * ${i32(sums.length)} * F + f;
    ${comment('tile.z is 0; that the compiler cannot know keeps this a loop, which compiles faster than it would unrolled.')}
    var result = array<f32, ${size(sums.length)}>(${join(sums, ', ')});
    for (var i = 0; i < ${i32(sums.length)} + i32(tile.z); i++) { ${out}[o + i * F] = result[i]; }
  }
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}
