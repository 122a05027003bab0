// Downloading one file: resumed where it was cut, tried again after a pause, and checked before it gets its name.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { downloadFailed, httpStatus, wrongChecksum } from '../../diagnostics/catalog/downloads.ts';
import { Failure, refuse } from '../../diagnostics/index.ts';
import { makeFolders, readTrouble, writeTrouble } from '../files.ts';
import type { SourceFile } from './sources.ts';

export interface Download {
  /** Where the file may be; the next is asked when one fails. */
  readonly urls: readonly string[];
  /** Where it goes; until it is whole and checked it is called `path`.part. */
  readonly path: string;
  /** The path as messages show it. */
  readonly shown: string;
  readonly file: SourceFile;
}

export interface Surroundings {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that are there, now and then. */
  readonly progress?: (bytes: number) => void;
  /** Milliseconds before the second try; each further one waits twice as long. */
  readonly pause?: number;
  /** Milliseconds without a byte after which a connection counts as dead. */
  readonly patience?: number;
  /** The name of a variable that asks for a proxy which this Node does not use. */
  readonly proxy?: string | undefined;
}

/** Tries in a row that brought no byte. */
const maxTries = 4;
const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => found.size,
    () => undefined,
  );

/** Digests of a file, in hexadecimal. */
export async function digestOf(path: string, kind: 'md5' | 'sha256'): Promise<string> {
  const hash = createHash(kind);
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  } catch (error) {
    refuse(readTrouble(error, path));
  }
  return hash.digest('hex');
}

/** The first digest that is another than it should be; undefined when all are right. */
export async function difference(
  path: string,
  file: SourceFile,
): Promise<{ kind: string; found: string; wanted: string } | undefined> {
  for (const kind of ['sha256', 'md5'] as const) {
    const wanted = file[kind];
    if (wanted === undefined) continue;
    const found = await digestOf(path, kind);
    if (found !== wanted) return { kind: kind === 'md5' ? 'MD5' : 'SHA-256', found, wanted };
  }
  return undefined;
}

/** What an error of the network says, with the code of its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: 'the name of the server is not known (no network?)',
    EAI_AGAIN: 'the name of the server cannot be looked up (no network?)',
    ECONNREFUSED: 'the server refuses the connection',
    ENETUNREACH: 'the network cannot be reached',
    ETIMEDOUT: 'the server does not answer',
    UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
    UND_ERR_SOCKET: 'the connection was cut',
    ECONNRESET: 'the connection was cut',
  };
  return words[code] ?? (code !== '' && cause instanceof Error ? cause.message : error.message);
}

/** Waits, or ends at once when the work is stopped. */
const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });

/** What one request came to. */
type Outcome =
  | { readonly kind: 'whole'; readonly type: string }
  | { readonly kind: 'again'; readonly reason: string; readonly start?: 'over' }
  | { readonly kind: 'status'; readonly status: number; readonly words: string };

