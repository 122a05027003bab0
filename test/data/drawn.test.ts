// The embedded set: deterministic, quick to make, and too hard for a linear classifier.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { drawn } from '../../src/data/drawn.ts';
import type { DataSet } from '../../src/data/types.ts';

const bytesOf = (set: DataSet, count: number): Uint8Array => (set.pixels.values as Uint8Array).subarray(0, count * 784);
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

test('the same seed draws the same pictures', () => {
  const { train, test: held } = drawn(0, 40, 20);
  expect([hashOf(bytesOf(train, 40)), hashOf(bytesOf(held, 20))]).toMatchInlineSnapshot(`
    [
      "ac2a4f1cea37f0fd",
      "df9fda2a186602c2",
    ]
  `);
  expect(hashOf(bytesOf(drawn(1, 40, 20).train, 40))).not.toBe(hashOf(bytesOf(train, 40)));
  // How many pictures there are does not change the first ones.
  expect(bytesOf(drawn(0, 50, 30).test, 20)).toEqual(bytesOf(held, 20));
  expect([...train.labels.subarray(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
});

test('all 7000 pictures take little time', () => {
  const start = performance.now();
  const { train, test: held } = drawn(3);
  const seconds = (performance.now() - start) / 1000;
  console.log(`drawn: 7000 pictures in ${seconds.toFixed(2)} s`);
  expect([train.count, held.count, train.shape]).toEqual([6000, 1000, [28, 28, 1]]);
  expect(seconds).toBeLessThan(4);
});

/** Softmax regression by Adam: what a network without hidden layers can learn. Returns its accuracy on the test part. */
function linearAccuracy(train: DataSet, held: DataSet, epochs: number): number {
  const inputs = 784;
  const size = (inputs + 1) * 10;
  const [w, m, v, g] = [0, 1, 2, 3].map(() => new Float32Array(size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const p = new Float64Array(10);
  const forward = (pictures: Uint8Array, at: number): void => {
    for (let c = 0; c < 10; c++) p[c] = w[inputs * 10 + c]!;
    for (let j = 0; j < inputs; j++) {
      const x = pictures[at + j]! / 255;
      if (x !== 0) for (let c = 0; c < 10; c++) p[c]! += x * w[j * 10 + c]!;
    }
  };
  const pictures = train.pixels.values as Uint8Array;
  const batch = 50;
  for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
    const lr = 0.002 * (1 - epoch / epochs);
    for (let start = 0; start < train.count; start += batch) {
      g.fill(0);
      for (let i = start; i < start + batch; i++) {
        forward(pictures, i * inputs);
        const top = Math.max(...p);
        const sum = p.reduce((s, z) => s + Math.exp(z - top), 0);
        for (let c = 0; c < 10; c++) p[c] = Math.exp(p[c]! - top) / sum - (c === train.labels[i] ? 1 : 0);
        for (let j = 0; j < inputs; j++) {
          const x = pictures[i * inputs + j]! / 255;
          if (x !== 0) for (let c = 0; c < 10; c++) g[j * 10 + c]! += (x * p[c]!) / batch;
        }
        for (let c = 0; c < 10; c++) g[inputs * 10 + c]! += p[c]! / batch;
      }
      step++;
      const scale = (lr * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
      for (let k = 0; k < size; k++) {
        m[k] = 0.9 * m[k]! + 0.1 * g[k]!;
        v[k] = 0.999 * v[k]! + 0.001 * g[k]! * g[k]!;
        w[k]! -= (scale * m[k]!) / (Math.sqrt(v[k]!) + 1e-7);
      }
    }
  }
  let right = 0;
  for (let i = 0; i < held.count; i++) {
    forward(held.pixels.values as Uint8Array, i * inputs);
    if (p.indexOf(Math.max(...p)) === held.labels[i]) right++;
  }
  return right / held.count;
}

test('a linear classifier stays below 0.88', { timeout: 60_000 }, () => {
  const { train, test: held } = drawn(0, 4000, 1000);
  const accuracy = linearAccuracy(train, held, 20);
  console.log(`drawn: softmax regression on 4000 pictures reaches ${accuracy}`);
  expect(accuracy).toBeLessThan(0.88);
  expect(accuracy).toBeGreaterThan(0.6);
});
