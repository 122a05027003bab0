// Pictures in another size, and gradients that sum over the places where a pixel went: an item is a pixel's channel (or four).
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, showShape, sizeOf, storageOf } from '../../ir/index.ts';
import { asPictures } from '../../ir/ops/augment.ts';
import type { Group } from '../../schedule/index.ts';
import type { ItemSchedule } from '../family-schedules.ts';
import { bindings, heading, type Kernel } from '../kernel.ts';
import { i32, kernelText, nothing, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { epilogue, helpers, load } from './epilogue.ts';
import { itemsMain } from './items.ts';
import { warpBody } from './warp.ts';

export function resizeKernel(group: Group, schedule: ItemSchedule, fields: readonly StepField[]): Kernel {
  const root = group.nodes[0] as Node;
  const b = bindings(fields);
  const { shape } = root.type;
  const [, h, w, channels] = asPictures(shape);
  const width = channels % 4 === 0 ? 4 : 1;
  const c = channels / width;
  const from = root.inputs[0] as Node;
  const [, sh, sw] = asPictures(from.type.shape);
  /** The source's element of this picture and channel at a row and a column. */
  const at = (y: Wgsl, x: Wgsl): Wgsl =>
    load(
      b,
      storageOf(from),
      wgsl`u32((image * ${i32(sh)} + ${y}) * ${i32(sw)} + ${x}) * ${u32(c)} + channel`,
      width,
      'read_write',
    );
  const warp = isOp(root, 'warp2d') ? root : undefined;
  const body = warp ? warpBody(b, warp, at) : bodyOf(root, at, { h, w, sh, sw });
  const count = sizeOf(shape) / width;
  const place = { index: wgsl`i`, column: wgsl`i % ${u32(c)}`, width, shape } as const;
  const after = epilogue(b, group.nodes, group.outputs, new Map([[root, wgsl`result`]]), place, () => 'read_write');
  const where = wgsl`
let channel = i % ${u32(c)};
let column = i32(i / ${u32(c)} % ${u32(w)});
let row = i32(i / ${u32(c * w)} % ${u32(h)});
let image = i32(i / ${u32(c * w * h)});`;
  const { main, groups } = itemsMain(count, schedule, [trimmed(where), body.lines, after]);
  const text = wgsl`
${heading(`${group.name} = ${group.nodes.map((n) => n.op).join(', ')}: ${showShape(shape)}`, group.nodes)}
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
${b.declare()}
${helpers(group.nodes, width, warp ? ['hash32'] : [])}
${body.helper}

${main}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

interface Sizes {
  /** Of the result. */
  readonly h: number;
  readonly w: number;
  /** Of what it is made of. */
  readonly sh: number;
  readonly sw: number;
}
interface Body {
  /** Lines that declare `result`. */
  readonly lines: Wgsl;
  readonly helper: Wgsl;
}
type At = (y: Wgsl, x: Wgsl) => Wgsl;

function bodyOf(root: Node, at: At, s: Sizes): Body {
  if (isOp(root, 'resize2d')) return root.attrs.mode === 'nearest' ? nearest(at, s) : bilinear(at, s);
  if (isOp(root, 'resize2d_dx'))
    return root.attrs.mode === 'nearest' ? nearestGradient(at, s) : bilinearGradient(at, s);
  if (isOp(root, 'pad2d_dx')) {
    const { mode, padding } = root.attrs;
    return mode === 'edge' ? edgeGradient(at, s, padding) : reflectGradient(at, s, padding);
  }
  throw new Error(`%${root.id}: ${root.op} does not resize`);
}

function nearest(at: At, { h, w, sh, sw }: Sizes): Body {
  const y = wgsl`row * ${i32(sh)} / ${i32(h)}`;
  const x = wgsl`column * ${i32(sw)} / ${i32(w)}`;
  return { lines: wgsl`let result = ${at(y, x)};`, helper: nothing };
}

/** Pixel o of `larger` takes floor(o n / larger), so pixel \`at\` of n went to those from ceil(at larger / n) on. */
function nearestGradient(at: At, { h, w, sh, sw }: Sizes): Body {
  const first = (a: Wgsl, n: number, larger: number): Wgsl => wgsl`(${a} * ${i32(larger)} + ${i32(n - 1)}) / ${i32(n)}`;
  const lines = wgsl`
var result = T();
for (var oy = ${first(wgsl`row`, h, sh)}; oy < ${first(wgsl`(row + 1)`, h, sh)}; oy++) {
  for (var ox = ${first(wgsl`column`, w, sw)}; ox < ${first(wgsl`(column + 1)`, w, sw)}; ox++) {
    result += ${at(wgsl`oy`, wgsl`ox`)};
  }
}`;
  return { lines: trimmed(lines), helper: nothing };
}

/** In whole numbers as long as possible: place (2 o + 1) i - O of 2 O, never before the first pixel. */
function bilinear(at: At, { h, w, sh, sw }: Sizes): Body {
  const axis = (name: Wgsl, o: Wgsl, n: number, m: number): Wgsl => wgsl`
let place${name} = max((2 * ${o} + 1) * ${i32(n)} - ${i32(m)}, 0);
let low${name} = place${name} / ${i32(2 * m)};
let high${name} = min(low${name} + 1, ${i32(n - 1)});
let part${name} = f32(place${name} % ${i32(2 * m)}) / ${i32(2 * m)}.0;`;
  const mix = (y: Wgsl): Wgsl => wgsl`mix(${at(y, wgsl`low_x`)}, ${at(y, wgsl`high_x`)}, part_x)`;
  const lines = wgsl`
${trimmed(axis(wgsl`_y`, wgsl`row`, sh, h))}
${trimmed(axis(wgsl`_x`, wgsl`column`, sw, w))}
let above = ${mix(wgsl`low_y`)};
let below = ${mix(wgsl`high_y`)};
let result = mix(above, below, part_y);`;
  return { lines: trimmed(lines), helper: nothing };
}

/** Sums over the pixels of dy around the place of this one; where they do not take it, the weight is 0. */
function bilinearGradient(at: At, { h, w, sh, sw }: Sizes): Body {
  const first = (a: Wgsl, n: number, m: number): Wgsl =>
    wgsl`max((2 * ${a} - 1) * ${i32(m)} - ${i32(n)}, 0) / ${i32(2 * n)}`;
  const last = (a: Wgsl, n: number, m: number): Wgsl =>
    wgsl`min((2 * ${a} + 3) * ${i32(m)} / ${i32(2 * n)}, ${i32(m - 1)})`;
  const lines = wgsl`
var result = T();
for (var oy = ${first(wgsl`row`, h, sh)}; oy <= ${last(wgsl`row`, h, sh)}; oy++) {
  let weight_y = weight_of(row, oy, ${i32(h)}, ${i32(sh)});
  for (var ox = ${first(wgsl`column`, w, sw)}; ox <= ${last(wgsl`column`, w, sw)}; ox++) {
    result += weight_y * weight_of(column, ox, ${i32(w)}, ${i32(sw)}) * ${at(wgsl`oy`, wgsl`ox`)};
  }
}`;
  const helper = wgsl`
// How much of pixel \`at\` (of n) is in pixel o (of m).
fn weight_of(at: i32, o: i32, n: i32, m: i32) -> f32 {
  let t = max((2 * o + 1) * n - m, 0);
  let low = t / (2 * m);
  let part = f32(t % (2 * m)) / f32(2 * m);
  return select(0.0, 1.0 - part, low == at) + select(0.0, part, min(low + 1, n - 1) == at);
}`;
  return { lines: trimmed(lines), helper: trimmed(helper) };
}

/** The first and last pixels went to the whole border beside them too. */
function edgeGradient(at: At, { h, w, sh, sw }: Sizes, [top, , left]: readonly [number, number, number, number]): Body {
  const first = (a: Wgsl, before: number): Wgsl => wgsl`select(${a} + ${i32(before)}, 0, ${a} == 0)`;
  const last = (a: Wgsl, before: number, n: number, m: number): Wgsl =>
    wgsl`select(${a} + ${i32(before)}, ${i32(m - 1)}, ${a} == ${i32(n - 1)})`;
  const lines = wgsl`
var result = T();
for (var oy = ${first(wgsl`row`, top)}; oy <= ${last(wgsl`row`, top, h, sh)}; oy++) {
  for (var ox = ${first(wgsl`column`, left)}; ox <= ${last(wgsl`column`, left, w, sw)}; ox++) {
    result += ${at(wgsl`oy`, wgsl`ox`)};
  }
}`;
  return { lines: trimmed(lines), helper: nothing };
}

/** A pixel stands at its own place, and mirrored at the first and at the last one if the border reaches so far. */
function reflectGradient(
  at: At,
  { h, w, sh, sw }: Sizes,
  [top, , left]: readonly [number, number, number, number],
): Body {
  const lines = wgsl`
var result = T();
for (var ky = 0; ky < 3; ky++) {
  let oy = mirrored(ky, row, ${i32(top)}, ${i32(h)}, ${i32(sh)});
  if (oy < 0) { continue; }
  for (var kx = 0; kx < 3; kx++) {
    let ox = mirrored(kx, column, ${i32(left)}, ${i32(w)}, ${i32(sw)});
    if (ox < 0) { continue; }
    result += ${at(wgsl`oy`, wgsl`ox`)};
  }
}`;
  const helper = wgsl`
// Image k of pixel \`at\` (of n), in m places of which \`before\` come first; -1 when there is none.
fn mirrored(k: i32, at: i32, before: i32, n: i32, m: i32) -> i32 {
  if (k == 0) { return before + at; }
  if (k == 1) { return select(-1, before - at, at >= 1 && at <= before); }
  let o = before + 2 * (n - 1) - at;
  return select(-1, o, at <= n - 2 && o < m);
}`;
  return { lines: trimmed(lines), helper: trimmed(helper) };
}

const trimmed = (piece: Wgsl): Wgsl => ({ wgsl: piece.wgsl.trim() });
