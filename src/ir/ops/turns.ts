// The same elements in another order: axes exchanged, axes turned around.
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { type Shape, showShape, sizeOf } from '../types.ts';

/** The coordinates of a flat index. */
export function coordinatesOf(shape: Shape, index: number): number[] {
  const at = new Array<number>(shape.length);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis] as number;
    at[axis] = rest % n;
    rest = Math.floor(rest / n);
  }
  return at;
}

/** The flat index of coordinates. */
export const indexOf = (shape: Shape, at: readonly number[]): number =>
  shape.reduce((index, n, axis) => index * n + (at[axis] as number), 0);

export const transpose: OpDef<'transpose'> = {
  name: 'transpose',
  doc: 'The axes in another order: axis i of the result is axis perm[i] of x. The gradient is dy with its axes put back.',
  inputs: ['x'],
  infer: ([x], { perm }) =>
    [...perm].sort((a, b) => a - b).every((axis, i) => axis === i) && perm.length === x!.shape.length
      ? f32(perm.map((axis) => x!.shape[axis]!))
      : `[${perm.join(', ')}] does not name each axis of ${showShape(x!.shape)} once`,
  reference: ([x], { perm }, type) =>
    Float64Array.from({ length: sizeOf(type.shape) }, (_, i) => {
      const from: number[] = [];
      coordinatesOf(type.shape, i).forEach((c, axis) => {
        from[perm[axis]!] = c;
      });
      return x!.data[indexOf(x!.shape, from)]!;
    }),
  vjp: (b, node, dy) => {
    const { perm } = node.attrs;
    const back = perm.map((_, axis) => perm.indexOf(axis));
    return [emit(b, 'transpose', [dy], { perm: back }, `d_${node.inputs[0]!.id}`)];
  },
};

export const reverse: OpDef<'reverse'> = {
  name: 'reverse',
  doc: 'x read from the end along the named axes. The gradient is dy turned around in the same way.',
  inputs: ['x'],
  infer: ([x], { axes }) =>
    axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < x!.shape.length)
      ? f32(x!.shape)
      : `${showShape(x!.shape)} does not have all of the axes ${axes.join(', ')}`,
  reference: ([x], { axes }, { shape }) =>
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      const from = coordinatesOf(shape, i).map((c, axis) => (axes.includes(axis) ? shape[axis]! - 1 - c : c));
      return x!.data[indexOf(shape, from)]!;
    }),
  vjp: (b, node, dy) => [emit(b, 'reverse', [dy], node.attrs, `d_${node.inputs[0]!.id}`)],
};
