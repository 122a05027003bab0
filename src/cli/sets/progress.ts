// What is seen while files come: one bar for a whole set on a terminal, a line now and then anywhere else.
import { openBar } from '../bar.ts';
import { bytesText, duration } from '../format.ts';
import type { Io } from '../io.ts';

export interface DownloadProgress {
  /** A file begins; its bytes are counted from the start of it. */
  file(name: string, bytes: number): void;
  /** Bytes of the file that are there. */
  at(bytes: number): void;
  /** The file is whole: new, or there already. */
  done(state: 'new' | 'there'): void;
  stop(): void;
}

/** Seconds between lines of a file under way. */
const lineSeconds = 5;

function lines(io: Io): DownloadProgress {
  let current = { name: '', bytes: 0, start: 0, said: 0, from: -1 };
  return {
    file(name, bytes) {
      const now = performance.now();
      current = { name, bytes, start: now, said: now, from: -1 };
    },
    at(bytes) {
      const now = performance.now();
      if (current.from < 0) current.from = bytes;
      if (now - current.said < 1000 * lineSeconds) return;
      current.said = now;
      const percent = Math.floor((100 * bytes) / current.bytes);
      const rate = (1000 * (bytes - current.from)) / (now - current.start);
      io.stderr(`  ${current.name}  ${percent} %  ${bytesText(rate)}/s\n`);
    },
    done(state) {
      const seconds = (performance.now() - current.start) / 1000;
      const how = state === 'there' ? 'is there already' : duration(seconds);
      io.stderr(`  ${current.name}  ${bytesText(current.bytes)}  ${how}\n`);
    },
    stop: () => undefined,
  };
}

async function bar(io: Io, title: string, total: number): Promise<DownloadProgress> {
  const one = await openBar(io, `${title} {bar} {percentage} %  {have} of ${bytesText(total)}  {rate}/s`, 60);
  let before = 0;
  let size = 0;
  let came = 0;
  let last: number | undefined;
  const start = performance.now();
  const show = (bytes: number): void => {
    const have = before + bytes;
    const rate = came / Math.max(1e-3, (performance.now() - start) / 1000);
    one.update(have, { have: bytesText(have), rate: bytesText(rate) });
  };
  one.start(total, 0, { have: bytesText(0), rate: bytesText(0) });
  return {
    file(_name, bytes) {
      size = bytes;
      last = undefined;
    },
    at(bytes) {
      // What an earlier run brought counts for the bar, not for the speed.
      if (last !== undefined && bytes > last) came += bytes - last;
      last = bytes;
      show(bytes);
    },
    done() {
      before += size;
      size = 0;
      show(0);
    },
    stop: () => one.stop(),
  };
}

/** The progress that suits the terminal; `total` is the bytes of all files. */
export const downloadProgress = async (io: Io, title: string, total: number): Promise<DownloadProgress> =>
  io.isTTY ? bar(io, title, total) : lines(io);
