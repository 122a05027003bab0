// Normalisation: values less their mean, over their deviation.
import { broadcastIndex, broadcastShapes } from '../broadcast.ts';
import type { Builder } from '../builder.ts';
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { isOp, type Node, sameShape, showShape, sizeOf, type TensorType } from '../types.ts';

/** Elements of one picture: all axes but the first. */
const perPicture = (shape: readonly number[]): number => sizeOf(shape.slice(1));

/** Pictures in the batch: to mask with, and as a float to divide by. */
const countOf = (b: Builder): Node => b.step({ name: 'count', type: 'u32' });
const picturesOf = (b: Builder): Node => b.step({ name: 'pictures', type: 'f32' });

/**
 * Emits the mean of x over axes, as the shape that remains (or `shape`, with the same elements). Along axis 0, the batch, it is divided by the pictures that
 * count; `masked` leaves the others out of the sum too.
 */
export function meanOver(
  b: Builder,
  x: Node,
  axes: readonly number[],
  masked: boolean,
  name: string,
  shape?: readonly number[],
): Node {
  const batch = axes.includes(0);
  const counted = batch && masked ? emit(b, 'counted', [x, countOf(b)], {}, `${name}.counted`) : x;
  const terms = sizeOf(axes.filter((axis) => axis > 0).map((axis) => x.type.shape[axis]!));
  const total = emit(b, 'sum', [counted], { axes }, `${name}.sum`);
  const kept = shape ?? total.type.shape;
  const reshaped = !sameShape(total.type.shape, kept);
  const id = reshaped ? `${name}.flat` : name;
  const share = batch ? emit(b, 'mul', [total, b.scalar(1 / terms)], {}, `${name}.share`) : undefined;
  const mean = share
    ? emit(b, 'div', [share, picturesOf(b)], {}, id)
    : emit(b, 'mul', [total, b.scalar(1 / terms)], {}, id);
  return reshaped ? emit(b, 'reshape', [mean], { shape: kept }, name) : mean;
}

/** Emits mean and (biased) variance of x over axes; axes that vanish stay as 1 where `keep`, so that both broadcast. */
export function moments(
  b: Builder,
  x: Node,
  axes: readonly number[],
  keep: boolean,
  name: string,
): { readonly mean: Node; readonly variance: Node } {
  const shape = keep ? x.type.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)) : undefined;
  const mean = meanOver(b, x, axes, true, `${name}.mean`, shape);
  const centred = emit(b, 'sub', [x, mean], {}, `${name}.centred`);
  const squares = emit(b, 'mul', [centred, centred], {}, `${name}.squares`);
  return { mean, variance: meanOver(b, squares, axes, true, `${name}.variance`, shape) };
}

function infer([x, ...others]: readonly TensorType[]): TensorType | string {
  const shape = broadcastShapes([x!.shape, ...others.map((t) => t.shape)]);
  if (typeof shape === 'string') return shape;
  return sameShape(shape, x!.shape) ? f32(shape) : `${showShape(x!.shape)} has no place for ${showShape(shape)}`;
}

export const standardize: OpDef<'standardize'> = {
  name: 'standardize',
  doc: '(x - mean) / sqrt(variance + epsilon), where mean and variance are those of x over axes (none: they are given). Its gradient goes through both (Ioffe & Szegedy 2015, section 3): they get none of their own.',
  inputs: ['x', 'mean', 'variance'],
  pointwise: true,
  infer,
  reference: ([x, mean, variance], { epsilon }, type) => {
    const [m, v] = [broadcastIndex(mean!.shape, type.shape), broadcastIndex(variance!.shape, type.shape)];
    return x!.data.map((value, i) => (value - mean!.data[m(i)]!) / Math.sqrt(variance!.data[v(i)]! + epsilon));
  },
  // dx = (dy - mean(dy) - y mean(dy y)) / sqrt(variance + epsilon); pictures that do not count have no part in the means.
  vjp: (b, node, dy) => {
    const [x, , variance] = node.inputs;
    const { axes } = node.attrs;
    const id = `d_${x!.id}`;
    const { shape } = variance!.type;
    // A factor that is the same along the axes (gamma) multiplies dx at the end: the sums are then those of its gradient.
    const [scaled, factor] = factored(dy, axes);
    const of = (value: Node, name: string): Node =>
      axes.length === 0 ? b.scalar(0) : meanOver(b, value, axes, false, name, shape);
    const mean = of(scaled, `${id}.mean`);
    const slope = of(emit(b, 'mul', [scaled, node], {}, `${id}.products`), `${id}.slope`);
    const count = axes.includes(0) ? countOf(b) : b.scalar(0);
    const inputs = [scaled, node, mean, slope, variance!, count];
    const dx = emit(b, 'standardize_dx', inputs, node.attrs, factor ? `${id}.unscaled` : id);
    return [factor ? emit(b, 'mul', [dx, factor], {}, id) : dx, undefined, undefined];
  },
};

/** dy as a product of a value of its shape and a factor that is the same along the axes, if it is one. */
function factored(dy: Node, axes: readonly number[]): readonly [Node, Node | undefined] {
  const [p, q] = dy.inputs;
  if (!isOp(dy, 'mul') || !p || !q || !sameShape(p.type.shape, dy.type.shape)) return [dy, undefined];
  const lead = dy.type.shape.length - q.type.shape.length;
  return axes.every((axis) => (q.type.shape[axis - lead] ?? 1) === 1) ? [p, q] : [dy, undefined];
}

export const standardize_dx: OpDef<'standardize_dx'> = {
  name: 'standardize_dx',
  doc: 'Gradient of standardize: (dy - (mean + y slope)) / sqrt(variance + epsilon), with the means of dy and of dy y over axes; where axes hold the batch, pictures from count on have dy / sqrt(variance + epsilon).',
  inputs: ['dy', 'y', 'mean', 'slope', 'variance', 'count'],
  pointwise: true,
  infer: (inputs) => infer(inputs.slice(0, 5)),
  reference: ([dy, y, mean, slope, variance, count], { axes, epsilon }, type) => {
    const at = [mean!, slope!, variance!].map((t) => broadcastIndex(t.shape, type.shape));
    const end = axes.includes(0) ? count!.data[0]! * perPicture(type.shape) : dy!.data.length;
    return dy!.data.map((d, i) => {
      const through = mean!.data[at[0]!(i)]! + y!.data[i]! * slope!.data[at[1]!(i)]!;
      return (d - (i < end ? through : 0)) / Math.sqrt(variance!.data[at[2]!(i)]! + epsilon);
    });
  },
  vjp: 'nondifferentiable',
};
