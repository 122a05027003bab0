// `cnnc export`: every layer and every network as ONNX, run by onnxruntime and read back by cnnc, with equal outputs.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CompileOptions } from '../../src/compile.ts';
import { layers as defined } from '../../src/layers/index.ts';
import { modelSource, narrow, narrowOptions, narrowSource } from '../support/models.ts';
import { root } from '../support/need.ts';
import { layers, words } from './export-cases.ts';
import { compared, exported, prepared } from './export-harness.ts';

const bodyOf = (body: string) => ({ file: 'test.cnn', text: `model m {\n${body.replaceAll(' | ', '\n')}\n}` });
const operatorsOf = (nodes: readonly { readonly op: string }[]): string => nodes.map((n) => n.op).join(' ');

describe('layers', () => {
  test.each(layers)('%s', async (body, operators) => {
    const { model, whole, single, back } = await compared(prepared(bodyOf(body)));
    expect(Math.max(whole, single, back)).toBeLessThan(1e-5);
    if (operators) expect(operatorsOf(model.nodes)).toBe(operators);
  });

  test.each(words)('conv with %s, in old operator sets and new ones', async (word) => {
    for (const opset of [17, 20, 22]) {
      const { whole, single, back } = await compared(
        prepared(bodyOf(`input 5x4x3 | conv 6 2x2 ${word}`)),
        'nchw',
        opset,
      );
      expect(Math.max(whole, single, back)).toBeLessThan(1e-5);
    }
  });

  test('none is left out', () => {
    const written = new Set(
      [...layers.map(([body]) => body), ...words].flatMap((text) => text.match(/[a-z_]\w*/g) ?? []),
    );
    expect(Object.keys(defined).filter((name) => !written.has(name))).toEqual([]);
  });
});

/** All models of the project, the large ones with fewer filters. */
const filters = ['blur', 'laplace', 'sharpen', 'sobel'];
const small: Readonly<Record<string, CompileOptions>> = {
  ...Object.fromEntries(filters.map((name) => [name, { set: { height: 24, width: 31 } }])),
};
const names = readdirSync(join(root, 'models')).flatMap((file) => (file.endsWith('.cnn') ? [file.slice(0, -4)] : []));

describe('networks', () => {
  test.each(names)('%s', { timeout: 60_000 }, async (name) => {
    const source = name === 'fashion_cnn' ? narrowSource(name, 4) : modelSource(name);
    const given = prepared(source, Object.hasOwn(narrow, name) ? narrowOptions(name) : { batch: 2, ...small[name] });
    const { model, whole, single, back } = await compared(given);
    expect(Math.max(whole, single, back)).toBeLessThan(1e-4);
    expect(model.nodes.filter(({ op }) => op === 'Transpose')).toEqual([]);
    expect(model.inputs.map(({ dims }) => dims?.[0])).toEqual(['N']);
    expect(model.outputs.map(({ dims }) => dims?.[0])).toEqual(['N']);
  });
});

describe('layouts', () => {
  test.each([
    ['input 7x9x3 | conv 4 3x3 relu | maxpool 2x2', 'Transpose Conv Relu MaxPool Transpose'],
    ['input 7x9x3 | conv 4 3x3 relu | flatten | dense 5', 'Transpose Conv Relu Flatten Gemm'],
    ['input 11x3 | conv 4 3 | upsample 2', 'Transpose Conv Reshape Resize Reshape Transpose'],
    ['input 5x4x3 | layernorm', 'LayerNormalization'],
    ['input 4x6x3 | reshape 3x4x6 | relu | conv 2 1x1', 'Reshape Relu Transpose Conv Transpose'],
    ['input 5x4x3 | softmax', 'Softmax'],
  ])('channels last at both ends: %s', async (body, operators) => {
    const { model, whole, single, back } = await compared(prepared(bodyOf(body)), 'nhwc');
    expect(Math.max(whole, single, back)).toBeLessThan(1e-5);
    expect(operatorsOf(model.nodes)).toBe(operators);
  });
});

test.each([
  ['normalise per_channel', 'BatchNormalization Conv'],
  ['normalise mean [0.4, 0.5, 0.6] std [0.2, 0.3, 0.2]', 'Sub Mul Conv'],
  ['normalise mean 0.5 std 0.25\naugment {\nflip horizontal\n}', 'Sub Mul Conv'],
])('%s of the data section is part of the network', async (line, operators) => {
  const text = `model m {\ninput 6x5x3\nconv 2 3x3\n}\ndata {\n${line}\n}\n`;
  const { model, whole, single, back } = await compared(prepared({ file: 'test.cnn', text }));
  expect(Math.max(whole, single, back)).toBeLessThan(1e-5);
  expect(operatorsOf(model.nodes)).toBe(operators);
});

test('a name in the model that is that of the output', async () => {
  const { model, whole } = await compared(
    prepared(bodyOf('input 5x4x3 | conv 2 1x1 name output | relu | conv 2 1x1 name input')),
  );
  expect(whole).toBeLessThan(1e-5);
  expect(new Set(model.nodes.flatMap((n) => n.outputs)).size).toBe(3);
});

test('equal models give equal bytes', () => {
  const given = prepared(modelSource('lenet5'));
  expect(exported(given).bytes).toEqual(exported(given).bytes);
});
