// Random tensors that are exact in f32, and how far two tensors are from each other.
import { uniform } from '../../runtime/random.ts';
import { type Shape, sizeOf, type Tensor } from '../../src/ir/index.ts';

/** Uniform values in [low, high), the same for the same seed, each of them an f32. */
export function randomTensor(shape: Shape, seed: number, low = -1, high = 1): Tensor {
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
    Math.fround(low + (high - low) * uniform(seed, 0x7e57, i)),
  );
  return { shape, data };
}

type Numbers = ArrayLike<number>;

/** The Euclidean norm. */
export const norm = (x: Numbers): number => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] as number) ** 2;
  return Math.sqrt(sum);
};

/** |a - b| / |b| in the Euclidean norm; |a| where b is zero, and infinite where lengths differ or a is not finite. */
export function relativeError(a: Numbers, b: Numbers): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  const difference = norm(Float64Array.from({ length: a.length }, (_, i) => (a[i] as number) - (b[i] as number)));
  const error = difference / (norm(b) || 1);
  return Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
}

type Nested = number | readonly Nested[];

/** Nested lists as a tensor: [[1, 2], [3, 4]] is 2x2. */
export function tensorOf(nested: Nested): Tensor {
  const shape: number[] = [];
  for (let at: Nested | undefined = nested; typeof at === 'object'; at = at[0]) shape.push(at.length);
  const flat = (n: Nested): number[] => (typeof n === 'number' ? [n] : n.flatMap(flat));
  return { shape, data: Float64Array.from(flat(nested)) };
}

/** The same numbers as another shape. */
export const reshaped = (t: Tensor, shape: Shape): Tensor => ({ shape, data: t.data });
