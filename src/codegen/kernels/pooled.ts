// A convolution whose kernel pools what it makes: the rows of the product are ordered by window, so that one invocation has
// all of a window in registers and stores what is pooled, and (for the gradient of a max pool) which place won.
import { isOp, type Node, type Shape, sizeOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import type { Bindings } from '../kernel.ts';
import { comment, f32, i32, list, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { compute, epilogue, type Place, within } from './epilogue.ts';
import { accessOf, constants, type IndexMap, indexMap } from './index-map.ts';

type Size4 = [number, number, number, number];

/** The pool of a group that begins with a convolution. */
export interface Pooling {
  readonly root: Node;
  readonly pool: Node<'maxpool2d'> | Node<'avgpool2d'>;
  readonly winner: Node<'maxpool2d_winner'> | undefined;
  /** Places of a window. */
  readonly places: number;
  /** What is done with each value of the convolution before it is pooled, and with what is pooled. */
  readonly before: readonly Node[];
  readonly after: readonly Node[];
}

export function poolingOf({ nodes }: Group): Pooling | undefined {
  const root = nodes[0] as Node;
  if (!isOp(root, 'conv2d')) return undefined;
  const pool = nodes.find((n): n is Pooling['pool'] => isOp(n, 'maxpool2d') || isOp(n, 'avgpool2d'));
  if (!pool) return undefined;
  const winner = nodes.find((n): n is Node<'maxpool2d_winner'> => isOp(n, 'maxpool2d_winner'));
  const own = root as unknown as Node;
  const before = within(nodes, [pool.inputs[0] as Node], (n) => n === own);
  const known = new Set<Node>([...before, own, pool as unknown as Node, winner as unknown as Node]);
  const places = pool.attrs.window[0] * pool.attrs.window[1];
  return { root: own, pool, winner, places, before, after: nodes.filter((n) => !known.has(n)) };
}

/** The index map of a group's contraction; with a pool, its rows are the places of windows, one window after the other. */
export function groupMap(group: Group): IndexMap {
  const whole = indexMap(group.nodes[0] as Node);
  const pooling = poolingOf(group);
  if (!pooling) return whole;
  const { winograd: _, ...map } = whole;
  const [n, oh, ow] = pooling.pool.type.shape as Size4;
  const [wh, ww] = pooling.pool.attrs.window;
  return {
    ...map,
    m: n * oh * ow * wh * ww,
    prelude: [
      ...map.prelude,
      comment('Windows of WH x WW are pooled, PH x PW of them.'),
      constants({ WH: wh, WW: ww, PH: oh, PW: ow }),
    ],
    row: wgsl`
let p = m / (WH * WW);
let y = p / PW % PH * WH + m % (WH * WW) / WW;
let x = p % PW * WW + m % WW;
return vec3i(p / (PH * PW) * H, y * SY - TOP, x * SX - LEFT);`,
    legend: map.legend.replace('(picture, row, column)', '(picture, pooled row, pooled column, place of the window)'),
  };
}

/** `fn unpooled(r)`: the first row of the convolution's result in window r; nothing where no value needs it. */
export const unpooledFunction = (text: Wgsl): Wgsl =>
  text.wgsl.includes('unpooled(')
    ? wgsl`
${comment("The row of the convolution's result where window r begins.")}
fn unpooled(r: i32) -> i32 {
  return (r / (PH * PW) * OH + r / PW % PH * WH) * OW + r % PW * WW;
}`
    : nothing;

/** Where a row of the result stands: names and expressions that the kernel has declared. */
export interface At {
  /** The row: which window, where the group pools. */
  readonly row: Wgsl;
  /** The place of the result, in elements of T. */
  readonly index: Wgsl;
  readonly column: Wgsl;
  readonly width: 1 | 4;
  /** Names of several rows in one function end in their number. */
  readonly number?: number;
}

/** The lines that go on with the values of one window (one of type T for each place), pool them and store the results. */
export function poolWindow(
  b: Bindings,
  group: Group,
  { root, pool, winner, places, before, after }: Pooling,
  values: readonly Wgsl[],
  at: At,
): Wgsl {
  const { column, width, number } = at;
  const [, , ow] = root.type.shape as Size4;
  const wide = pool.attrs.window[1];
  const whole = sizeOf([lastOf(root.type.shape)]) / width;
  const x = pool.inputs[0] as Node;
  const first = (number ?? 0) * places;
  // 1. What is done with each value on its own.
  const each = values.map((value, k) => {
    const index = wgsl`q${size(k)}`;
    const place: Place = { index, column, width, shape: root.type.shape };
    const made = compute(b, before, new Map([[root, value]]), place, accessOf, wgsl`_${size(first + k)}`);
    const offset = Math.floor(k / wide) * ow + (k % wide);
    const start = wgsl`let ${index} = u32(unpooled(${at.row})${offset === 0 ? nothing : wgsl` + ${i32(offset)}`}) * ${u32(whole)} + ${column};`;
    const reads = new RegExp(`\\b${index.wgsl}\\b`);
    const lines = made.lines.some((l) => reads.test(l.wgsl)) ? [start, ...made.lines] : made.lines;
    return { lines, value: made.value(x) };
  });
  // 2. The pool.
  const of = each.map((one) => one.value);
  const [one, ...rest] = of as [Wgsl, ...Wgsl[]];
  const largest = rest.reduce((all, v) => wgsl`max(${all}, ${v})`, one);
  const sum = { wgsl: of.map((v) => v.wgsl).join(' + ') };
  const won = rest.flatMap((v, k) => [
    wgsl`first = select(first, U(${u32(k + 1)}), ${v} > best); best = max(best, ${v});`,
  ]);
  const pooled = isOp(pool as unknown as Node, 'avgpool2d')
    ? [wgsl`let best = (${sum}) / ${f32(places)};`]
    : winner
      ? [wgsl`var best = ${one};`, wgsl`var first = U();`, ...won]
      : [wgsl`let best = ${largest};`];
  // 3. What is done with the result.
  const own = pool as unknown as Node;
  const outputs = group.outputs.filter((n) => n !== (winner as unknown as Node));
  const place: Place = { index: at.index, column, width, shape: pool.type.shape };
  const suffix = number === undefined ? nothing : wgsl`_${size(number)}`;
  const stores = epilogue(b, after, outputs, new Map([[own, wgsl`best`]]), place, accessOf, suffix);
  const text = wgsl`
${each.flatMap(({ lines }) => lines)}
${pooled}
${stores}
${winner ? storeWinner(b, winner as unknown as Node, at.index, width) : nothing}`;
  return { wgsl: text.wgsl.trim() };
}

const lastOf = (shape: Shape): number => shape[shape.length - 1] as number;

/** Stores `first`, the place of each channel's winner: four channels in one number, or one. */
export function storeWinner(b: Bindings, winner: Node, index: Wgsl, width: 1 | 4): Wgsl {
  const name = b.use(winner, 'u32', 'read_write');
  return width === 1
    ? wgsl`${name}[${index}] = first;`
    : wgsl`${name}[${index}] = dot(first, vec4u(1u, 256u, 65536u, 16777216u));`;
}

/** `alias U`: whole numbers as T has floats; nothing where no winner is kept. */
export const aliasOfWinner = (pooling: Pooling | undefined, width: 1 | 4): Wgsl =>
  pooling?.winner ? wgsl`alias U = ${{ wgsl: width === 4 ? 'vec4u' : 'u32' }};` : nothing;

/** The values of each window among `rows` rows of an invocation that lie one after the other. */
export const windowsOf = (
  rows: number,
  places: number,
): { readonly first: number; readonly rows: readonly number[] }[] =>
  list(rows / places, (w) => ({ first: w * places, rows: list(places, (k) => w * places + k) }));
