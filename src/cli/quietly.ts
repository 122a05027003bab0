// Dawn's binding prints lines about its own limits to stderr whenever an adapter is asked for, and has no switch for it.
import { closeSync, openSync } from 'node:fs';

/**
 * Runs `work`, which must be synchronous, with file descriptor 2 pointed at nothing. Left alone, with its lines, where that is
 * not possible (Windows, a stderr that is a socket) or not safe: a file that another thread opens meanwhile could get
 * the number 2. Node has such threads for files only, and says when they are busy.
 */
export function quietly<T>(work: () => T): T {
  const busy = process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
  if (busy || process.platform === 'win32' || process.env.CNNC_DEBUG === '1') return work();
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
