// Heat maps: cells, their numbers and colours, and what can be read on them.
import { expect, test } from 'vitest';
import { heatColour, luminance } from '../../src/graphics/heat-map.ts';
import { type HeatMap, heatMap } from '../../src/graphics/index.ts';

const map: HeatMap = {
  title: 'Accuracy of the test',
  xLabel: '\u03bb',
  yLabel: '\u03b7',
  xs: [1e-5, 0.1, 10],
  ys: [0.001, 1],
  values: [
    [0.1, 0.5, 0.9],
    [0.25, Number.NaN, 0.75],
  ],
  percent: true,
};
const cells = (svg: string) =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)"[^>]*fill="([^"]+)"[^>]*><title>([^<]*)/g)].map(
    ([, x, y, fill, title]) => ({
      ...{ x: Number(x), y: Number(y), fill, title },
    }),
  );
const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, words = '']) => words);

test('a cell for each value, the first row on top, the first column at the left', () => {
  const svg = heatMap(map);
  const found = cells(svg);
  expect(found.map((c) => c.title)).toEqual([
    ...['\u03b7 0.001, \u03bb 1e-5: 10 %', '\u03b7 0.001, \u03bb 0.1: 50 %', '\u03b7 0.001, \u03bb 10: 90 %'],
    ...['\u03b7 1, \u03bb 1e-5: 25 %', '\u03b7 1, \u03bb 0.1: no value', '\u03b7 1, \u03bb 10: 75 %'],
  ]);
  const at = (i: number) => found[i] ?? { x: 0, y: 0, fill: '' };
  expect(at(1).x).toBeGreaterThan(at(0).x);
  expect([at(1).y, at(3).x]).toEqual([at(0).y, at(0).x]);
  expect(at(3).y).toBeGreaterThan(at(0).y);
  expect(texts(svg)).toEqual(
    expect.arrayContaining(['10.0', '50.0', '90.0', '25.0', '75.0', '\u2013', '1e-5', '0.001']),
  );
  // The ends of the scale, and the empty cell, which has no colour of it.
  expect([at(0).fill, at(2).fill, at(4).fill]).toEqual(['#440154', '#fde725', '#eceff2']);
  expect(texts(svg)).toEqual(expect.arrayContaining(['20 %', '40 %', '60 %', '80 %']));
});

test('numbers stand out from every colour of the scale', () => {
  for (let i = 0; i <= 50; i++) {
    const one = heatMap({ ...map, xs: ['a'], ys: ['b'], values: [[i / 50]], range: [0, 1] });
    const [{ fill = '' } = {}] = cells(one);
    expect(fill).toBe(heatColour(i / 50, [0, 1]));
    const [, ink = ''] = /fill="(#\w+)" text-anchor="middle">[\d.]+</.exec(one.slice(one.indexOf('</rect>'))) ?? [];
    const [a = 0, b = 0] = [luminance(fill), luminance(ink)].sort((p, q) => q - p);
    expect((a + 0.05) / (b + 0.05), `${i}`).toBeGreaterThan(4.5);
  }
});

test('maps of one value, of no value, of many cells, and with the wrong shape', () => {
  expect(heatMap({ ...map, xs: [1], ys: [1], values: [[3]], percent: false })).not.toMatch(/NaN|Infinity/);
  expect(heatMap({ ...map, xs: [1], ys: [1], values: [[Number.NaN]] })).not.toMatch(/NaN|Infinity/);
  const many = Array.from({ length: 20 }, (_, r) => Array.from({ length: 30 }, (_, c) => r * c));
  const svg = heatMap({
    ...map,
    xs: many[0]?.map((_, c) => c) ?? [],
    ys: many.map((_, r) => r),
    values: many,
    percent: false,
  });
  expect(cells(svg)).toHaveLength(600);
  expect(() => heatMap({ ...map, xs: [1] })).toThrow('2 x 1');
});
