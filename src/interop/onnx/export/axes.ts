// How a value of the graph lies in the file: its axes in another order, axes of size 1 left out, or several merged into one.
import { type Shape, sizeOf } from '../../../ir/index.ts';

/**
 * `axes` are those of the node's shape in the order of the file; axes that are missing have size 1. A `merged` value is
 * N x features in the graph: its features are those of a picture of `shape`, taken in the order of `axes` instead.
 */
export interface Placed {
  readonly name: string;
  readonly axes: readonly number[];
  readonly merged?: Merged;
}

export interface Merged {
  /** With the batch. */
  readonly shape: Shape;
  readonly axes: readonly number[];
}

/** 0, 1, 2 ...: the order of the graph. */
export const plainAxes = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);

/** Batch, channels, then places: the order that convolutions of ONNX want. */
export const channelsFirst = (rank: number): number[] =>
  rank < 3 ? plainAxes(rank) : [0, rank - 1, ...plainAxes(rank).slice(1, -1)];

export const sameOrder = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

/** The axes whose order matters: the batch, and those with more than one place. */
export const solid = (axes: readonly number[], shape: Shape): number[] =>
  axes.filter((axis) => axis === 0 || shape[axis] !== 1);

/** The elements of a tensor with its axes in another order: axis i of the result is axis perm[i]. */
export function permuted<T extends Float32Array | Float64Array>(
  data: T,
  shape: Shape,
  perm: readonly number[],
): T | Float32Array<ArrayBuffer> {
  const moving = perm.filter((axis) => shape[axis] !== 1);
  if (moving.every((axis, i) => i === 0 || axis > (moving[i - 1] as number))) return data;
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] as number) * (shape[i + 1] as number);
  const out = new Float32Array(data.length);
  const dims = perm.map((axis) => shape[axis] as number);
  const steps = perm.map((axis) => strides[axis] as number);
  const at = new Array<number>(dims.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from] as number;
    for (let k = dims.length - 1; k >= 0; k--) {
      from += steps[k] as number;
      if (++(at[k] as number) < (dims[k] as number)) break;
      from -= (steps[k] as number) * (dims[k] as number);
      at[k] = 0;
    }
  }
  return out;
}

/** For each feature of a merged value, the feature of the graph that it is. */
export function featuresOf({ shape, axes }: Merged): Float64Array | Float32Array {
  const picture = shape.slice(1);
  const count = sizeOf(picture);
  return permuted(
    Float64Array.from({ length: count }, (_, i) => i),
    picture,
    axes.slice(1).map((axis) => axis - 1),
  );
}

/** Axes of the one shape that hold the same elements as axes of the other, beyond the batch and without axes of size 1. */
export interface Group {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The smallest groups of a reshape. Both shapes begin with the batch and have equally many elements. */
export function groupsOf(from: Shape, to: Shape): Group[] {
  const [left, right] = [from, to].map((shape) => solid(plainAxes(shape.length).slice(1), shape)) as [
    number[],
    number[],
  ];
  const groups: Group[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    const group = { from: [left[i] as number], to: [right[j] as number] };
    let [p, q] = [from[left[i++] as number] as number, to[right[j++] as number] as number];
    while (p !== q) {
      if (p < q) {
        group.from.push(left[i] as number);
        p *= from[left[i++] as number] as number;
      } else {
        group.to.push(right[j] as number);
        q *= to[right[j++] as number] as number;
      }
    }
    groups.push(group);
  }
  return groups;
}

/** The groups in the order of the file, where the axes of each stand together and in order; else undefined. */
export function groupsInPlace(axes: readonly number[], from: Shape, groups: readonly Group[]): Group[] | undefined {
  const order = solid(axes, from).filter((axis) => axis !== 0);
  const found: Group[] = [];
  for (let at = 0; at < order.length; ) {
    const group = groups.find((g) => g.from[0] === order[at]);
    if (!group?.from.every((axis, k) => order[at + k] === axis)) return undefined;
    found.push(group);
    at += group.from.length;
  }
  return found;
}

/** Where axes of size 1 of `from` go in `to`, between the same neighbours; undefined when one has no place. */
export function relabelled(
  axes: readonly number[],
  from: Shape,
  to: Shape,
  groups: readonly Group[],
): number[] | undefined {
  if (groups.some((g) => g.from.length !== 1 || g.to.length !== 1)) return undefined;
  const map = new Map<number, number>([[0, 0]]);
  let next = 1;
  for (let axis = 1; axis < from.length; axis++) {
    const group = groups.find((g) => g.from[0] === axis);
    if (group) next = group.to[0] as number;
    else if (to[next] !== 1 || next >= to.length) {
      if (axes.includes(axis)) return undefined;
      continue;
    }
    map.set(axis, next++);
  }
  const moved = axes.map((axis) => map.get(axis));
  return moved.some((axis) => axis === undefined) ? undefined : (moved as number[]);
}
