// show, attack and dream: what they compute, and that what they write is what they say.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { dream, rolled, roughness } from '../../src/cli/look/dream.ts';
import { gradCam, overPicture } from '../../src/cli/look/gradcam.ts';
import { firstMaps } from '../../src/cli/look/maps.ts';
import { dropMap, hidden, patchesFor } from '../../src/cli/look/occlusion.ts';
import type { Looking } from '../../src/cli/look/open.ts';
import { compile } from '../../src/compile.ts';
import { blank, rasterOf, textWidth, write as writeText } from '../../src/graphics/raster/raster.ts';
import { drawSheet } from '../../src/graphics/raster/sheet.ts';
import { decodePicture } from '../../src/interop/pictures.ts';
import { readSafetensors } from '../../src/interop/safetensors.ts';
import { SCORE } from '../../src/passes/attribute.ts';
import { devices, done, lastJson, smallModel, workFolder, write } from '../commands/support.ts';

const folder = workFolder();
const backends = await devices();
const weights = 'runs/small/small.safetensors';

beforeAll(async () => {
  write(folder, 'small.cnn', smallModel);
  write(
    folder,
    'map.cnn',
    `model map {
      input 32x32x1
      conv 3 3x3 pad same relu
      conv 4 1x1 softmax
    }
    train {
      data      "shapes:8,4"
      loss      cross_entropy
      optimizer sgd lr 0.01
      batch     4
    }
`,
  );
  await done(folder, 'train', 'small.cnn', '--epochs', '6', '--quiet');
});

const run = async (...words: string[]) => lastJson(await done(folder, ...words, '--weights', weights, '--json'));
const picture = async (file: string) => decodePicture(readFileSync(join(folder, file)), file);

