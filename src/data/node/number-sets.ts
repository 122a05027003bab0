// Sets of numbers as files: tables (CSV) and arrays (NPY, NPZ).
import { csvColumns, csvScaled } from '../../diagnostics/catalog/data.ts';
import { npzNames, valuesScaled } from '../../diagnostics/catalog/data-files.ts';
import { type Diagnostic, refuse } from '../../diagnostics/index.ts';
import { labelsOfArray, type Named, type Pictures, picturesOf } from '../arrays.ts';
import { parseCsv, type Table } from '../csv.ts';
import { checkLabels, classesIn } from '../labels.ts';
import { type Numbers, parseNpy } from '../npy.ts';
import { shapeOfRow, storePixels } from '../pixels.ts';
import type { Spec } from '../spec.ts';
import { type DataSet, type Pixels, sizeOf } from '../types.ts';
import { zipContent, zipEntries } from '../zip.ts';
import { type Place, readData } from './read.ts';
import type { Expected, Parts } from './sets.ts';

/** One part or two as what a loader gives. All parts have the classes of the one with the most. */
function partsOf(sets: readonly DataSet[], notes: readonly Diagnostic[]): Parts {
  const classes = Math.max(...sets.map((set) => set.classes));
  const [train, test] = sets.map((set) => ({ ...set, classes })) as [DataSet, DataSet?];
  return test === undefined ? { whole: train, notes } : { train, test, notes };
}

/** A table of numbers with a label in each line, or two of them: to train on and to test on. */
export async function csvSet(spec: Spec & { readonly kind: 'csv' }, e: Expected): Promise<Parts> {
  const targets = e.expectedValues && sizeOf(e.expectedValues);
  const read = async (file: string, classNames?: readonly string[]): Promise<Table> =>
    parseCsv(await readData(file, e, ['csv:FILE takes one file']), file, { label: spec.label, classNames, targets });
  const first = await read(spec.path);
  const files = [spec.path, ...(spec.test === undefined ? [] : [spec.test])];
  const tables = spec.test === undefined ? [first] : [first, await read(spec.test, first.classNames)];
  for (const [i, table] of tables.entries()) {
    const file = files[i] as string;
    if (table.columns !== first.columns) {
      refuse(csvColumns(file, first.columns + 1, table.columns + 1, `as ${spec.path} has, which it is a part of`));
    }
    if (targets === undefined) checkLabels(table.labels, file, undefined, e.expectedClasses);
  }
  const { pixels, highest, divisor } = storePixels(tables.map((table) => table.values));
  const { classNames } = first;
  const sets = tables.map(
    ({ count, columns, labels }, i): DataSet => ({
      name: 'csv',
      shape: shapeOfRow(columns, e.expected),
      count,
      classes: targets === undefined ? (e.expectedClasses ?? classNames?.length ?? classesIn(labels)) : 0,
      ...(classNames ? { classNames } : {}),
      pixels: pixels[i] as Pixels,
      labels,
      ...(e.expectedValues ? { labelShape: e.expectedValues } : {}),
    }),
  );
  return partsOf(sets, divisor > 1 ? [csvScaled(spec.path, highest ?? 255, divisor)] : []);
}

type Pair = readonly [pictures: Named, labels: Named];

/** Pictures and labels as arrays, of one part or of two. `file` is for notes. */
function arraySet(name: string, pairs: readonly Pair[], file: string, e: Expected): Parts {
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

/** NPY files: pictures and labels, or those to train on and those to test on. */
export async function npySet(paths: readonly string[], e: Expected): Promise<Parts> {
  const arrays = await Promise.all(
    paths.map(async (file): Promise<Named> => ({ name: file, ...parseNpy(await readData(file, e), file) })),
  );
  const [a, b, c, d] = arrays as [Named, Named, Named?, Named?];
  return arraySet(
    'npy',
    c && d
      ? [
          [a, b],
          [c, d],
        ]
      : [[a, b]],
    a.name,
    e,
  );
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

/** The arrays of an archive by name, read when they are asked for. */
async function openNpz(file: string, place: Place): Promise<{ names: readonly string[]; read(name: string): Named }> {
  const bytes = await readData(file, place, ['npz:FILE takes what numpy.savez writes']);
  const entries = new Map(zipEntries(bytes, file).map((entry) => [entry.name.replace(/\.npy$/, ''), entry]));
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name);
      const shown = `${file}: ${name}`;
      if (entry === undefined) return refuse(npzNames(file, `"${name}"`, [...entries.keys()]));
      return { name: shown, ...parseNpy(zipContent(bytes, entry, file), shown) };
    },
  };
}

/** An NPZ file: pictures and labels under the names that the spec says, or under names that are known. */
export async function npzSet({ path, x, y }: Spec & { readonly kind: 'npz' }, e: Expected): Promise<Parts> {
  const { names, read } = await openNpz(path, e);
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
