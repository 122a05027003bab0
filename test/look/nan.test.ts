// --check-nan names the layer, the tensor and the step where a value first was not finite.
import { describe, expect, test } from 'vitest';
import type { Plan, StepValues } from '../../runtime/index.ts';
import { openBackend } from '../../src/cli/backend.ts';
import { compileSource } from '../../src/cli/model.ts';
import { trainLoop } from '../../src/cli/train/loop.ts';
import { rangeText, watchFor } from '../../src/cli/train/watch.ts';
import { drawn } from '../../src/data/drawn.ts';
import { Failure, renderAll } from '../../src/diagnostics/index.ts';
import type { Backend, Uploaded } from '../../src/reference/backend.ts';
import { devices, smallModel, workFolder, write } from '../commands/support.ts';
import { expectGolden } from '../support/golden.ts';
import { runCnnc } from '../support/io.ts';

const folder = workFolder();
write(folder, 'small.cnn', smallModel.replace('adam lr 0.01', 'sgd lr 0.01'));
const source = { file: 'small.cnn', text: smallModel };
const io = { stdout: () => undefined, stderr: () => undefined, isTTY: false, columns: 80, cwd: folder, env: {} };

/** What training says under --check-nan, after `before` has put something wrong. */
async function said(device: string, before: (b: Backend) => Promise<void>, pixel = 0): Promise<string> {
  const { backend, model } = await openBackend(io, device, compileSource(source, {}), ['evaluate', 'train']);
  try {
    backend.initialise(1);
    await before(backend);
    const { train } = drawn(1, 64, 32);
    const values = Float32Array.from(train.pixels.values, (v) => v / 255);
    values[28 * 28 * 7 + 5] = pixel;
    const set = backend.upload({ values, scale: 1, labels: train.labels as Uint32Array<ArrayBuffer> });
    const watch = watchFor(backend, set, model.compiled.plan);
    const options = { train: set, test: set, epochs: 1, seed: 1, lr: 0.01, signal: undefined, watch };
    await trainLoop({ ...options, onReport: () => undefined, onEpoch: async () => 'weights' });
  } catch (error) {
    if (error instanceof Failure) return renderAll(error.diagnostics);
    throw error;
  } finally {
    backend.close();
  }
  return 'nothing';
}

describe.each(await devices())('on %s', (device) => {
  test('a learning rate that is far too large', async () => {
    const words = ['train', 'small.cnn', '--lr', '1e30', '--quiet', '--device', device, '-o', `runs-${device}`];
    const ran = await runCnnc([...words, '--check-nan'], folder);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(
      /error\[E0640\]: %dense1\.\S+ is the first value that is not finite: it holds .* in step \d/,
    );
    expect(ran.stderr).toMatch(/--> small.cnn:7:3/);
    expect(ran.stderr).toMatch(/%dense1.weight 144x10: from -\d/);
    expect(ran.stderr).not.toContain('train again with --check-nan');
    expect((await runCnnc(words, folder)).stderr).toContain('train again with --check-nan');
  });

  test('a weight that is no number', async () => {
    const text = await said(device, async (backend) => {
      const values = await backend.parameters();
      const weight = values.get('dense1.weight') as Float32Array<ArrayBuffer>;
      weight[17] = Number.NaN;
      backend.setParameters(new Map([['dense1.weight', weight]]));
    });
    expect(text).toContain('error[E0642]: %dense1.weight holds NaN before step 1 (epoch 1) begins');
    if (device === 'reference') expectGolden('test/diagnostics/E0642-given-not-finite/expected.txt', text);
  });

  test('a picture that is no number', async () => {
    const text = await said(device, async () => undefined, Number.NaN);
    expect(text).toMatch(/error\[E0641\]: the data holds NaN: picture \d+ of the batch of step [12] /);
    if (device === 'reference') expectGolden('test/diagnostics/E0641-pictures-not-finite/expected.txt', text);
  });

  test('looking changes nothing: the same weights as without', async () => {
    const sha = async (...more: string[]): Promise<string> => {
      const ran = await runCnnc(
        ['train', 'small.cnn', '--quiet', '--json', '--device', device, '-o', `same-${device}`, ...more],
        folder,
      );
      expect(ran.code).toBe(0);
      return JSON.parse(ran.stdout).weights_sha256;
    };
    expect(await sha('--check-nan')).toBe(await sha());
  });

  test('a traced step leaves what a step leaves', async () => {
    const { backend, model } = await openBackend(io, device, compileSource(source, {}), ['evaluate', 'train']);
    try {
      backend.initialise(1);
      const { train } = drawn(1, 32, 32);
      const pictures = {
        values: train.pixels.values as Uint8Array<ArrayBuffer>,
        scale: 1 / 255,
        labels: train.labels as Uint32Array<ArrayBuffer>,
      };
      const set = backend.upload(pictures);
      const before = await backend.snapshot();
      const numbers = { epoch: 0, seed: 1, lr: 0.01, firstStep: 0 };
      for await (const _ of set.trainEpoch(numbers));
      const after = await backend.parameters();
      before.restore();
      const one: Omit<StepValues, 'scale'> = { step: 1, start: 0, count: 32, seed: 1, lr: 0.01 };
      let looks = 0;
      for await (const { outputs } of set.trace(one)) looks += outputs.size;
      expect(looks).toBeGreaterThan(8);
      expect(await backend.parameters()).toEqual(after);
      expect(model.compiled.plan.batch).toBe(32);
    } finally {
      backend.close();
    }
  });
});

test('E0643: what is not seen again', async () => {
  const snapshot = async () => ({ parameters: new Map(), restore: () => undefined });
  const set = { count: 20, trace: async function* () {} } as unknown as Uploaded;
  const watch = watchFor({ snapshot } as unknown as Backend, set, { batch: 10, train: null } as Plan);
  await watch.keep(2);
  const text = renderAll([await watch.find({ epoch: 1, seed: 1, lr: 0.1, firstStep: 2 }, 4)]);
  expectGolden('test/diagnostics/E0643-not-seen-again/expected.txt', text);
});

test('ranges say what is finite and what is not', () => {
  expect(rangeText([1, -2, 3e7])).toBe('from -2.000 to 3.00e+7');
  expect(rangeText([1, Number.NaN, 1e39])).toBe('from 1.000 to 1.000, 2 of 3 not finite');
  expect(rangeText([Number.NaN])).toBe('no finite value');
});