describe('parts', () => {
  test('Grad-CAM weighs maps by the mean of their gradients, and keeps what speaks for the class', () => {
    // Two maps of 1x2: the gradients' means are 1 and -2.
    const maps = Float32Array.of(5, 1, 2, 3);
    const gradient = Float32Array.of(3, -4, -1, 0);
    expect([...gradCam(maps, gradient, [1, 2, 2])]).toEqual([3, 0]);
    expect([...overPicture(Float32Array.of(3, 0), [1, 2], [1, 4])]).toEqual([1, 0.75, 0.25, 0]);
    expect([...overPicture(Float32Array.of(0, 0), [1, 2], [1, 2])]).toEqual([0, 0]);
  });

  test('patches cover every point, up to the edges, and a drop is the mean over the patches on it', () => {
    const patches = patchesFor([5, 4, 1], { patch: 2, stride: 2 });
    expect(patches.corners).toEqual([0, 2, 3].flatMap((y) => [0, 2].map((x) => [y, x])));
    const all = hidden(new Float32Array(20).fill(0.9), [5, 4, 1], patches);
    expect(all.length).toBe(6 * 20);
    expect([...all.subarray(0, 8)]).toEqual([0.5, 0.5, 0.9, 0.9, 0.5, 0.5, 0.9, 0.9].map(Math.fround));
    // Row 3 lies under the second and the third row of patches.
    const map = dropMap([5, 4], patches, [1, 2, 3, 4, 5, 6]);
    expect([...map.subarray(0, 4)]).toEqual([1, 1, 2, 2]);
    expect([...map.subarray(12, 16)]).toEqual([4, 4, 5, 5]);
    // A stride beyond the patch would leave points out.
    expect(patchesFor([9, 9, 1], { patch: 3, stride: 8 }).stride).toBe(3);
  });

  test('rolling there and back changes nothing; roughness is the slope of half the squared differences', () => {
    const values = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * i));
    const shape = [4, 3, 2] as const;
    expect(rolled(rolled(values, shape, 3, -1), shape, -3, 1)).toEqual(values);
    expect(rolled(values, shape, 1, 0).subarray(6, 12)).toEqual(values.subarray(0, 6));
    const half = (v: Float64Array): number => {
      let sum = 0;
      v.forEach((a, i) => {
        if (Math.floor(i / 2) % 3 < 2) sum += (a - v[i + 2]!) ** 2 / 2;
        if (i < 18) sum += (a - v[i + 6]!) ** 2 / 2;
      });
      return sum;
    };
    const slopes = roughness(values, shape);
    const exact = Float64Array.from(values);
    slopes.forEach((slope, i) => {
      const at = (by: number): number => half(exact.map((v, k) => (k === i ? v + by : v)));
      expect(slope).toBeCloseTo((at(1e-4) - at(-1e-4)) / 2e-4, 4);
    });
  });

  test('a climb reaches the top of a unit that likes bright points at the left', async () => {
    const liked = Float32Array.of(1, -1, 1, -1);
    const looking = {
      run: async (x: Float32Array) =>
        new Map([
          ['gradient:input', Float32Array.from(x, (_, i) => liked[i % 4]!)],
          [SCORE, Float32Array.of(x.reduce((sum, v, i) => sum + v * liked[i % 4]!, 0))],
        ]),
    } as unknown as Looking;
    const still = { steps: 30, lr: 0.1, decay: 0, smooth: 0, jitter: 0, blur: 0, seed: 1 };
    const found = await dream(looking, new Float32Array(4).fill(0.5), Float32Array.of(1), [2, 2, 1], still);
    expect([...found.pictures]).toEqual([1, 0, 1, 0]);
    expect(found.before).toEqual([0]);
    expect(found.after).toEqual([2]);
    expect(found.silent).toEqual([]);
  });

  test('a sheet enlarges sharply, and letters are where they are said to be', () => {
    const tile = { picture: rasterOf([0, 1], [1, 2, 1]), lines: ['ab'] };
    const sheet = drawSheet({ title: 't', tiles: [tile, tile, tile, tile], side: 10 });
    const at = (x: number, y: number): number[] => [...sheet.values.subarray(3 * (y * sheet.width + x)).subarray(0, 3)];
    const row = Array.from({ length: sheet.height }, (_, y) => y).find((y) => at(14, y).every((v) => v === 0))!;
    expect(row).toBeGreaterThan(14);
    expect(at(18, row + 4)).toEqual([0, 0, 0]);
    expect(at(19, row + 4)).toEqual([1, 1, 1]);
    const page = blank(40, 20);
    writeText(page, 'I', 3, 4, 1, [0, 0, 0]);
    const dark = page.values.filter((v) => v === 0).length / 3;
    expect(dark).toBe(2 + 7 + 2);
    expect(textWidth('ab', 2)).toBe(22);
  });
});

describe('kernels', () => {
  test('are scaled by the largest weight of each filter', async () => {
    const said = await run('show', 'small.cnn', '-o', 'k.png');
    expect(said).toMatchObject({ what: 'kernels', layer: 'conv1', filters: 4, shape: [4, 4, 1], shown: 4, tiles: 4 });
    const { tensors } = readSafetensors(readFileSync(join(folder, weights)), weights);
    const kernel = [...tensors].find(([, t]) => t.shape.length === 4)![1].values;
    const largest = [0, 1, 2, 3].map((k) => Math.max(...kernel.filter((_, i) => i % 4 === k).map(Math.abs)));
    said.largest.forEach((v: number, k: number) => expect(v).toBeCloseTo(largest[k]!, 6));
    // The tile of the first filter, found by its colours: 128 is a weight of 0.
    const { values, width } = await picture('k.png');
    const grey = (k: number): number => Math.round(255 * (0.5 + kernel[4 * k]! / (2 * largest[0]!)));
    const zoom = Math.round(120 / 4);
    const rows = Array.from({ length: values.length / width / 3 }, (_, y) => y);
    const found = rows.some((y) =>
      [0, 1, 2, 3].every((k) => Math.abs(values[3 * (y * width + 14 + k * zoom + 3)]! - grey(k)) <= 1),
    );
    expect(found).toBe(true);
  });

  test('of a dense layer that reads features there are none, of another layer as many as fit', async () => {
    const said = await run('show', 'small.cnn', '--layer', 'dense1', '--count', '7', '-o', 'd.png');
    expect(said).toMatchObject({ shape: [6, 6, 4], filters: 10, shown: 1, tiles: 4 });
  });
});

