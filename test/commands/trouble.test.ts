// What is said when training goes wrong: a loss that is no number, a lost device, a set that is too large.
import { expect, test } from 'vitest';
import type { Plan, Report } from '../../runtime/index.ts';
import { openDevice } from '../../runtime/node.ts';
import { upload } from '../../src/cli/data.ts';
import { checkLimits, deviceBackend } from '../../src/cli/device-backend.ts';
import { compileSource } from '../../src/cli/model.ts';
import { trainLoop } from '../../src/cli/train/loop.ts';
import { drawn } from '../../src/data/drawn.ts';
import { Failure, renderAll } from '../../src/diagnostics/index.ts';
import type { Backend, Uploaded } from '../../src/reference/backend.ts';
import { expectGolden } from '../support/golden.ts';
import { lacksAdapter } from '../support/need.ts';
import { smallModel } from './support.ts';

/** The text of the Failure that the work ends with. */
async function said(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Failure) return renderAll(error.diagnostics);
    throw error;
  }
  return 'no message\n';
}

/** A set whose losses are given: one a report, two reports an epoch. */
function fake(losses: readonly number[], testLoss = 0.5): Uploaded {
  let at = 0;
  return {
    count: 20,
    async *trainEpoch({ firstStep }): AsyncGenerator<Report> {
      for (const step of [1, 2]) {
        yield {
          step: firstStep + step,
          lr: 0.5,
          count: 10,
          metrics: { loss: 10 * (losses[at++] ?? 0.1), accuracy: 5 },
        };
      }
    },
    evaluate: async () => ({ count: 20, metrics: { loss: 20 * testLoss, accuracy: 10 } }),
    outputs: async () => new Float32Array(0),
    trace: () => {
      throw new Error('nobody looks');
    },
  };
}

const loop = (train: Uploaded, test: Uploaded = fake([])) => {
  const kept: number[] = [];
  const run = () =>
    trainLoop({
      ...{ train, test, epochs: 3, seed: 1, lr: 0.5, signal: undefined, onReport: () => undefined },
      onEpoch: async ({ epoch }) => {
        kept.push(epoch);
        return 'runs/small/small.safetensors';
      },
    });
  return { run, kept };
};

test('E0620: a loss that is no number ends the training, and the last good weights stay', async () => {
  const nan = loop(fake([0.9, 0.8, 0.7, Number.NaN]));
  const infinite = loop(fake([0.9, Number.POSITIVE_INFINITY]));
  const tested = loop(fake([]), fake([], Number.NaN));
  const texts = [await said(nan.run), await said(infinite.run), await said(tested.run)];
  expectGolden('test/diagnostics/E0620-loss-not-finite/expected.txt', texts.join('\n'));
  expect([nan.kept, infinite.kept, tested.kept]).toEqual([[1], [], []]);
});

test('E0623: a set of which two batches are too large for the device', async () => {
  const backend = { name: 'a small card', upload: () => fake([]) } as unknown as Backend;
  const { compiled } = compileSource({ file: 'small.cnn', text: smallModel }, { batch: 8 });
  const model = { compiled, source: { file: 'small.cnn', text: smallModel }, options: {} };
  const limits = { maxBufferSize: 8000, maxStorageBufferBindingSize: 4000 };
  const roomy = { maxBufferSize: 8000, maxStorageBufferBindingSize: 8000 };
  const { train } = drawn(1, 11, 5);
  const text = [
    await said(() => upload({ backend, model, kernels: 'cpu', limits }, train, 'drawn:11,5')),
    await said(() => upload({ backend, model, kernels: 'cpu', limits: roomy }, train, 'drawn:11,5', 10_000)),
    // 8 pictures are 6272 bytes: they fit twice.
    await said(() => upload({ backend, model, kernels: 'cpu', limits: roomy }, train, 'drawn:11,5')),
    await said(() => upload({ backend, model, kernels: 'cpu', limits: undefined }, train, 'drawn:11,5')),
  ];
  expect(text.splice(2)).toEqual(['no message\n', 'no message\n']);
  expectGolden('test/diagnostics/E0623-data-too-large/expected.txt', text.join('\n'));
});

test('a plan that does not fit is refused with the largest batch that does', async () => {
  const model = compileSource({ file: 'small.cnn', text: smallModel }, { batch: 512 });
  const arena = model.compiled.plan.buffers.find((b: Plan['buffers'][number]) => b.role === 'arena')?.bytes ?? 0;
  const limits = {
    maxBufferSize: Math.floor(arena / 3),
    maxStorageBufferBindingSize: 2 ** 31,
    maxStorageBuffersPerShaderStage: 16,
    maxComputeWorkgroupsPerDimension: 65_535,
  };
  const adapter = { name: 'a small card' } as never;
  const text = await said(() => checkLimits(model, { limits, adapter }));
  expect(text).toContain('error[E0604]: the plan of small is too large for this adapter');
  expect(text).toContain('for the values of one step at batch 512, where maxBufferSize is');
  expect(text).toContain('--batch 128 fits');
  expect(await said(() => checkLimits(model, { limits: { ...limits, maxBufferSize: arena }, adapter }))).toBe(
    'no message\n',
  );
});

const opened = await openDevice();
if (!opened.ok) lacksAdapter(opened.detail);
test.skipIf(!opened.ok)('E0603 is said when the device is lost while it trains', async () => {
  if (!opened.ok) return;
  const { emitted } = compileSource({ file: 'small.cnn', text: smallModel }, {}).compiled;
  const backend = await deviceBackend(opened, emitted, ['evaluate', 'train']);
  backend.initialise(1);
  const { train, test: rest } = drawn(1, 320, 32);
  const set = (d: typeof train): Uploaded =>
    backend.upload({
      values: d.pixels.values as Uint8Array<ArrayBuffer>,
      scale: 1 / 255,
      labels: d.labels as Uint32Array<ArrayBuffer>,
    });
  const options = { train: set(train), test: set(rest), epochs: 50, seed: 1, lr: 0.01, signal: undefined };
  const text = await said(() =>
    trainLoop({
      ...options,
      onReport: (epoch) => {
        if (epoch === 2) opened.device.destroy();
      },
      onEpoch: async () => 'weights',
    }),
  );
  expect(text).toContain('error[E0603]: the device was lost while it was computing');
  expect(text).toContain(opened.adapter.name);
});
