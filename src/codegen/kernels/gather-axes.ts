// Where an element of a gather comes from, axis by axis; axes that move as one are joined, so that little is computed.
import { type BorderMode, isOp, type Node, type Shape } from '../../ir/index.ts';
import { i32, join, u32, type Wgsl, wgsl } from '../wgsl.ts';

/** How a coordinate of the source follows from one of the result. */
type Move =
  /** c + by, where that is from 0 to limit - 1; else the element is zero. */
  | { readonly kind: 'shift'; readonly by: number; readonly limit: number }
  /** n - 1 - c. */
  | { readonly kind: 'reverse' }
  /** c - before, cut off at the ends or mirrored there, of `size`. */
  | { readonly kind: BorderMode; readonly before: number; readonly size: number };

/** An axis of the result, with the distance of its neighbours in the source. */
export interface Axis {
  readonly n: number;
  readonly stride: number;
  readonly move: Move;
}

const shift = (by: number, limit: number): Move => ({ kind: 'shift', by, limit });

/** The axes of the result, outermost first, joined. */
export function axesOf(root: Node): Axis[] {
  const source = (root.inputs[0] as Node).type.shape;
  const { shape } = root.type;
  const strides = stridesOf(source);
  const axes = (move: (axis: number) => Move, from = (axis: number): number => axis): Axis[] =>
    shape.map((n, axis) => ({ n, stride: strides[from(axis)] as number, move: move(axis) }));
  const still = (axis: number): Move => shift(0, shape[axis] as number);
  const size = (axis: number): number => source[axis] as number;
  if (isOp(root, 'slice')) return joined(axes((a) => shift(root.attrs.begin[a] as number, size(a))));
  if (isOp(root, 'pad_zeros')) return joined(axes((a) => shift(-(root.attrs.before[a] as number), size(a))));
  if (isOp(root, 'transpose')) return joined(axes(still, (a) => root.attrs.perm[a] as number));
  if (isOp(root, 'reverse')) return joined(axes((a) => (root.attrs.axes.includes(a) ? { kind: 'reverse' } : still(a))));
  if (isOp(root, 'pad2d')) {
    const { mode, padding } = root.attrs;
    const border = (axis: 1 | 2): Move => ({ kind: mode, before: padding[2 * axis - 2] as number, size: size(axis) });
    return joined(axes((a) => (a === 1 || a === 2 ? border(a) : still(a))));
  }
  throw new Error(`%${root.id}: ${root.op} is not a gather from one operand`);
}

function stridesOf(shape: Shape): number[] {
  let stride = 1;
  const strides = [...shape].reverse().map((n) => {
    stride *= n;
    return stride / n;
  });
  return strides.reverse();
}

/** Does every element of the axis come from the one at its own place? */
const isStill = ({ n, move }: Axis): boolean => move.kind === 'shift' && move.by === 0 && move.limit === n;

/** Neighbouring axes become one where the inner stands still and lies inside the outer in the source as well. */
function joined(axes: readonly Axis[]): Axis[] {
  const out: Axis[] = [];
  for (const inner of axes) {
    if (inner.n === 1 && isStill(inner)) continue;
    const outer = out[out.length - 1];
    if (outer?.move.kind === 'shift' && isStill(inner) && outer.stride === inner.stride * inner.n) {
      const move = shift(outer.move.by * inner.n, outer.move.limit * inner.n);
      out[out.length - 1] = { n: outer.n * inner.n, stride: inner.stride, move };
    } else out.push(inner);
  }
  return out;
}

/** The axes counted in fours of the innermost one; undefined where fours are not side by side, or not aligned. */
export function inFours(axes: readonly Axis[]): Axis[] | undefined {
  const inner = axes[axes.length - 1];
  if (inner?.move.kind !== 'shift' || inner.stride !== 1) return undefined;
  const { by, limit } = inner.move;
  const outer = axes.slice(0, -1);
  if ([inner.n, by, limit, ...outer.map((a) => a.stride)].some((n) => n % 4 !== 0)) return undefined;
  return [
    ...outer.map((a) => ({ ...a, stride: a.stride / 4 })),
    { n: inner.n / 4, stride: 1, move: shift(by / 4, limit / 4) },
  ];
}

/** Lines for the coordinates of element `i`, its index in the source, and the condition to lie inside, if there is one. */
export function sourceIndex(axes: readonly Axis[]): { lines: Wgsl[]; index: Wgsl; inside: Wgsl | undefined } {
  const lines: Wgsl[] = [];
  const terms: Wgsl[] = [];
  const conditions: Wgsl[] = [];
  let below = 1;
  for (let k = axes.length - 1; k >= 0; k--) {
    const { n, stride, move } = axes[k] as Axis;
    const c: Wgsl = { wgsl: `c${k}` };
    const divided = below === 1 ? wgsl`i` : wgsl`i / ${u32(below)}`;
    lines.push(wgsl`let ${c} = ${k === 0 ? divided : wgsl`${divided} % ${u32(n)}`};`);
    below *= n;
    const source = from(c, n, move);
    terms.push(stride === 1 ? source : wgsl`${source} * ${u32(stride)}`);
    if (move.kind !== 'shift') continue;
    if (move.by < 0) conditions.push(wgsl`${c} >= ${u32(-move.by)}`);
    if (n + move.by > move.limit) conditions.push(wgsl`${c} < ${u32(move.limit - move.by)}`);
  }
  return {
    lines,
    index: terms.length === 0 ? u32(0) : join(terms.reverse(), ' + '),
    inside: conditions.length === 0 ? undefined : join(conditions, ' && '),
  };
}

function from(c: Wgsl, n: number, move: Move): Wgsl {
  if (move.kind === 'reverse') return wgsl`(${u32(n - 1)} - ${c})`;
  if (move.kind !== 'shift') {
    const at = move.before === 0 ? wgsl`i32(${c})` : wgsl`i32(${c}) - ${i32(move.before)}`;
    const end = i32(move.size - 1);
    return move.kind === 'edge' ? wgsl`u32(clamp(${at}, 0, ${end}))` : wgsl`u32(${end} - abs(${end} - abs(${at})))`;
  }
  if (move.by === 0) return c;
  return move.by > 0 ? wgsl`(${c} + ${u32(move.by)})` : wgsl`(${c} - ${u32(-move.by)})`;
}
