// Transfer learning: what is frozen costs no backward pass, and a base that runs once gives the training that it would have given.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileSource } from '../../src/cli/model.ts';
import { compileParts } from '../../src/cli/train/cached-base.ts';
import { readSafetensors } from '../../src/interop/safetensors.ts';
import { devices, done, lastJson, workFolder, write } from '../commands/support.ts';
import { runCnnc } from '../support/io.ts';

/** A base with everything that stays as it is, and a head with everything that changes. */
const text = (freeze: string): string => `model net {
  input 28x28x1

  ${freeze} {
    conv 6 4x4 stride 4
    batchnorm relu
    add {
      branch { conv 6 3x3 pad same relu }
      branch { }
    }
    maxpool 2x2 stride 1
  }
  conv 5 3x3 l2 1e-3
  batchnorm relu
  flatten
  dropout 0.25
  dense 10 softmax
}

train {
  data      "drawn:300,60"
  loss      cross_entropy
  optimizer adam lr 0.01
  batch     64
  epochs    2
}
`;

const folder = workFolder();
const available = await devices();
const model = (freeze: string) => compileSource({ file: 'net.cnn', text: text(freeze) }, {});
const stored = (out: string) => readSafetensors(readFileSync(join(folder, out, 'net.safetensors')), out);

beforeAll(async () => {
  write(folder, 'free.cnn', text('repeat 1'));
  write(folder, 'net.cnn', text('freeze'));
  await done(folder, 'train', 'free.cnn', '--epochs', '1', '--quiet', '-o', 'base');
});

describe('a frozen base', () => {
  const [frozen, free] = [model('freeze').compiled, model('repeat 1').compiled];
  const labels = (of: typeof frozen): string[] => of.plan.programs.train.map((d) => d.label);

  test('has no gradients: fewer dispatches, none of them of the base', () => {
    expect(labels(free).some((l) => l.startsWith('d_conv1'))).toBe(true);
    expect(labels(frozen).filter((l) => /^d_(conv1|conv2|batchnorm1|add1|maxpool1|x)\b/.test(l))).toEqual([]);
    expect(labels(frozen).length).toBeLessThan(labels(free).length - 8);
    // Not even the gradient to what the base gives: the backward pass ends at the first trained layer.
    expect(frozen.graphs.train?.nodes.filter((n) => n.op === 'conv2d_dx').map((n) => n.id)).toEqual([]);
  });

  test('is cut at the one value that goes on, and the head is the rest', () => {
    const { base, head } = compileParts(model('freeze'));
    expect(base.compiled.plan.output.shape.slice(1)).toEqual([6, 6, 6]);
    expect(head.compiled.plan.input.shape).toEqual([64, 6, 6, 6]);
    expect(base.compiled.layers.map((l) => l.name)).toEqual([
      'input',
      'conv1',
      'batchnorm1',
      'conv2',
      'add1',
      'maxpool1',
    ]);
    expect(head.compiled.layers.map((l) => l.name)).toEqual(['conv3', 'batchnorm2', 'flatten1', 'dropout1', 'dense1']);
    const names = [base, head].flatMap((m) => m.compiled.plan.parameters.map((p) => p.name));
    expect([...names].sort()).toEqual(frozen.plan.parameters.map((p) => p.name).sort());
    // What is left of a step is what the head does.
    expect(labels(head.compiled).length + base.compiled.plan.programs.infer.length).toBe(labels(frozen).length);
    expect(base.compiled.plan.batch).toBeGreaterThan(64);
  });
});

describe.each(available)('--cache-base on %s', (device) => {
  const words = [
    'train',
    'net.cnn',
    '--weights',
    'base/net.safetensors',
    '--device',
    device,
    '--quiet',
    '--data',
    'drawn:150,30',
  ];

  test('gives the same training', async () => {
    const plain = lastJson(await done(folder, ...words, '--json', '-o', `plain-${device}`));
    const cached = lastJson(await done(folder, ...words, '--json', '-o', `cached-${device}`, '--cache-base'));
    expect(cached.test.accuracy).toBeCloseTo(plain.test.accuracy, 6);
    expect(cached.test.loss).toBeCloseTo(plain.test.loss, 5);
    const [a, b, base] = [stored(`plain-${device}`), stored(`cached-${device}`), stored('base')];
    expect([...b.tensors.keys()]).toEqual([...a.tensors.keys()]);
    for (const [name, { values }] of a.tensors) {
      const other = b.tensors.get(name)!.values;
      values.forEach((v, i) => expect(Math.abs(v - other[i]!), name).toBeLessThan(1e-5));
    }
    // The base is what it was, running means included; the head is not.
    for (const name of ['conv1.weight', 'conv2.weight', 'batchnorm1.gamma', 'batchnorm1.moving_variance'])
      expect(b.tensors.get(name)!.values, name).toEqual(base.tensors.get(name)!.values);
    expect(b.tensors.get('conv3.weight')!.values).not.toEqual(base.tensors.get('conv3.weight')!.values);
    expect(b.metadata).toEqual(a.metadata);
  });
});

test('a training goes on from a checkpoint of the other kind, to the last bit', async () => {
  const words = ['train', 'net.cnn', '--weights', 'base/net.safetensors', '--quiet', '--json'];
  const whole = lastJson(await done(folder, ...words, '-o', 'whole', '--cache-base'));
  await done(folder, ...words, '-o', 'parts', '--epochs', '1', '--cache-base');
  const after = lastJson(await done(folder, ...words, '-o', 'parts', '--cache-base', '--resume'));
  expect(after.resumed_after).toBe(1);
  expect(after.weights_sha256).toBe(whole.weights_sha256);
  await done(folder, ...words, '-o', 'mixed', '--epochs', '1');
  const mixed = lastJson(await done(folder, ...words, '-o', 'mixed', '--cache-base', '--resume'));
  expect(mixed.test.loss).toBeCloseTo(whole.test.loss, 5);
});

test('it says what it did', async () => {
  const ran = await runCnnc(
    ['train', 'net.cnn', '-w', 'base/net.safetensors', '--epochs', '1', '--cache-base', '-o', 'said'],
    folder,
  );
  expect(ran.stderr).toMatch(/the frozen base, 5 layers, ran over 360 pictures in [\d.]+ s: 6x6x6 of each are kept/);
});
