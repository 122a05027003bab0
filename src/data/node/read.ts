// Reading data files: gzip is recognised by its first bytes, and files of a set are found with or without ".gz".
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { needFolder, readBytes } from '../../cli/files.ts';
import { gzipDamaged, gzipTruncated, partsMissing } from '../../diagnostics/catalog/data.ts';
import { emptyFile } from '../../diagnostics/catalog/files.ts';
import { refuse } from '../../diagnostics/index.ts';

const inflate = promisify(gunzip);

/** The folder in which relative paths start. */
export interface Place {
  readonly cwd: string;
}

/** The bytes of a data file, inflated when they are gzip. `shown` is the path as the user wrote it. */
export async function readData(shown: string, { cwd }: Place, help: readonly string[] = []): Promise<Uint8Array> {
  const bytes = await readBytes(resolve(cwd, shown), shown, help);
  if (bytes.length === 0) refuse(emptyFile(shown));
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const inflated = await inflate(bytes);
    return new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.byteLength);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return refuse(code === 'Z_BUF_ERROR' ? gzipTruncated(shown, bytes.length) : gzipDamaged(shown, message));
  }
}

/** The names of a folder's files, for `findIn`. Refuses what is not a folder. */
export async function listFolder(shown: string, { cwd }: Place, help: readonly string[]): Promise<ReadonlySet<string>> {
  const path = resolve(cwd, shown);
  await needFolder(path, shown, help);
  return new Set(await readdir(path));
}

/** The path of the first of these names that the folder holds, plain or ".gz". */
export function findIn(folder: string, names: ReadonlySet<string>, wanted: readonly string[]): string | undefined {
  const name = wanted.flatMap((n) => [n, `${n}.gz`]).find((n) => names.has(n));
  return name === undefined ? undefined : join(folder, name);
}

/** The paths of all of them; refuses with the names of those that are missing. */
export function findAll(
  folder: string,
  names: ReadonlySet<string>,
  set: string,
  wanted: readonly (readonly string[])[],
): readonly string[] {
  const paths = wanted.map((w) => findIn(folder, names, w));
  const missing = wanted.filter((_, i) => paths[i] === undefined).map((w) => w[0] as string);
  if (missing.length > 0) refuse(partsMissing(folder, set, missing));
  return paths as readonly string[];
}
