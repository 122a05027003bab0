// The pure parts of the loaders: formats, parting, fitting, resizing, specs.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCifar10 } from '../../src/data/cifar10.ts';
import { parseCsv, type Table, type TableOptions } from '../../src/data/csv.ts';
import { fitSet } from '../../src/data/fit.ts';
import { parseIdxLabels, parseIdxPictures } from '../../src/data/idx.ts';
import { shapeOfRow, storePixels } from '../../src/data/pixels.ts';
import { resize, toColour, toGrey } from '../../src/data/resize.ts';
import { parseSpec } from '../../src/data/spec.ts';
import { splitSet } from '../../src/data/split.ts';
import type { DataSet } from '../../src/data/types.ts';
import { cifar, idxLabels, idxPictures } from './files.ts';

const csv = (text: string, options: TableOptions = {}) => parseCsv(new TextEncoder().encode(text), 'a.csv', options);
const pixelsOf = (table: Table) => storePixels([table.values]).pixels[0];
const tiny = (count: number, shape: readonly [number, number, number]): DataSet => {
  const size = shape[0] * shape[1] * shape[2];
  const values = Uint8Array.from({ length: count * size }, (_, i) => Math.floor(i / size) + 1);
  const labels = Uint32Array.from({ length: count }, (_, i) => i);
  return { name: 'tiny', shape, count, classes: count, pixels: { dtype: 'u8', values, scale: 1 / 255 }, labels };
};

describe('IDX', () => {
  test('pictures and labels', () => {
    const { count, height, width, values } = parseIdxPictures(idxPictures(2, 3, 4), 'x');
    expect([count, height, width, values.length, values[23]]).toEqual([2, 3, 4, 24, 23]);
    expect([...parseIdxLabels(idxLabels(3, 1, 2), 'x')]).toEqual([3, 1, 2]);
  });
  test('a view into a larger buffer', () => {
    const bytes = new Uint8Array([9, 9, 9, ...idxLabels(7)]).subarray(3);
    expect([...parseIdxLabels(bytes, 'x')]).toEqual([7]);
  });
});

test('CIFAR-10 planes become pixels', () => {
  const { values, labels } = parseCifar10(cifar(4, 9), 'x');
  expect([...labels]).toEqual([4, 9]);
  expect([...values.subarray(0, 6)]).toEqual([1, 2, 3, 2, 3, 4]);
  expect([...values.subarray(3072 + 3069)]).toEqual([0, 1, 2]);
});

describe('CSV', () => {
  test('header, blank lines, carriage returns, quotes, a byte order mark', () => {
    const table = csv('\ufeffa,b,label\r\n1,2,0\r\n\r\n "3",4 ,1 \r\n');
    expect([table.count, table.columns]).toEqual([2, 2]);
    expect([...table.values]).toEqual([1, 2, 3, 4]);
    expect([...table.labels]).toEqual([0, 1]);
    expect(storePixels([table.values]).highest).toBe(4);
  });
  test('numbers of all kinds are those of JavaScript, rounded to f32', () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }), fc.integer());
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number, fc.nat(9)), { minLength: 1, maxLength: 5 }), (rows) => {
        const table = csv(rows.map((row) => row.join(',')).join('\n'));
        expect([...table.values].map((v) => v + 0)).toEqual(
          rows.flatMap(([a, b]) => [Math.fround(a) + 0, Math.fround(b) + 0]),
        );
        expect([...table.labels]).toEqual(rows.map((row) => row[2]));
      }),
    );
    expect([...csv('.5,-0.25,+3,1e2,12345678901234567890,0').values]).toEqual([
      0.5,
      -0.25,
      3,
      100,
      Math.fround(1.2345678901234567e19),
    ]);
  });
  test('whole numbers become bytes, others stay', () => {
    expect(pixelsOf(csv('0,255,1'))).toMatchObject({ dtype: 'u8', scale: 1 / 255 });
    expect(pixelsOf(csv('0,16,1'))).toMatchObject({ dtype: 'u8', scale: 1 / 16 });
    expect(pixelsOf(csv('0,1,1'))).toMatchObject({ dtype: 'u8', scale: 1 });
    expect(pixelsOf(csv('0,256,1'))).toMatchObject({ dtype: 'f32', scale: 1 });
    expect(pixelsOf(csv('0,0.5,1'))).toMatchObject({ dtype: 'f32', scale: 1 });
    expect(pixelsOf(csv('0,-1,1'))).toMatchObject({ dtype: 'f32', scale: 1 });
  });
  test('the shape of a line', () => {
    expect(shapeOfRow(64)).toEqual([8, 8, 1]);
    expect(shapeOfRow(64, [4, 4, 4])).toEqual([4, 4, 4]);
    expect(shapeOfRow(63)).toEqual([1, 1, 63]);
    expect(shapeOfRow(48, [4, 4, 3])).toEqual([4, 4, 3]);
  });
});