/** Asks for what is missing of a file and adds it to the part. Trouble of the disk is thrown as a Failure. */
async function ask(url: string, part: string, shown: string, around: Surroundings): Promise<Outcome> {
  const { signal, progress, patience = 60_000 } = around;
  const have = (await sizeOf(part)) ?? 0;
  const stop = new AbortController();
  const abort = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  let timer: NodeJS.Timeout | undefined;
  let silent = false;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silent = true;
      stop.abort();
    }, patience);
  };
  alive();
  let handle: FileHandle | undefined;
  try {
    // Compressed on its way, a part of the file would be a part of something else.
    const headers = { 'accept-encoding': 'identity', ...(have > 0 ? { range: `bytes=${have}-` } : {}) };
    const answer = await fetch(url, { headers, signal: stop.signal });
    const { status, body } = answer;
    const drop = async (outcome: Outcome): Promise<Outcome> => {
      await body?.cancel();
      return outcome;
    };
    const type = answer.headers.get('content-type') ?? '';
    const range = answer.headers.get('content-range') ?? '';
    if (status === 416) {
      const whole = Number(/\/(\d+)$/.exec(range)?.[1] ?? Number.NaN) === have;
      return drop(
        whole ? { kind: 'whole', type } : { kind: 'again', reason: 'the part does not fit the file', start: 'over' },
      );
    }
    if (status === 408 || status === 429 || status >= 500) {
      return drop({ kind: 'again', reason: `the server answers ${status} (${answer.statusText})` });
    }
    if (!answer.ok || body === null) return drop({ kind: 'status', status, words: answer.statusText });
    // 200 is the whole file: a server that knows no ranges starts at the beginning.
    const from = status === 206 ? Number(/^bytes (\d+)-/.exec(range)?.[1] ?? Number.NaN) : 0;
    if (from !== 0 && from !== have) {
      return drop({ kind: 'again', reason: `the server sends bytes from another place (${range})`, start: 'over' });
    }
    handle = await open(part, from === 0 ? 'w' : 'a').catch((error: unknown) => refuse(writeTrouble(error, shown, 0)));
    const encoded = answer.headers.has('content-encoding');
    const left = Number((encoded ? null : answer.headers.get('content-length')) ?? Number.NaN);
    let at = from;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      alive();
      const missing = Number.isNaN(left) ? chunk.length : from + left - at;
      await handle.write(chunk).catch((error: unknown) => refuse(writeTrouble(error, shown, missing)));
      at += chunk.length;
      progress?.(at);
    }
    if (at - from < left)
      return { kind: 'again', reason: `the connection was cut after ${at} of ${from + left} bytes` };
    await handle.sync().catch((error: unknown) => refuse(writeTrouble(error, shown, at)));
    return { kind: 'whole', type };
  } catch (error) {
    if (error instanceof Failure) throw error;
    const reason = silent ? `nothing came for ${patience / 1000} seconds` : reasonOf(error);
    return { kind: 'again', reason };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    await handle?.close().catch(() => undefined);
  }
}

/**
 * Downloads a file, unless it is there with the right checksum: `there`, `new`, or `stopped` when the signal came. A
 * part of an earlier run is gone on from. Refuses what the server does not have, what differs from its checksum, and
 * gives up after some tries that bring nothing; the part stays then.
 */
export async function download(
  { urls, path, shown, file }: Download,
  around: Surroundings = {},
): Promise<'there' | 'new' | 'stopped'> {
  const { signal, pause = 1000 } = around;
  if ((await sizeOf(path)) !== undefined && (await difference(path, file)) === undefined) return 'there';
  await makeFolders(dirname(path)).catch((error: unknown) => refuse(writeTrouble(error, shown, file.bytes)));
  const part = `${path}.part`;
  let pieces = ((await sizeOf(part)) ?? 0) > 0 ? 1 : 0;
  let which = 0;
  for (let tries = 0; !signal?.aborted; ) {
    const url = urls[which % urls.length] as string;
    const before = (await sizeOf(part)) ?? 0;
    const outcome = await ask(url, part, shown, around);
    if (signal?.aborted) break;
    if (outcome.kind === 'whole') {
      const wrong = await difference(part, file);
      if (wrong === undefined) {
        await rename(part, path).catch((error: unknown) => refuse(writeTrouble(error, shown, file.bytes)));
        return 'new';
      }
      const bytes = (await sizeOf(part)) ?? 0;
      await rm(part, { force: true });
      // Pieces of several answers may not belong together: once more, in one piece.
      if (pieces === 0)
        refuse(wrongChecksum(url, wrong.kind, wrong.found, wrong.wanted, bytes, file.bytes, outcome.type));
      pieces = 0;
      continue;
    }
    const now = (await sizeOf(part)) ?? 0;
    if (now > 0) pieces++;
    tries = now > before ? 1 : tries + 1;
    if (outcome.kind === 'status') {
      if (tries >= urls.length) refuse(httpStatus(url, outcome.status, outcome.words));
      which++;
      continue;
    }
    if (outcome.start === 'over') {
      await rm(part, { force: true });
      pieces = 0;
    }
    if (tries >= maxTries) refuse(downloadFailed(url, outcome.reason, now, tries, around.proxy));
    if (tries > 1) which++;
    await wait(pause * 2 ** (tries - 1), signal);
  }
  return 'stopped';
}
