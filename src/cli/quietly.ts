// Dawn's binding prints lines about its own limits to stderr whenever an adapter is asked for, and has no switch for it.
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';

const O_APPEND = 0o2000; // of Linux, the one system that says how a file was opened

/**
 * Whether stderr is a file with a place of its own to write at (`> log 2>&1`). Opened again it would no longer share that place
 * with stdout, and one would write over the words of the other; Node cannot duplicate a descriptor.
 */
function sharesItsPlace(): boolean {
  try {
    if (!fstatSync(2).isFile()) return false;
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/2', 'latin1'))?.[1];
    return flags === undefined || (Number.parseInt(flags, 8) & O_APPEND) === 0;
  } catch {
    return true;
  }
}

/**
 * Runs `work`, which must be synchronous, with file descriptor 2 pointed at nothing. Left alone, with its lines, where that is
 * not possible (Windows, a stderr that is a socket) or not safe: a log that stdout writes to as well, or a file that another
 * thread opens meanwhile and that could get the number 2. Node has such threads for files only, and says when they are busy.
 */
export function quietly<T>(work: () => T): T {
  const busy = process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
  if (busy || process.platform === 'win32' || process.env.CNNC_DEBUG === '1' || sharesItsPlace()) return work();
  let saved: number;
  try {
    saved = openSync('/dev/fd/2', 'a');
  } catch {
    return work();
  }
  closeSync(2);
  openSync('/dev/null', 'w');
  try {
    return work();
  } finally {
    closeSync(2);
    openSync(`/dev/fd/${saved}`, 'a');
    closeSync(saved);
  }
}
