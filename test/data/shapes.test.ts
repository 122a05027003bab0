// The set `shapes`: deterministic, quick to make, with maps that fit its pictures.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { fitSet } from '../../src/data/fit.ts';
import { shapes } from '../../src/data/shapes.ts';
import { splitSet } from '../../src/data/split.ts';

const hashOf = (bytes: ArrayBufferView): string =>
  createHash('sha256')
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest('hex')
    .slice(0, 16);

test('the same seed draws the same pictures', () => {
  const { train, test: held } = shapes(1, 20, 10);
  expect([hashOf(train.pixels.values), hashOf(train.labels)]).toMatchInlineSnapshot(`
    [
      "968c4a85b5a6b814",
      "d9c5ea158fba9594",
    ]
  `);
  expect(hashOf(shapes(2, 20, 10).train.labels)).not.toBe(hashOf(train.labels));
  expect(shapes(1, 5, 20).test.labels.subarray(0, held.labels.length)).toEqual(held.labels);
  expect([train.shape, train.labelShape, train.classes]).toEqual([[32, 32, 1], [32, 32], 4]);
  expect(shapes(1, 1, 1, 48).train.shape).toEqual([48, 48, 1]);
});

test('every class has its share, and shapes are brighter than what is behind them', () => {
  const { labels, pixels } = shapes(3, 200, 1).train;
  const counts = [0, 0, 0, 0];
  const sums = [0, 0, 0, 0];
  labels.forEach((c: number, i: number) => {
    counts[c]!++;
    sums[c]! += pixels.values[i]!;
  });
  expect(counts[0]! / labels.length).toBeGreaterThan(0.6);
  for (const c of [1, 2, 3]) {
    expect(counts[c]! / labels.length).toBeGreaterThan(0.02);
    expect(sums[c]! / counts[c]!).toBeGreaterThan(1.5 * (sums[0]! / counts[0]!));
  }
});

test('maps go with their pictures when a set is parted or gets a border', () => {
  const { train } = shapes(1, 10, 1);
  const map = (set: typeof train, i: number): string => hashOf(set.labels.slice(i * 1024, (i + 1) * 1024));
  const parts = splitSet(train, 1);
  const picture = (set: typeof train, i: number): string => hashOf(set.pixels.values.slice(i * 1024, (i + 1) * 1024));
  const of = new Map(Array.from({ length: 10 }, (_, i) => [picture(train, i), map(train, i)]));
  for (const set of [parts.train, parts.test])
    for (let i = 0; i < set.count; i++) expect(of.get(picture(set, i))).toBe(map(set, i));
  const { set } = fitSet(train, [36, 36, 1], 'shapes');
  expect([set.labelShape, set.labels.length]).toEqual([[36, 36], 10 * 36 * 36]);
  expect(set.labels[2 * 36 + 2]).toBe(train.labels[0]);
});
