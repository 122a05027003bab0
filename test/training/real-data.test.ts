// Accuracy on real data (CNNC_DATA or ../shared/data) and on the drawn set: what the models promise in their first lines.
import { describe, expect, test } from 'vitest';
import { createSession, evaluate, type Pictures, trainEpoch } from '../../runtime/index.ts';
import { loadData } from '../../src/data/node/load.ts';
import type { DataSet } from '../../src/data/types.ts';
import { withDevice } from '../support/adapter.ts';
import { modelSource } from '../support/models.ts';
import { needData, root } from '../support/need.ts';
import { compileFor, runnable, slow } from '../support/targets.ts';

const opened = await withDevice();
const target = runnable(opened).at(-1)!;

const picturesOf = ({ pixels, labels }: DataSet): Pictures => ({
  values: (pixels.dtype === 'u8'
    ? Uint8Array.from(pixels.values)
    : Float32Array.from(pixels.values)) as Uint8Array<ArrayBuffer>,
  scale: pixels.scale,
  labels: Uint32Array.from(labels),
});

/** Trains a model as its file says, for `epochs`, and returns the accuracy on the test pictures. */
async function accuracy(name: string, spec: string, epochs: number): Promise<number> {
  const { plan } = compileFor(target, modelSource(name));
  const train = plan!.train!;
  const { split } = await loadData(spec, {
    cwd: root,
    seed: train.seed,
    expected: plan!.input.shape.slice(1) as [number, number, number],
    expectedClasses: 10,
  });
  const session = await createSession(opened!.device, plan!, ['evaluate', 'train']);
  session.initialise(train.seed);
  const data = session.upload(picturesOf(split.train));
  let firstStep = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const report of trainEpoch(session, data, { epoch, seed: train.seed, lr: train.lr, firstStep }))
      firstStep = report.step;
  }
  data.destroy();
  const held = session.upload(picturesOf(split.test));
  const { count, metrics } = await evaluate(session, held);
  held.destroy();
  session.dispose();
  expect(count).toBe(split.test.count);
  console.log(
    `${name}: ${((100 * metrics.accuracy!) / count).toFixed(2)} % of ${count} after ${epochs} epochs, target ${target}`,
  );
  return metrics.accuracy! / count;
}

describe.skipIf(!opened)('accuracy', () => {
  test('drawn: 0.97 after its four epochs', async () => {
    expect(await accuracy('drawn', 'drawn', 4)).toBeGreaterThanOrEqual(0.97);
  });

  const digits = needData('digits');
  test.skipIf(!digits)('digits: 0.97 after 100 epochs', async () => {
    expect(await accuracy('digits', `digits:${digits}/digits/digits.csv.gz`, 100)).toBeGreaterThanOrEqual(0.97);
  });

  const mnist = needData('mnist');
  test.skipIf(!mnist)('lenet5: 0.97 after one epoch', { timeout: 600_000 }, async () => {
    expect(await accuracy('lenet5', `mnist:${mnist}/mnist`, 1)).toBeGreaterThanOrEqual(0.97);
  });

  const whole = slow || process.env.CNNC_REQUIRE_DATA === '1';
  if (mnist && !whole)
    console.warn('NOT TESTED: one epoch of models/mnist.cnn, which takes minutes; CNNC_SLOW=1 asks for it');
  test.skipIf(!mnist || !whole)('mnist: 0.985 after one epoch', { timeout: 1_800_000 }, async () => {
    expect(await accuracy('mnist', `mnist:${mnist}/mnist`, 1)).toBeGreaterThanOrEqual(0.985);
  });
});
