// `cnnc data get`: the files of a well-known set, from its publisher into the folder where `data mnist` finds it.

import { rm, rmdir, stat } from 'node:fs/promises';
import * as http from 'node:http';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { archiveLacks, badAddress, noCacheFolder } from '../../diagnostics/catalog/downloads.ts';
import { refuse } from '../../diagnostics/index.ts';
import { readBytes, writeAtomic } from '../files.ts';
import type { Io } from '../io.ts';
import { download, type Surroundings } from './download.ts';
import { cacheFolder } from './home.ts';
import { downloadProgress } from './progress.ts';
import type { Source } from './sources.ts';

export interface Got {
  /** The folder of the set, as it is shown. */
  readonly folder: string;
  readonly files: readonly { readonly file: string; readonly bytes: number; readonly state: 'there' | 'new' }[];
  readonly stopped: boolean;
}

/** The folder of data sets that downloads go to: the one asked for, that of CNNC_DATA, or the cache. */
export const dataHome = (io: Pick<Io, 'env'>, to: string | undefined): string =>
  to ?? (io.env.CNNC_DATA || undefined) ?? cacheFolder(io) ?? refuse(noCacheFolder());

/** Checks an address that files are appended to. */
export function checkAddress(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) refuse(badAddress(url));
  return url.replace(/\/+$/, '');
}

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => found.size,
    () => undefined,
  );

/** What the set is made of in the end, when that is not what is downloaded; its sizes when all of it is there. */
async function finished(io: Io, folder: string, { keep }: Source): Promise<Got['files'] | undefined> {
  if (keep === 'files') return undefined;
  const names = 'unpack' in keep ? keep.unpack : [keep.gzip];
  const sizes = await Promise.all(names.map((name) => sizeOf(resolve(io.cwd, folder, name))));
  if (sizes.includes(undefined)) return undefined;
  return names.map((file, i) => ({ file, bytes: sizes[i] as number, state: 'there' }));
}

/** Makes the set of an archive or a table that was downloaded and checked, and removes that. */
async function finish(io: Io, folder: string, { keep, files }: Source): Promise<Got['files']> {
  const [file] = files;
  if (keep === 'files' || file === undefined) return [];
  const from = join(folder, file.name);
  const bytes = await readBytes(resolve(io.cwd, from), from);
  const contents = new Map<string, Uint8Array>();
  if ('gzip' in keep) contents.set(keep.gzip, await promisify(gzip)(bytes, { level: 9 }));
  else {
    const { tarFiles } = await import('./tar.ts');
    const inside = tarFiles(await promisify(gunzip)(bytes));
    const lacks = keep.unpack.filter((name) => !inside.has(name));
    if (lacks.length > 0) refuse(archiveLacks(from, lacks));
    for (const name of keep.unpack) contents.set(name, inside.get(name) as Uint8Array);
  }
  for (const [name, content] of contents) {
    await writeAtomic(resolve(io.cwd, folder, name), content, join(folder, name));
  }
  await rm(resolve(io.cwd, from), { force: true });
  return [...contents].map(([name, content]) => ({ file: name, bytes: content.length, state: 'new' }));
}

/** Lets Node use the proxy that the environment names, where it can; returns the variable's name where it cannot. */
function useProxy(env: Io['env']): string | undefined {
  const name = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].find((variable) => env[variable]);
  if (name === undefined || env.NODE_USE_ENV_PROXY) return undefined;
  const { setGlobalProxyFromEnv } = http as { readonly setGlobalProxyFromEnv?: (env?: object) => unknown };
  if (setGlobalProxyFromEnv === undefined) return name;
  setGlobalProxyFromEnv(env);
  return undefined;
}

/** Downloads a set into `home`; files that are there and right stay. `from` is another address of its files. */
export async function getSet(
  io: Io,
  name: string,
  source: Source,
  home: string,
  from: string | undefined,
  around: Omit<Surroundings, 'signal' | 'progress' | 'proxy'> = {},
): Promise<Got> {
  const folder = join(home, source.folder);
  const there = await finished(io, folder, source);
  if (there) return { folder, files: there, stopped: false };
  const total = source.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = await downloadProgress(io, name, total);
  const proxy = useProxy(io.env);
  const files: Got['files'][number][] = [];
  try {
    for (const file of source.files) {
      progress.file(file.name, file.bytes);
      const shown = join(folder, file.name);
      const addresses = from === undefined ? source.addresses : [from];
      const state = await download(
        {
          urls: addresses.map((address) => `${address}/${file.name}`),
          path: resolve(io.cwd, shown),
          shown,
          file,
        },
        { ...around, signal: io.signal, progress: progress.at, proxy },
      );
      if (state === 'stopped') return { folder, files, stopped: true };
      progress.done(state);
      files.push({ file: file.name, bytes: file.bytes, state });
    }
  } finally {
    progress.stop();
    // A folder that nothing came into would look like a set; one with files in it stays.
    await rmdir(resolve(io.cwd, folder)).catch(() => undefined);
  }
  return { folder, files: source.keep === 'files' ? files : await finish(io, folder, source), stopped: false };
}
