// Making the pictures of a set fit the model's input: as they are, with a border of zeros, or not at all.
import { padded, picturesDoNotFit } from '../diagnostics/catalog/data.ts';
import { type Diagnostic, refuse } from '../diagnostics/index.ts';
import { type DataSet, type PictureShape, type Pixels, sizeOf } from './types.ts';

/** The widest border of zeros that is added by itself: LeNet-5 sees 28x28 digits on a field of 32x32. */
export const padLimit = 4;

/** Rows above and below, and columns left and right, that make `have` into `want`; nothing when that is no way. */
export function border(have: readonly number[], want: readonly number[], limit: number): [number, number] | undefined {
  if (have.length !== 3 || want.length !== 3 || have[2] !== want[2]) return undefined;
  const rows = ((want[0] as number) - (have[0] as number)) / 2;
  const columns = ((want[1] as number) - (have[1] as number)) / 2;
  const allowed = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= limit;
  return allowed(rows) && allowed(columns) ? [rows, columns] : undefined;
}

/** Copies `count` pictures into the middle of larger ones, all zeros. */
export function pad<T extends Uint8Array | Float32Array | Uint32Array>(
  from: T,
  to: T,
  count: number,
  [h, w, c]: PictureShape,
  [rows, columns]: readonly [number, number],
): T {
  const outRow = (w + 2 * columns) * c;
  const outPicture = (h + 2 * rows) * outRow;
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < h; y++) {
      const start = (n * h + y) * w * c;
      to.set(from.subarray(start, start + w * c), n * outPicture + (y + rows) * outRow + columns * c);
    }
  }
  return to;
}

/** The input as height x width x channels; vectors and signals take the pictures' values in their order. */
const same = (have: PictureShape, want: readonly number[]): boolean =>
  want.length === 3 ? have.every((n, i) => n === want[i]) : sizeOf(have) === sizeOf(want);

/** The set for a model whose input is `want` (1 to 3 dimensions). Refuses what fits in no way; `spec` is for messages. */
export function fitSet(
  set: DataSet,
  want: readonly number[],
  spec: string,
  limit = padLimit,
): { set: DataSet; notes: Diagnostic[] } {
  if (same(set.shape, want)) return { set, notes: [] };
  const by = border(set.shape, want, limit);
  if (by === undefined) return refuse(picturesDoNotFit(spec, set.shape, want, limit));
  const shape = want as PictureShape;
  const length = set.count * sizeOf(shape);
  const pixels: Pixels =
    set.pixels.dtype === 'u8'
      ? { ...set.pixels, values: pad(set.pixels.values, new Uint8Array(length), set.count, set.shape, by) }
      : { ...set.pixels, values: pad(set.pixels.values, new Float32Array(length), set.count, set.shape, by) };
  // A map of classes gets the same border, of class 0.
  const [h, w] = set.shape;
  const mapped = set.labelShape?.length === 2 && set.labelShape[0] === h && set.labelShape[1] === w;
  if (mapped && set.labels instanceof Uint32Array) {
    const labels = pad(set.labels, new Uint32Array(set.count * shape[0] * shape[1]), set.count, [h, w, 1], by);
    const labelShape = [shape[0], shape[1]];
    return { set: { ...set, shape, pixels, labels, labelShape }, notes: [padded(spec, set.shape, want)] };
  }
  return { set: { ...set, shape, pixels }, notes: [padded(spec, set.shape, want)] };
}
