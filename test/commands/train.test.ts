// train, eval and predict, from a model file to classes of pictures, on an adapter and on the reference.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/interop/safetensors.ts';
import { runCnnc } from '../support/io.ts';
import { root } from '../support/need.ts';
import { devices, done, lastJson, smallModel, workFolder, write } from './support.ts';

const folder = workFolder();
write(folder, 'small.cnn', smallModel);
write(folder, 'logits.cnn', smallModel.replace('dense 10 softmax', 'dense 10').replace('small', 'logits'));
write(
  folder,
  'early.cnn',
  smallModel.replace(
    'epochs    2',
    'epochs    10\n  schedule polynomial\n  early_stopping patience 2 min_delta 9 restore_best',
  ),
);
copyFileSync(join(root, 'models/drawn-sample.png'), join(folder, 'seven.png'));
const available = await devices();

describe.each(available)('on %s', (device) => {
  const out = `runs-${device}`;
  const train = (dir: string, ...more: string[]) =>
    done(folder, 'train', 'small.cnn', '-o', dir, '--device', device, '--json', '--quiet', ...more);

  test('trains, tests and keeps the weights', async () => {
    const result = lastJson(await train(out));
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining([
        ...['model', 'adapter', 'epochs', 'steps', 'train', 'test', 'images_per_second', 'seconds', 'weights'],
        ...['weights_sha256', 'interrupted'],
      ]),
    );
    expect(result).toMatchObject({ model: 'small', epochs: 2, steps: 10, interrupted: false, batch: 32, seed: 1 });
    expect(result.train.loss).toBeLessThan(2.3);
    const checkpoints = ['best', 'last', 'previous'].map((name) => `${name}.checkpoint.safetensors`);
    const files = [...checkpoints, 'history.json', 'small.safetensors'];
    expect(readdirSync(join(folder, out)).sort()).toEqual(files.sort());
    const bytes = readFileSync(join(folder, result.weights));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(result.weights_sha256);
    const { tensors, metadata } = readSafetensors(new Uint8Array(bytes));
    expect([...tensors.keys()].sort()).toEqual(['conv1.bias', 'conv1.weight', 'dense1.bias', 'dense1.weight']);
    expect(metadata).toMatchObject({
      model: 'small',
      epoch: '2',
      step: '10',
      batch: '32',
      seed: '1',
      data: 'drawn:160,40',
    });
    const history = JSON.parse(readFileSync(join(folder, out, 'history.json'), 'utf8'));
    expect(history.epochs).toHaveLength(2);
    expect(history.epochs[1].test).toEqual(result.test);
  });

  test('gives the same weights for the same seed, and others for another', async () => {
    const first = lastJson(await train('again'));
    expect(first.weights_sha256).toBe(lastJson(await train('again2')).weights_sha256);
    expect(first.weights_sha256).not.toBe(lastJson(await train('other', '--seed', '2')).weights_sha256);
  });

  test('evaluates what it saved to the same numbers', async () => {
    const result = lastJson(await train('saved', '--seed', '5', '--batch', '48'));
    const words = ['eval', 'small.cnn', '--weights', result.weights, '--device', device];
    const tested = lastJson(await done(folder, ...words, '--json'));
    expect({ loss: tested.loss, accuracy: tested.accuracy }).toEqual(result.test);
    expect(tested.count).toBe(40);
    const sum = (m: number[][]) => m.flat().reduce((a, b) => a + b, 0);
    expect(sum(tested.confusion)).toBe(40);
    const right = tested.confusion.reduce((n: number, row: number[], i: number) => n + (row[i] ?? 0), 0);
    expect(right / 40).toBeCloseTo(tested.accuracy, 12);
    expect(lastJson(await done(folder, ...words, '--json', '--split', 'all')).count).toBe(200);
    expect((await done(folder, ...words)).stdout).toMatch(/accuracy \d+\.\d\d %, loss [\s\S]*correct\n/);
  });

  test('predicts pictures: probabilities from softmax and from logits', async () => {
    for (const name of ['small', 'logits']) {
      const dir = `predict-${name}`;
      const quick = ['-o', dir, '--device', device, '--quiet', '--data', 'drawn:64,20', '--epochs', '1'];
      await done(folder, 'train', `${name}.cnn`, ...quick);
      const words = ['predict', `${name}.cnn`, '--weights', `${dir}/${name}.safetensors`, 'seven.png', 'seven.png'];
      const seen = lastJson(await done(folder, ...words, '--device', device, '--json'));
      expect(seen).toHaveLength(2);
      expect(seen[0].file).toBe('seven.png');
      expect(seen[0].probabilities).toHaveLength(10);
      expect(seen[0].probabilities.reduce((a: number, b: number) => a + b, 0)).toBeCloseTo(1, 5);
      expect(seen[0].class).toBe(seen[0].probabilities.indexOf(Math.max(...seen[0].probabilities)));
      expect(seen[1].probabilities).toEqual(seen[0].probabilities);
      const text = (await done(folder, ...words, '--device', device, '--top', '2')).stdout;
      expect(text).toMatch(/^seven\.png: {2}\d \(\d+\.\d\d %\), \d \(\d+\.\d\d %\)\n/);
    }
  });

  test('follows a schedule, stops early, and keeps the weights of the best epoch', async () => {
    const words = ['train', 'early.cnn', '-o', `early-${device}`, '--device', device, '--json', '--lr', '0.02'];
    const ran = await done(folder, ...words);
    const result = lastJson(ran);
    expect(result).toMatchObject({ epochs: 3, steps: 15, interrupted: false, stopped_early: true, best_epoch: 1 });
    expect(result).toMatchObject({ lr: 0.02, schedule: 'polynomial' });
    const { metadata } = readSafetensors(new Uint8Array(readFileSync(join(folder, result.weights))));
    expect(metadata).toMatchObject({ epoch: '1', step: '5', schedule: 'polynomial' });
    const history = JSON.parse(readFileSync(join(folder, result.history), 'utf8'));
    // Ten epochs of five steps: after the fourth step of an epoch, (1 - t / 50) of the base.
    expect(history.epochs.map((e: { lr: number }) => e.lr)).toEqual(
      [0.0184, 0.0164, 0.0144].map((v) => expect.closeTo(v, 9)),
    );
    expect(history.epochs[0].test).toEqual(result.test);
    expect(ran.stderr).toMatch(/^epoch {2}1\/10 .* lr 0\.0184 /m);
    expect(ran.stderr).toContain('stopped early after epoch 3: the best was epoch 1, 2 before\n');
    expect(ran.stderr).toContain('the weights are those of epoch 1, the best of 3\n');
  });

  test('stops at Ctrl-C and keeps what was learned', async () => {
    const stop = new AbortController();
    const words = ['train', 'small.cnn', '-o', 'stopped', '--device', device, '--json', '--epochs', '100000'];
    const ran = await runCnnc(words, folder, {
      signal: stop.signal,
      stderr: (text) => {
        if (text.startsWith('epoch')) stop.abort();
      },
    });
    expect(ran.code).toBe(0);
    const result = lastJson(ran);
    expect(result.interrupted).toBe(true);
    expect(result.steps).toBeGreaterThan(0);
    expect(existsSync(join(folder, result.weights))).toBe(true);
    const before = await runCnnc(words.with(3, 'never'), folder, { signal: AbortSignal.abort() });
    expect(lastJson(before)).toMatchObject({ weights: null, steps: 0, interrupted: true });
    expect(readdirSync(join(folder, 'never'))).toEqual([]);
  });
});

