// Curves: what a chart of runs holds, read back from the SVG.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countAxis, linearAxis, logAxis, numberText } from '../../src/graphics/axes.ts';
import { spread } from '../../src/graphics/curves.ts';
import { workFolder } from '../commands/support.ts';
import { runCnnc } from '../support/io.ts';

const folder = workFolder();
const history = (name: string, epochs: readonly object[]): void => {
  mkdirSync(join(folder, name), { recursive: true });
  const facts = { cnnc: '0', model: 'm', optimizer: 'adam', lr: 0.1, batch: 8, seed: 1 };
  writeFileSync(join(folder, name, 'history.json'), JSON.stringify({ ...facts, epochs }));
};
const epoch = (n: number, loss: number | null, accuracy: number, tested = true) => ({
  ...{ epoch: n, step: 10 * n, lr: 0.1 / n, images_per_second: 100, seconds: 1 },
  train: { loss, accuracy },
  test: tested ? { loss: loss && 2 * loss, accuracy: accuracy - 0.1 } : null,
});
history('a', [epoch(1, 2, 0.5), epoch(2, 1, 0.75), epoch(3, 0.5, 1, false)]);
history('b', [epoch(1, 4, 0.2), epoch(2, 3, 0.3)]);
history('one', [epoch(1, 4, 0.2)]);
history('holes', [
  epoch(1, 4, 0.2),
  epoch(2, null, 0.3),
  epoch(3, 2, 0.3),
  epoch(4, null, 0.3),
  epoch(5, 0, 0.3),
  epoch(6, 1, 0.3),
]);

async function plot(...words: string[]): Promise<string> {
  const ran = await runCnnc(['plot', ...words], folder);
  expect(ran.stderr).toBe('');
  expect(ran.code).toBe(0);
  return ran.stdout;
}
const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, words = '']) => words);
/** The subpaths of each curve, as points. */
const curves = (svg: string): number[][][][] =>
  [...svg.matchAll(/<path d="(M[^"]*)" fill="none"/g)].map(([, d = '']) =>
    d
      .split('M')
      .slice(1)
      .map((part) =>
        part
          .replace(/Z$/, '')
          .split('L')
          .map((p) => p.split(',').map(Number)),
      ),
  );
const dots = (svg: string): number => svg.match(/<circle/g)?.length ?? 0;

test('one run: accuracy and val_accuracy with names and last values at their ends', async () => {
  const svg = await plot('a');
  expect(texts(svg)).toEqual(
    expect.arrayContaining(['a', 'adam, learning rate 0.1, batch 8, seed 1', 'epoch', 'accuracy']),
  );
  expect(texts(svg)).toEqual(expect.arrayContaining(['accuracy  100.0 %', 'val_accuracy  65.0 %']));
  const [training, tested] = curves(svg);
  expect(training?.map((part) => part.length)).toEqual([3]);
  // The last epoch was not tested.
  expect(tested?.map((part) => part.length)).toEqual([2]);
  expect(dots(svg)).toBe(5);
  // Equal values stand at equal heights, larger ones higher.
  const y = (points: number[][][] | undefined, i: number): number => points?.[0]?.[i]?.[1] ?? Number.NaN;
  expect(y(training, 1)).toBeLessThan(y(tested, 1));
  const scale = (y(training, 0) - y(training, 2)) / 0.5;
  expect((y(tested, 0) - y(tested, 1)) / 0.25).toBeCloseTo(scale, -1);
});

test('several runs share a chart, a colour each; training is dashed', async () => {
  const svg = await plot('a', 'second=b', '--metric', 'loss', '--title', 'A & B');
  expect(svg).toContain('>A &amp; B</text>');
  expect(texts(svg)).toEqual(expect.arrayContaining(['a  2', 'second  6', 'while training', 'test (val_loss)', '0']));
  expect(curves(svg)).toHaveLength(4);
  const colours = [...svg.matchAll(/fill="none" stroke="(#\w+)" stroke-width="([\d.]+)"/g)].map(([, hue, width]) => [
    hue,
    width,
  ]);
  expect(new Set(colours.map(([hue]) => hue)).size).toBe(2);
  expect(svg.match(/<path[^>]*stroke-dasharray/g)).toHaveLength(2);
  // Only the tests.
  const tests = await plot('a', 'b', '--metric', 'val_loss');
  expect(curves(tests)).toHaveLength(2);
  expect(tests).not.toContain('stroke-dasharray');
});

test('values that are no numbers leave gaps, on a logarithmic scale those not above zero too', async () => {
  const svg = await plot('holes', '--metric', 'loss');
  expect(curves(svg)[0]?.map((part) => part.length)).toEqual([1, 1, 2]);
  const log = await plot('holes', '--metric', 'loss', '--log');
  expect(curves(log)[0]?.map((part) => part.length)).toEqual([1, 1, 1]);
  expect(log).not.toMatch(/NaN|Infinity/);
  expect(texts(log)).toContain('loss (logarithmic)');
});

