// Sets that the device does not hold at once: the same bits as if it did, in training, tests and predictions.
import { describe, expect, test } from 'vitest';
import { createSession, evaluate, picturesHeld, predictAll, type Report, trainEpoch } from '../runtime/index.ts';
import { compile } from '../src/compile.ts';
import { drawn } from '../src/data/drawn.ts';
import { withDevice } from './support/adapter.ts';

const opened = await withDevice();

const text = `
data {
  normalise mean 0.13 std 0.31
  augment { shift 2 | rotate 10 | noise 0.05 }
}
model small {
  input 28x28x1
  conv 4 5x5 stride 2 relu
  dropout 0.1
  flatten
  dense 10 softmax
}
train {
  loss      cross_entropy
  optimizer adam lr 0.002
  batch     8
}`;

const { plan } = compile({ file: 'small.cnn', text });
const { train } = drawn(3, 85, 5);
const u8 = { values: train.pixels.values as Uint8Array<ArrayBuffer>, scale: 1 / 255 };
const labels = train.labels as Uint32Array<ArrayBuffer>;
const f32 = { values: Float32Array.from(u8.values, (v) => v / 255), scale: 1 };
/** Two batches each, of pictures and labels; the last part has 5 pictures, and one batch that is not full. */
const parts = { u8: 2 * 16 * (784 + 4), f32: 2 * 16 * 4 * (784 + 1) };

test('how many pictures lie on the device at a time', () => {
  if (!plan) throw new Error('no plan');
  const set = { ...u8, labels };
  expect(picturesHeld(plan, set, 1e9, 1e9)).toBe(85);
  expect(picturesHeld(plan, set, 85 * 784, 1e9)).toBe(85);
  expect(picturesHeld(plan, set, 85 * 784 - 1, 1e9)).toBe(80);
  expect(picturesHeld(plan, set, 1e9, 85 * 788 - 1)).toBe(40);
  expect(picturesHeld(plan, set, 1e9, parts.u8)).toBe(16);
  expect(picturesHeld(plan, set, 1e9, parts.u8 - 1)).toBe(8);
  expect(picturesHeld(plan, set, 1e9, 8 * 788)).toBe(0);
});

describe.skipIf(!opened).each(['u8', 'f32'] as const)('a set of %s in parts', (stored) => {
  test('trains, tests and predicts with the same bits', async () => {
    if (!opened || !plan) throw new Error('no plan');
    const run = async (memory?: number): Promise<readonly unknown[]> => {
      const session = await createSession(opened.device, plan);
      const data = session.upload({ ...(stored === 'u8' ? u8 : f32), labels }, memory);
      session.initialise(5);
      const seen: unknown[] = [];
      for (let epoch = 0; epoch < 2; epoch++) {
        const reports: Report[] = [];
        const options = { epoch, seed: 5, lr: 0.002, firstStep: 11 * epoch };
        for await (const report of trainEpoch(session, data, options)) reports.push(report);
        expect(reports.at(-1)?.step).toBe(11 * (epoch + 1));
        seen.push(reports.reduce((n, r) => n + r.count, 0));
        for (const values of (await session.parameters()).values()) seen.push(values.join());
      }
      const { count, metrics } = await evaluate(session, data);
      seen.push(count, metrics.accuracy, (await predictAll(session, data)).join());
      // A step by itself, after others: as --check-nan runs it.
      session.run('infer', [{ start: 24, count: 8, step: 0, seed: 0, lr: 0, scale: data.scale }], data);
      seen.push((await session.readOutput()).join());
      data.destroy();
      session.dispose();
      return seen;
    };
    const whole = await run();
    expect(whole).toHaveLength(2 * (1 + 4) + 4);
    expect(await run(parts[stored])).toEqual(whole);
    expect(whole[0]).toBe(85);
  });
});

test.skipIf(!opened)('less than two batches is an error', async () => {
  if (!opened || !plan) throw new Error('no plan');
  const session = await createSession(opened.device, plan, ['infer']);
  expect(() => session.upload({ ...u8, labels }, 8 * 788)).toThrow('hold no two batches');
  session.dispose();
});