test
  .skipIf(available.length < 2)
  .each([
    'adam lr 0.01',
    'nadam lr 0.01 global_clip_norm 1\n  schedule one_cycle warmup_steps 2',
    'ftrl lr 0.1 weight_decay 0.001\n  schedule cosine restart_epochs 1',
  ])('an adapter and the reference learn the same: %s', async (optimizer) => {
  write(folder, 'same.cnn', smallModel.replace('adam lr 0.01', optimizer));
  const [a, b] = await Promise.all(
    available.map(async (device) =>
      lastJson(
        await done(folder, 'train', 'same.cnn', '-o', `same-${device}`, '--device', device, '--json', '--quiet'),
      ),
    ),
  );
  expect(a.train.loss).toBeCloseTo(b.train.loss, 4);
  expect(a.test.loss).toBeCloseTo(b.test.loss, 3);
});

test('shows lines when there is no terminal, and a bar when there is one', async () => {
  const words = ['train', 'small.cnn', '-o', 'shown', '--device', 'reference', '--data', 'drawn:64,20'];
  const plain = await runCnnc(words, folder);
  expect(plain.stderr).toMatch(/small: 1,518 parameters; drawn:64,20: 64 pictures to train on, 20 to test on\n/);
  expect(plain.stderr.match(/^epoch [12]\/2 {2}loss \d.*test: loss .* images\/s .* s$/gm)).toHaveLength(2);
  expect(plain.stdout).toMatch(
    /^test accuracy .* %, loss .*, after 2 epochs \(4 steps in .*\)\nweights {2}shown\/small/,
  );
  const terminal = await runCnnc(words, folder, { isTTY: true });
  expect(terminal.stderr).toContain('█');
  expect(terminal.stderr).toMatch(/epoch 2\/2 {2}loss/);
});
