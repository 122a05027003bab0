// Convolution kernels against the reference: forward with an epilogue, and both gradients, on awkward sizes.
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { withDevice } from '../support/adapter.ts';
import { runnable, slow } from '../support/targets.ts';
import { addConvolution, chosen, depthwise, geometry, grouped, phases } from './convolutions.ts';
import { check, scene } from './harness.ts';

const opened = await withDevice();

/** CNNC_FUZZ_SEED draws other sizes, CNNC_FUZZ_RUNS more of them. */
const seed = Number(process.env.CNNC_FUZZ_SEED ?? 1);
const sampled = fc.sample(geometry, { seed, numRuns: Number(process.env.CNNC_FUZZ_RUNS ?? 60) });
const BATCH = 20;

/** A software adapter takes a second to compile a kernel, longer for the portable ones: there, some of the sizes are run. */
const some = opened?.adapter.kind === 'software' && !slow;

describe.skipIf(!opened).each(runnable(opened))('convolution, target %s', (target) => {
  const [each, most] = !some ? [1, sampled.length] : target === 'portable' ? [9, 2] : [2, 10];
  const lists = [
    ['chosen', chosen.filter((_, i) => i % each === 0)],
    ['grouped', grouped.filter((_, i) => each < 9 || i % 3 === 0)],
    ['phased', phases.filter((_, i) => each < 9 || i % 2 === 1)],
    ['depthwise', depthwise.filter((_, i) => target === 'portable' || i % 3 === 0)],
    [`random (seed ${seed})`, sampled.slice(0, most)],
  ] as const;
  for (const [what, all] of lists) {
    for (let first = 0; first < all.length; first += BATCH) {
      test(`${what} sizes ${first + 1} to ${Math.min(first + BATCH, all.length)}`, async () => {
        const s = scene();
        for (const g of all.slice(first, first + BATCH)) addConvolution(s, g);
        await check(opened!.device, target, s);
      });
    }
  }
});
