// `cnnc data show`: numbers that are known, and a contact sheet that is read back dot by dot.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { contactSheet } from '../../src/cli/sets/sheet.ts';
import { channelFacts, classCounts, labelText } from '../../src/data/measure.ts';
import type { DataSet } from '../../src/data/types.ts';
import { columnsOf, pointsOf } from '../../src/graphics/raster/font.ts';
import { fitted, ink, lineHeight, textWidth } from '../../src/graphics/raster/raster.ts';
import { inFolder } from '../data/files.ts';
import { runCnnc } from '../support/io.ts';

/** Two pictures of 2x2 in colour. */
const set: DataSet = {
  name: 's',
  shape: [2, 2, 3],
  count: 2,
  classes: 3,
  classNames: ['a', 'L!', 'c'],
  pixels: {
    dtype: 'u8',
    scale: 1 / 255,
    values: Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 51, 51, 51, ...new Array(12).fill(51)]),
  },
  labels: Uint32Array.of(1, 2),
};

/** A text drawn with its dots, a row a line. */
function drawn(text: string): string {
  const rows = Array.from({ length: 9 }, () => new Array<string>(columnsOf(text)).fill('.'));
  for (const [x, y] of pointsOf(text)) (rows[y] as string[])[x] = '#';
  return rows.map((row) => row.join('')).join('\n');
}

describe('the font', () => {
  test('letters', () => {
    expect(drawn('Ty!')).toBe(`#####.........#..
..#...........#..
..#...#...#...#..
..#...#...#...#..
..#...#...#...#..
..#....####......
..#.......#...#..
......#...#......
.......###.......`);
  });
  test('each sign of ASCII is its own; others are a box, accents are left out', () => {
    const signs = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
    expect(new Set(signs.map(drawn)).size).toBe(signs.length);
    expect(drawn('é')).toBe(drawn('e'));
    expect(drawn('狗')).toBe(drawn('鱼'));
    expect(signs.map(drawn)).not.toContain(drawn('狗'));
    for (const sign of signs) expect(pointsOf(sign).length).toBeGreaterThan(1);
  });
});

test('moments of each channel, counts of each class', () => {
  const [red, green] = channelFacts(set);
  // 1, 0, 0, 0.2 and four times 0.2: mean 2/8, mean of squares 1.2/8.
  expect(red?.mean).toBeCloseTo(0.25, 12);
  expect(red?.variance).toBeCloseTo(0.15 - 0.0625, 12);
  expect([green?.min, green?.max]).toEqual([0, 1]);
  expect(classCounts(set)).toEqual([0, 1, 1]);
  expect(labelText(set, 0)).toBe('L!');
  expect(labelText({ ...set, labels: Float32Array.of(0.5, -1, 2, 3), labelShape: [2] }, 1)).toBe('2 3');
  expect(labelText({ ...set, labels: Uint32Array.of(0, 1, 1, 2, 0, 0, 0, 0), labelShape: [2, 2] }, 0)).toBe('L! c');
});

test('a contact sheet has the pixels of the pictures in frames, and the points of the labels under them', () => {
  const { width, height, values } = contactSheet(set, [0, 1], 's');
  const at = (x: number, y: number): number[] => [...values.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
  // Each picture is 120 points wide and high, 60 a pixel, below the title.
  const top = 14 + lineHeight(2) + 6;
  const grey = Math.fround(0.2);
  expect([at(14, top), at(133, top), at(14, top + 119), at(133, top + 119)]).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [grey, grey, grey],
  ]);
  expect([at(73, top + 59), at(74, top + 60), at(13, top - 1), at(134, top + 120), at(142, top)]).toEqual([
    [1, 0, 0],
    [grey, grey, grey],
    [0.75, 0.75, 0.75],
    [0.75, 0.75, 0.75],
    [grey, grey, grey],
  ]);
  expect([width, height]).toEqual([14 + 120 + 8 + 120 + 14, top + 120 + 4 + lineHeight(2) + 14]);
  const dark: string[] = [];
  for (let y = top + 121; y < height; y++)
    for (let x = 0; x < 138; x++) if (at(x, y)[0] === Math.fround(ink[0])) dark.push(`${x} ${y}`);
  const expected = pointsOf('L!').flatMap(([x, y]) =>
    [0, 1].flatMap((j) => [0, 1].map((i) => `${14 + 2 * x + i} ${top + 124 + 2 * y + j}`)),
  );
  expect(dark.sort()).toEqual(expected.sort());
});

