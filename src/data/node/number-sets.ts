// Sets of numbers as files: tables (CSV) and arrays (NPY, NPZ).
import { csvColumns, csvScaled } from '../../diagnostics/catalog/data.ts';
import { refuse } from '../../diagnostics/index.ts';
import { arraySet, npzParts, type Parts, partsOf } from '../array-sets.ts';
import type { Named } from '../arrays.ts';
import { parseCsv, type Table } from '../csv.ts';
import { checkLabels, classesIn } from '../labels.ts';
import { parseNpy } from '../npy.ts';
import { shapeOfRow, storePixels } from '../pixels.ts';
import type { Spec } from '../spec.ts';
import { type DataSet, type Pixels, sizeOf } from '../types.ts';
import { readData } from './read.ts';
import type { Expected } from './sets.ts';

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

/** An NPZ file: pictures and labels under the names that the spec says, or under names that are known. */
export async function npzSet({ path, x, y }: Spec & { readonly kind: 'npz' }, e: Expected): Promise<Parts> {
  const bytes = await readData(path, e, ['npz:FILE takes what numpy.savez writes']);
  return npzParts(bytes, path, { ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) }, e);
}
