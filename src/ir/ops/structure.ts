// Shapes and sums: reshape, sum over axes, its transpose, and the mean over the pictures that count.
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { type Shape, showShape, sizeOf } from '../types.ts';

/** For each element of `shape`, the index of its sum over `axes`. */
function sumIndex(shape: Shape, axes: readonly number[]): (i: number) => number {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (axes.includes(axis)) continue;
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return (i) => {
    let rest = i;
    let index = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return index;
  };
}

export const reshape: OpDef<'reshape'> = {
  name: 'reshape',
  doc: 'The same elements in the same order with another shape; `flatten` is one. Costs nothing: no data moves.',
  inputs: ['x'],
  infer: ([x], { shape }) =>
    sizeOf(shape) === sizeOf(x!.shape)
      ? { dtype: x!.dtype === 'f16' ? 'f16' : 'f32', shape }
      : `${showShape(x!.shape)} has ${sizeOf(x!.shape)} elements, not ${sizeOf(shape)}`,
  reference: ([x]) => x!.data,
  vjp: (b, node, dy) => {
    const x = node.inputs[0]!;
    return [emit(b, 'reshape', [dy], { shape: x.type.shape }, `d_${x.id}`)];
  },
};

export const sum: OpDef<'sum'> = {
  name: 'sum',
  doc: 'The sum over the named axes, which disappear from the shape. The gradient repeats dy along them.',
  inputs: ['x'],
  infer: ([x], { axes }) => f32(x!.shape.filter((_, axis) => !axes.includes(axis))),
  reference: ([x], { axes }, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    const at = sumIndex(x!.shape, axes);
    x!.data.forEach((v, i) => {
      const k = at(i);
      out[k] = out[k]! + v;
    });
    return out;
  },
  vjp: (b, node, dy) => {
    const x = node.inputs[0]!;
    return [emit(b, 'broadcast', [dy], { shape: x.type.shape, axes: node.attrs.axes }, `d_${x.id}`)];
  },
};

/** Terms of each of `parts` runs of a sum of `terms`; the last runs may be shorter, or empty. */
export const runOf = (terms: number, parts: number): number => Math.ceil(terms / parts);

export const partial_sum: OpDef<'partial_sum'> = {
  name: 'partial_sum',
  doc: 'The sum over the named axes in `parts` runs: element p of the new first axis is the sum of the p-th run of the terms, in reading order. Long sums are made of it and a sum over the runs, so that many can work at once.',
  inputs: ['x'],
  infer: ([x], { axes, parts }) =>
    parts >= 1 ? f32([parts, ...x!.shape.filter((_, axis) => !axes.includes(axis))]) : `${parts} runs are none`,
  reference: ([x], { axes, parts }, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    const kept = out.length / parts;
    const run = runOf(sizeOf(axes.map((axis) => x!.shape[axis]!)), parts);
    const at = sumIndex(x!.shape, axes);
    const others = x!.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
    const term = sumIndex(x!.shape, others);
    x!.data.forEach((v, i) => {
      const k = Math.floor(term(i) / run) * kept + at(i);
      out[k] = out[k]! + v;
    });
    return out;
  },
  vjp: 'nondifferentiable',
};

export const broadcast: OpDef<'broadcast'> = {
  name: 'broadcast',
  doc: 'Repeats x along the named axes of the new shape. The gradient is the sum over them.',
  inputs: ['x'],
  infer: ([x], { shape, axes }) => {
    const kept = shape.filter((_, axis) => !axes.includes(axis));
    return kept.length === x!.shape.length && kept.every((n, i) => n === x!.shape[i])
      ? f32(shape)
      : `${showShape(x!.shape)} is not ${showShape(shape)} without axes ${axes.join(', ')}`;
  },
  reference: ([x], { shape, axes }) => {
    const at = sumIndex(shape, axes);
    return Float64Array.from({ length: sizeOf(shape) }, (_, i) => x!.data[at(i)]!);
  },
  vjp: (b, node, dy) => [emit(b, 'sum', [dy], { axes: node.attrs.axes }, `d_${node.inputs[0]!.id}`)],
};

export const batch_mean: OpDef<'batch_mean'> = {
  name: 'batch_mean',
  doc: 'The mean of the first count elements: the loss of a batch. The gradient is dy / count for each of them.',
  inputs: ['x', 'count'],
  infer: ([x, count]) =>
    x!.shape.length === 1 && count!.shape.length === 0 ? f32([]) : 'one value a picture and a count are needed',
  reference: ([x, count]) => {
    const n = Math.min(x!.data.length, count!.data[0]!);
    return Float64Array.of(x!.data.subarray(0, n).reduce((a, b) => a + b, 0) / n);
  },
  vjp: (b, node, dy) => {
    const [x, count] = node.inputs;
    return [emit(b, 'batch_mean_dx', [dy, count!], { batch: x!.type.shape[0]! }, `d_${x!.id}`), undefined];
  },
};

export const batch_mean_dx: OpDef<'batch_mean_dx'> = {
  name: 'batch_mean_dx',
  doc: 'Gradient of batch_mean: dy / count for the first count elements, else 0.',
  inputs: ['dy', 'count'],
  infer: (_, { batch }) => f32([batch]),
  reference: ([dy, count], { batch }) => {
    const n = count!.data[0]!;
    return Float64Array.from({ length: batch }, (_, i) => (i < n ? dy!.data[0]! / n : 0));
  },
  vjp: 'nondifferentiable',
};
