// The program's code as V8 compiled it, kept between runs beside the downloaded data: most of what a short command takes is
// reading code. V8 itself refuses what another version of it or other flags made; the name says which build it is of.
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export interface CodeCache {
  /** What an earlier run left; undefined when there is nothing. */
  readonly found: Uint8Array | undefined;
  /** Leaves code for the next run, and takes the oldest away; nothing happens where it cannot be written. */
  readonly keep: ((code: Uint8Array) => void) | undefined;
}

const none: CodeCache = { found: undefined, keep: undefined };

/** Code is run as it is: only what this user wrote is believed. */
function read(path: string): Uint8Array | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { uid } = fstatSync(file);
    return process.getuid && process.getuid() !== uid ? undefined : readFileSync(file);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Files that stay: those of all commands, and of another version that is used too. */
const MOST = 32;

function sweep(folder: string): void {
  const files = readdirSync(folder).map((name) => ({
    path: join(folder, name),
    at: statSync(join(folder, name)).mtimeMs,
  }));
  for (const { path } of files.sort((p, q) => q.at - p.at).slice(MOST)) rmSync(path, { force: true });
}

/** Does the work, or nothing: on a full or read-only disk the next run is as slow as this one. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {}
}

function write(folder: string, path: string, code: Uint8Array): void {
  const beside = `${path}.${process.pid}.tmp`;
  attempt(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = openSync(beside, 'w', 0o600);
    try {
      writeFileSync(file, code);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  });
  attempt(() => rmSync(beside, { force: true }));
  attempt(() => sweep(folder));
}

/**
 * The code of one command: each runs other parts of the program. `build` is a hash of the program. There is none where the
 * environment names no home, or says NODE_DISABLE_COMPILE_CACHE, as for Node's own cache.
 */
export function codeCache(env: NodeJS.ProcessEnv, build: string, command: string | undefined): CodeCache {
  const base = env.XDG_CACHE_HOME || env.LOCALAPPDATA || (env.HOME && join(env.HOME, '.cache'));
  if (!base || env.NODE_DISABLE_COMPILE_CACHE || command === undefined || !/^[a-z-]{2,16}$/.test(command)) return none;
  const folder = join(base, 'cnnc', 'code');
  const path = join(folder, `${build}-${process.version}-${process.arch}-${command}.bin`);
  return { found: read(path), keep: (code) => write(folder, path, code) };
}
