// Depthwise convolution and its gradients: each filter reads one channel, so there is no product of matrices in it.
import type { StepField } from '../../../runtime/plan.ts';
import { type ConvAttrs, isOp, type Node, type PoolAttrs, showShape, sizeOf, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import type { FamilySchedule, ItemSchedule, SliceSchedule, StripSchedule } from '../family-schedules.ts';
import { type Bindings, bindings, heading, type Kernel, spread } from '../kernel.ts';
import type { Target } from '../schedules.ts';
import { i32, kernelText, list, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { fitsTexture, texel } from './contraction-subgroup.ts';
import { epilogue, helpers } from './epilogue.ts';
import { depthwiseWork } from './family-work.ts';
import { accessOf } from './index-map.ts';
import { itemsMain } from './items.ts';
import { storedLoad } from './stored.ts';
import { coordinates, eachWindow } from './window.ts';

type Size4 = readonly [number, number, number, number];
const four = (node: Node): Size4 => node.type.shape as unknown as Size4;

interface Parts {
  readonly b: Bindings;
  readonly group: Group;
  readonly root: Node;
  readonly attrs: ConvAttrs;
  readonly width: 1 | 4;
  /** Channels and filters in elements of T, and filters of a channel. */
  readonly c: number;
  readonly f: number;
  readonly multiplier: number;
  /** Operands are read through functions: from buffers, or from textures where those are faster. */
  readonly textures: boolean;
}

export function depthwiseKernel(
  group: Group,
  schedule: FamilySchedule,
  target: Target,
  fields: readonly StepField[],
): Kernel {
  const root = group.nodes[0] as Node;
  const attrs = root.attrs as ConvAttrs;
  const weights = isOp(root, 'conv2d_dw') ? root : (root.inputs[1] as Node);
  const filters = weights.type.shape[3] as number;
  const multiplier = filters / attrs.groups;
  const width = multiplier === 1 && filters % 4 === 0 ? 4 : 1;
  const t: Parts = {
    b: bindings(fields),
    group,
    root,
    attrs,
    width,
    c: attrs.groups / width,
    f: filters / width,
    multiplier,
    textures: target === 'cpu' && width === 4 && root.inputs.every(fitsTexture),
  };
  const { kind } = depthwiseWork(root);
  if (schedule.kind === 'slices') return weightGradient(t, schedule);
  if (schedule.kind === 'strips')
    return isOp(root, 'conv2d') ? strips(t, schedule, attrs.stride, 1) : strips(t, schedule, [1, 1], -1);
  if (schedule.kind === 'items' && kind === 'items') return inputGradient(t, schedule);
  throw new Error(`%${root.id} is scheduled by ${kind}, not by ${schedule.kind}`);
}

const title = ({ group, root, attrs }: Parts): Wgsl =>
  heading(
    `${group.name} = depthwise ${group.nodes.map((n) => n.op).join(', ')}: ${showShape(root.type.shape)}, ${attrs.groups} channels`,
    group.nodes,
  );

const declarations = ({ b, group, width }: Parts, loads: readonly Wgsl[]): Wgsl => wgsl`
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
${b.declare()}
${helpers(group.nodes, width)}

${loads}`;

/** `fn load_a(i: i32) -> T`: element i of an operand. */
function loader({ b, width, textures }: Parts, name: 'load_a' | 'load_b', node: Node): Wgsl {
  const storage = storageOf(node);
  const stored = storedLoad(b, { wgsl: name }, storage, width);
  if (stored) return stored;
  if (textures) return texel({ wgsl: name }, b.texture(name === 'load_a' ? 'a' : 'b', storage));
  const values = b.use(storage, width === 4 ? 'vec4f' : 'f32', accessOf(storage));
  return wgsl`fn ${{ wgsl: name }}(i: i32) -> T { return ${values}[i]; }`;
}

function finish(t: Parts, value: Wgsl, index: Wgsl, column: Wgsl, suffix: Wgsl = nothing): Wgsl {
  const { b, group, root, width } = t;
  const place = { index, column, width, shape: root.type.shape } as const;
  return epilogue(b, group.nodes, group.outputs, new Map([[root, value]]), place, accessOf, suffix);
}

const trimmed = (piece: Wgsl): Wgsl => ({ wgsl: piece.wgsl.trim() });

/** Kernels up to this width are written out along a row, so that neighbouring columns share what they read. */
const WIDEST = 8;

/**
 * One invocation a strip of columns of the result, and one channel or four. `sign` 1 is the convolution; -1, with stride
 * 1, its input gradient, which reads dy backwards from the padding.
 */
function strips(
  t: Parts,
  { workgroup, columns: strip }: StripSchedule,
  [sy, sx]: readonly [number, number],
  sign: 1 | -1,
): Kernel {
  const { b, group, root, attrs, c, f, multiplier } = t;
  const [a, w] = root.inputs as [Node, Node];
  const [, h, wide] = four(a);
  const [kh, kw] = four(w);
  const [n, oh, ow] = four(root);
  const across = Math.ceil(ow / strip);
  const count = n * oh * across * f;
  const loads = [loader(t, 'load_a', a), loader(t, 'load_b', w)];
  const [top, bottom, left, right] = attrs.padding;
  const padded = sign === -1 || top + bottom + left + right > 0 || ow % strip !== 0;
  const block = kw <= WIDEST ? kw : 1;
  const [dy, dx] = [attrs.dilation[0] * sign, attrs.dilation[1] * sign];
  // 1. The columns that a strip reads for a block of the kernel's row, each once.
  const offsets = [...new Set(list(strip, (j) => list(block, (k) => j * sx + k * dx)).flat())].sort((p, q) => p - q);
  const nameOf = (offset: number): Wgsl => wgsl`a${size(offset - (offsets[0] as number))}`;
  const reads = offsets.map((offset) => {
    const at = offset === 0 ? wgsl`ix` : wgsl`ix + ${i32(offset)}`;
    const index = wgsl`(line + ${padded ? wgsl`clamp(${at}, 0, ${i32(wide - 1)})` : at}) * ${i32(c)} + source`;
    const value = wgsl`load_a(${index})`;
    return padded
      ? wgsl`let ${nameOf(offset)} = select(T(), ${value}, ${at} >= 0 && ${at} < ${i32(wide)});`
      : wgsl`let ${nameOf(offset)} = ${value};`;
  });
  // 2. Each weight of the block, times the column that each result of the strip needs.
  const products = list(block, (k) => [
    wgsl`let b${size(k)} = load_b((ky * ${i32(kw)} + kx + ${i32(k)}) * ${i32(f)} + channel);`,
    ...list(strip, (j) => wgsl`acc${size(j)} += ${nameOf(j * sx + k * dx)} * b${size(k)};`),
  ]).flat();
  const step = wgsl`
let ix = column * ${i32(sx)} + kx * ${i32(dx)} ${sign === 1 ? wgsl`-` : wgsl`+`} ${i32(left)};
${reads}
${products}`;
  const skip = top + bottom > 0 || sign === -1 ? wgsl`if (iy < 0 || iy >= ${i32(h)}) { continue; }` : nothing;
  const stores = list(strip, (j) => {
    const guard = ow % strip === 0 ? nothing : wgsl`if (column + ${i32(j)} < ${i32(ow)}) `;
    return wgsl`
${guard}{
  let o${size(j)} = u32(((image * ${i32(oh)} + row) * ${i32(ow)} + column + ${i32(j)}) * ${i32(f)} + channel);
  ${finish(t, wgsl`acc${size(j)}`, wgsl`o${size(j)}`, wgsl`u32(channel)`, wgsl`_${size(j)}`)}
}`;
  });
  const body = wgsl`
let channel = i % ${i32(f)};
let column = i / ${i32(f)} % ${i32(across)} * ${i32(strip)};
let row = i / ${i32(f * across)} % ${i32(oh)};
let image = i / ${i32(f * across * oh)};
let source = channel${multiplier === 1 ? nothing : wgsl` / ${i32(multiplier)}`};
${list(strip, (j) => wgsl`var acc${size(j)} = T();`)}
for (var ky = 0; ky < ${i32(kh)}; ky++) {
  let iy = row * ${i32(sy)} + ky * ${i32(dy)} ${sign === 1 ? wgsl`-` : wgsl`+`} ${i32(top)};
  ${skip}
  let line = (image * ${i32(h)} + iy) * ${i32(wide)};
  for (var kx = 0; kx < ${i32(kw)}; kx += ${i32(block)}) {
    ${trimmed(step)}
  }
}
${stores}`;
  const { main, groups } = itemsMain(count, { kind: 'items', workgroup, each: 1 }, [trimmed(body)], { signed: true });
  const text = wgsl`
${title(t)}
${trimmed(declarations(t, loads))}

${main}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

/** One invocation an element of the input gradient, or four channels of it, for any stride and multiplier. */
function inputGradient(t: Parts, schedule: ItemSchedule): Kernel {
  const { b, group, root, attrs, width, c, f, multiplier } = t;
  const [dy, w] = root.inputs as [Node, Node];
  const [, h, wide] = four(root);
  const [kh, kw] = four(w);
  const [, oh, ow] = four(dy);
  const window: PoolAttrs = { ...attrs, window: [kh, kw] };
  const count = sizeOf(root.type.shape) / width;
  const loads = [loader(t, 'load_a', dy), loader(t, 'load_b', w)];
  const product = (filter: Wgsl): Wgsl =>
    wgsl`result += load_a(((image * ${i32(oh)} + oy) * ${i32(ow)} + ox) * ${i32(f)} + ${filter}) * load_b((ky * ${i32(kw)} + kx) * ${i32(f)} + ${filter});`;
  const body =
    multiplier === 1
      ? product(wgsl`i32(channel)`)
      : wgsl`
for (var e = i32(channel) * ${i32(multiplier)}; e < (i32(channel) + 1) * ${i32(multiplier)}; e++) {
  ${product(wgsl`e`)}
}`;
  const lines = [
    trimmed(coordinates(h, wide, c)),
    wgsl`var result = T();`,
    trimmed(eachWindow(window, oh, ow, body)),
    finish(t, wgsl`result`, wgsl`i`, wgsl`channel`),
  ];
  const { main, groups } = itemsMain(count, schedule, lines);
  const text = wgsl`
${title(t)}
${trimmed(declarations(t, loads))}

${main}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

/**
 * A workgroup sums the products of neighbouring filters in one row of the window, in slices of the rows of dy,
 * and then the slices. Each dy is read once for the places of the row, or of a block of it.
 */
function weightGradient(t: Parts, { filters: lanes, slices }: SliceSchedule): Kernel {
  const { b, group, root, attrs, c, f, multiplier } = t;
  const [x, dy] = root.inputs as [Node, Node];
  const [, h, wide] = four(x);
  const [kh, kw] = four(root);
  const [n, oh, ow] = four(dy);
  const [top, bottom, left, right] = attrs.padding;
  const tiles = Math.ceil(f / lanes);
  const block = kw <= WIDEST ? kw : 1;
  const count = tiles * kh * (kw / block);
  const groups = spread(count);
  const loads = [loader(t, 'load_a', x), loader(t, 'load_b', dy)];
  const places = list(block, (k) => k);
  const products = places.map((k) => {
    const at = k === 0 ? wgsl`ix` : wgsl`ix + ${i32(k * attrs.dilation[1])}`;
    if (left + right === 0) return wgsl`acc${size(k)} += load_a((line + ${at}) * ${i32(c)} + source) * d;`;
    const value = wgsl`load_a((line + clamp(${at}, 0, ${i32(wide - 1)})) * ${i32(c)} + source)`;
    return wgsl`acc${size(k)} += select(T(), ${value}, ${at} >= 0 && ${at} < ${i32(wide)}) * d;`;
  });
  const sums = places.map(
    (k) => wgsl`
{
  parts[id.y * ${u32(lanes)} + id.x] = acc${size(k)};
  workgroupBarrier();
  if (id.y == 0u && column < ${i32(f)}) {
    var total = T();
    for (var k = 0u; k < ${u32(slices)}; k++) { total += parts[k * ${u32(lanes)} + id.x]; }
    let o${size(k)} = u32((ky * ${i32(kw)} + kx + ${i32(k)}) * ${i32(f)} + column);
    ${finish(t, wgsl`total`, wgsl`o${size(k)}`, wgsl`u32(column)`, wgsl`_${size(k)}`)}
  }
  ${k === block - 1 ? nothing : wgsl`workgroupBarrier();`}
}`,
  );
  const text = wgsl`
${title(t)}
${trimmed(declarations(t, loads))}

var<workgroup> parts: array<T, ${size(slices * lanes)}>;

@compute @workgroup_size(${size(lanes)}, ${size(slices)})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let tile = i32(${groups[1] === 1 ? wgsl`group.x` : wgsl`group.x + group.y * ${u32(groups[0])}`});
  ${groups[0] * groups[1] === count ? nothing : wgsl`if (tile >= ${i32(count)}) { return; }`}
  let column = tile % ${i32(tiles)} * ${i32(lanes)} + i32(id.x);
  let ky = tile / ${i32(tiles)} / ${i32(kw / block)};
  let kx = tile / ${i32(tiles)} % ${i32(kw / block)} * ${i32(block)};
  let f = min(column, ${i32(f - 1)});
  let source = f${multiplier === 1 ? nothing : wgsl` / ${i32(multiplier)}`};
  ${places.map((k) => wgsl`var acc${size(k)} = T();`)}
  for (var k = i32(id.y); k < ${i32(n * oh)}; k += ${i32(slices)}) {
    let iy = k % ${i32(oh)} * ${i32(attrs.stride[0])} + ky * ${i32(attrs.dilation[0])} - ${i32(top)};
    ${top + bottom === 0 ? nothing : wgsl`if (iy < 0 || iy >= ${i32(h)}) { continue; }`}
    let line = (k / ${i32(oh)} * ${i32(h)} + iy) * ${i32(wide)};
    for (var ox = 0; ox < ${i32(ow)}; ox++) {
      let ix = ox * ${i32(attrs.stride[1])} + kx * ${i32(attrs.dilation[1])} - ${i32(left)};
      let d = load_b((k * ${i32(ow)} + ox) * ${i32(f)} + f);
      ${products}
    }
  }
  ${sums}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}
