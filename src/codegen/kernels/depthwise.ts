// Depthwise convolution and its gradients: each filter reads one channel, so there is no product of matrices in it.
import type { StepField } from '../../../runtime/plan.ts';
import { type ConvAttrs, isOp, type Node, type PoolAttrs, showShape, sizeOf, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { type Bindings, bindings, flatIndex, heading, type Kernel, spread } from '../kernel.ts';
import { i32, kernelText, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { epilogue, helpers } from './epilogue.ts';
import { accessOf } from './index-map.ts';
import { coordinates, eachWindow } from './window.ts';

const WORKGROUP = 64;
/** A workgroup of the weight gradient: neighbouring filters, and slices of the positions. */
const LANES = 8;

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
}

export function depthwiseKernel(group: Group, fields: readonly StepField[]): Kernel {
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
  };
  return isOp(root, 'conv2d_dw')
    ? weightGradient(t)
    : elementwise(t, isOp(root, 'conv2d') ? forward(t) : inputGradient(t));
}

const title = ({ group, root, attrs }: Parts): Wgsl =>
  heading(
    `${group.name} = depthwise ${group.nodes.map((n) => n.op).join(', ')}: ${showShape(root.type.shape)}, ${attrs.groups} channels`,
    group.nodes,
  );

const declarations = ({ b, group, width }: Parts): Wgsl => wgsl`
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
${b.declare()}
${helpers(group.nodes, width)}`;

const read = ({ b, width }: Parts, node: Node): Wgsl => {
  const storage = storageOf(node);
  return b.use(storage, width === 4 ? 'vec4f' : 'f32', accessOf(storage));
};

function finish({ b, group, root, width }: Parts, value: Wgsl, index: Wgsl, column: Wgsl): Wgsl {
  const place = { index, column, width, shape: root.type.shape } as const;
  return epilogue(b, group.nodes, group.outputs, new Map([[root, value]]), place, accessOf);
}

const trimmed = (piece: Wgsl): Wgsl => ({ wgsl: piece.wgsl.trim() });

