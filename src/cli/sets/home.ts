// Where data sets live that are asked for by name alone: the folder that CNNC_DATA names, and the cache of downloads.
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseSpec, setNames } from '../../data/spec.ts';
import type { Io } from '../io.ts';

/** Undefined where the environment names no home. */
export function cacheFolder({ env }: Pick<Io, 'env'>): string | undefined {
  const base = env.XDG_CACHE_HOME || env.LOCALAPPDATA || (env.HOME && join(env.HOME, '.cache'));
  return base ? join(base, 'cnnc', 'data') : undefined;
}

/** The folders in which sets are looked for, in this order. */
export const dataFolders = (io: Pick<Io, 'env'>): readonly string[] =>
  [io.env.CNNC_DATA, cacheFolder(io)].filter((folder) => folder !== undefined && folder !== '') as string[];

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Whether a folder of data sets holds the set of this name. */
export function holds({ cwd }: Pick<Io, 'cwd'>, folder: string, name: string): Promise<boolean> | boolean {
  const spec = parseSpec(name, folder);
  return 'path' in spec && exists(resolve(cwd, spec.path));
}

/**
 * The folder to look in for a spec: the first that holds the set, else the one that CNNC_DATA names. Undefined where
 * there is neither.
 */
export async function dataFolderFor(io: Pick<Io, 'env' | 'cwd'>, spec: string): Promise<string | undefined> {
  if (setNames.includes(spec)) for (const folder of dataFolders(io)) if (await holds(io, folder, spec)) return folder;
  return io.env.CNNC_DATA || undefined;
}
