// Broadcasting as numpy does it: shapes are aligned at their last dimension, and a missing or 1 dimension repeats.
import { type Shape, showShape, sizeOf } from './types.ts';

/** The common shape, or a sentence that says why there is none. */
export function broadcastShapes(shapes: readonly Shape[]): Shape | string {
  const rank = Math.max(...shapes.map((s) => s.length));
  const out: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size = 1;
    for (const shape of shapes) {
      const n = shape[axis - rank + shape.length] ?? 1;
      if (n === 1 || n === size) continue;
      if (size !== 1) return `${shapes.map(showShape).join(' and ')} do not broadcast: ${size} against ${n}`;
      size = n;
    }
    out.push(size);
  }
  return out;
}

/** Row-major strides of `shape` seen as `out`: 0 along the dimensions that repeat. */
export function broadcastStrides(shape: Shape, out: Shape): number[] {
  const strides = new Array<number>(out.length).fill(0);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis] as number;
    if (n !== 1) strides[axis + out.length - shape.length] = step;
    step *= n;
  }
  return strides;
}

/** For each element of `out` in order, the index of the element of `shape` that stands there. */
export function broadcastIndex(shape: Shape, out: Shape): (i: number) => number {
  if (sizeOf(shape) === 1) return () => 0;
  const strides = broadcastStrides(shape, out);
  if (sizeOf(shape) === sizeOf(out)) return (i) => i;
  return (i) => {
    let rest = i;
    let index = 0;
    for (let axis = out.length - 1; axis >= 0; axis--) {
      const n = out[axis] as number;
      index += (rest % n) * (strides[axis] as number);
      rest = Math.floor(rest / n);
    }
    return index;
  };
}

/** The axes of `out` along which `shape` repeats: what a gradient must be summed over. */
export function repeatedAxes(shape: Shape, out: Shape): number[] {
  return out
    .map((_, axis) => axis)
    .filter((axis) => (shape[axis - out.length + shape.length] ?? 1) === 1 && out[axis] !== 1);
}
