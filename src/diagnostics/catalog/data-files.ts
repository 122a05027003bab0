// Messages about files of data that are not pictures alone: NPY, NPZ, folders by class, tables: E0454 to E0466, N0404 to N0408.
import { entry } from '../entry.ts';
import { listOf, nearest } from '../suggest.ts';
import type { CsvPlace } from './data.ts';

const getAgain = 'the file was cut short or damaged on its way: get it again, or write it again with numpy.save';
const shape = (s: readonly number[]): string => (s.length === 0 ? 'one number' : s.join(' x '));
const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export const badOption = entry(
  'E0454',
  (spec: string, name: string, value: string, options: Readonly<Record<string, string>>) => {
    const names = Object.keys(options);
    const near = nearest(name, names);
    const known = options[name];
    return {
      message:
        known === undefined
          ? `"${spec}" has an option "${name}" that this kind of data does not take`
          : `"${spec}" says ${name}=${value}, and ${name} takes ${known}`,
      help: [
        ...(known === undefined && near !== undefined ? [`did you mean "${near}"?`] : []),
        `options stand at the end: ${names.map((n) => `,${n}=... (${options[n]})`).join(', ')}`,
      ],
    };
  },
);

export const npyMagic = entry('E0455', (file: string, start: string) => ({
  message: `this is not an NPY file: it starts with the bytes ${start}, not with 93 4e 55 4d 50 59 ("\\x93NUMPY")`,
  file,
  help: ['NPY is what numpy.save writes; for what numpy.savez writes say npz:FILE'],
}));

export const npyHeader = entry('E0456', (file: string, reason: string) => ({
  message: `the header of the NPY file cannot be read: ${reason}`,
  file,
  help: [
    "it says for example {'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), }; write the array again",
  ],
}));

export const npyType = entry('E0457', (file: string, descr: string) => ({
  message: `the array's type is ${descr}, which is not read here`,
  file,
  help: [
    'types that are: bool, integers of 1, 2, 4 and 8 bytes, and floats of 2, 4 and 8 bytes, in either byte order',
    'in Python: numpy.save(file, array.astype("float32"))',
  ],
}));

export const npySize = entry('E0458', (file: string, arithmetic: string, needed: number, found: number) => ({
  message: `the file's length does not match the shape in its header: ${arithmetic} = ${needed} bytes, but the file has ${found}`,
  file,
  help: [
    found < needed
      ? `${plural(needed - found, 'byte is', 'bytes are')} missing: ${getAgain}`
      : `${plural(found - needed, 'byte is', 'bytes are')} too many: a file holds one array; for several use numpy.savez`,
  ],
}));

/** `what` is what is wrong with the archive, with the place in bytes. */
export const zipDamaged = entry('E0460', (file: string, what: string) => ({
  message: `the NPZ file cannot be read: ${what}`,
  file,
  help: ['NPZ is the zip archive that numpy.savez and savez_compressed write', getAgain],
}));

export const npzNames = entry('E0461', (file: string, wanted: string, names: readonly string[]) => ({
  message: `the NPZ file has no ${wanted}; its arrays are ${names.length === 0 ? 'none' : listOf(names, 'and')}`,
  file,
  help: [
    'pictures and labels are found as x_train, y_train, x_test and y_test, as x and y, or as arr_0 and arr_1',
    'or say their names: npz:FILE,x=images,y=labels',
  ],
}));

/** `why` ends the sentence; `wanted` is the way out. */
export const arrayShape = entry('E0462', (what: string, have: readonly number[], why: string, wanted: string) => ({
  message: `the array is ${shape(have)}, ${why}`,
  file: what,
  help: [wanted],
}));

export const arrayValue = entry('E0463', (what: string, index: readonly number[], value: string, needed: string) => ({
  message: `[${index.join(', ')}] is ${value}, and ${needed}`,
  file: what,
  help: ['indices are counted from 0, the picture first'],
}));

export const folderClasses = entry('E0464', (folder: string, why: string) => ({
  message: why,
  file: folder,
  help: [
    'a folder of pictures has one folder for each class, with PNG and JPEG files in it: DIR/cat/1.png, DIR/dog/2.jpg',
    'or two of that kind to train on and to test on: DIR/train/cat/1.png, DIR/test/cat/2.png',
  ],
}));

export const csvColumn = entry('E0465', (file: string, name: string, columns: readonly string[]) => ({
  message:
    columns.length === 0
      ? `the label is said to be in the column "${name}", but the first line is no header: it has no names`
      : `the header has no column "${name}"`,
  file,
  help: [
    ...(nearest(name, columns) === undefined ? [] : [`did you mean "${nearest(name, columns)}"?`]),
    columns.length === 0
      ? 'leave label=... out when the label is the last field'
      : `its columns: ${columns.length <= 12 ? listOf(columns, 'and') : `${columns.slice(0, 10).join(', ')} ... ${columns.at(-1)}`}`,
  ],
}));

export const csvQuote = entry('E0466', (place: CsvPlace) => ({
  message: `line ${place.line}: a quote is opened and never closed`,
  ...(place.primary === undefined
    ? { file: `${place.file}:${place.line}:${place.column}` }
    : { primary: place.primary }),
  help: ['a quote within quotes is written twice: "say ""a"""'],
}));

export const classesDiffer = entry('E0467', (file: string, name: string, known: readonly string[]) => ({
  message: `the class "${name}" is among what is tested, but not among what is trained on`,
  file,
  help: [`the classes to train on: ${listOf(known.slice(0, 20), 'and')}`, 'each class needs examples to train on'],
}));

export const valuesScaled = entry('N0404', (file: string, highest: number, divisor: number) => ({
  message: `the values are whole numbers from 0 to ${highest}: they are divided by ${divisor}`,
  file,
}));

export const channelsMoved = entry('N0405', (what: string, have: readonly number[], now: readonly number[]) => ({
  message: `the array is ${shape(have)}, channels first: its pictures are turned to ${now.join('x')}`,
  file: what,
}));

export const filesLeftOut = entry('N0406', (folder: string, files: readonly string[]) => ({
  message: `${plural(files.length, 'file is', 'files are')} neither PNG nor JPEG by name and left out: ${listOf(files.slice(0, 3), 'and')}${files.length > 3 ? ' ...' : ''}`,
  file: folder,
}));

export const picturesResized = entry(
  'N0407',
  (folder: string, count: number, all: number, want: readonly number[]) => ({
    message: `${count} of ${plural(all, 'picture')} ${count === 1 ? 'is' : 'are'} resized and cropped to ${want.join('x')} around the middle`,
    file: folder,
  }),
);

export const partLeftOut = entry('N0408', (folder: string, used: string, left: readonly string[]) => ({
  message: `the pictures in "${used}" are tested on; ${listOf(
    left.map((name) => `"${name}"`),
    'and',
  )} ${left.length === 1 ? 'is' : 'are'} left out`,
  file: folder,
}));
