// Arrays with names as data sets: what NPY and NPZ files hold, whoever reads them.
import { npzNames, valuesScaled } from '../diagnostics/catalog/data-files.ts';
import { type Diagnostic, refuse } from '../diagnostics/index.ts';
import { labelsOfArray, type Named, type Pictures, picturesOf } from './arrays.ts';
import { checkLabels, classesIn } from './labels.ts';
import { type Numbers, parseNpy } from './npy.ts';
import { storePixels } from './pixels.ts';
import type { DataSet, Pixels, Split } from './types.ts';
import { zipContent, zipEntries } from './zip.ts';

/** A set that comes in two parts, or one that is still to be parted. */
export type Parts = (Split | { readonly whole: DataSet }) & { readonly notes: readonly Diagnostic[] };

/** What the model expects, as far as it is known. */
export interface Wanted {
  /** The model's input: height x width x channels, or fewer dimensions for signals and vectors. */
  readonly expected?: readonly number[];
  readonly expectedClasses?: number;
  /** The shape of the values that the model's output is compared with. */
  readonly expectedValues?: readonly number[];
}

/** One part or two as what a loader gives. All parts have the classes of the one with the most. */
export function partsOf(sets: readonly DataSet[], notes: readonly Diagnostic[]): Parts {
  const classes = Math.max(...sets.map((set) => set.classes));
  const [train, test] = sets.map((set) => ({ ...set, classes })) as [DataSet, DataSet?];
  return test === undefined ? { whole: train, notes } : { train, test, notes };
}

export type Pair = readonly [pictures: Named, labels: Named];

/** Pictures and labels as arrays, of one part or of two. `file` is for notes. */
export function arraySet(name: string, pairs: readonly Pair[], file: string, e: Wanted): Parts {
  const read = pairs.map(([x, y]) => {
    const pictures = picturesOf(x, e);
    const labels = labelsOfArray(y, pictures, e);
    const own = labels.classes;
    if (labels.labels instanceof Uint32Array) checkLabels(labels.labels, y.name, own, e.expectedClasses);
    return { pictures, labels };
  });
  const { pixels, highest, divisor } = storePixels(read.map(({ pictures }): Numbers => pictures.values));
  const sets = read.map(
    ({ pictures: { count, shape }, labels: { classes, ...labels } }, i): DataSet => ({
      name,
      shape,
      count,
      classes: labels.labels instanceof Uint32Array ? (e.expectedClasses ?? classes ?? classesIn(labels.labels)) : 0,
      pixels: pixels[i] as Pixels,
      ...labels,
    }),
  );
  const notes = read.flatMap(({ pictures }: { pictures: Pictures }) => pictures.notes);
  return partsOf(sets, divisor > 1 ? [...notes, valuesScaled(file, highest ?? 255, divisor)] : notes);
}

/** Names of pictures and labels, in the order in which they are looked for: as Keras, as people and as numpy call them. */
const pairNames = [
  ['x_train', 'y_train'],
  ['X_train', 'y_train'],
  ['train_images', 'train_labels'],
  ['x', 'y'],
  ['X', 'y'],
  ['images', 'labels'],
  ['data', 'target'],
  ['arr_0', 'arr_1'],
] as const;
const testNames: Readonly<Record<string, readonly [string, string]>> = {
  x_train: ['x_test', 'y_test'],
  X_train: ['X_test', 'y_test'],
  train_images: ['test_images', 'test_labels'],
  arr_0: ['arr_2', 'arr_3'],
};

/** An NPZ file: pictures and labels under the names `x` and `y`, or under names that are known. `path` is for messages. */
export function npzParts(bytes: Uint8Array, path: string, { x, y }: { x?: string; y?: string }, e: Wanted): Parts {
  const entries = new Map(zipEntries(bytes, path).map((entry) => [entry.name.replace(/\.npy$/, ''), entry]));
  const names = [...entries.keys()];
  const read = (name: string): Named => {
    const entry = entries.get(name);
    const shown = `${path}: ${name}`;
    if (entry === undefined) return refuse(npzNames(path, `"${name}"`, names));
    return { name: shown, ...parseNpy(zipContent(bytes, entry, path), shown) };
  };
  const known = pairNames.find((pair) => pair.every((name) => names.includes(name)));
  if (known === undefined && (x === undefined || y === undefined)) {
    refuse(npzNames(path, 'pictures and labels under a known name', names));
  }
  const pair = [x ?? known?.[0] ?? '', y ?? known?.[1] ?? ''] as const;
  const test = testNames[pair[0]];
  const both = test?.every((name) => names.includes(name)) === true && x === undefined && y === undefined;
  const pairs = [pair, ...(both ? [test] : [])].map(([a, b]): Pair => [read(a as string), read(b as string)]);
  return arraySet('npz', pairs, path, e);
}
