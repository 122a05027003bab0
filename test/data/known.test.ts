// Known facts about the published data sets: a loader that gets them right reads the right bytes in the right order.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBytes } from '../../src/cli/files.ts';
import { type Loaded, loadData } from '../../src/data/node/load.ts';
import { loadPicture } from '../../src/data/node/picture.ts';
import type { DataSet } from '../../src/data/types.ts';
import { decodePicture } from '../../src/interop/pictures.ts';

const dataFolder = process.env.CNNC_DATA ?? resolve(import.meta.dirname, '../../../shared/data');
const there = existsSync(dataFolder);
if (!there && process.env.CNNC_REQUIRE_DATA === '1')
  throw new Error(`CNNC_REQUIRE_DATA is set, and ${dataFolder} is not there`);
if (!there)
  console.warn(`NOT TESTED: the published data sets are not in ${dataFolder}; CNNC_DATA names another folder`);

async function load(spec: string): Promise<Loaded> {
  const start = performance.now();
  const loaded = await loadData(spec, { seed: 1, cwd: '/', dataFolder });
  console.log(`${spec}: read in ${Math.round(performance.now() - start)} ms`);
  return loaded;
}

/** Mean and deviation of the network's inputs. */
function moments({ pixels }: DataSet): [number, number] {
  let [sum, squares] = [0, 0];
  for (const v of pixels.values) [sum, squares] = [sum + v, squares + v * v];
  const mean = sum / pixels.values.length;
  return [mean * pixels.scale, Math.sqrt(squares / pixels.values.length - mean * mean) * pixels.scale];
}
function counts({ labels, classes }: DataSet): number[] {
  const out = new Array<number>(classes).fill(0);
  for (const label of labels) out[label]!++;
  return out;
}

describe.skipIf(!there)('known facts', { timeout: 30_000 }, () => {
  test('MNIST', async () => {
    const { split, parted, notes } = await load('mnist');
    const { train, test: held } = split;
    expect([train.count, held.count, train.shape, parted, notes]).toEqual([60000, 10000, [28, 28, 1], false, []]);
    expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    expect([...held.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    const [mean, deviation] = moments(train);
    expect(mean).toBeCloseTo(0.13066, 6);
    expect(deviation).toBeCloseTo(0.308108, 6);
  });

  test('Fashion-MNIST', async () => {
    const { train } = (await load('fashion')).split;
    expect(counts(train)).toEqual(new Array(10).fill(6000));
    const [mean, deviation] = moments(train);
    expect(mean).toBeCloseTo(0.286041, 6);
    expect(deviation).toBeCloseTo(0.353024, 6);
  });

  test('digits', async () => {
    const { split, parted } = await load('digits');
    const { train, test: held } = split;
    expect([parted, train.count, held.count, train.shape, train.pixels.scale]).toEqual([
      true,
      1437,
      360,
      [8, 8, 1],
      1 / 16,
    ]);
    expect(counts(train).map((n, i) => n + counts(held)[i]!)).toEqual([
      178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]);
    const mean = (moments(train)[0] * train.count + moments(held)[0] * held.count) / 1797;
    expect(mean * 16).toBeCloseTo(4.884165, 6);
  });

  test('CIFAR-10: the batches that are there', async () => {
    const { split, notes } = await load('cifar10');
    const { train, test: held } = split;
    expect([train.count % 10000, held.count, train.shape]).toEqual([0, 10000, [32, 32, 3]]);
    expect(counts(held)).toEqual(new Array(10).fill(1000));
    // The first picture is a frog, its first pixel brown; published with the Python version of the set.
    expect(train.labels[0]).toBe(6);
    expect([...train.pixels.values.subarray(0, 3)]).toEqual([59, 62, 63]);
    expect(notes.map((n) => n.code)).toEqual(train.count === 50000 ? [] : ['N0402']);
  });

  test('LeNet-5 sees MNIST on a field of 32x32', async () => {
    const { split, notes } = await loadData('mnist', { seed: 1, cwd: '/', dataFolder, expected: [32, 32, 1] });
    expect([split.train.shape, split.test.shape, notes.map((n) => n.code)]).toEqual([
      [32, 32, 1],
      [32, 32, 1],
      ['N0401'],
    ]);
    expect(moments(split.train)[0]).toBeCloseTo((0.13066 * 784) / 1024, 6);
  });

  test('photographs', async () => {
    const size = async (name: string) => {
      const { width, height, channels } = await decodePicture(await readBytes(join(dataFolder, 'images', name)), name);
      return [width, height, channels];
    };
    expect(await size('astronaut.png')).toEqual([512, 512, 3]);
    expect(await size('camera.png')).toEqual([512, 512, 1]);
    expect(await size('chelsea.png')).toEqual([451, 300, 3]);
    expect(await size('rocket.jpg')).toEqual([640, 427, 3]);
    const { values, notes } = await loadPicture(join(dataFolder, 'images', 'rocket.jpg'), [32, 32, 3], {
      strict: false,
    });
    expect([values.length, notes.length]).toEqual([3072, 1]);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
  });
});