describe('parting', () => {
  test('keeps each picture with its label, once, and depends on the seed alone', () => {
    const { train, test: held } = splitSet(tiny(10, [2, 2, 1]), 7);
    expect([train.count, held.count]).toEqual([8, 2]);
    expect([...train.labels, ...held.labels].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const part of [train, held]) {
      for (const [i, label] of part.labels.entries()) expect(part.pixels.values[i * 4 + 3]).toBe(label + 1);
    }
    expect(splitSet(tiny(10, [2, 2, 1]), 7)).toEqual({ train, test: held });
    expect(splitSet(tiny(10, [2, 2, 1]), 8).train.labels).not.toEqual(train.labels);
  });
  test('of two pictures leaves one on each side', () => {
    const { train, test: held } = splitSet(tiny(2, [1, 1, 1]), 0);
    expect([train.count, held.count]).toEqual([1, 1]);
  });
});

describe('fitting', () => {
  test('vectors and signals take the values in their order', () => {
    const set = tiny(2, [4, 4, 1]);
    expect(fitSet(set, [16], 's')).toEqual({ set, notes: [] });
    expect(fitSet(set, [16, 1], 's').notes).toEqual([]);
  });
  test('a border of zeros, with a note', () => {
    const { set, notes } = fitSet(tiny(2, [1, 2, 2]), [3, 2, 2], 's');
    expect(set.shape).toEqual([3, 2, 2]);
    expect([...set.pixels.values]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 0, 0, 0, 0]);
    expect(notes.map((n) => n.code)).toEqual(['N0401']);
  });
  test.each([
    ['smaller', [2, 4, 1]],
    ['odd', [5, 4, 1]],
    ['too wide', [14, 14, 1]],
    ['other channels', [4, 4, 3]],
  ])('refuses what is %s', (_, want) => {
    expect(() => fitSet(tiny(1, [4, 4, 1]), want as number[], 's')).toThrow('E0433');
  });
});

describe('resizing', () => {
  test('shrinking takes area means', () => {
    expect([...resize([0, 2, 4, 6], [2, 2, 1], [1, 1])]).toEqual([3]);
    expect([...resize([3, 6, 9], [1, 3, 1], [1, 2])]).toEqual([4, 8]);
  });
  test('growing is linear between centres', () => {
    expect([...resize([0, 4], [1, 2, 1], [1, 4])]).toEqual([0, 1, 3, 4]);
    expect([...resize([5], [1, 1, 1], [2, 3])]).toEqual([5, 5, 5, 5, 5, 5]);
  });
  test('keeps a constant, for all sizes', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, (h, w, toH, toW) => {
        const out = resize(new Uint8Array(h * w * 3).fill(200), [h, w, 3], [toH, toW]);
        expect(out.length).toBe(toH * toW * 3);
        for (const v of out) expect(Math.abs(v - 200)).toBeLessThan(1e-3);
      }),
    );
  });
  test('grey and colour', () => {
    expect([...toGrey([255, 0, 0, 9, 9, 9])].map((v) => Math.round(v * 1000) / 1000)).toEqual([76.245, 9]);
    expect([...toColour([1, 2])]).toEqual([1, 1, 1, 2, 2, 2]);
  });
});

test('specs', () => {
  expect(parseSpec('drawn')).toEqual({ kind: 'drawn', train: 6000, test: 1000 });
  expect(parseSpec('drawn:12,3')).toEqual({ kind: 'drawn', train: 12, test: 3 });
  expect(parseSpec('fashion_mnist', '/d/')).toEqual({ kind: 'fashion', path: '/d/fashion-mnist' });
  expect(parseSpec('cifar-10', 'd')).toEqual({ kind: 'cifar10', path: 'd/cifar-10' });
  expect(parseSpec('idx:a,b')).toEqual({ kind: 'idx', paths: ['a', 'b'] });
  expect(parseSpec('csv:C:/x.csv')).toEqual({ kind: 'csv', path: 'C:/x.csv' });
});
