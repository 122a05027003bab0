// Random networks as ONNX: what no list of layers thinks of, such as a pool of a transposed signal that was reshaped.
// CNNC_SLOW=1 draws 500.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { networks } from '../properties/networks.ts';
import { slow } from '../support/targets.ts';
import { compared, prepared } from './export-harness.ts';

const seed = Number(process.env.CNNC_FUZZ_SEED ?? 1);
const runs = slow ? 500 : 25;

test(`random networks give what the reference gives (seed ${seed})`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      networks(6),
      fc.constantFrom('nchw' as const, 'nhwc' as const),
      fc.constantFrom(17, 18, 20),
      async (text, layout, opset) => {
        const { whole, single, back } = await compared(prepared({ file: 'random.cnn', text }), layout, opset);
        expect(Math.max(whole, single, back), text).toBeLessThan(1e-4);
      },
    ),
    { numRuns: runs, seed },
  );
});
