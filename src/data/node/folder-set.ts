// The set `folder:DIR`: a folder for each class with pictures in it, or two such folders to train on and to test on.
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { needFolder, readBytes, readTrouble } from '../../cli/files.ts';
import {
  classesDiffer,
  filesLeftOut,
  folderClasses,
  partLeftOut,
  picturesResized,
} from '../../diagnostics/catalog/data-files.ts';
import { emptyFile } from '../../diagnostics/catalog/files.ts';
import { noPictureInput } from '../../diagnostics/catalog/pictures.ts';
import { type Diagnostic, Failure, refuse, refuseErrors } from '../../diagnostics/index.ts';
import { decodePicture, type Picture } from '../../interop/pictures.ts';
import { cropTo, isColour } from '../crop.ts';
import { checkLabels } from '../labels.ts';
import { type DataSet, type PictureShape, sizeOf } from '../types.ts';
import { target } from './picture.ts';
import type { Expected, Parts } from './sets.ts';

const trainNames = ['train', 'training'];
const testNames = ['test', 'testing', 'val', 'valid', 'validation'];
/** Names of pictures; others are left out. */
const pictureName = /\.(png|jpe?g)$/i;
/** Files that systems put into folders by themselves: not worth a word. */
const noise = /^(\.|Thumbs\.db$|desktop\.ini$|__MACOSX$)/i;
/** The side of pictures whose size neither the model nor the spec says, where they differ. */
const someSide = 64;
/** Files that cannot be read are named up to this many. */
const namedFiles = 10;
/** Files that are read at once. */
const atOnce = 16;

interface Listed {
  readonly names: readonly string[];
  /** Pictures, by class and by name. */
  readonly files: readonly { readonly file: string; readonly label: number }[];
  readonly left: readonly string[];
}

/** What is in a folder, sorted by name; what systems put there is not among it. `shown` is for messages. */
async function entriesIn(cwd: string, shown: string): Promise<{ folders: string[]; files: string[] }> {
  const path = resolve(cwd, shown);
  const found = await readdir(path, { withFileTypes: true }).catch((error: unknown) =>
    refuse(readTrouble(error, shown)),
  );
  const isFolder = (entry: Dirent): Promise<boolean> | boolean =>
    entry.isSymbolicLink()
      ? stat(join(path, entry.name)).then(
          (to) => to.isDirectory(),
          () => false,
        )
      : entry.isDirectory();
  const out = { folders: [] as string[], files: [] as string[] };
  for (const entry of found)
    if (!noise.test(entry.name)) out[(await isFolder(entry)) ? 'folders' : 'files'].push(entry.name);
  return { folders: out.folders.sort(), files: out.files.sort() };
}

/** Pictures of a class, in folders below its own too, and what else is there. */
async function filesOf(cwd: string, shown: string): Promise<{ pictures: string[]; left: string[] }> {
  const { folders, files } = await entriesIn(cwd, shown);
  const paths = files.map((name) => join(shown, name));
  const below = await Promise.all(folders.map((name) => filesOf(cwd, join(shown, name))));
  return {
    pictures: [...paths.filter((file) => pictureName.test(file)), ...below.flatMap(({ pictures }) => pictures)],
    left: [...paths.filter((file) => !pictureName.test(file)), ...below.flatMap(({ left }) => left)],
  };
}

/** The classes of a folder and their pictures; `known` are the classes to train on, when these are to test on. */
async function list(shown: string, cwd: string, known?: readonly string[]): Promise<Listed> {
  const own = (await entriesIn(cwd, shown)).folders;
  if (own.length === 0) refuse(folderClasses(shown, 'there are no folders in it, and each class is a folder'));
  const names = known ?? own;
  const files: { file: string; label: number }[] = [];
  const left: string[] = [];
  for (const name of own) {
    const label = names.indexOf(name);
    const folder = join(shown, name);
    const found = await filesOf(cwd, folder);
    if (label < 0) refuse(classesDiffer(folder, name, names));
    if (found.pictures.length === 0) {
      const others = found.left.length > 0 ? `, only ${found.left.length} of other kinds` : '';
      refuse(folderClasses(folder, `there are no PNG or JPEG files in the folder of the class "${name}"${others}`));
    }
    files.push(...found.pictures.map((file) => ({ file, label })));
    left.push(...found.left);
  }
  return { names, files, left };
}

async function decode(file: string, cwd: string): Promise<Picture> {
  const bytes = await readBytes(resolve(cwd, file), file);
  if (bytes.length === 0) refuse(emptyFile(file));
  return decodePicture(bytes, file);
}

