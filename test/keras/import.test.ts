// Keras models as JSON, of versions 2 and 3: the model that each becomes, its weights, and what is refused.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { Failure } from '../../src/diagnostics/index.ts';
import { importKeras } from '../../src/interop/keras/model.ts';
import type { Json, JsonObject } from '../../src/interop/keras/read.ts';
import type { Given } from '../../src/interop/orders/match.ts';
import { expectGolden } from '../support/golden.ts';
import { root } from '../support/need.ts';

const textOf = (name: string): string => readFileSync(join(root, 'test/keras', `${name}.json`), 'utf8');
const named = ['keras2-sequential', 'keras2-functional', 'keras3-sequential', 'keras3-functional'] as const;

/** Numbers that tell tensors apart. */
const tensor = (start: number, ...shape: number[]): Given => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => start + i / 1000),
});

describe('models', () => {
  test.each(named)('%s', (name) => {
    const imported = importKeras(textOf(name), name.replace('-', '_'), `${name}.json`);
    expectGolden(`test/keras/${name}.cnn`, `${imported.text}\n${imported.remarks.map((r) => `// ${r}\n`).join('')}`);
    const { plan, diagnostics } = compile({ file: `${name}.cnn`, text: imported.text });
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    expect(plan?.parameters.length).toBeGreaterThan(0);
  });

  test('the attributes of an HDF5 file as JSON', () => {
    const { training_config, ...model } = JSON.parse(textOf('keras2-sequential')) as JsonObject;
    const whole = JSON.stringify({ model_config: model, training_config, keras_version: '2.8.0' });
    expect(importKeras(whole, 'a', 'a.json').text).toContain('loss      cross_entropy');
  });

  test('an old sequence, whose config is its layers', () => {
    const model = JSON.parse(textOf('keras2-sequential')) as { config: { layers: Json } };
    const old = JSON.stringify({ ...model, config: model.config.layers });
    expect(importKeras(old, 'a', 'a.json').layers).toBe(12);
  });
});

describe('weights', () => {
  const shapes: readonly (readonly [string, string, ...number[]])[] = [
    ['conv2d/kernel:0', 'conv1.weight', 5, 5, 1, 8],
    ['conv2d/bias:0', 'conv1.bias', 8],
    ['batch_normalization/gamma:0', 'batchnorm1.gamma', 8],
    ['batch_normalization/beta:0', 'batchnorm1.beta', 8],
    ['batch_normalization/moving_mean:0', 'batchnorm1.moving_mean', 8],
    ['batch_normalization/moving_variance:0', 'batchnorm1.moving_variance', 8],
    ['conv2d_1/kernel:0', 'conv2.weight', 3, 3, 8, 16],
    ['hidden/kernel:0', 'hidden.weight', 784, 32],
    ['hidden/bias:0', 'hidden.bias', 32],
    ['dense/kernel:0', 'dense1.weight', 32, 10],
    ['dense/bias:0', 'dense1.bias', 10],
  ];
  const given = new Map(shapes.map(([keras, , ...shape], i) => [keras, tensor(i, ...shape)]));
  const read = (arrays: ReadonlyMap<string, Given>) =>
    new Map(
      importKeras(textOf('keras2-sequential'), 'a', 'a.json', { file: 'w', arrays }).tensors.map((t) => [t.name, t]),
    );

  test('by the names of the layers', () => {
    const found = read(new Map([...given].sort(([a], [b]) => (a < b ? -1 : 1))));
    expect(found.size).toBe(shapes.length);
    for (const [keras, own, ...shape] of shapes)
      expect(found.get(own)).toMatchObject({ shape, values: given.get(keras)?.values });
  });

  test('as numpy.savez writes a list', () => {
    const found = read(new Map([...given.values()].map((t, i) => [`arr_${i}`, t])));
    for (const [keras, own] of shapes) expect(found.get(own)?.values).toBe(given.get(keras)?.values);
  });

  test('of a model that stands in another (Keras 3)', () => {
    const arrays = new Map([
      ['conv2d/kernel', tensor(1, 3, 3, 3, 16)],
      ['conv2d/bias', tensor(2, 16)],
      ['tower/conv2d_1/kernel', tensor(3, 3, 3, 16, 16)],
      ['tower/conv2d_1/bias', tensor(4, 16)],
      ['tower/batch_normalization/gamma', tensor(5, 16)],
      ['tower/batch_normalization/beta', tensor(6, 16)],
      ['tower/batch_normalization/moving_mean', tensor(7, 16)],
      ['tower/batch_normalization/moving_variance', tensor(8, 16)],
      ['head/kernel', tensor(9, 32, 5)],
    ]);
    const source = textOf('keras3-functional');
    const { tensors } = importKeras(source, 'a', 'a.json', { file: 'w', arrays });
    const found = new Map(tensors.map((t) => [t.name, t]));
    expect(found.get('conv2.weight')?.values[0]).toBe(3);
    expect(found.get('head.weight')).toMatchObject({ shape: [1, 1, 32, 5], values: arrays.get('head/kernel')?.values });
  });

  test('of another model', () => {
    const arrays = new Map([...given].filter(([name]) => !name.startsWith('hidden')));
    expect(() => read(arrays)).toThrow('are not those of the model');
  });
});

/** The settings of a layer replaced. */
function changed(name: (typeof named)[number], layer: string, config: JsonObject): string {
  type Layer = { config: JsonObject & { name?: string } };
  const model = JSON.parse(textOf(name)) as { config: { layers: Layer[] } };
  for (const one of model.config.layers) if (one.config.name === layer) Object.assign(one.config, config);
  return JSON.stringify(model);
}

describe('what is refused', () => {
  test.each([
    ['channels first', changed('keras2-sequential', 'conv2d', { data_format: 'channels_first' }), 'channels_first'],
    ['another axis', changed('keras2-sequential', 'batch_normalization', { axis: [1] }), 'axis [1]'],
    [
      'an activation',
      changed('keras2-sequential', 'hidden', { activation: 'exponential' }),
      'the activation "exponential"',
    ],
    ['hard_sigmoid of Keras 2', changed('keras2-sequential', 'hidden', { activation: 'hard_sigmoid' }), '0.2 x + 0.5'],
    ['an offset', changed('keras3-functional', 'rescaling', { offset: -1 }), 'the offset -1'],
    [
      'a slope for each place',
      changed('keras3-sequential', 'p_re_lu', { shared_axes: null }),
      'a slope for each place',
    ],
    [
      'an unknown size',
      changed('keras2-sequential', 'conv2d_input', { batch_input_shape: [null, null, 28, 1] }),
      'size 2 of the input',
    ],
    [
      'a layer that cnnc has not',
      textOf('keras3-sequential').replace('"GroupNormalization"', '"LSTM"'),
      'layer "group_normalization" (LSTM)',
    ],
    [
      'what it was not built for',
      textOf('keras3-sequential').replace(/(?<="build_config"[^}]*16,\s*)8(?=\s*\])/, '9'),
      'it was built for',
    ],
    ['no JSON', '{"class_name": ', 'not a Keras model'],
    ['no model', '{"a": 1}', 'it has no "class_name"'],
  ])('%s', (_, source, says) => {
    let said = '';
    try {
      importKeras(source, 'a', 'a.json');
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      said = error.message;
    }
    expect(said).toContain(says);
  });

  test('several at once', () => {
    const source = textOf('keras2-functional')
      .replace('"DepthwiseConv2D"', '"Lambda"')
      .replace('"GlobalAveragePooling2D"', '"Custom"');
    let codes: string[] = [];
    try {
      importKeras(source, 'a', 'a.json');
    } catch (error) {
      if (error instanceof Failure) codes = error.diagnostics.map((d) => d.message);
    }
    expect(codes.some((m) => m.includes('Lambda'))).toBe(true);
  });
});
