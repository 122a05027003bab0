// The playground without a browser: pieces of the page that only compute.
import { describe, expect, test } from 'vitest';
import { sectionAt } from '../playground/editor/sections.ts';
import { fragmentOf, textOf } from '../playground/files/share.ts';
import { columnsOf, ticks } from '../playground/panels/measures.ts';
import { centred } from '../playground/train/centre.ts';
import { confusionOf } from '../playground/train/confusion.ts';
import { smallModel as small } from './commands/support.ts';

describe('pieces of the page', () => {
  test('a drawing becomes a picture as MNIST has them: 20 pixels high, its mass in the middle', () => {
    // A bar of 10 x 60 in a corner, half of it fainter: the centre of mass lies in the darker half.
    const ink = { width: 100, height: 100, values: new Float32Array(10_000) };
    for (let y = 5; y < 65; y++) for (let x = 80; x < 90; x++) ink.values[y * 100 + x] = y < 35 ? 1 : 0.5;
    const picture = centred(ink, 28) as Float32Array;
    const rows = Array.from({ length: 28 }, (_, y) => picture.subarray(28 * y, 28 * y + 28).reduce((a, b) => a + b, 0));
    expect(rows.filter((sum) => sum > 0).length).toBe(20);
    const mass = rows.reduce((a, b) => a + b, 0);
    const centre = rows.reduce((sum, row, y) => sum + row * (y + 0.5), 0) / mass;
    expect(Math.abs(centre - 14)).toBeLessThanOrEqual(0.5);
    // The mean over the area of each pixel keeps the mass: 60 becomes 20, so it is a ninth.
    expect(mass).toBeCloseTo((300 + 150) / 9, 1);
    expect(centred({ ...ink, values: new Float32Array(10_000) }, 28)).toBe(undefined);
  });

  test('a link holds the text, and refuses what inflates to much more than a model', async () => {
    for (const text of ['', small, '\u00e9\u4e2d // \u{1f600}\n'.repeat(50)])
      expect(await textOf(await fragmentOf(text))).toBe(text);
    expect(await textOf(await fragmentOf('x'.repeat(5_000_000)))).toBe(undefined);
    for (const bad of ['', '#', '#m=', '#m=%%', '#m=AAAA', '#other']) expect((await textOf(bad)) ?? '').toBe('');
  });

  test('the cursor is in the section whose brace is open', () => {
    const text =
      'data {\n  augment {\n    A\n  }\n}\nmodel m {\n  add { B }\n}\n// }\ntrain {\n  data drawn\n  C\n}\nD';
    const at = (mark: string) => sectionAt(text.slice(0, text.indexOf(mark)));
    expect(['A', 'B', 'C', 'D'].map(at)).toEqual(['data', 'model', 'train', 'none']);
  });

  test('ticks are round numbers inside the range', () => {
    expect(ticks(0, 1)).toEqual([0, 0.5, 1]);
    expect(ticks(0, 2.31)).toEqual([0, 1, 2]);
    expect(ticks(0, 0.004)).toEqual([0, 0.001, 0.002, 0.003, 0.004]);
  });

  test('tiles fill their rows', () => {
    expect([1, 2, 8, 16, 64].map((n) => columnsOf(n, 4))).toEqual([1, 2, 8, 8, 16]);
  });

  test('a confusion matrix counts rows of scores, and single numbers by their threshold', () => {
    const scores = Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.6, 0.4);
    expect(confusionOf(scores, [0, 1, 1], 0.5)).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(confusionOf(Float32Array.of(-1, 2), [0, 0], 0)).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });
});
