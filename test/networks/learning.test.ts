// What the networks of the lectures learn here in seconds, through the command line: on drawn sets, a picture, a part of CIFAR-10.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, test } from 'vitest';
import { devices, done, lastJson, workFolder } from '../commands/support.ts';
import { needData, root } from '../support/need.ts';

const folder = workFolder();
const [device = 'reference'] = await devices();
const known = device !== 'reference';
const model = (name: string): string => join(root, 'models', `${name}.cnn`);

interface Scores {
  readonly loss: number;
  readonly accuracy: number;
}

/** Trains a model of models/, and gives what each epoch ended with. */
async function learn(name: string, ...more: string[]): Promise<{ train: Scores; test: Scores }[]> {
  const words = ['train', model(name), '-o', join(folder, name), '--device', device, '--quiet', ...more];
  await done(root, ...words);
  return JSON.parse(readFileSync(join(folder, name, 'history.json'), 'utf8')).epochs;
}
const weights = (name: string): string => join(folder, name, `${name}.safetensors`);

// The reference interpreter would take minutes for these.
describe.skipIf(!known)('learning', () => {
  test('autoencoder gives back digits', async () => {
    const epochs = await learn('autoencoder', '--data', 'drawn:1000,100', '--epochs', '6', '--lr', '0.01');
    expect(epochs.at(-1)!.test.loss).toBeLessThan(0.25 * epochs[0]!.test.loss);
    const picture = join(folder, 'seven.png');
    const given = join(root, 'models/drawn-sample.png');
    await done(root, 'predict', model('autoencoder'), '-w', weights('autoencoder'), given, '-o', picture);
    const [before, after] = [given, picture].map((file) => decode(readFileSync(file)));
    const away = [...after!.data].map((v, i) => Math.abs(v - (before!.data[i * before!.channels] as number)) / 255);
    expect(after!.data.length).toBe(28 * 28);
    expect(away.reduce((a, b) => a + b, 0) / away.length).toBeLessThan(0.06);
  });

  test.each([
    ['unet_small', '5'],
    ['dilated_context', '5'],
  ])('%s tells shapes from each other', async (name, count) => {
    const data = 'shapes:400,60';
    await learn(name, '--data', data, '--epochs', count, '--lr', '0.01');
    const words = ['eval', model(name), '-w', weights(name), '--data', data, '--device', device, '--json'];
    const { accuracy, mean_iou, confusion } = lastJson(await done(root, ...words));
    const pixels = confusion.flat().reduce((a: number, b: number) => a + b, 0);
    const background = confusion[0].reduce((a: number, b: number) => a + b, 0) / pixels;
    // One that says background everywhere has `background` right, and a mean over the classes of a quarter of it.
    expect(1 - accuracy).toBeLessThan(0.75 * (1 - background));
    expect(mean_iou).toBeGreaterThan(1.5 * (background / 4));
  });

  test('dcgan_generator paints a picture', async () => {
    const epochs = await learn('dcgan_generator', '--epochs', '60');
    expect(epochs.at(-1)!.test.loss).toBeLessThan(0.15 * epochs[0]!.test.loss);
  });
});

const data = known ? needData('cifar-10') : undefined;

describe.skipIf(!data)('on a part of CIFAR-10', () => {
  const part = join(folder, 'part');
  beforeAll(() => {
    // Files of fewer records: one byte for the class, 3072 for the picture.
    mkdirSync(part);
    for (const [file, count] of [
      ['data_batch_1.bin', 400],
      ['test_batch.bin', 100],
    ] as const)
      writeFileSync(join(part, file), readFileSync(join(data as string, 'cifar-10', file)).subarray(0, 3073 * count));
  });

  test.each(['resnet20', 'plain20'])('the loss of %s falls', async (name) => {
    const epochs = await learn(
      name,
      '--data',
      `cifar10:${part}`,
      '--epochs',
      '4',
      '--batch',
      '50',
      '--set',
      'n=1',
      '--set',
      'c=8',
    );
    expect(epochs.at(-1)!.train.loss).toBeLessThan(0.95 * epochs[0]!.train.loss);
    expect(epochs.at(-1)!.train.accuracy).toBeGreaterThan(0.2);
  });
});
