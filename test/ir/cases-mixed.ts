// Cases of mixed precision: rounding to halves, the choice of one of two, and counts of what is not finite.
import { type CasesOf, none } from './case.ts';

const inf = Number.POSITIVE_INFINITY;
const counts = (...first: number[]): number[] => [...first, ...new Array<number>(64 - first.length).fill(0)];

export const mixed: CasesOf<'half' | 'choose' | 'overflows'> = {
  half: {
    examples: [
      // 1 + 2^-11 lies between two halves, and the even one is 1; 65519 is nearer to the largest half than to 65536.
      {
        inputs: [[1 / 3, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, -1e9, 2 ** -25, -(2 ** -24), 0.1]],
        attrs: none,
        expected: [0.333251953125, 1, 1 + 2 ** -9, 65504, inf, -inf, 0, -(2 ** -24), 0.0999755859375],
      },
    ],
    gradients: { none: 'values are rounded once the gradients are there' },
  },
  choose: {
    examples: [
      { inputs: [1, [1, Number.NaN], [3, 4]], attrs: none, expected: [3, 4] },
      { inputs: [0, [1, 2], [Number.NaN, inf]], attrs: none, expected: [1, 2] },
      {
        inputs: [
          [0, 2, -1],
          [1, 2, 3],
          [4, 5, 6],
        ],
        attrs: none,
        expected: [1, 5, 3],
      },
    ],
    gradients: { none: 'updates are chosen with it' },
  },
  overflows: {
    examples: [
      {
        inputs: [[1, inf, Number.NaN, 3e38], [-inf], new Array<number>(66).fill(Number.NaN)],
        attrs: { rows: 1 },
        expected: [new Array<number>(64).fill(1).map((n, i) => n + (i < 2 ? 2 : i === 2 ? 1 : 0))],
      },
      // Above the largest f32.
      { inputs: [[0, 4e38]], attrs: { rows: 2 }, expected: [counts(0, 1), counts()] },
    ],
    gradients: { none: 'only gradients are measured with it' },
  },
};