/** One invocation an element of the result, or four channels of it. */
function elementwise(t: Parts, sum: Wgsl): Kernel {
  const { b, group, root, width } = t;
  const count = sizeOf(root.type.shape) / width;
  const groups = spread(Math.ceil(count / WORKGROUP));
  const stores = finish(t, wgsl`result`, wgsl`i`, wgsl`channel`);
  const text = wgsl`
${title(t)}
${trimmed(declarations(t))}

@compute @workgroup_size(${size(WORKGROUP)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = ${flatIndex(groups, WORKGROUP)};
  if (i >= ${u32(count)}) { return; }
  ${trimmed(sum)}
  ${stores}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

function forward(t: Parts): Wgsl {
  const { root, attrs, c, f, multiplier } = t;
  const [x, w] = root.inputs as [Node, Node];
  const [, h, width] = four(x);
  const [kh, kw] = four(w);
  const [, oh, ow] = four(root);
  const [xs, ws] = [read(t, x), read(t, w)];
  const [top, bottom, left, right] = attrs.padding;
  const inside = (at: Wgsl, limit: number, padding: number): Wgsl =>
    padding === 0 ? nothing : wgsl`if (${at} < 0 || ${at} >= ${i32(limit)}) { continue; }`;
  const of = multiplier === 1 ? wgsl`channel` : wgsl`channel / ${u32(multiplier)}`;
  return wgsl`
${trimmed(coordinates(oh, ow, f))}
var result = T();
for (var ky = 0; ky < ${i32(kh)}; ky++) {
  let iy = row * ${i32(attrs.stride[0])} + ky * ${i32(attrs.dilation[0])} - ${i32(top)};
  ${inside(wgsl`iy`, h, top + bottom)}
  for (var kx = 0; kx < ${i32(kw)}; kx++) {
    let ix = column * ${i32(attrs.stride[1])} + kx * ${i32(attrs.dilation[1])} - ${i32(left)};
    ${inside(wgsl`ix`, width, left + right)}
    let at = u32((image * ${i32(h)} + iy) * ${i32(width)} + ix) * ${u32(c)} + ${of};
    result += ${xs}[at] * ${ws}[u32(ky * ${i32(kw)} + kx) * ${u32(f)} + channel];
  }
}`;
}

function inputGradient(t: Parts): Wgsl {
  const { root, attrs, c, f, multiplier } = t;
  const [dy, w] = root.inputs as [Node, Node];
  const [, h, width] = four(root);
  const [kh, kw] = four(w);
  const [, oh, ow] = four(dy);
  const [dys, ws] = [read(t, dy), read(t, w)];
  const window: PoolAttrs = { ...attrs, window: [kh, kw] };
  const product = (offset: Wgsl): Wgsl =>
    wgsl`result += ${dys}[u32((image * ${i32(oh)} + oy) * ${i32(ow)} + ox) * ${u32(f)} + ${offset}] * ${ws}[u32(ky * ${i32(kw)} + kx) * ${u32(f)} + ${offset}];`;
  const body =
    multiplier === 1
      ? product(wgsl`channel`)
      : wgsl`
for (var e = channel * ${u32(multiplier)}; e < (channel + 1u) * ${u32(multiplier)}; e++) {
  ${product(wgsl`e`)}
}`;
  return wgsl`
${trimmed(coordinates(h, width, c))}
var result = T();
${trimmed(eachWindow(window, oh, ow, body))}`;
}

/** A workgroup sums the products of eight neighbouring filters at one place of the window, in slices, then the slices. */
function weightGradient(t: Parts): Kernel {
  const { b, group, root, attrs, c, f, multiplier } = t;
  const [x, dy] = root.inputs as [Node, Node];
  const [, h, width] = four(x);
  const [kh, kw] = four(root);
  const [n, oh, ow] = four(dy);
  const [xs, dys] = [read(t, x), read(t, dy)];
  const [top, bottom, left, right] = attrs.padding;
  const positions = n * oh * ow;
  const slices = positions >= 4096 ? 32 : 8;
  const tiles = Math.ceil(f / LANES);
  const count = tiles * kh * kw;
  const groups = spread(count);
  const stores = finish(t, wgsl`total`, wgsl`tap * ${u32(f)} + column`, wgsl`column`);
  const inside =
    top + bottom + left + right === 0
      ? nothing
      : wgsl`if (iy < 0 || iy >= ${i32(h)} || ix < 0 || ix >= ${i32(width)}) { continue; }`;
  const text = wgsl`
${title(t)}
${trimmed(declarations(t))}

var<workgroup> parts: array<T, ${size(slices * LANES)}>;

@compute @workgroup_size(${size(LANES)}, ${size(slices)})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let tile = ${groups[1] === 1 ? wgsl`group.x` : wgsl`group.x + group.y * ${u32(groups[0])}`};
  ${groups[0] * groups[1] === count ? nothing : wgsl`if (tile >= ${u32(count)}) { return; }`}
  let tap = tile / ${u32(tiles)};
  let column = tile % ${u32(tiles)} * ${u32(LANES)} + id.x;
  let f = min(column, ${u32(f - 1)});
  let ky = i32(tap / ${u32(kw)});
  let kx = i32(tap % ${u32(kw)});
  var part = T();
  for (var k = i32(id.y); k < ${i32(positions)}; k += ${i32(slices)}) {
    let iy = k / ${i32(ow)} % ${i32(oh)} * ${i32(attrs.stride[0])} + ky * ${i32(attrs.dilation[0])} - ${i32(top)};
    let ix = k % ${i32(ow)} * ${i32(attrs.stride[1])} + kx * ${i32(attrs.dilation[1])} - ${i32(left)};
    ${inside}
    let at = u32((k / ${i32(oh * ow)} * ${i32(h)} + iy) * ${i32(width)} + ix) * ${u32(c)} + ${multiplier === 1 ? wgsl`f` : wgsl`f / ${u32(multiplier)}`};
    part += ${xs}[at] * ${dys}[u32(k) * ${u32(f)} + f];
  }
  parts[id.y * ${u32(LANES)} + id.x] = part;
  workgroupBarrier();
  if (id.y > 0u || column >= ${u32(f)}) { return; }
  var total = T();
  for (var k = 0u; k < ${u32(slices)}; k++) { total += parts[k * ${u32(LANES)} + id.x]; }
  ${stores}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}
