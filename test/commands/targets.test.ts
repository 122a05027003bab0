// Models that are trained on other things than a class a picture: their input, maps of classes, values, yes or no.
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { root } from '../support/need.ts';
import { devices, done, lastJson, workFolder, write } from './support.ts';

const folder = workFolder();
copyFileSync(join(root, 'models/drawn-sample.png'), join(folder, 'seven.png'));
const [device = 'reference'] = await devices();
const on = ['--device', device];

/** A model file and what it learns in its folder `runs`. */
async function learn(name: string, model: string, settings: string, ...more: string[]) {
  write(folder, `${name}.cnn`, `model ${name} {\n${model}\n}\n\ntrain {\n${settings}\n}\n`);
  const ran = await done(folder, 'train', `${name}.cnn`, '-o', 'runs', ...on, '--json', ...more);
  const history = JSON.parse(readFileSync(join(folder, 'runs/history.json'), 'utf8'));
  return { result: lastJson(ran), text: ran.stderr, epochs: history.epochs };
}
const picture = (file: string) => decode(readFileSync(join(folder, file)));
const evaluated = (name: string, ...more: string[]) =>
  done(folder, 'eval', `${name}.cnn`, '--weights', `runs/${name}.safetensors`, ...on, ...more);
const predicted = (name: string, ...more: string[]) =>
  done(folder, 'predict', `${name}.cnn`, '--weights', `runs/${name}.safetensors`, ...on, ...more);

test('an autoencoder learns to give back its input', { timeout: 120_000 }, async () => {
  const { text, epochs } = await learn(
    'coder',
    '  input 28x28x1\n  flatten\n  dense 64 relu\n  dense 784 sigmoid',
    '  data "drawn:1000,100"\n  loss mse\n  target input\n  optimizer adam lr 0.004\n  batch 25\n  epochs 8',
  );
  expect(text).toMatch(/^epoch 8\/8 {2}loss 0\.\d+ {2}mae 0\.\d+ {2}test: loss 0\.\d+ {2}mae/m);
  expect(epochs[7].test.loss).toBeLessThan(0.6 * epochs[0].test.loss);
  expect(epochs[7].test.loss).toBeLessThan(0.04);
  const tested = lastJson(await evaluated('coder', '--json'));
  expect(tested).toMatchObject(epochs[7].test);
  expect(tested.confusion).toBeUndefined();
  expect((await evaluated('coder')).stdout).toMatch(
    /^coder on 100 pictures \(drawn:1000,100, test\): mae 0\.\d+, loss 0\.\d+\n$/,
  );
  // What it makes of a picture is a picture, of the input's size, bright where the input is.
  expect((await predicted('coder', 'seven.png')).stdout).toBe('seven.png:  seven.coder.png\n');
  const [before, after] = [picture('seven.png'), picture('seven.coder.png')];
  expect([after.width, after.height, after.channels]).toEqual([28, 28, 1]);
  const ink = Array.from({ length: 784 }, (_, i) => (before.data[i * before.channels] ?? 0) > 128);
  const mean = (keep: boolean): number => {
    const values = [...after.data].filter((_, i) => ink[i] === keep);
    return values.reduce((a, b) => a + b, 0) / values.length;
  };
  expect(mean(true)).toBeGreaterThan(2 * mean(false));
});

test('a small network tells shapes from the background and from each other', { timeout: 300_000 }, async () => {
  const { epochs } = await learn(
    'regions',
    '  input 32x32x1\n  conv 8 3x3 pad same relu\n  conv 16 3x3 pad same dilation 2 relu\n  conv 16 3x3 pad same dilation 4 relu\n  conv 4 1x1 softmax',
    '  data "shapes:300,40"\n  loss cross_entropy\n  metrics accuracy top2\n  optimizer adam lr 0.01\n  batch 15\n  epochs 12',
  );
  expect(epochs[11].test.loss).toBeLessThan(0.5 * epochs[0].test.loss);
  expect(epochs[11].test.accuracy).toBeGreaterThan(0.87);
  const tested = lastJson(await evaluated('regions', '--json'));
  expect(tested).toMatchObject(epochs[11].test);
  expect(tested.confusion.flat().reduce((a: number, b: number) => a + b, 0)).toBe(40 * 32 * 32);
  const right = tested.confusion.reduce((n: number, row: number[], c: number) => n + row[c]!, 0);
  expect(right / (40 * 32 * 32)).toBeCloseTo(tested.accuracy, 5);
  expect(tested.mean_iou).toBeGreaterThan(0.45);
  expect(tested.classes[0]).toMatchObject({ class: 0, name: 'background' });
  const text = (await evaluated('regions')).stdout;
  expect(text).toMatch(/accuracy \d+\.\d\d %, top2 .* %, mean IoU .* %, loss/);
  expect(text).toMatch(/^class +precision +recall +F1 +IoU +pixels\nbackground /m);
  // A digit is no shape, but its map is a picture in colours.
  const [seen] = lastJson(await predicted('regions', 'seven.png', '-o', 'maps', '--json'));
  expect(seen).toMatchObject({ file: 'seven.png', picture: 'maps/seven.regions.png' });
  expect(seen.classes.reduce((sum: number, one: { part: number }) => sum + one.part, 0)).toBeCloseTo(1, 6);
  const map = picture('maps/seven.regions.png');
  expect([map.width, map.height, map.channels]).toEqual([32, 32, 3]);
});

test('a picture is made from a random vector', { timeout: 120_000 }, async () => {
  const { epochs } = await learn(
    'painter',
    '  input 4x4x8\n  conv 16 3x3 pad same relu\n  conv 1 3x3 pad same sigmoid',
    '  data "fit:seven.png"\n  loss mse\n  target values\n  optimizer adam lr 0.02\n  batch 1\n  epochs 150',
  );
  expect(epochs[149].test.loss).toBeLessThan(0.1 * epochs[0].test.loss);
  const repeated = lastJson(await evaluated('painter', '--json'));
  expect(repeated).toMatchObject({ count: 1, ...epochs[149].test });
});

test('yes or no: one number, class 1 above 0.5', { timeout: 120_000 }, async () => {
  write(
    folder,
    'yes.csv',
    Array.from({ length: 200 }, (_, i) => {
      const [x, y] = [(i * 37) % 100, (i * 61) % 100];
      return `${x / 100 - 0.5},${y / 100 - 0.5},${x > y ? 1 : 0}`;
    }).join('\n'),
  );
  const { epochs } = await learn(
    'decide',
    '  input 2\n  dense 8 tanh\n  dense 1 sigmoid',
    '  data "csv:yes.csv"\n  loss binary_cross_entropy\n  optimizer adam lr 0.05\n  batch 20\n  epochs 20',
  );
  expect(epochs[19].test.accuracy).toBeGreaterThan(0.9);
  const tested = lastJson(await evaluated('decide', '--json'));
  const [[a, b], [c, d]] = tested.confusion;
  expect((a + d) / (a + b + c + d)).toBeCloseTo(tested.accuracy, 9);
  expect(tested.classes[1].precision).toBeCloseTo(d / (b + d), 12);
  expect(tested.classes[1].recall).toBeCloseTo(d / (c + d), 12);
  expect(tested.classes[1].f1).toBeCloseTo((2 * d) / (2 * d + b + c), 12);
});