test('values beyond 0 to 1 are spread, a vector is thick, the first of two channels is shown', () => {
  const values = Float32Array.of(-1, 9, 0, 9, 3, 9);
  const one: DataSet = {
    ...{ name: 'v', shape: [1, 3, 2], count: 1, classes: 2 },
    pixels: { dtype: 'f32', scale: 1, values },
    labels: Uint32Array.of(1),
  };
  const { width, values: drawn } = contactSheet(one, [0], 'v');
  const row = 14 + lineHeight(2) + 6;
  // The channel that is not shown has the largest value: -1, 0 and 3 lie between -1 and 9.
  const seen = [0, 1, 2].map((i) => drawn[3 * (row * width + 14 + 40 * i)]);
  expect(seen).toEqual([0, 0.1, 0.4].map(Math.fround));
});

test('a long label is cut', () => {
  expect(fitted('golden retriever', textWidth('golden', 1), 1)).toBe('golde~');
  expect(fitted('cat', textWidth('cat', 2), 2)).toBe('cat');
  const named = { ...set, classNames: ['', 'n'.repeat(200), ''] };
  expect(contactSheet(named, [0], 's').width).toBeLessThan(250);
});

describe('the command', () => {
  const files = { 't.csv': `a,b,class\n${'0,4,cat\n1,2,dog\n'.repeat(5)}` };
  test('says the numbers', async () => {
    await inFolder(files, async (cwd) => {
      const ran = await runCnnc(['data', 'show', 'csv:t.csv,t.csv'], cwd);
      expect(ran.stdout).toBe(`csv:t.csv,t.csv: pictures of 1x1x2, 10 to train on, 10 to test on

part   channel      mean       std       min       max
train        0  0.031250  0.031250         0  0.062500
train        1  0.187500  0.062500  0.125000  0.250000
test         0  0.031250  0.031250         0  0.062500
test         1  0.187500  0.062500  0.125000  0.250000

class  name  train  test
    0  cat       5     5
    1  dog       5     5
`);
    });
  });
  test('draws the sheet that was asked for, the same for the same seed', async () => {
    await inFolder(files, async (cwd) => {
      const words = ['data', 'show', 'shapes:12,8', '-o', 'sheet.png', '--count', '5'];
      const ran = await runCnnc([...words, '--split', 'test'], cwd);
      expect(ran.stdout).toContain('5 pictures to test on: sheet.png');
      const first = readFileSync(join(cwd, 'sheet.png'));
      expect(decode(first)).toMatchObject({ channels: 3, depth: 8 });
      await runCnnc([...words, '--split', 'test'], cwd);
      expect(Buffer.compare(readFileSync(join(cwd, 'sheet.png')), first)).toBe(0);
      await runCnnc([...words, '--split', 'test', '--seed', '7'], cwd);
      expect(Buffer.compare(readFileSync(join(cwd, 'sheet.png')), first)).not.toBe(0);
    });
  });
  test('as JSON', async () => {
    const ran = await runCnnc(['data', 'show', 'drawn:20,10', '--json', '--split', 'train'], '.');
    const said = JSON.parse(ran.stdout);
    expect(said).toMatchObject({
      ok: true,
      data: 'drawn:20,10',
      parted: false,
      train: { count: 20, shape: [28, 28, 1] },
      sheet: null,
    });
    expect(said.test).toBeUndefined();
    expect(said.train.classes.reduce((n: number, c: { count: number }) => n + c.count, 0)).toBe(20);
  });
});
