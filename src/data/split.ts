// Parting a set into pictures to train on and pictures to test on.
import { permutation } from '../../runtime/random.ts';
import { tooFewToSplit } from '../diagnostics/catalog/data.ts';
import { refuse } from '../diagnostics/index.ts';
import { type DataSet, labelsOf, type Pixels, type Split, sizeOf } from './types.ts';

/** The stream of random numbers that parts sets. */
const splitStream = 0x30000000;

/** The pictures of these indices, in this order. */
export function pick(set: DataSet, indices: Uint32Array): DataSet {
  const size = sizeOf(set.shape);
  const gather = <T extends Uint8Array | Float32Array>(from: T, to: T): T => {
    for (const [i, index] of indices.entries()) to.set(from.subarray(index * size, (index + 1) * size), i * size);
    return to;
  };
  const length = indices.length * size;
  const pixels: Pixels =
    set.pixels.dtype === 'u8'
      ? { ...set.pixels, values: gather(set.pixels.values, new Uint8Array(length)) }
      : { ...set.pixels, values: gather(set.pixels.values, new Float32Array(length)) };
  const each = labelsOf(set);
  const labels =
    set.labels instanceof Uint32Array
      ? new Uint32Array(indices.length * each)
      : new Float32Array(indices.length * each);
  for (const [i, index] of indices.entries())
    labels.set(set.labels.subarray(index * each, (index + 1) * each), i * each);
  return { ...set, count: indices.length, pixels, labels };
}

/** A random `fraction` to train on (rounded down, at least one picture on each side), the rest to test on; `spec` is for messages. */
export function splitSet(set: DataSet, seed: number, spec = set.name, fraction = 0.8): Split {
  if (set.count < 2) refuse(tooFewToSplit(spec, set.count));
  const order = permutation(seed, splitStream, set.count);
  const cut = Math.min(set.count - 1, Math.max(1, Math.floor(set.count * fraction)));
  return { train: pick(set, order.subarray(0, cut)), test: pick(set, order.subarray(cut)) };
}
