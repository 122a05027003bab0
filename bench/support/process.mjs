// Runs one script in a process of its own, on a machine as quiet as it gets, and gives what it printed as JSON.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { busySeconds, DISTURBED, quiet } from './load.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));
/** Mesa keeps compiled shaders on disk: nowhere, so that a first step is the first, or in a folder of this run. */
const env = (cache) => ({
  ...process.env,
  ...(cache
    ? { MESA_SHADER_CACHE_DISABLE: 'false', MESA_SHADER_CACHE_DIR: cache }
    : { MESA_SHADER_CACHE_DISABLE: 'true' }),
});
/** Longer processes are not repeated because others disturbed them. */
const SHORT = 45;

let current;
/** Seconds that were spent waiting for a quiet machine so far. */
let waited = 0;

/** Ends the process under way, if there is one. */
export const stopCurrent = () => current?.kill('SIGKILL');

/** The figures in JSON on the last line; undefined where there are none. */
function lastLine(out) {
  try {
    const found = JSON.parse(out.trim().split('\n').at(-1));
    return typeof found.used === 'number' ? found : undefined;
  } catch {
    return undefined;
  }
}

async function once(command, args, o) {
  const began = performance.now();
  // A machine that is never quiet must not take hours.
  const busyBefore = await quiet(waited > o.patience ? 0 : o.wait, o.stopped);
  if (o.stopped()) throw new Error('stopped');
  waited += (performance.now() - began) / 1000;
  const [busy, mine, start] = [busySeconds(), process.cpuUsage(), performance.now()];
  const more = o.job ? [JSON.stringify({ ...o.job, spawned: Date.now() })] : [];
  const child = spawn(command, [...args, ...more], { cwd: here, env: env(o.cache), stdio: ['ignore', 'pipe', 'pipe'] });
  current = child;
  const timer = setTimeout(() => child.kill('SIGKILL'), o.most * 1000);
  let out = '';
  let err = '';
  child.stdout.on('data', (d) => (out += d));
  child.stderr.on('data', (d) => (err += d));
  const code = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (status, signal) => resolve(signal ?? status));
  });
  clearTimeout(timer);
  current = undefined;
  const wall = (performance.now() - start) / 1000;
  const result = lastLine(out);
  // A driver that falls over at the very end does not take back what was measured.
  if (!result) {
    if (wall >= o.most) throw new Error(`not finished after ${o.most} s`);
    const said = err.trim().split('\n').slice(-6).join(' | ').slice(-600);
    throw new Error(`ended with ${code}: ${said}`);
  }
  const own = process.cpuUsage(mine);
  const others = Math.max(0, (busySeconds() - busy - result.used - (own.user + own.system) / 1e6) / wall);
  return { ...result, wall, others, busyBefore };
}

/**
 * `o`: {job, wait, patience, most, retries, stopped, cache}. Measures again, `retries` times, what others disturbed; the least
 * disturbed counts. Rejects when the process fails or takes longer than `most` seconds.
 */
export async function measure(command, args, o) {
  let best;
  for (let i = 0; i <= o.retries; i++) {
    const result = await once(command, args, o);
    if (!best || result.others < best.others) best = result;
    if (best.others <= DISTURBED || result.wall > SHORT || o.stopped()) break;
  }
  return best;
}
