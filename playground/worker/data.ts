// Data sets in the page: drawn by code, or read from files that were dropped on it.

import { npzParts, type Parts, type Wanted } from '../../src/data/array-sets.ts';
import { parseCifar10 } from '../../src/data/cifar10.ts';
import { parseCsv } from '../../src/data/csv.ts';
import { drawn } from '../../src/data/drawn.ts';
import { fitSet } from '../../src/data/fit.ts';
import { parseIdxLabels, parseIdxPictures } from '../../src/data/idx.ts';
import { checkLabels, classesIn, classNames } from '../../src/data/labels.ts';
import { channelMoments } from '../../src/data/moments.ts';
import { shapeOfRow, storePixels } from '../../src/data/pixels.ts';
import { shapes } from '../../src/data/shapes.ts';
import { splitSet } from '../../src/data/split.ts';
import type { DataSet, Pixels, Split } from '../../src/data/types.ts';
import { countsDiffer } from '../../src/diagnostics/catalog/data.ts';
import { classesForValues, labelShapes } from '../../src/diagnostics/catalog/labels.ts';
import { refuse } from '../../src/diagnostics/types.ts';
import { NORMALISE } from '../../src/passes/lower/normalise.ts';
import type { DataNeeds, FilesAnswer, GivenFile, LoadedSet, Part, Requests } from '../protocol.ts';

/** Files as they were dropped, by name: pictures and labels come in any order. */
const given = new Map<string, Uint8Array>();

async function inflated({ bytes }: GivenFile): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

type Sort = 'idx pictures' | 'idx labels' | 'cifar' | 'npz' | 'csv' | 'unknown';

/** What a file is, by its first bytes and its size, else by its name. */
function sortOf(name: string, bytes: Uint8Array): Sort {
  const magic = bytes.length >= 4 ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) : 0;
  if (magic === 2051) return 'idx pictures';
  if (magic === 2049) return 'idx labels';
  if (magic === 0x504b0304) return 'npz';
  if (/\.bin$/i.test(name) && bytes.length > 0 && bytes.length % 3073 === 0) return 'cifar';
  return /\.(csv|txt)$/i.test(name) ? 'csv' : 'unknown';
}

const ofSort = (sort: Sort): [string, Uint8Array][] =>
  [...given].filter(([name, bytes]) => sortOf(name, bytes) === sort);
const isTest = (name: string): boolean => /t10k|test/i.test(name);

/** Pictures and labels of one part of a set in IDX files. */
function idxPart(test: boolean): DataSet | undefined {
  const find = (sort: Sort): [string, Uint8Array] | undefined => ofSort(sort).find(([name]) => isTest(name) === test);
  const [pictures, labels] = [find('idx pictures'), find('idx labels')];
  if (!pictures || !labels) return undefined;
  const { count, height, width, values } = parseIdxPictures(pictures[1], pictures[0]);
  const classes = parseIdxLabels(labels[1], labels[0]);
  if (count !== classes.length) refuse(countsDiffer(pictures[0], count, labels[0], classes.length));
  return {
    name: 'idx',
    shape: [height, width, 1],
    count,
    classes: classesIn(classes),
    pixels: { dtype: 'u8', values, scale: 1 / 255 },
    labels: classes,
  };
}

function cifarPart(files: readonly [string, Uint8Array][]): DataSet {
  const parts = files.map(([name, bytes]) => parseCifar10(bytes, name));
  const count = parts.reduce((n, p) => n + p.labels.length, 0);
  const values = new Uint8Array(count * 3072);
  const labels = new Uint32Array(count);
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at * 3072);
    labels.set(part.labels, at);
    at += part.labels.length;
  }
  const pixels = { dtype: 'u8', values, scale: 1 / 255 } as const;
  return { name: 'cifar10', shape: [32, 32, 3], count, classes: 10, classNames: classNames.cifar10, pixels, labels };
}

function csvParts([name, bytes]: [string, Uint8Array], e: Wanted): Parts {
  const { columns, count, labels, values, classNames: words } = parseCsv(bytes, name);
  // The UCI digits: 64 values from 0 to 16.
  const digits = columns === 64 && values.every((v) => v <= 16 && Number.isInteger(v));
  const [stored] = storePixels([values]).pixels;
  const set: DataSet = {
    name,
    shape: digits ? [8, 8, 1] : shapeOfRow(columns, e.expected),
    count,
    classes: classesIn(labels),
    ...(words ? { classNames: words } : {}),
    pixels: digits ? { dtype: 'u8', values: Uint8Array.from(values), scale: 1 / 16 } : (stored as Pixels),
    labels,
  };
  return { whole: set, notes: [] };
}

