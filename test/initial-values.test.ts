// How parameters start: limits, deviations, the cut of truncated normals, orthonormal matrices, and that seeds matter.
import { describe, expect, test } from 'vitest';
import { initialValues } from '../runtime/init.ts';
import type { InitSpec } from '../runtime/plan.ts';
import { fansOf } from '../src/layers/initializers.ts';

const values = (init: InitSpec, shape: readonly number[], seed = 1, name = 'w'): Float32Array =>
  initialValues({ name, shape, offset: 0, init, trainable: true }, seed);
const mean = (x: Float32Array): number => x.reduce((a, b) => a + b, 0) / x.length;
const deviation = (x: Float32Array): number => Math.sqrt(mean(x.map((v) => v * v)) - mean(x) ** 2);
const many = [100, 500];

test('constants', () => {
  expect([...values({ kind: 'constant', value: -0.5 }, [3])]).toEqual([-0.5, -0.5, -0.5]);
});

test('uniform fills its limits', () => {
  const x = values({ kind: 'uniform', limit: 0.3 }, many);
  expect(Math.max(...x)).toBeLessThanOrEqual(0.3);
  expect(Math.max(...x)).toBeGreaterThan(0.299);
  expect(Math.min(...x)).toBeLessThan(-0.299);
  expect(mean(x)).toBeCloseTo(0, 2);
  expect(deviation(x)).toBeCloseTo(0.3 / Math.sqrt(3), 2);
});

test('normal has its deviation, and tails', () => {
  const x = values({ kind: 'normal', deviation: 2 }, many);
  expect(mean(x) / 2).toBeCloseTo(0, 1);
  expect(deviation(x) / 2).toBeCloseTo(1, 2);
  expect(x.filter((v) => Math.abs(v) > 4).length / x.length).toBeCloseTo(0.0455, 2);
});

test('a truncated normal ends at two deviations, and has the deviation of Keras after its division', () => {
  const x = values({ kind: 'truncated_normal', deviation: 0.5 / 0.87962566103423978 }, many);
  expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(1 / 0.8796);
  expect(Math.max(...x.map(Math.abs))).toBeGreaterThan(0.999 / 0.8797);
  expect(mean(x)).toBeCloseTo(0, 2);
  expect(deviation(x) / 0.5).toBeCloseTo(1, 2);
});

describe('orthogonal', () => {
  test.each([
    [[7, 5], 1],
    [[5, 7], 1],
    [[6, 6], 1],
    [[3, 3, 2, 8], 1],
    [[3, 3, 1, 16], 0.5],
    [[1, 4], 2],
    [[50, 40], 1],
  ])('%j times %d', (shape, gain) => {
    const columns = shape.at(-1)!;
    const rows = shape.reduce((a, b) => a * b) / columns;
    const q = values({ kind: 'orthogonal', gain }, shape);
    const few = Math.min(rows, columns);
    const at = (k: number, i: number): number => q[rows < columns ? k * columns + i : i * columns + k]! / gain;
    for (let a = 0; a < few; a++) {
      for (let b = 0; b < few; b++) {
        let dot = 0;
        for (let i = 0; i < Math.max(rows, columns); i++) dot += at(a, i) * at(b, i);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 6);
      }
    }
  });

  test('directions are random: a square one is neither the identity nor of one sign', () => {
    const q = values({ kind: 'orthogonal', gain: 1 }, [30, 30]);
    const diagonal = Array.from({ length: 30 }, (_, i) => q[31 * i]!);
    expect(diagonal.filter((v) => v > 0).length).toBeGreaterThan(5);
    expect(diagonal.filter((v) => v < 0).length).toBeGreaterThan(5);
    expect(Math.max(...diagonal.map(Math.abs))).toBeLessThan(0.9);
  });
});

test('seeds and names give other values, equal ones the same', () => {
  const kinds: InitSpec[] = [
    { kind: 'uniform', limit: 1 },
    { kind: 'normal', deviation: 1 },
    { kind: 'truncated_normal', deviation: 1 },
    { kind: 'orthogonal', gain: 1 },
  ];
  for (const init of kinds) {
    const x = values(init, [4, 4]);
    expect(values(init, [4, 4])).toEqual(x);
    expect(values(init, [4, 4], 2)).not.toEqual(x);
    expect(values(init, [4, 4], 1, 'v')).not.toEqual(x);
  }
});

test('fans, as compute_fans of Keras', () => {
  expect(fansOf([])).toEqual({ in: 1, out: 1 });
  expect(fansOf([5])).toEqual({ in: 5, out: 5 });
  expect(fansOf([3, 7])).toEqual({ in: 3, out: 7 });
  expect(fansOf([3, 4, 5])).toEqual({ in: 12, out: 15 });
  expect(fansOf([3, 3, 2, 8])).toEqual({ in: 18, out: 72 });
});
