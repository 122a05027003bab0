// Arrays as data sets: what the axes of pictures and of labels mean, and what is refused.

import { countsDiffer, emptySet } from '../diagnostics/catalog/data.ts';
import { arrayShape, arrayValue, channelsMoved } from '../diagnostics/catalog/data-files.ts';
import { type Diagnostic, refuse } from '../diagnostics/index.ts';
import type { NumberArray, Numbers } from './npy.ts';
import { shapeOfRow } from './pixels.ts';
import { type DataSet, type PictureShape, sizeOf } from './types.ts';

/** An array and what it is called in messages: `x.npy`, or `mnist.npz: x_train`. */
export interface Named extends NumberArray {
  readonly name: string;
}

/** What the model expects; see `Expected` of the loaders. */
interface Wanted {
  readonly expected?: readonly number[];
  readonly expectedValues?: readonly number[];
}

/** The place of a value as indices of the array. */
function indices(shape: readonly number[], at: number): number[] {
  let rest = at;
  return shape.map((_, axis) => {
    const inner = sizeOf(shape.slice(axis + 1));
    const index = Math.floor(rest / inner);
    rest -= index * inner;
    return index;
  });
}

/** Refuses NaN, infinities, and what 32 bits turn into them. */
function checkFinite({ name, shape, values }: Named): void {
  if (values instanceof Uint8Array) return;
  for (let i = 0; i < values.length; i++) {
    const v = Math.fround(values[i] as number);
    if (v - v !== 0)
      refuse(arrayValue(name, indices(shape, i), String(values[i]), 'a network needs finite numbers of 32 bits'));
  }
}

/** Pictures with the channels first, as PyTorch has them, with the channels last. */
function channelsLast(values: Numbers, [n = 0, c = 0, h = 0, w = 0]: readonly number[]): Numbers {
  const out = values.slice();
  const plane = h * w;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < c; k++) {
      const from = (i * c + k) * plane;
      for (let p = 0; p < plane; p++) out[(i * plane + p) * c + k] = values[from + p] as number;
    }
  }
  return out;
}

export interface Pictures {
  readonly name: string;
  readonly count: number;
  readonly shape: PictureShape;
  readonly values: Numbers;
  readonly notes: readonly Diagnostic[];
}

/**
 * Pictures of an array: N x H x W, N x H x W x C (or channels first, where that is what fits the model or the channels
 * are few), N x values. Refuses other numbers of axes, and what is not finite.
 */
export function picturesOf(array: Named, { expected }: Wanted): Pictures {
  const { name, shape, values } = array;
  const [count = 0, a = 0, b = 0, c = 0] = shape;
  if (shape.length < 2 || shape.length > 4) {
    const way = 'the first axis counts pictures: N x H x W, N x H x W x C, or N x values for vectors';
    refuse(arrayShape(name, shape, 'and pictures have 2 to 4 axes', way));
  }
  if (sizeOf(shape) === 0) refuse(emptySet(name, `its shape is ${shape.join(' x ')}`));
  checkFinite(array);
  const as = (picture: PictureShape, notes: readonly Diagnostic[] = [], v = values): Pictures => ({
    name,
    count,
    shape: picture,
    values: v,
    notes,
  });
  if (shape.length === 2) return as(shapeOfRow(a, expected));
  if (shape.length === 3)
    return as(expected?.length === 2 && expected[0] === a && expected[1] === b ? [1, a, b] : [a, b, 1]);
  const same = (h: number, w: number, k: number): boolean =>
    expected?.length === 3 && expected[0] === h && expected[1] === w && expected[2] === k;
  const few = (k: number): boolean => k === 1 || k === 3 || k === 4;
  const first = !same(a, b, c) && (same(b, c, a) || (few(a) && !few(c)));
  if (!first) return as([a, b, c]);
  return as([b, c, a], [channelsMoved(name, shape, [b, c, a])], channelsLast(values, shape));
}

type Labels = Pick<DataSet, 'labels' | 'labelShape'>;

/** Classes as whole numbers, each from 0 on. */
function classesOf({ name, shape, values }: Named): Uint32Array {
  const out = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    if (!Number.isInteger(v) || v < 0 || v > 0x7fffffff) {
      refuse(
        arrayValue(
          name,
          indices(shape, i),
          String(v),
          'a class is a whole number from 0 on; values are for `target values`',
        ),
      );
    }
    out[i] = v;
  }
  return out;
}

/** The class of each row that is 1 in one place and 0 elsewhere. */
function hotOf({ name, shape, values }: Named): Uint32Array {
  const [count = 0, classes = 0] = shape;
  return Uint32Array.from({ length: count }, (_, n) => {
    const row = values.subarray(n * classes, (n + 1) * classes);
    const hot = row.indexOf(1);
    if (hot < 0 || row.some((v: number, i: number) => v !== (i === hot ? 1 : 0))) {
      const other = row.findIndex((v: number, i: number) => v !== (i === hot ? 1 : 0));
      const [at, seen] = [Math.max(other, 0), row[Math.max(other, 0)]];
      refuse(arrayValue(name, [n, at], String(seen), 'a row of one-hot labels is 1 in one place and 0 elsewhere'));
    }
    return hot;
  });
}

/**
 * Labels of an array: N or N x 1 classes, N x K one-hot, N x H x W a class for each pixel; or values, where the model
 * wants values. `pictures` is what they belong to.
 */
export function labelsOfArray(
  array: Named,
  pictures: Pictures,
  { expectedValues }: Wanted,
): Labels & { readonly classes?: number } {
  const { name, shape, values } = array;
  const {
    count,
    shape: [h, w],
  } = pictures;
  if (shape.length === 0)
    refuse(arrayShape(name, shape, 'and labels have an axis that counts pictures', 'give one label for each picture'));
  if (shape[0] !== count) refuse(countsDiffer(pictures.name, count, name, shape[0] as number));
  const each = shape.slice(1);
  if (expectedValues !== undefined) {
    checkFinite(array);
    const fits = sizeOf(each) === sizeOf(expectedValues);
    return { labels: Float32Array.from(values), labelShape: fits ? expectedValues : each };
  }
  if (sizeOf(each) === 1) return { labels: classesOf(array) };
  if (each.length === 1) return { labels: hotOf(array), classes: each[0] as number };
  const [y, x, k = 1] = each;
  if (each.length <= 3 && k === 1 && y === h && x === w) return { labels: classesOf(array), labelShape: [h, w] };
  const way =
    'labels are N, N x 1, one-hot N x classes, a map N x H x W of the size of the pictures, or values for `target values`';
  return refuse(arrayShape(name, shape, `and the pictures are ${pictures.shape.join('x')}`, way));
}