/** The set that the dropped files make, in two parts or in one. */
function droppedSet(e: Wanted): Parts | undefined {
  const archive = ofSort('npz').at(-1);
  if (archive) return npzParts(archive[1], archive[0], {}, e);
  const [train, test] = [idxPart(false), idxPart(true)];
  if (train && test) return { train, test, notes: [] };
  const one = train ?? test;
  if (one) return { whole: one, notes: [] };
  const cifar = ofSort('cifar');
  const batches = cifar.filter(([name]) => !isTest(name));
  const tests = cifar.filter(([name]) => isTest(name));
  if (batches.length > 0 && tests.length > 0) return { train: cifarPart(batches), test: cifarPart(tests), notes: [] };
  if (cifar.length > 0) return { whole: cifarPart(cifar), notes: [] };
  const table = ofSort('csv').at(-1);
  return table && csvParts(table, e);
}

/** Keeps the files, and says what can be done with them. */
export async function takeFiles(files: readonly GivenFile[]): Promise<FilesAnswer> {
  const said: string[] = [];
  for (const file of files) {
    const bytes = await inflated(file).catch(() => undefined);
    const name = file.name.replace(/\.gz$/i, '');
    if (!bytes) said.push(`${file.name} is not a whole gzip file`);
    else if (sortOf(name, bytes) === 'unknown')
      said.push(
        `${file.name} is not a file of pictures that is known here: IDX (as MNIST), CIFAR-10 .bin, NPZ, or CSV`,
      );
    else given.set(name, bytes);
  }
  const lone = (sort: Sort, other: Sort): void => {
    for (const [name] of ofSort(sort))
      if (!ofSort(other).some(([o]) => isTest(o) === isTest(name)))
        said.push(`${name}: drop the file of ${other.slice(4)} too`);
  };
  lone('idx pictures', 'idx labels');
  lone('idx labels', 'idx pictures');
  const ready = said.length === 0 || droppedSet({}) !== undefined;
  return { ...(ready && given.size > 0 ? { name: 'files' } : {}), said };
}

function setOf(name: string, seed: number, e: Wanted): Parts & Split {
  if (name === 'drawn') return { ...drawn(seed), notes: [] };
  if (name === 'shapes') return { ...shapes(seed), notes: [] };
  const found = droppedSet(e);
  if (!found) throw new Error('no files were dropped yet');
  return 'whole' in found ? { ...splitSet(found.whole, seed, found.whole.name), notes: found.notes } : found;
}

const partOf = ({ count, pixels, labels }: DataSet): Part => ({
  count,
  values: pixels.values as Part['values'],
  scale: pixels.scale,
  labels: labels as Part['labels'],
});

/** The labels must be what the model is trained on. */
function checkKind(name: string, set: DataSet, { labels }: DataNeeds): void {
  if (!labels) return;
  if (labels.dtype === 'f32' && !(set.labels instanceof Float32Array)) refuse(classesForValues(name));
  const have = set.labelShape ?? [];
  if (have.join() !== labels.shape.join()) refuse(labelShapes(name, have, labels.shape));
  if (labels.dtype === 'u32') checkLabels(set.labels, name, undefined, labels.classes);
}

/** As `cnnc train` does: by the names of the parameters. */
const momentsOf = (set: DataSet): Map<string, Float32Array<ArrayBuffer>> =>
  new Map(
    Object.entries(channelMoments(set)).map(([name, values]) => [`${NORMALISE}.${name}`, Float32Array.from(values)]),
  );

export function loadSet({ name, seed, plan }: Requests['data']['ask']): LoadedSet {
  const expected = plan.input.shape.slice(1);
  const { labels } = plan;
  const split = setOf(name, seed, {
    expected,
    ...(labels?.dtype === 'u32' ? { expectedClasses: labels.classes } : {}),
    ...(labels?.dtype === 'f32' ? { expectedValues: labels.shape } : {}),
  });
  const fitted = [split.train, split.test].map((set) => fitSet(set, expected, name));
  const [train, test] = fitted.map(({ set }) => set) as [DataSet, DataSet];
  for (const set of [train, test]) checkKind(name, set, plan);
  const classes = Math.max(train.classes, test.classes);
  return {
    name,
    classNames: train.classNames ?? Array.from({ length: classes }, (_, i) => String(i)),
    train: partOf(train),
    test: partOf(test),
    notes: [...split.notes, ...(fitted[0]?.notes ?? [])].map((d) => d.message),
    measured: plan.perChannel ? momentsOf(train) : new Map(),
  };
}