describe.each(backends)('on %s', (device) => {
  const show = (...words: string[]) => run('show', 'small.cnn', ...words, '--device', device);

  test('maps, Grad-CAM and occlusion of a picture', async () => {
    const maps = await show('--index', '3', '-o', `m-${device}.png`);
    expect(maps).toMatchObject({ layer: 'conv1', channels: 4, shown: 4, low: 0 });
    expect(maps.units).toHaveLength(4);
    const cam = await show('--index', '3', '--what', 'gradcam', '-o', `c-${device}.png`);
    expect(cam.layer).toBe('conv1');
    expect(cam.map.shape).toEqual([7, 7]);
    expect(Math.min(...cam.map.values)).toBe(0);
    const other = await show('--index', '3', '--what', 'gradcam', '--class', '0', '-o', `c0-${device}.png`);
    expect(other.class).toBe(0);
    expect(other.map.values).not.toEqual(cam.map.values);
    const hiding = await show(
      '--index',
      '3',
      '--what',
      'occlusion',
      '--patch',
      '9',
      '--stride',
      '5',
      '-o',
      `o-${device}.png`,
    );
    expect(hiding).toMatchObject({ class: cam.class, map: { shape: [28, 28] } });
    expect(hiding.probability).toBeCloseTo(cam.probability, 4);
    for (const name of ['m', 'c', 'c0', 'o']) expect(existsSync(join(folder, `${name}-${device}.png`))).toBe(true);
    kept.push({
      maps: maps.units.map((u: { mean: number }) => u.mean),
      cam: cam.map.values,
      hiding: hiding.map.values,
    });
  });
  const kept: { maps: number[]; cam: number[]; hiding: number[] }[] = results;

  test('the worst pictures are those with the largest losses, and all together have the loss of eval', async () => {
    const said = await show('--what', 'worst', '--count', '40', '-o', `w-${device}.png`);
    const tested = await run('eval', 'small.cnn', '--device', device);
    const losses = said.pictures.map((p: { loss: number }) => p.loss);
    expect(losses).toHaveLength(40);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(losses.reduce((a: number, b: number) => a + b, 0) / 40).toBeCloseTo(tested.loss, 4);
    expect(1 - said.wrong / 40).toBeCloseTo(tested.accuracy, 9);
  });
});
const results: { maps: number[]; cam: number[]; hiding: number[] }[] = [];

test('the device gives what the reference gives', () => {
  const [a, b = a] = results;
  expect(results).toHaveLength(backends.length);
  for (const name of ['maps', 'cam', 'hiding'] as const)
    a![name].forEach((v, i) => expect(Math.abs(v - b![name][i]!)).toBeLessThan(1e-3));
});

