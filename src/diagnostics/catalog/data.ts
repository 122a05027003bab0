// Messages about data sets: E0410 to E0439, N0401 to N0403. Files and pictures are in the modules exported here too.
import { entry } from '../entry.ts';
import { listOf, nearest } from '../suggest.ts';
import type { Label } from '../types.ts';

export * from './files.ts';
export * from './pictures.ts';
export * from './tensors.ts';

const specs =
  'sets: drawn, shapes, mnist, fashion, digits, cifar10; or a kind and its files: mnist:DIR, fashion:DIR, digits:FILE,\n' +
  'cifar10:DIR, idx:IMAGES,LABELS, npy:IMAGES,LABELS, npz:FILE, csv:FILE, folder:DIR, drawn:TRAIN,TEST,\n' +
  'shapes:TRAIN,TEST, fit:PICTURE';

const meant = (word: string, names: readonly string[]): string[] => {
  const name = nearest(word, names);
  return name === undefined ? [] : [`did you mean "${name}"?`];
};

const getAgain = 'the file was cut short or damaged on its way: get it again';
const shape = (s: readonly number[]): string => s.join('x');
const bytesText = (n: number): string => (n === 1 ? '1 byte is' : `${n} bytes are`);

export const unknownSet = entry('E0410', (name: string, names: readonly string[]) => ({
  message: `unknown data set "${name}"`,
  help: [...meant(name, names), specs],
}));

export const unknownKind = entry('E0411', (kind: string, spec: string, kinds: readonly string[]) => ({
  message: `unknown kind of data "${kind}" in "${spec}"`,
  help: [...meant(kind, kinds), specs],
}));

export const dataFolderUnset = entry('E0412', (name: string, place: string, spec: string) => ({
  message: `the data set "${name}" is not among what was downloaded, and CNNC_DATA names no folder with data sets`,
  help: [
    `download it: cnnc data get ${spec.split(':')[0]}`,
    `or set CNNC_DATA to a folder that holds ${place}: CNNC_DATA=/path/to/data`,
    `or say where the set is: ${spec}`,
    'or take the set that needs no files: drawn',
  ],
}));

export const badSpec = entry('E0413', (spec: string, wanted: string) => ({
  message: `"${spec}" is not of the form ${wanted}`,
  help: [specs],
}));

export const partsMissing = entry('E0414', (folder: string, set: string, files: readonly string[]) => ({
  message: `the folder lacks ${files.length === 1 ? 'a file' : `${files.length} files`} of the set ${set}: ${listOf(files, 'and')}`,
  file: folder,
  help: ['the files have the names their publishers gave them; with or without ".gz" is the same'],
}));

export const gzipTruncated = entry('E0420', (file: string, bytes: number) => ({
  message: `the gzip file ends too early, after ${bytes} bytes`,
  file,
  help: [getAgain],
}));

export const gzipDamaged = entry('E0421', (file: string, reason: string) => ({
  message: `the gzip file is damaged: ${reason}`,
  file,
  help: [getAgain],
}));

const idxKinds: Readonly<Record<number, string>> = { 2051: 'pictures', 2049: 'labels' };
export const idxMagic = entry('E0422', (file: string, wanted: 2051 | 2049, found: number) => ({
  message: `this is not an IDX file of ${idxKinds[wanted]}: it starts with ${found}, not with the magic number ${wanted}`,
  file,
  help: [
    idxKinds[found] === undefined
      ? 'IDX is the format of the MNIST files; for rows of numbers use csv:FILE'
      : `${found} marks ${idxKinds[found]}: the order is idx:IMAGES,LABELS`,
  ],
}));

export const idxSize = entry('E0423', (file: string, arithmetic: string, needed: number, found: number) => ({
  message: `the file's length does not match the sizes in it: ${arithmetic} = ${needed} bytes, but the file has ${found}`,
  file,
  help: [
    found < needed
      ? `${bytesText(needed - found)} missing: ${getAgain}`
      : `${bytesText(found - needed)} too many: the numbers in its header are not those of this file`,
  ],
}));

export const countsDiffer = entry('E0424', (pictures: string, count: number, labels: string, labelCount: number) => ({
  message: `${count} pictures but ${labelCount} labels (in ${labels})`,
  file: pictures,
  help: ['each picture needs one label: are both files of the same set and the same part (train or test)?'],
}));

export const labelRange = entry(
  'E0425',
  (file: string, index: number, label: number, classes: number, whose: 'model' | 'set', highest: number) => ({
    message:
      `label ${label} at index ${index} (counted from 0) is out of range: ` +
      `the ${whose} has ${classes} ${classes === 1 ? 'class' : 'classes'}, so labels go from 0 to ${classes - 1}`,
    file,
    help: [
      whose === 'model'
        ? `the highest label here is ${highest}: a model for this set ends with ${highest + 1} units (dense ${highest + 1})`
        : 'the file is damaged, or is of another set',
    ],
  }),
);