/** Reads all files, a few at once, in their order. Refuses with the names of all that cannot be read. */
async function each<T>(
  files: readonly string[],
  cwd: string,
  use: (picture: Picture, index: number) => T,
): Promise<T[]> {
  const out: T[] = [];
  const wrong: Diagnostic[] = [];
  for (let start = 0; start < files.length; start += atOnce) {
    const some = files.slice(start, start + atOnce);
    const got = await Promise.allSettled(some.map((file) => decode(file, cwd)));
    for (const [i, one] of got.entries()) {
      if (one.status === 'fulfilled') out.push(use(one.value, start + i));
      else if (one.reason instanceof Failure) wrong.push(...one.reason.diagnostics);
      else throw one.reason;
    }
    if (wrong.length >= namedFiles) break;
  }
  refuseErrors(wrong);
  return out;
}

/** The shape that all pictures get: the model's, that of the spec, that of all of them, or a square. */
async function shapeFor(
  files: readonly string[],
  size: readonly [number, number] | undefined,
  e: Expected,
): Promise<PictureShape> {
  const want = e.expected && (target(e.expected) ?? refuse(noPictureInput(files[0] ?? '', e.expected)));
  if (want !== undefined) return size ? [...size, want[2]] : want;
  const seen = await each(files, e.cwd, (p) => ({ h: p.height, w: p.width, colour: isColour(p) }));
  const channels = seen.some(({ colour }) => colour) ? 3 : 1;
  const [first] = seen;
  if (size) return [...size, channels];
  const same = first !== undefined && seen.every(({ h, w }) => h === first.h && w === first.w);
  return same && first.h <= 256 && first.w <= 256 ? [first.h, first.w, channels] : [someSide, someSide, channels];
}

async function load(
  part: Listed,
  shape: PictureShape,
  folder: string,
  e: Expected,
): Promise<{ set: DataSet; notes: Diagnostic[] }> {
  const { names, files, left } = part;
  const length = sizeOf(shape);
  const values = new Uint8Array(files.length * length);
  let resized = 0;
  await each(
    files.map(({ file }) => file),
    e.cwd,
    (picture, i) => {
      if (picture.height !== shape[0] || picture.width !== shape[1]) resized++;
      values.set(cropTo(picture, shape), i * length);
    },
  );
  const labels = Uint32Array.from(files, ({ label }) => label);
  checkLabels(labels, folder, names.length, e.expectedClasses);
  const notes = [
    ...(left.length > 0 ? [filesLeftOut(folder, left)] : []),
    ...(resized > 0 ? [picturesResized(folder, resized, files.length, shape)] : []),
  ];
  const classes = e.expectedClasses ?? names.length;
  const pixels = { dtype: 'u8', values, scale: 1 / 255 } as const;
  return { set: { name: 'folder', shape, count: files.length, classes, classNames: names, pixels, labels }, notes };
}

/** Pictures by class. Classes are numbered in the order of their names; `size` is what the spec says. */
export async function folderSet(
  folder: string,
  size: readonly [number, number] | undefined,
  e: Expected,
): Promise<Parts> {
  await needFolder(resolve(e.cwd, folder), folder, ['folder:DIR takes a folder that has one folder for each class']);
  const folders = (await entriesIn(e.cwd, folder)).folders;
  const find = (wanted: readonly string[]) =>
    wanted.flatMap((name) => folders.filter((have) => have.toLowerCase() === name));
  const [trainName] = find(trainNames);
  const [testName, ...others] = find(testNames);
  // Folders called train and test are parts when they hold folders themselves; they could be classes.
  const parted =
    trainName !== undefined &&
    testName !== undefined &&
    (await entriesIn(e.cwd, join(folder, trainName))).folders.length > 0;
  if (!parted) {
    const part = await list(folder, e.cwd);
    const shape = await shapeFor(
      part.files.map(({ file }) => file),
      size,
      e,
    );
    const { set, notes } = await load(part, shape, folder, e);
    return { whole: set, notes };
  }
  const [trainFolder, testFolder] = [join(folder, trainName), join(folder, testName)];
  const first = await list(trainFolder, e.cwd);
  const second = await list(testFolder, e.cwd, first.names);
  const shape = await shapeFor(
    first.files.map(({ file }) => file),
    size,
    e,
  );
  const train = await load(first, shape, trainFolder, e);
  const test = await load(second, shape, testFolder, e);
  const left = others.length > 0 ? [partLeftOut(folder, testName, others)] : [];
  return { train: train.set, test: test.set, notes: [...left, ...train.notes, ...test.notes] };
}
