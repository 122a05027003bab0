// One function a kind of set: from files to pictures and labels.
import { cifarParts, countsDiffer, csvColumns } from '../../diagnostics/catalog/data.ts';
import { refuse } from '../../diagnostics/index.ts';
import type { Parts, Wanted } from '../array-sets.ts';
import { parseCifar10 } from '../cifar10.ts';
import { parseCsv } from '../csv.ts';
import { parseIdxLabels, parseIdxPictures } from '../idx.ts';
import { checkLabels, classesIn, classNames } from '../labels.ts';
import type { DataSet } from '../types.ts';
import { findAll, findIn, listFolder, type Place, readData } from './read.ts';

/** What the model expects, and where paths begin. */
export interface Expected extends Place, Wanted {}

export type { Parts };

async function idxPair(name: string, files: readonly [string, string], e: Expected, own?: number): Promise<DataSet> {
  const [pictureBytes, labelBytes] = await Promise.all(files.map((file) => readData(file, e)));
  const { count, height, width, values } = parseIdxPictures(pictureBytes as Uint8Array, files[0]);
  const labels = parseIdxLabels(labelBytes as Uint8Array, files[1]);
  if (count !== labels.length) refuse(countsDiffer(files[0], count, files[1], labels.length));
  checkLabels(labels, files[1], own, e.expectedClasses);
  return {
    name,
    shape: [height, width, 1],
    count,
    classes: own ?? e.expectedClasses ?? classesIn(labels),
    pixels: { dtype: 'u8', values, scale: 1 / 255 },
    labels,
  };
}

/** IDX files: pictures and labels, or those to train on and those to test on. */
export async function idxSet(paths: readonly string[], e: Expected): Promise<Parts> {
  const [a, b, c, d] = paths as [string, string, string?, string?];
  const train = idxPair('idx', [a, b], e);
  if (c === undefined || d === undefined) return { whole: await train, notes: [] };
  const [first, second] = await Promise.all([train, idxPair('idx', [c, d], e)]);
  const classes = Math.max(first.classes, second.classes);
  return { train: { ...first, classes }, test: { ...second, classes }, notes: [] };
}

/** MNIST or Fashion-MNIST: a folder of four IDX files under the names their publishers gave them. */
export async function mnistSet(kind: 'mnist' | 'fashion', folder: string, e: Expected): Promise<Parts> {
  const names = await listFolder(folder, e, [`${kind}:DIR takes the folder that holds the four IDX files`]);
  const wanted = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'].map((name) => [
    `${name}-ubyte`,
    `${name.replace('-idx', '.idx')}-ubyte`,
  ]);
  const files = findAll(folder, names, kind, wanted) as [string, string, string, string];
  const [train, test] = await Promise.all([
    idxPair(kind, [files[0], files[1]], e, 10),
    idxPair(kind, [files[2], files[3]], e, 10),
  ]);
  const words = { classNames: classNames[kind === 'mnist' ? 'digits' : 'fashion'] };
  return { train: { ...train, ...words }, test: { ...test, ...words }, notes: [] };
}

/** CIFAR-10, binary version: the training files that are there, and the test file. */
export async function cifar10Set(folder: string, e: Expected): Promise<Parts> {
  const names = await listFolder(folder, e, [
    'cifar10:DIR takes the folder that holds data_batch_1.bin and the others',
  ]);
  const batches = [1, 2, 3, 4, 5].map((n) => findIn(folder, names, [`data_batch_${n}.bin`]));
  const present = batches.filter((file) => file !== undefined);
  const needed = present.length === 0 ? [['data_batch_1.bin'], ['test_batch.bin']] : [['test_batch.bin']];
  const testFile = findAll(folder, names, 'cifar10', needed)[0] as string;
  const part = async (files: readonly string[]): Promise<DataSet> => {
    const parsed = await Promise.all(
      files.map(async (file) => {
        const batch = parseCifar10(await readData(file, e), file);
        checkLabels(batch.labels, file, 10, e.expectedClasses);
        return batch;
      }),
    );
    const count = parsed.reduce((n, batch) => n + batch.labels.length, 0);
    const values = new Uint8Array(count * 3072);
    const labels = new Uint32Array(count);
    let at = 0;
    for (const batch of parsed) {
      values.set(batch.values, at * 3072);
      labels.set(batch.labels, at);
      at += batch.labels.length;
    }
    const pixels = { dtype: 'u8', values, scale: 1 / 255 } as const;
    return { name: 'cifar10', shape: [32, 32, 3], count, classes: 10, classNames: classNames.cifar10, pixels, labels };
  };
  const [train, test] = await Promise.all([part(present), part([testFile])]);
  return { train, test, notes: present.length === 5 ? [] : [cifarParts(folder, present.length, train.count)] };
}

/** The UCI digits: 64 values from 0 to 16 and a label a line. */
export async function digitsSet(file: string, e: Expected): Promise<Parts> {
  const bytes = await readData(file, e, ['digits:FILE takes the file digits.csv or digits.csv.gz']);
  const { columns, count, labels, values } = parseCsv(bytes, file, { highest: 16 });
  if (columns !== 64) refuse(csvColumns(file, 65, columns + 1, '64 values of a picture of 8x8, and the label'));
  checkLabels(labels, file, 10, e.expectedClasses);
  const pixels = { dtype: 'u8', values: Uint8Array.from(values), scale: 1 / 16 } as const;
  const named = { name: 'digits', shape: [8, 8, 1], classes: 10, classNames: classNames.digits } as const;
  return { whole: { ...named, count, pixels, labels }, notes: [] };
}
