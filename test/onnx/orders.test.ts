// Weights of PyTorch: the same network exported as ONNX, whose import is checked by itself, must come to the same numbers.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { importOnnx } from '../../src/interop/onnx/import/model.ts';
import { readSafetensors, writeSafetensors } from '../../src/interop/safetensors.ts';
import { runCnnc } from '../support/io.ts';
import { random } from './import-cases.ts';
import { modelBytes } from './model-bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-orders-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shapes: Readonly<Record<string, readonly number[]>> = {
  'features.0.weight': [4, 2, 3, 3],
  'features.0.bias': [4],
  'features.1.weight': [4],
  'features.1.bias': [4],
  'features.1.running_mean': [4],
  'features.1.running_var': [4],
  'features.3.weight': [8, 1, 3, 3],
  'features.10.weight': [8, 4, 2, 2],
  'features.10.bias': [4],
  'features.11.weight': [4],
  'classifier.1.weight': [6, 196],
  'classifier.1.bias': [6],
  'classifier.2.weight': [6],
  'classifier.2.bias': [6],
  'classifier.2.running_mean': [6],
  'classifier.2.running_var': [6],
  'classifier.4.weight': [6, 6],
  'classifier.4.bias': [6],
};
const weights = Object.fromEntries(
  Object.entries(shapes).map(([name, dims]) => [name, random(name, dims, { positive: name.endsWith('var') })]),
);
const slopes = { dims: [4, 1, 1], values: weights['features.11.weight']!.values };
const node = (op: string, inputs: string, output: string, attributes = {}) => ({
  op,
  inputs: inputs.split(' '),
  outputs: [output],
  attributes,
});
const bytes = modelBytes({
  opset: 13,
  inputs: [{ name: 'x', dims: ['N', 2, 6, 6] }],
  outputs: ['y'],
  weights: { ...weights, slopes },
  nodes: [
    node('Conv', 'x features.0.weight features.0.bias', 'a', { pads: { ints: [1, 1, 1, 1] } }),
    node(
      'BatchNormalization',
      'a features.1.weight features.1.bias features.1.running_mean features.1.running_var',
      'b',
    ),
    node('Relu', 'b', 'c'),
    node('Conv', 'c features.3.weight', 'd', { group: 4, pads: { ints: [1, 1, 1, 1] } }),
    node('ConvTranspose', 'd features.10.weight features.10.bias', 'e'),
    node('PRelu', 'e slopes', 'f'),
    node('Flatten', 'f', 'g'),
    node('Gemm', 'g classifier.1.weight classifier.1.bias', 'h', { transB: 1 }),
    node(
      'BatchNormalization',
      'h classifier.2.weight classifier.2.bias classifier.2.running_mean classifier.2.running_var',
      'i',
    ),
    node('Gemm', 'i classifier.4.weight classifier.4.bias', 'y', { transB: 1 }),
  ],
});

const file = (
  name: string,
  tensors: Readonly<Record<string, { dims: readonly number[]; values: readonly number[] }>>,
): void => {
  // As save_file of Python writes them: sorted by name.
  const sorted = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
  const list = sorted.map(([key, t]) => ({ name: key, shape: t.dims, values: Float32Array.from(t.values) }));
  writeFileSync(join(folder, name), writeSafetensors(list, { format: 'pt' }));
};

describe('weights in the order of PyTorch', () => {
  const imported = importOnnx(bytes, 'net', 'net.onnx');
  const expected = new Map(imported.tensors.map((t) => [t.name, Array.from(t.values)]));
  // Names of the model's own: modules are found by their order and shapes.
  const anonymous = imported.text.replace(/ name \S+/g, '');

  test.each([
    ['by name', imported.text],
    ['by order and shape', anonymous],
  ])('%s', async (_, text) => {
    const counter = { dims: [1], values: [7] };
    file('torch.safetensors', { ...weights, 'features.1.num_batches_tracked': counter });
    writeFileSync(join(folder, 'net.cnn'), text);
    const ran = await runCnnc(
      ['import', 'torch.safetensors', '--model', 'net.cnn', '--order', 'pytorch', '-o', 'out.safetensors', '--json'],
      folder,
    );
    expect(ran.stderr.replace(/note\[[\s\S]*/, '')).toBe('');
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, order: 'pytorch' });
    const { tensors } = readSafetensors(readFileSync(join(folder, 'out.safetensors')));
    const found = [...tensors.values()].map((t) => Array.from(t.values));
    expect(found).toEqual([...expected.values()]);
  });

  test('another model: both lists', async () => {
    file('other.safetensors', { 'a.weight': { dims: [2, 2], values: [1, 2, 3, 4] } });
    writeFileSync(join(folder, 'net.cnn'), imported.text);
    const ran = await runCnnc(['import', 'other.safetensors', '-m', 'net.cnn', '-o', 'none'], folder);
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toContain('a (weight 2x2)');
    expect(ran.stderr).toContain('features_0 (weight 4x2x3x3, bias 4)');
  });
});
