// Operations on elements: their operands in one order of axes, with the sizes that broadcasting asks for.
import { type Node, type Shape, sizeOf } from '../../../ir/index.ts';
import { channelsFirst, type Merged, type Placed, plainAxes, sameOrder } from './axes.ts';
import type { Attributes } from './file.ts';
import type { Writing } from './writing.ts';

export interface Aligned {
  readonly names: readonly string[];
  readonly where: Omit<Placed, 'name'>;
}

/** One merged order for all operands, where that is possible: features with numbers that are known. */
function mergedOrder(w: Writing, shape: Shape, operands: readonly Node[]): Merged | undefined {
  const computed = operands.filter((n) => !w.isKnown(n)).map((n) => [n, w.at(n).merged] as const);
  const [first] = computed;
  const key = (m: Merged | undefined): string => `${m?.shape.join()} ${m?.axes.join()}`;
  const same = computed.every(([n, m]) => m && key(m) === key(first?.[1]) && n.type.shape.length === shape.length);
  return same && computed.every(([n]) => n.type.shape[1] === shape[1]) ? first?.[1] : undefined;
}

/** Is the value as large as the result, but for axes of size 1, and laid out by its own axes? */
function leads(w: Writing, node: Node, shape: Shape): boolean {
  if (w.isKnown(node) || w.at(node).merged || node.type.shape.length !== shape.length) return false;
  return shape.every((n, axis) => axis === 0 || n === 1 || node.type.shape[axis] === n);
}

/** The operands of an operation on elements whose result has this shape: computed ones, and known ones as initializers. */
export function align(w: Writing, shape: Shape, operands: readonly Node[]): Aligned {
  const merged = mergedOrder(w, shape, operands);
  if (merged) {
    const names = operands.map((n) =>
      !w.isKnown(n) ? w.at(n).name : sizeOf(n.type.shape) === 1 ? knownIn(w, n, shape, [0, 1]) : w.features(n, merged),
    );
    return { names, where: { axes: [0, 1], merged } };
  }
  const lead = operands.find((n) => leads(w, n, shape));
  const axes = lead ? w.at(lead).axes : channelsFirst(shape.length);
  const names = operands.map((n) => {
    if (w.isKnown(n)) return knownIn(w, n, shape, axes);
    if (n.type.shape.length !== shape.length) throw new Error(`%${n.id} has fewer axes than what it is combined with`);
    return w.arranged(n, axes);
  });
  return { names, where: { axes } };
}

/** Known numbers that broadcast to `shape` with its axes in this order, without ones in front. */
function knownIn(w: Writing, node: Node, shape: Shape, axes: readonly number[]): string {
  const own = node.type.shape;
  if (sizeOf(own) === 1) return w.scalar(w.numbersOf(node).data[0] as number);
  const lead = shape.length - own.length;
  const perm = axes.filter((axis) => axis >= lead).map((axis) => axis - lead);
  const rest = plainAxes(own.length).filter((axis) => !perm.includes(axis));
  const dims = axes.map((axis) => (axis < lead ? 1 : (own[axis - lead] as number)));
  while (dims[0] === 1) dims.shift();
  const last = perm.length === 1 && sameOrder(dims, [own[own.length - 1] as number]);
  return w.weights(node, [...perm, ...rest], last ? own : dims);
}

/** The value of `node` by an operator of ONNX on elements. */
export function onElements(
  w: Writing,
  op: string,
  node: Node,
  operands: readonly Node[] = node.inputs,
  attributes: Attributes = {},
): Placed {
  const { names, where } = align(w, node.type.shape, operands);
  return w.make(op, node, names, attributes, where);
}
