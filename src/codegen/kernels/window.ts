// Pooling and its gradients: an item is an element of the result (or four channels), or a whole window.
import type { StepField } from '../../../runtime/plan.ts';
import {
  isOp,
  liesSideBySide,
  type MeanAttrs,
  type Node,
  type PoolAttrs,
  showShape,
  sizeOf,
  storageOf,
} from '../../ir/index.ts';
import type { Group, InPlace } from '../../schedule/index.ts';
import type { ItemSchedule } from '../family-schedules.ts';
import { asFloats, type Bindings, bindings, heading, type Kernel } from '../kernel.ts';
import type { Target } from '../schedules.ts';
import { f32, i32, kernelText, nothing, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { epilogue, helpers } from './epilogue.ts';
import { itemsMain, zeroOf } from './items.ts';
import { storeWinner } from './pooled.ts';

type Size4 = [number, number, number, number];

/** `inPlace`: the result lies where that operand does. */
export function windowKernel(
  group: Group,
  schedule: ItemSchedule,
  { target, fields }: { readonly target: Target; readonly fields: readonly StepField[] },
  inPlace?: InPlace,
): Kernel {
  const root = group.nodes[0] as Node;
  // The last operand has all channels: winners share numbers.
  const channels = (root.inputs.at(-1) as Node).type.shape[3] as number;
  const width = channels % 4 === 0 ? 4 : 1;
  const b = bindings(fields, inPlace);
  // It is 0: a loop whose end the compiler of a processor's adapter knows is unrolled, which takes it twice as long.
  const zero = target === 'cpu' ? wgsl` + i32(${zeroOf(schedule)})` : nothing;
  const t: Parts = { b, group, root, width, c: channels / width, zero };
  const made =
    isOp(root, 'maxpool2d') || isOp(root, 'avgpool2d') || isOp(root, 'maxpool2d_winner')
      ? forward(t, root.attrs)
      : isOp(root, 'unpool2d')
        ? unpool(t, root.attrs)
        : isOp(root, 'maxpool2d_dx')
          ? liesSideBySide(root.attrs)
            ? maxGradientByWindow(t, root.attrs)
            : maxGradient(t, root.attrs)
          : averageGradient(t, (root as Node<'avgpool2d_dx'>).attrs);
  const { main, groups } = itemsMain(made.count, schedule, [made.body]);
  const text = wgsl`
${heading(`${group.name} = ${group.nodes.map((n) => n.op).join(', ')}: ${showShape(root.type.shape)}${inPlace ? `, in the place of ${inPlace.operand.id}` : ''}`, group.nodes)}
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
alias U = ${{ wgsl: width === 4 ? 'vec4u' : 'u32' }};
${b.declare()}
${helpers(group.nodes, width)}
${(isOp(root, 'avgpool2d_dx') && uncounted(root.attrs)) || (isOp(root, 'avgpool2d') && root.attrs.counted && uncounted(root.attrs)) ? inWindow : nothing}

${main}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

interface Parts {
  readonly b: Bindings;
  readonly group: Group;
  readonly root: Node;
  readonly width: 1 | 4;
  /** Channels in elements of T. */
  readonly c: number;
  /** Behind the end of a short loop: nothing, or what keeps it a loop. */
  readonly zero: Wgsl;
}
interface Made {
  readonly body: Wgsl;
  readonly count: number;
}

const padded = (a: PoolAttrs): boolean => a.padding.some((p) => p > 0);

/** Is there padding that a mean does not count? */
const uncounted = (a: MeanAttrs): boolean => a.padding.some((p, side) => p !== (a.counted?.[side] ?? 0));

/** By how much the sum of window (oy, ox) of an h x w picture is divided. */
function divisor(a: MeanAttrs, oy: Wgsl, ox: Wgsl, h: number, w: number): Wgsl {
  if (!uncounted(a)) return f32(a.window[0] * a.window[1]);
  const [top, bottom, left, right] = a.counted ?? [0, 0, 0, 0];
  const axis = (o: Wgsl, k: number, s: number, d: number, p: number, limit: number): Wgsl =>
    wgsl`in_window(${o} * ${i32(s)} - ${i32(p)}, ${i32(k)}, ${i32(d)}, ${i32(limit)})`;
  return wgsl`(${axis(oy, a.window[0], a.stride[0], a.dilation[0], a.padding[0] - top, h + top + bottom)} * ${axis(ox, a.window[1], a.stride[1], a.dilation[1], a.padding[2] - left, w + left + right)})`;
}

function finish({ b, group, root, width, c }: Parts, value: Wgsl, index: Wgsl): Wgsl {
  const place = { index, column: wgsl`i % ${u32(c)}`, width, shape: root.type.shape } as const;
  const winner = group.nodes.find((n) => isOp(n, 'maxpool2d_winner'));
  const nodes = group.nodes.filter((n) => n !== winner);
  const outputs = group.outputs.filter((n) => n !== winner);
  const stores = epilogue(b, nodes, outputs, new Map([[root, value]]), place, () => 'read_write');
  return winner ? wgsl`${stores}\n${storeWinner(b, winner, index, width)}` : stores;
}

/** Reads elements of an operand. */
function operand({ b, width }: Parts, node: Node): (at: Wgsl) => Wgsl {
  const storage = storageOf(node);
  const name = b.use(storage, width === 4 ? 'vec4f' : 'f32', 'read_write');
  return (at) => asFloats(storage, wgsl`${name}[${at}]`, width);
}

/** i as (picture, row, column, channel) of a shape with c channels. */
export const coordinates = (h: number, w: number, c: number): Wgsl => wgsl`
let channel = i % ${u32(c)};
let column = i32(i / ${u32(c)} % ${u32(w)});
let row = i32(i / ${u32(c * w)} % ${u32(h)});
let image = i32(i / ${u32(c * w * h)});`;

function forward(t: Parts, a: MeanAttrs): Made {
  const { root, c } = t;
  const max = root.op !== 'avgpool2d';
  const winner = t.group.nodes.find((n) => isOp(n, 'maxpool2d_winner'));
  const x = root.inputs[0] as Node;
  const [, h, w] = x.type.shape as Size4;
  const [n, oh, ow] = root.type.shape as Size4;
  const inside = padded(a) ? wgsl`if (iy < 0 || iy >= ${i32(h)} || ix < 0 || ix >= ${i32(w)}) { continue; }` : nothing;
  const xs = operand(t, x);
  const counting = !max && !a.counted;
  const by = counting ? wgsl`max(inside, 1.0)` : divisor(a, wgsl`row`, wgsl`column`, h, w);
  const place = wgsl`first = select(first, U(u32(ky * ${i32(a.window[1])} + kx)), v > result);
result = max(result, v);`;
  const body = wgsl`
${coordinates(oh, ow, c)}
var result = ${max ? wgsl`T(${f32(Number.NEGATIVE_INFINITY)})` : wgsl`T()`};
${counting ? wgsl`var inside = 0.0;` : nothing}
${winner ? wgsl`var first = U();` : nothing}
for (var ky = 0; ky < ${i32(a.window[0])}${t.zero}; ky++) {
  for (var kx = 0; kx < ${i32(a.window[1])}${t.zero}; kx++) {
    let iy = row * ${i32(a.stride[0])} + ky * ${i32(a.dilation[0])} - ${i32(a.padding[0])};
    let ix = column * ${i32(a.stride[1])} + kx * ${i32(a.dilation[1])} - ${i32(a.padding[2])};
    ${inside}
    let v = ${xs(wgsl`u32((image * ${i32(h)} + iy) * ${i32(w)} + ix) * ${u32(c)} + channel`)};
    ${winner ? place : max ? wgsl`result = max(result, v);` : counting ? wgsl`result += v; inside += 1.0;` : wgsl`result += v;`}
  }
}
${max ? nothing : wgsl`result = result / ${by};`}
${finish(t, wgsl`result`, wgsl`i`)}`;
  return { body, count: n * oh * ow * c };
}

/**
 * Windows side by side: an invocation writes a whole window, `d` where `first` says and zeros elsewhere. `find` sets both where there
 * is a window: rows and columns beyond the last one get their zeros from windows that are none.
 */
function byWindow(t: Parts, a: PoolAttrs, find: Wgsl, more: Wgsl = nothing): Made {
  const { root, c } = t;
  const [n, h, w] = root.type.shape as Size4;
  const [, oh, ow] = (root.inputs.at(-1) as Node).type.shape as Size4;
  const [kh, kw] = a.window;
  const [th, tw] = [Math.ceil(h / kh), Math.ceil(w / kw)];
  const whole = th === oh && tw === ow;
  const found: Wgsl = { wgsl: find.wgsl.trim() };
  const inner = wgsl`
let e = ${inWindowOf(t, a, wgsl`ky`, wgsl`kx`)};
let result = select(T(), d, first == U(u32(ky * ${i32(kw)} + kx)));
${finish(t, wgsl`result`, wgsl`e`)}`;
  const edge =
    h % kh === 0 && w % kw === 0
      ? nothing
      : wgsl`if (row * ${i32(kh)} + ky >= ${i32(h)} || column * ${i32(kw)} + kx >= ${i32(w)}) { continue; }`;
  const body = wgsl`
${coordinates(th, tw, c)}
${more}
var first = U();
var d = T();
${
  whole
    ? found
    : wgsl`if (row < ${i32(oh)} && column < ${i32(ow)}) {
  ${found}
}`
}
for (var ky = 0; ky < ${i32(kh)}${t.zero}; ky++) {
  for (var kx = 0; kx < ${i32(kw)}${t.zero}; kx++) {
    ${edge}
    ${{ wgsl: inner.wgsl.trim() }}
  }
}`;
  return { body, count: n * th * tw * c };
}

/** Of windows side by side: where the element (ky, kx) of window (row, column) lies, and where the window's result. */
function inWindowOf({ root, c }: Parts, { window: [kh, kw] }: PoolAttrs, ky: Wgsl, kx: Wgsl): Wgsl {
  const [, h, w] = root.type.shape as Size4;
  return wgsl`u32((image * ${i32(h)} + row * ${i32(kh)} + ${ky}) * ${i32(w)} + column * ${i32(kw)} + ${kx}) * ${u32(c)} + channel`;
}
function resultOf({ root, c }: Parts): Wgsl {
  const [, oh, ow] = (root.inputs.at(-1) as Node).type.shape as Size4;
  return wgsl`u32((image * ${i32(oh)} + row) * ${i32(ow)} + column) * ${u32(c)} + channel`;
}

/** Windows side by side: an invocation finds the first largest of its window. */
function maxGradientByWindow(t: Parts, a: PoolAttrs): Made {
  const [x, dy] = t.root.inputs as [Node, Node];
  const [kh, kw] = a.window;
  const xs = operand(t, x);
  const dys = operand(t, dy);
  const find = wgsl`
best = ${xs(inWindowOf(t, a, i32(0), i32(0)))};
d = ${dys(resultOf(t))};
for (var k = 1; k < ${i32(kh * kw)}${t.zero}; k++) {
  let v = ${xs(inWindowOf(t, a, wgsl`k / ${i32(kw)}`, wgsl`k % ${i32(kw)}`))};
  let better = v > best;
  best = select(best, v, better);
  first = select(first, U(u32(k)), better);
}`;
  return byWindow(t, a, find, wgsl`var best = T();`);
}

/** Windows side by side whose winners are known: of four channels a byte each. */
function unpool(t: Parts, a: PoolAttrs): Made {
  const [winner, dy] = t.root.inputs as [Node, Node];
  const winners = t.b.use(storageOf(winner), 'u32', 'read_write');
  const dys = operand(t, dy);
  const find = wgsl`
let at = ${resultOf(t)};
${t.width === 4 ? wgsl`first = (vec4u(${winners}[at]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);` : wgsl`first = ${winners}[at];`}
d = ${dys(wgsl`at`)};`;
  return byWindow(t, a, find);
}

/** The windows that hold (row, column): oy with row + p - ky d = oy s, for each ky. */
export const eachWindow = (a: PoolAttrs, oh: number, ow: number, body: Wgsl): Wgsl => wgsl`
for (var ky = 0; ky < ${i32(a.window[0])}; ky++) {
  let ty = row + ${i32(a.padding[0])} - ky * ${i32(a.dilation[0])};
  if (ty < 0 || ty % ${i32(a.stride[0])} != 0 || ty / ${i32(a.stride[0])} >= ${i32(oh)}) { continue; }
  let oy = ty / ${i32(a.stride[0])};
  for (var kx = 0; kx < ${i32(a.window[1])}; kx++) {
    let tx = column + ${i32(a.padding[2])} - kx * ${i32(a.dilation[1])};
    if (tx < 0 || tx % ${i32(a.stride[1])} != 0 || tx / ${i32(a.stride[1])} >= ${i32(ow)}) { continue; }
    let ox = tx / ${i32(a.stride[1])};
    ${{ wgsl: body.wgsl.trim() }}
  }
}`;

/** Overlapping windows: an element asks each window that holds it whether it is its first largest. */
function maxGradient(t: Parts, a: PoolAttrs): Made {
  const { root, c } = t;
  const [x, dy] = root.inputs as [Node, Node];
  const [, h, w] = x.type.shape as Size4;
  const [, oh, ow] = dy.type.shape as Size4;
  const xs = operand(t, x);
  const dys = operand(t, dy);
  const ask = wgsl`
// Not the first largest if something before it is as large, or something after it larger.
var first = mine == mine;
for (var k = 0; k < ${i32(a.window[0] * a.window[1])}; k++) {
  let iy = oy * ${i32(a.stride[0])} + k / ${i32(a.window[1])} * ${i32(a.dilation[0])} - ${i32(a.padding[0])};
  let ix = ox * ${i32(a.stride[1])} + k % ${i32(a.window[1])} * ${i32(a.dilation[1])} - ${i32(a.padding[2])};
  if (iy < 0 || iy >= ${i32(h)} || ix < 0 || ix >= ${i32(w)}) { continue; }
  let v = ${xs(wgsl`u32((image * ${i32(h)} + iy) * ${i32(w)} + ix) * ${u32(c)} + channel`)};
  if (k < ky * ${i32(a.window[1])} + kx) { first = first & (v < mine); } else { first = first & (v <= mine); }
}
result += select(T(), ${dys(wgsl`u32((image * ${i32(oh)} + oy) * ${i32(ow)} + ox) * ${u32(c)} + channel`)}, first);`;
  const body = wgsl`
${coordinates(h, w, c)}
let mine = ${xs(wgsl`i`)};
var result = T();
${eachWindow(a, oh, ow, ask)}
${finish(t, wgsl`result`, wgsl`i`)}`;
  return { body, count: sizeOf(root.type.shape) / t.width };
}

function averageGradient(t: Parts, a: MeanAttrs): Made {
  const { root, c } = t;
  const dy = root.inputs[0] as Node;
  const [, h, w] = root.type.shape as Size4;
  const [, oh, ow] = dy.type.shape as Size4;
  const dys = operand(t, dy);
  const by = divisor(a, wgsl`oy`, wgsl`ox`, h, w);
  const body = wgsl`
${coordinates(h, w, c)}
var result = T();
${eachWindow(a, oh, ow, wgsl`result += ${dys(wgsl`u32((image * ${i32(oh)} + oy) * ${i32(ow)} + ox) * ${u32(c)} + channel`)} / ${by};`)}
${finish(t, wgsl`result`, wgsl`i`)}`;
  return { body, count: sizeOf(root.type.shape) / t.width };
}

/** Elements of one axis of a window that lie inside the picture, for padded averages. */
const inWindow = wgsl`
fn in_window(start: i32, k: i32, d: i32, limit: i32) -> f32 {
  var count = 0.0;
  for (var i = 0; i < k; i++) {
    let at = start + i * d;
    if (at >= 0 && at < limit) { count += 1.0; }
  }
  return count;
}`;
