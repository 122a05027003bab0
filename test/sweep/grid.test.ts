// Grids: values of ranges, all points in order, and points at random that follow from the seed.
import { expect, test } from 'vitest';
import { gridPoints, parseGrid, randomPoints } from '../../src/cli/sweep/grid.ts';
import type { Row } from '../../src/cli/sweep/record.ts';
import { resultsOf } from '../../src/cli/sweep/results.ts';

test('ranges in equal factors and in equal steps, with their ends; lists as they are written', () => {
  expect(parseGrid('lr=1e-5..10:7log', false)).toEqual({
    name: 'lr',
    scale: 'log',
    values: [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10],
  });
  expect(parseGrid('momentum=0..0.9:4lin', false).values).toEqual([0, 0.3, 0.6, 0.9]);
  expect(parseGrid('n=7,3,5', false)).toEqual({ name: 'n', values: [7, 3, 5] });
});

test('the last name changes fastest', () => {
  const axes = [parseGrid('a=1,2', false), parseGrid('b=3,4', false)];
  expect(gridPoints(axes).map((p) => [p.a, p.b])).toEqual([
    [1, 3],
    [1, 4],
    [2, 3],
    [2, 4],
  ]);
});

test('points at random: the same for a seed, others for another, spread over the powers of ten', () => {
  const axes = [parseGrid('lr=1e-4..1:log', true), parseGrid('n=1..9:lin', true), parseGrid('m=0,0.9', true)];
  const draw = (seed: number, count = 400) => randomPoints(axes, count, seed, new Set(['n']));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1, 10)).toEqual(draw(1).slice(0, 10));
  expect(draw(2)).not.toEqual(draw(1));
  const tens = [0, 0, 0, 0];
  for (const { lr = 0, n = 0, m = 9 } of draw(1)) {
    const ten = Math.floor(Math.log10(lr)) + 4;
    tens[ten] = (tens[ten] ?? 0) + 1;
    expect(Number.isInteger(n) && n >= 1 && n <= 9).toBe(true);
    expect([0, 0.9]).toContain(m);
  }
  // 100 are expected in each; the deviation is 8.7.
  for (const many of tens) expect(Math.abs(many - 100)).toBeLessThan(45);
});

test('means over seeds, best first, those that diverged last', () => {
  const row = (lr: number, seed: number, accuracy: number | null): Row => {
    const mean = accuracy === null ? null : { loss: 1 - accuracy, accuracy };
    const diverged = accuracy === null ? 2 : null;
    return {
      ...{ point: { lr }, seed, epochs: 3, train: mean, test: mean, diverged },
      parameters_sha256: null,
      seconds: 1,
      adapter: 'a',
    };
  };
  const rows = [
    row(10, 1, null),
    row(10, 2, null),
    row(1, 1, 0.5),
    row(1, 2, 0.7),
    row(0.1, 1, 0.8),
    row(0.1, 2, null),
  ];
  const results = resultsOf(rows, 'accuracy');
  expect(results.map((r) => [r.point.lr, r.runs, r.diverged])).toEqual([
    [0.1, 2, 1],
    [1, 2, 0],
    [10, 2, 2],
  ]);
  expect(results[1]?.test.accuracy).toBeCloseTo(0.6, 12);
  expect(results[1]?.deviation).toBeCloseTo(Math.SQRT2 / 10, 12);
  expect(results[2]?.test.accuracy).toBeNaN();
});
