// `cnnc data show`: numbers that are known, and a contact sheet that is read back dot by dot.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { dotsOf, textWidth } from '../../src/data/font.ts';
import { channelFacts, classCounts, labelText } from '../../src/data/measure.ts';
import { contactSheet } from '../../src/data/sheet.ts';
import type { DataSet } from '../../src/data/types.ts';
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
  const rows = Array.from({ length: 9 }, () => new Array<string>(textWidth(text)).fill('.'));
  for (const [x, y] of dotsOf(text)) (rows[y] as string[])[x] = '#';
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
    const signs = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter(
      (c) => !'$\\^`{}'.includes(c),
    );
    expect(new Set(signs.map(drawn)).size).toBe(signs.length);
    expect(drawn('é')).toBe(drawn('e'));
    expect(drawn('狗')).toBe(drawn('$'));
    for (const sign of signs) expect(dotsOf(sign).length).toBeGreaterThan(1);
  });
});

test('moments of each channel, counts of each class', () => {
  const [red, green] = channelFacts(set);
  // 1, 0, 0, 0.2 and four times 0.2: mean 2/8, mean of squares 1.2/8.
  expect(red?.mean).toBeCloseTo(0.25, 12);
  expect(red?.std).toBeCloseTo(Math.sqrt(0.15 - 0.0625), 12);
  expect([green?.min, green?.max]).toEqual([0, 1]);
  expect(classCounts(set)).toEqual([0, 1, 1]);
  expect(labelText(set, 0)).toBe('L!');
  expect(labelText({ ...set, labels: Float32Array.of(0.5, -1, 2, 3), labelShape: [2] }, 1)).toBe('2 3');
  expect(labelText({ ...set, labels: Uint32Array.of(0, 1, 1, 2, 0, 0, 0, 0), labelShape: [2, 2] }, 0)).toBe('L! c');
});

test('a contact sheet has the pixels of the pictures, and the dots of the labels under them', () => {
  const { width, height, values } = contactSheet(set, [0, 1]);
  const at = (x: number, y: number): number[] => [...values.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
  // Each picture is 56 pixels wide and high, 28 a pixel, 8 from the edges.
  expect([at(8, 8), at(63, 8), at(8, 63), at(63, 63)]).toEqual([
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [51, 51, 51],
  ]);
  expect([at(35, 35), at(36, 36), at(7, 7), at(72, 8)]).toEqual([
    [255, 0, 0],
    [51, 51, 51],
    [190, 190, 190],
    [51, 51, 51],
  ]);
  expect([width, height]).toEqual([8 + 2 * 64, 8 + 56 + 13 + 8]);
  const left = 8 + Math.floor((56 - textWidth('L!')) / 2);
  for (const [x, y] of dotsOf('L!')) expect(at(left + x, 8 + 56 + 3 + y)).toEqual([30, 30, 30]);
  let dark = 0;
  for (let y = 66; y < height; y++) for (let x = 0; x < 68; x++) if (at(x, y)[0] === 30) dark++;
  expect(dark).toBe(dotsOf('L!').length);
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
