// Event files on the disk: where they lie, how they grow, and what is in those that are there.
import { open, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { refuse } from '../../diagnostics/index.ts';
import { type EventFile, readEvents } from '../../interop/tensorboard/read.ts';
import { readBytes, writeTrouble } from '../files.ts';
import type { Io } from '../io.ts';

/** The event files of a folder, oldest first; TensorBoard knows them by this word and sorts them by name. */
export const eventFileNames = async (path: string): Promise<string[]> =>
  (await readdir(path).catch(() => [])).filter((name) => name.includes('tfevents')).sort();

export interface ReadFile extends EventFile {
  readonly shown: string;
}

/** What the event files of a folder hold. */
export async function readEventFiles(io: Io, folder: string): Promise<ReadFile[]> {
  const files: ReadFile[] = [];
  for (const name of await eventFileNames(resolve(io.cwd, folder))) {
    const shown = join(folder, name);
    files.push({ ...readEvents(await readBytes(resolve(io.cwd, shown), shown)), shown });
  }
  return files;
}

export interface Appender {
  /** The file as the user would write it. */
  readonly shown: string;
  /** Adds whole records. Refuses (E0405 ...) when they cannot be written; then none of them is in the file. */
  append(records: readonly Uint8Array[]): Promise<void>;
  close(): Promise<void>;
}

/** A new event file, whose name sorts behind those that are there. `seconds`: the time since 1970. */
export async function createEventFile(io: Io, folder: string, seconds: number): Promise<Appender> {
  const path = resolve(io.cwd, folder);
  const times = (await eventFileNames(path)).map((name) => Number(/tfevents\.(\d+)\./.exec(name)?.[1] ?? 0));
  const time = Math.max(Math.floor(seconds), ...times.map((t) => t + 1));
  const name = `events.out.tfevents.${String(time).padStart(10, '0')}.${hostname() || 'localhost'}.${process.pid}.0`;
  const shown = join(folder, name);
  const file = await open(join(path, name), 'wx').catch((error: unknown) => refuse(writeTrouble(error, shown, 0)));
  let length = 0;
  return {
    shown,
    async append(records) {
      const bytes = Buffer.concat(records);
      try {
        for (let at = 0; at < bytes.length; )
          at += (await file.write(bytes, at, bytes.length - at, length + at)).bytesWritten;
        length += bytes.length;
      } catch (error) {
        await file.truncate(length).catch(() => undefined);
        refuse(writeTrouble(error, shown, bytes.length));
      }
    },
    close: () => file.close().catch(() => undefined),
  };
}
