// `cnnc export`: the file that it writes, what it says about itself, and what it refuses.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { beforeAll, expect, test } from 'vitest';
import { ModelProtoSchema } from '../../src/interop/onnx/schema/onnx_pb.js';
import { done, lastJson, smallModel, workFolder, write } from '../commands/support.ts';
import { runCnnc } from '../support/io.ts';
import { onnxruntime } from '../support/onnxruntime.ts';
import { difference } from './export-harness.ts';

const folder = workFolder();
const normal = smallModel.replace('relu  => 7x7x4', 'nobias | batchnorm relu');
const file = (name: string): Uint8Array => readFileSync(join(folder, name));
const model = (name: string) => fromBinary(ModelProtoSchema, file(name));
const weights = 'runs/small/small.safetensors';

beforeAll(async () => {
  write(folder, 'small.cnn', `// A small one.\n// Of two lines.\n${normal}`);
  await done(folder, 'train', 'small.cnn', '--device', 'reference', '--epochs', '1', '--quiet');
}, 60_000);

test('a trained model, with what it is', async () => {
  const ran = await done(folder, 'export', 'small.cnn', '--weights', weights, '-o', 'small.onnx', '--json');
  const said = lastJson(ran);
  expect(said).toMatchObject({
    file: 'small.onnx',
    bytes: file('small.onnx').length,
    sha256: createHash('sha256').update(file('small.onnx')).digest('hex'),
    opset: 17,
    operators: { Conv: 1, BatchNormalization: 1, Relu: 1, MaxPool: 1, Flatten: 1, Gemm: 1, Softmax: 1 },
    inputs: [{ name: 'input', shape: ['N', 1, 28, 28] }],
    outputs: [{ name: 'probabilities', shape: ['N', 10] }],
    weights,
    seed: null,
  });
  const { producerName, irVersion, docString, graph, metadataProps } = model('small.onnx');
  expect([producerName, irVersion, docString, graph?.name]).toEqual([
    'cnnc',
    8n,
    'A small one.\nOf two lines.',
    'small',
  ]);
  const facts = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
  expect(facts).toMatchObject({
    model: 'small',
    source: 'small.cnn',
    source_sha256: createHash('sha256').update(file('small.cnn')).digest('hex'),
    weights: 'small.safetensors',
    output_is: 'probabilities',
  });
  expect(JSON.parse(facts.classes ?? '')).toEqual([...'0123456789']);
  const [conv] = graph?.node ?? [];
  expect([conv?.name, conv?.docString]).toEqual(['conv1/Conv', 'line 6: conv 4 4x4 stride 4 nobias | batchnorm relu']);
  expect(graph?.initializer.map(({ name }) => name)).toContain('conv1.weight');
});

test('what it predicts is what cnnc predicts, folded or not', async () => {
  await done(folder, 'export', 'small.cnn', '--weights', weights, '-o', 'whole.onnx', '--layout', 'nhwc');
  const folded = ['export', 'small.cnn', '--weights', weights, '--fold', '-o', 'folded.onnx', '--json'];
  const { operators, parameters } = lastJson(await done(folder, ...folded));
  // What batch normalisation had is in the weights and the bias of the convolution.
  const inFile = model('folded.onnx').graph?.initializer.filter(({ dataType }) => dataType === 1) ?? [];
  expect(parameters).toBe(inFile.reduce((n, { dims }) => n + dims.reduce((a, b) => a * Number(b), 1), 0));
  expect(operators).toEqual({ Conv: 1, Relu: 1, MaxPool: 1, Flatten: 1, Gemm: 1, Softmax: 1 });
  const data = Float64Array.from({ length: 784 }, (_, i) => ((i * 37) % 256) / 255);
  const { encode } = await import('fast-png');
  const pixels = Uint8Array.from(data, (v) => Math.round(v * 255));
  writeFileSync(join(folder, 'x.png'), encode({ width: 28, height: 28, channels: 1, data: pixels }));
  const words = ['predict', 'small.cnn', '--weights', weights, 'x.png', '--device', 'reference', '--json'];
  const [{ probabilities }] = lastJson(await done(folder, ...words));
  const expected = { shape: [1, 10], data: Float64Array.from(probabilities as number[]) };
  for (const [name, shape] of [
    ['whole.onnx', [1, 28, 28, 1]],
    ['folded.onnx', [1, 1, 28, 28]],
  ] as const) {
    const [found] = await onnxruntime(file(name), [{ shape, data }]);
    expect(difference(found!, expected), name).toBeLessThan(1e-6);
  }
});

test('an untrained one by its seed, the same again', async () => {
  const ran = await done(folder, 'export', 'small.cnn', '--seed', '3', '-o', 'a.onnx');
  expect(ran.stdout).toContain('seed 3, untrained');
  await done(folder, 'export', 'small.cnn', '--seed', '3', '-o', 'b.onnx');
  await done(folder, 'export', 'small.cnn', '--seed', '4', '-o', 'c.onnx');
  expect(file('a.onnx')).toEqual(file('b.onnx'));
  expect(file('a.onnx')).not.toEqual(file('c.onnx'));
});

test('what is not written', async () => {
  const weightless = await runCnnc(['export', 'small.cnn', '-o', 'no.onnx'], folder);
  expect([weightless.code, weightless.stderr]).toEqual([1, expect.stringContaining('--seed N')]);
  const nowhere = await runCnnc(['export', 'small.cnn', '--seed', '1'], folder);
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('--out FILE')]);
  const old = await runCnnc(['export', 'small.cnn', '--seed', '1', '--opset', '12', '-o', 'no.onnx'], folder);
  expect([old.code, old.stderr]).toEqual([2, expect.stringContaining('17 to 22')]);
  const both = await runCnnc(['export', 'small.cnn', '--seed', '1', '--weights', weights, '-o', 'no.onnx'], folder);
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--weights')]);
  expect(existsSync(join(folder, 'no.onnx'))).toBe(false);
});
