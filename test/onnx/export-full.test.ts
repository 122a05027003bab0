// The published networks at their full size: what onnxruntime makes of the exported file, beside cnnc on the device.
// CNNC_SLOW=1 runs them all; otherwise the autoencoder alone.
import { describe, expect, test } from 'vitest';
import { createSession, exceededLimits } from '../../runtime/index.ts';
import { compileSource } from '../../src/cli/model.ts';
import { exportOnnx } from '../../src/interop/onnx/export/index.ts';
import { type Graph, sizeOf } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { modelSource, narrow, readImport } from '../support/models.ts';
import { onnxruntime } from '../support/onnxruntime.ts';
import { runnable, slow } from '../support/targets.ts';
import { randomPictures } from '../training/harness.ts';
import { channelsFirst, difference } from './export-harness.ts';

const opened = await withDevice();
const [target = 'portable'] = [...runnable(opened)].reverse();
const names = Object.keys(narrow).filter((name) => slow || name === 'autoencoder');

describe.skipIf(!opened)('at full size', () => {
  test.each(names)('%s', { timeout: 900_000 }, async (name) => {
    const options = { batch: 1, read: readImport, target, inferOnly: true };
    const { plan, stages } = compileSource(modelSource(name), options).compiled;
    const [worst] = exceededLimits(plan, opened!.device.limits);
    if (worst) return console.warn(`NOT RUN: ${name}, the adapter's ${worst.limit} is too small`);
    const session = await createSession(opened!.device, plan, ['infer']);
    session.initialise(1);
    const pictures = randomPictures(plan, 1);
    const data = session.upload(pictures);
    data.setOrder(Uint32Array.of(0));
    session.run('infer', [{ start: 0, count: 1, step: 1, seed: 1, lr: 0, scale: data.scale }], data);
    const output = { shape: plan.output.shape, data: Float64Array.from(await session.readOutput()) };
    const { bytes } = exportOnnx(stages.get('infer after for-inference') as Graph, await session.parameters(), {
      layout: 'nchw',
      opset: 17,
      producerVersion: 'test',
      doc: '',
      metadata: {},
      outputName: 'output',
    });
    data.destroy();
    session.dispose();
    const input = { shape: plan.input.shape, data: Float64Array.from(pictures.values, (v) => v / 255) };
    expect(input.data.length).toBe(sizeOf(input.shape));
    const [found] = await onnxruntime(bytes, [channelsFirst(input)]);
    expect(difference(found!, channelsFirst(output))).toBeLessThan(1e-4);
  });
});
