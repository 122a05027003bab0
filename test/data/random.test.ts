// The counter-based random numbers: fixed values, and the statistics that training relies on.
import { describe, expect, test } from 'vitest';
import { hash32, normal, permutation, uniform } from '../../runtime/random.ts';

describe('random numbers', () => {
  test('are the same everywhere', () => {
    expect([hash32(0, 0, 0), hash32(1, 2, 3), hash32(0xffffffff, 0x80000000, 7)]).toMatchInlineSnapshot(`
      [
        1058371385,
        1500447710,
        1255362096,
      ]
    `);
    expect(hash32(-1, 5, 5)).toBe(hash32(0xffffffff, 5, 5));
    expect([...permutation(3, 1, 8)]).toMatchInlineSnapshot(`
      [
        3,
        5,
        4,
        2,
        6,
        7,
        0,
        1,
      ]
    `);
  });

  test.each([
    [0, 0],
    [1, 0],
    [0, 1],
    [42, 0x10000000],
  ])('are uniform: seed %i, stream %i', (seed, stream) => {
    const n = 1 << 16;
    const high = new Uint32Array(256);
    const low = new Uint32Array(256);
    let lag = 0;
    for (let i = 0; i < n; i++) {
      const h = hash32(seed, stream, i);
      high[h >>> 24]!++;
      low[h & 255]!++;
      lag += (uniform(seed, stream, i) - 0.5) * (uniform(seed, stream, i + 1) - 0.5) * 12;
    }
    const chi = (bins: Uint32Array): number => bins.reduce((sum, b) => sum + (b - n / 256) ** 2 / (n / 256), 0);
    // 255 degrees of freedom: mean 255, deviation 22.6; five deviations.
    expect(chi(high)).toBeLessThan(368);
    expect(chi(low)).toBeLessThan(368);
    expect(Math.abs(lag / n)).toBeLessThan(5 / Math.sqrt(n));
  });

  test('change in half of their bits when one bit of an argument changes', () => {
    const n = 512;
    for (const argument of [0, 1, 2]) {
      for (let bit = 0; bit < 32; bit++) {
        let flipped = 0;
        for (let i = 0; i < n; i++) {
          const args: [number, number, number] = [hash32(9, 0, i), hash32(9, 1, i), hash32(9, 2, i)];
          const before = hash32(...args);
          args[argument]! ^= 1 << bit;
          let difference = before ^ hash32(...args);
          for (; difference !== 0; difference &= difference - 1) flipped++;
        }
        expect(flipped / (32 * n)).toBeGreaterThan(0.4);
        expect(flipped / (32 * n)).toBeLessThan(0.6);
      }
    }
  });

  test('have the moments of a normal distribution', () => {
    const n = 40000;
    const values = Array.from({ length: n }, (_, i) => normal(5, 6, i));
    const moment = (k: number): number => values.reduce((sum, v) => sum + v ** k, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(0.025);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.04);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.25);
  });

  test('permute: each number once, each place alike', () => {
    expect([...permutation(1, 2, 1000)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...permutation(1, 2, 0)]).toEqual([]);
    const first = new Uint32Array(5);
    for (let seed = 0; seed < 5000; seed++) first[permutation(seed, 0, 5)[0]!]!++;
    for (const count of first) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(800));
  });
});