/** Where in a CSV file: the label draws the line when it is short enough to be shown. */
export interface CsvPlace {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based character column. */
  readonly column: number;
  readonly primary?: Label;
}
const at = (p: CsvPlace): { primary: Label } | { file: string } =>
  p.primary === undefined ? { file: `${p.file}:${p.line}:${p.column}` } : { primary: p.primary };

export const csvRagged = entry('E0426', (place: CsvPlace, found: number, first: number, wanted: number) => ({
  message: `line ${place.line} has ${found} fields, but line ${first} has ${wanted}`,
  ...at(place),
  help: ['each line is one picture: its values, then its label, separated by commas'],
}));

export const csvNotNumber = entry('E0427', (place: CsvPlace, field: string, text: string) => ({
  message: `line ${place.line}, field ${field}: ${text === '' ? 'nothing' : `"${text}"`} stands where a number is needed`,
  ...at(place),
  help: [
    'only the first line may be words (a header); values are separated by commas, with a point for decimals',
    ...(text === '' ? [] : ['words that are classes stand in the last column, or where label=COLUMN says']),
  ],
}));

export const csvNotFinite = entry('E0428', (place: CsvPlace, field: string, text: string) => ({
  message: `line ${place.line}, field ${field}: ${text} is not a finite number of 32 bits`,
  ...at(place),
  help: ['a network cannot learn from NaN or Infinity: mend or leave out the line'],
}));

export const csvBadLabel = entry('E0429', (place: CsvPlace, field: string, text: string) => ({
  message: `line ${place.line}, field ${field}: the label ${text} is not a whole number from 0 on`,
  ...at(place),
  help: ['a class is 0, 1, 2 ... or a word; it stands in the last column, or where label=COLUMN says'],
}));

export const csvValueRange = entry('E0430', (place: CsvPlace, field: string, text: string, highest: number) => ({
  message: `line ${place.line}, field ${field}: ${text} is not a whole number from 0 to ${highest}`,
  ...at(place),
  help: [`the values of this set go from 0 to ${highest}; for other numbers use csv:FILE`],
}));

export const emptySet = entry('E0431', (file: string, why: string) => ({
  message: `there are no pictures in it: ${why}`,
  file,
  help: ['give a file with at least one picture'],
}));

export const tooFewToSplit = entry('E0432', (spec: string, count: number) => ({
  message: `${count} picture cannot be parted into some to train on and some to test on`,
  file: spec,
  help: ['at least 2 pictures are needed; give files that are parted already as idx:IMAGES,LABELS,IMAGES,LABELS'],
}));

export const picturesDoNotFit = entry(
  'E0433',
  (spec: string, have: readonly number[], want: readonly number[], padLimit: number) => ({
    message: `the pictures are ${shape(have)}, but the model's input is ${shape(want)} (height x width x channels)`,
    file: spec,
    help: [
      `change the model's first line to \`input ${shape(have)}\`, or take a data set of ${shape(want)} pictures`,
      `only a border of at most ${padLimit} zeros on each side, the same left and right, above and below, is added by itself`,
    ],
  }),
);

export const csvColumns = entry('E0434', (file: string, columns: number, found: number, want: string) => ({
  message: `${found} columns, but this set has ${columns}: ${want}`,
  file,
  help: ['for a table of another size use csv:FILE'],
}));

export const cifarSize = entry('E0435', (file: string, bytes: number) => ({
  message:
    `the file's length does not match the format: ${bytes} bytes = ${Math.floor(bytes / 3073)} x 3073 + ${bytes % 3073}, ` +
    'and a record has 1 + 32 x 32 x 3 = 3073',
  file,
  help: ['this reads the "binary version" of CIFAR-10; if it is that, get the file again'],
}));

export const padded = entry('N0401', (spec: string, have: readonly number[], want: readonly number[]) => ({
  message: `the pictures are ${shape(have)} and get a border of zeros to fit the model's input of ${shape(want)}`,
  file: spec,
}));

export const cifarParts = entry('N0402', (folder: string, batches: number, pictures: number) => ({
  message: `${batches} of the 5 training files of CIFAR-10 are here: training on ${pictures} pictures`,
  file: folder,
}));

export const csvScaled = entry('N0403', (file: string, highest: number, divisor: number) => ({
  message: `the values are whole numbers from 0 to ${highest}: they are divided by ${divisor}`,
  file,
}));