describe('attack', () => {
  const attack = (...words: string[]) => run('attack', 'small.cnn', ...words);

  test('raises the loss within epsilon, and what is written is what was judged', async () => {
    const said = await attack('--index', '5', '--epsilon', '0.1', '-o', 'a.png');
    expect(said.after.loss).toBeGreaterThan(said.before.loss);
    expect(said.largest_change).toBeLessThanOrEqual(0.1 + 1e-6);
    expect(said.largest_change).toBeGreaterThan(0.09);
    const { width, height } = await picture('a.png');
    expect([width, height]).toEqual([28, 28]);
    const [seen] = lastJson(await done(folder, 'predict', 'small.cnn', '-w', weights, 'a.png', '--json'));
    expect(seen.class).toBe(said.after.class);
    seen.probabilities.forEach((p: number, c: number) => expect(p).toBeCloseTo(said.after.probabilities[c], 4));
    expect(existsSync(join(folder, 'a.sheet.png'))).toBe(true);
  });

  test('several steps do more than one, and reach a target', async () => {
    const one = await attack('--index', '5', '--epsilon', '0.3', '--target', '2', '-o', 'a.png');
    const many = await attack('--index', '5', '--epsilon', '0.3', '--target', '2', '--steps', '15', '-o', 'a.png');
    expect(one.target).toBe(2);
    expect(one.after.loss).toBeLessThan(one.before.loss);
    expect(many.after.loss).toBeLessThan(one.after.loss);
    expect(many.after.class).toBe(2);
    expect(many.fooled).toBe(true);
    expect(many.largest_change).toBeLessThanOrEqual(0.3 + 1e-6);
  });

  test('of all pictures ever fewer are known', async () => {
    const said = await attack('--all', '--epsilon', '0,0.1,0.3', '-o', 'all.png');
    const tested = await run('eval', 'small.cnn');
    const accuracies = said.epsilons.map((e: { accuracy: number }) => e.accuracy);
    expect(accuracies[0]).toBeCloseTo(tested.accuracy, 9);
    expect(accuracies[1]).toBeLessThan(accuracies[0]);
    expect(accuracies[2]).toBeLessThan(accuracies[1]);
    expect(said.count).toBe(40);
    const text = (await done(folder, 'attack', 'small.cnn', '-w', weights, '--all', '--count', '8', '--epsilon', '0.1'))
      .stdout;
    expect(text).toContain('small on 8 pictures (drawn:160,40, test) under attack, 1 step');
  });
});

describe('dream', () => {
  const dreamOf = (...words: string[]) => run('dream', 'small.cnn', '--steps', '12', ...words);

  test('climbs, and gives the same picture for the same seed', async () => {
    const said = await dreamOf('--layer', 'conv1', '--unit', '0,3', '-o', 'd1.png');
    expect(said.units).toHaveLength(2);
    for (const { before, after } of said.units) expect(after).toBeGreaterThan(before);
    await dreamOf('--layer', 'conv1', '--unit', '0,3', '-o', 'd2.png');
    await dreamOf('--layer', 'conv1', '--unit', '0,3', '--seed', '2', '-o', 'd3.png');
    const bytes = ['d1', 'd2', 'd3'].map((name) => readFileSync(join(folder, `${name}.png`), 'base64'));
    expect(bytes[0]).toBe(bytes[1]);
    expect(bytes[0]).not.toBe(bytes[2]);
  });

  test('of a class, from a picture', async () => {
    await run('attack', 'small.cnn', '--index', '0', '-o', 'from.png');
    const said = await dreamOf('--class', '4', '--from', 'from.png', '-o', 'd.png');
    expect(said.units[0].after).toBeGreaterThan(said.units[0].before + 1);
  });

  test('of a model that gives a map of classes: its units, as its kernels and maps', async () => {
    await done(folder, 'train', 'map.cnn', '--epochs', '1', '--quiet', '-o', 'map');
    const look = async (...words: string[]) =>
      lastJson(await done(folder, ...words, '-w', 'map/map.safetensors', '--json'));
    expect(await look('show', 'map.cnn', '-o', 'x.png')).toMatchObject({ layer: 'conv1', filters: 3 });
    expect(await look('show', 'map.cnn', '--index', '1', '--layer', 'conv2', '-o', 'x.png')).toMatchObject({
      channels: 4,
    });
    const { units } = await look(
      'dream',
      'map.cnn',
      '--layer',
      'conv1',
      '--unit',
      'all',
      '--steps',
      '5',
      '-o',
      'x.png',
    );
    expect(units).toHaveLength(3);
    for (const { before, after } of units) expect(after).toBeGreaterThan(before);
  });
});

test('the layer whose maps are shown first: the first that learns, with positions where there are any', () => {
  const first = (body: string): string =>
    firstMaps(compile({ file: 'm.cnn', text: `model m {\n${body}\n}\n` }).layers ?? []).name;
  expect(first('input 8x8x1\nmaxpool 2x2\nconv 2 3x3\nflatten\ndense 3')).toBe('conv1');
  expect(first('input 8x8x1\nmaxpool 2x2\nflatten\ndense 3')).toBe('maxpool1');
  expect(first('input 8x8x1\nflatten\ndense 4 relu\ndense 3')).toBe('dense1');
});
