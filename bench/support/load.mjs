// How busy the machine is: what others use matters more than the load average, which our own children raise.
import { cpus, loadavg } from 'node:os';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A figure is disturbed when others used more cores than this while it was measured. */
export const DISTURBED = 0.4;

/** Seconds that all cores together have been busy since the machine started. */
export function busySeconds() {
  return cpus().reduce((sum, { times: t }) => sum + t.user + t.nice + t.sys + t.irq, 0) / 1000;
}

/** Waits until less than 0.3 of a core is in use, for `most` seconds at most, or `stopped`. The cores in use then. */
export async function quiet(most, stopped) {
  const began = performance.now();
  for (;;) {
    const [busy, start] = [busySeconds(), performance.now()];
    await pause(800);
    const cores = (busySeconds() - busy) / ((performance.now() - start) / 1000);
    if (cores < 0.3 || stopped() || performance.now() - began > most * 1000) return cores;
    await pause(2000);
  }
}

export const load = () => loadavg()[0];
