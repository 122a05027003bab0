// What the networks of the lectures learn here in seconds, through the command line: on drawn sets, a picture, a part of CIFAR-10.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
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
async function learn(name: string, ...more: string[]): Promise<(Scores & { test: Scores })[]> {
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
    console.info(name, accuracy, mean_iou, background);
    expect(1 - accuracy).toBeLessThan(0.75 * (1 - background));
    expect(mean_iou).toBeGreaterThan(1.5 * (background / 4));
  });

  test('dcgan_generator paints a picture', async () => {
    const epochs = await learn('dcgan_generator', '--epochs', '60');
    expect(epochs.at(-1)!.test.loss).toBeLessThan(0.15 * epochs[0]!.test.loss);
  });
});

describe.skipIf(!known || !needData('cifar-10'))('on a part of CIFAR-10', () => {
  test.each(['resnet20', 'plain20'])('the loss of %s falls', async (name) => {
    const set = ['--set', 'n=1', '--batch', '50'];
    const epochs = await learn(name, '--data', 'cifar10:500,100', '--epochs', '4', ...set);
    expect(epochs.at(-1)!.loss).toBeLessThan(0.9 * epochs[0]!.loss);
    expect(epochs.at(-1)!.accuracy).toBeGreaterThan(0.25);
  });
});
