// Reading and writing files, with every trouble as a message: whole files, and writes that happen fully or not at all.
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  diskFull,
  fileTrouble,
  isFolder,
  noFolderToWrite,
  noPermission,
  noSuchFile,
  notAFolder,
  readOnlyDisk,
} from '../diagnostics/catalog/files.ts';
import { type Diagnostic, nearest, refuse } from '../diagnostics/index.ts';

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What to say when reading failed; `help` is added where the wrong thing was named. */
export function readTrouble(error: unknown, shown: string, help: readonly string[] = []): Diagnostic {
  switch (codeOf(error)) {
    case 'ENOENT':
      return noSuchFile(shown, 'file', help);
    case 'ENOTDIR':
      return notAFolder(dirname(shown), help);
    case 'EISDIR':
      return isFolder(shown, help);
    case 'EACCES':
    case 'EPERM':
      return noPermission(shown, 'read');
    default:
      return fileTrouble(shown, 'read', wordsOf(error));
  }
}

/** What to say when writing failed. */
export function writeTrouble(error: unknown, shown: string, bytes: number): Diagnostic {
  switch (codeOf(error)) {
    case 'ENOENT':
      return noFolderToWrite(shown, dirname(shown));
    case 'ENOTDIR':
      return notAFolder(dirname(shown), []);
    case 'EISDIR':
    case 'ENOTEMPTY':
      return isFolder(shown, ['give the name of a file in it']);
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(shown, bytes);
    case 'EROFS':
      return readOnlyDisk(shown);
    case 'EACCES':
    case 'EPERM':
      return noPermission(shown, 'written');
    default:
      return fileTrouble(shown, 'written', wordsOf(error));
  }
}

/** "Did you mean": what stands in the folder where a file was looked for. */
async function neighbours(path: string, shown: string): Promise<string[]> {
  const names = await readdir(dirname(path)).catch(() => undefined);
  if (names === undefined) return [`the folder "${dirname(shown)}" does not exist either`];
  const name = nearest(basename(path), names);
  return name === undefined ? [] : [`did you mean "${join(dirname(shown), name)}"?`];
}

/**
 * The bytes of a file. `shown` is its name in messages, when the user wrote another than `path`; `help` is added
 * when it is missing or a folder.
 */
export async function readBytes(path: string, shown = path, help: readonly string[] = []): Promise<Uint8Array> {
  try {
    const bytes = await readFile(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // a Buffer's slice() would not copy
  } catch (error) {
    const near = codeOf(error) === 'ENOENT' ? await neighbours(path, shown) : [];
    return refuse(readTrouble(error, shown, [...near, ...help]));
  }
}

/** The text of a UTF-8 file. */
export async function readText(path: string, shown = path, help: readonly string[] = []): Promise<string> {
  return new TextDecoder().decode(await readBytes(path, shown, help));
}

/** Refuses what is not a folder. */
export async function needFolder(path: string, shown = path, help: readonly string[] = []): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') refuse(readTrouble(error, shown, help));
  });
  if (found === undefined) refuse(noSuchFile(shown, 'folder', [...(await neighbours(path, shown)), ...help]));
  if (!found.isDirectory()) refuse(notAFolder(shown, help));
}

/**
 * Makes a folder and those it is in, and returns the first that was missing, as `mkdir` does with `recursive`. That of Node takes
 * a read-only disk for a missing folder, and goes round for ever where none can be made (/proc).
 */
export async function makeFolders(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    const found = await stat(at).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    if (found !== undefined || dirname(at) === at) break;
    missing.unshift(at);
  }
  for (const at of missing)
    await mkdir(at).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error; // another process made it meanwhile, or it is a link to nothing
    });
  return missing[0];
}

/** Makes renames in a folder last through a power failure, where the system can (Windows cannot, and need not). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/**
 * Writes a file so that a reader sees the old content or the new one, never a part: a file beside it is written,
 * synchronised and renamed. On failure the old content stands and nothing else is left behind.
 * `before` runs when the new content is safe and the old one still in its place.
 */
export async function writeAtomic(
  path: string,
  bytes: Uint8Array | string,
  shown = path,
  before?: () => Promise<void>,
): Promise<void> {
  const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = await open(beside, 'w');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await before?.();
    await rename(beside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    refuse(writeTrouble(error, shown, data.byteLength));
  }
}