test('one epoch is a point with a place', async () => {
  const svg = await plot('one');
  expect(dots(svg)).toBe(2);
  expect(svg).not.toMatch(/NaN|Infinity/);
  expect(texts(svg)).toContain('1');
});

test('many epochs are lines without dots, many runs keep their names apart', async () => {
  history(
    'long',
    Array.from({ length: 200 }, (_, i) => epoch(i + 1, 1 / (i + 1), i / 400)),
  );
  const svg = await plot('long');
  expect(dots(svg)).toBe(0);
  expect(curves(svg)[0]?.[0]).toHaveLength(200);
  for (let i = 0; i < 40; i++) history(`many${i}`, [epoch(1, 1, 0.5), epoch(2, 0.5, 0.5 + i / 10_000)]);
  const many = await plot(...Array.from({ length: 40 }, (_, i) => `many${i}`), '--metric', 'val_accuracy');
  const heights = [...many.matchAll(/y="([\d.]+)"[^>]*font-weight="600"[^>]*>many/g)]
    .map(([, y]) => Number(y))
    .sort((a, b) => a - b);
  expect(heights).toHaveLength(40);
  heights.slice(1).forEach((y, i) => expect(y - (heights[i] ?? 0)).toBeGreaterThan(15));
});

test('tables of cnnc and of Keras, histories of Keras, and event files', async () => {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write(
    'ours.csv',
    'epoch,step,lr,train_loss,train_accuracy,test_loss,test_accuracy\n1,5,0.1,2,0.5,3,0.25\n2,10,0.1,1,0.75,2,0.5\n3,12,0.1,1,0.75,,\n',
  );
  write('keras.csv', 'epoch,accuracy,loss,val_accuracy,val_loss\r\n0,0.5,2,0.25,nan\r\n1,0.75,1,0.5,2\r\n');
  write('keras.json', '{"accuracy": [0.5, 0.75], "loss": [2, 1], "val_accuracy": [0.25, 0.5]}');
  const [ours, csv, json] = [
    await plot('ours.csv', '--metric', 'val_accuracy'),
    await plot('keras.csv', '--metric', 'val_accuracy'),
    await plot('keras.json', '--metric', 'val_accuracy'),
  ];
  expect(texts(csv)).toContain('1');
  expect(curves(csv)).toEqual(curves(json));
  expect(texts(ours)).toContain('val_accuracy  50.0 %');
  expect(texts(csv)).toContain('val_accuracy  50.0 %');
});

test('axes: round numbers, whole epochs, powers of ten', () => {
  const labels = (axis: { ticks: readonly { label: string }[] }) => axis.ticks.flatMap(({ label }) => label || []);
  expect(labels(linearAxis([0.013, 0.96], [100, 0]))).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1']);
  expect(labels(countAxis([1, 3], [0, 100]))).toEqual(['1', '2', '3']);
  expect(labels(countAxis([1, 1], [0, 100]))).toEqual(['1']);
  expect(labels(logAxis([1e-5, 8], [100, 0]))).toEqual(['1e-5', '1e-4', '0.001', '0.01', '0.1', '1']);
  expect(labels(logAxis([0.2, 0.7], [100, 0]))).toEqual(['0.2', '0.3', '0.4', '0.5', '0.6', '0.7']);
  expect(labels(logAxis([0.5, 0.5], [100, 0])).length).toBeGreaterThan(0);
  expect([1e-7, 0.0125, 123456, 2.5e9, 0].map(numberText)).toEqual(['1e-7', '0.0125', '123500', '2.5e9', '0']);
  const values = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      for (const axis of [linearAxis([low, high], [500, 0]), logAxis([low, high], [500, 0])]) {
        expect(axis.at(low)).toBeLessThanOrEqual(500.001);
        expect(axis.at(high)).toBeGreaterThanOrEqual(-0.001);
        expect(axis.at(low)).toBeGreaterThanOrEqual(axis.at(high));
      }
    }),
    { numRuns: 200 },
  );
});

test('labels are moved apart, no further than needed', () => {
  expect(spread([10, 50, 90], 20, 0, 100)).toEqual([10, 50, 90]);
  expect(spread([50, 50], 20, 0, 100)).toEqual([40, 60]);
  expect(spread([95, 99, 10], 20, 0, 100)).toEqual([80, 100, 10]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 11 }), (wanted) => {
      const places = spread(wanted, 10, 0, 100).sort((a, b) => a - b);
      expect(places[0]).toBeGreaterThanOrEqual(-1e-9);
      expect(places.at(-1)).toBeLessThanOrEqual(100 + 1e-9);
      places.slice(1).forEach((p, i) => expect(p - (places[i] ?? 0)).toBeGreaterThanOrEqual(10 - 1e-9));
    }),
  );
});
