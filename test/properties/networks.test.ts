// Random legal networks: accepted for every target, and equal to the reference on the device. CNNC_SLOW=1 draws 500.
// What fails is shrunk and printed as a file: keep it in kept/, whose files are checked always.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nullDevice, withDevice } from '../support/adapter.ts';
import { root } from '../support/need.ts';
import { runnable, slow } from '../support/targets.ts';
import { differences, refusals } from './check.ts';
import { networks } from './networks.ts';

const opened = await withDevice();
const validating = await nullDevice();
const home = join(root, 'test/properties/kept');
const kept = readdirSync(home).filter((name) => name.endsWith('.cnn'));
const seed = Number(process.env.CNNC_FUZZ_SEED ?? 1);
const LAYERS = slow ? 8 : 5;
/** Longest time that is spent on making a failure smaller. */
const SHRINK_MS = 120_000;

/** Draws networks until one fails, and then smaller ones that fail too. */
async function holds(numRuns: number, wrongIn: (text: string) => Promise<string[]>): Promise<void> {
  let failed = 0;
  const property = fc.asyncProperty(networks(LAYERS), async (text) => {
    fc.pre(failed === 0 || performance.now() - failed < SHRINK_MS);
    const wrong = await wrongIn(text).catch((error: unknown) => [String(error)]);
    if (wrong.length > 0) failed ||= performance.now();
    if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n\nKeep as test/properties/kept/NAME.cnn:\n${text}`);
  });
  const found = await fc.check(property, { seed, numRuns });
  expect(found.failed ? String(found.errorInstance) : 'all hold').toBe('all hold');
}

const times = (n: number): number => (slow ? 20 * n : n);

describe('networks drawn at random', () => {
  test(
    `are accepted for every target (seed ${seed})`,
    () => holds(times(25), (t) => refusals(validating.device, t)),
    1e7,
  );

  describe.skipIf(!opened).each(runnable(opened))('target %s', (target) => {
    // A software adapter compiles a portable kernel for a second or more.
    const few = target === 'portable' && opened?.adapter.kind === 'software';
    test(
      `give what the reference gives (seed ${seed})`,
      () => holds(few ? times(3) : times(25), (t) => differences(opened!.device, target, t)),
      1e7,
    );
  });
});

describe.skipIf(kept.length === 0)('networks that failed once', () => {
  test.each(kept)('%s', async (name) => {
    const text = readFileSync(join(home, name), 'utf8');
    expect(await refusals(validating.device, text)).toEqual([]);
    if (!opened) return;
    for (const target of runnable(opened)) expect(await differences(opened.device, target, text)).toEqual([]);
  });
});
