// Cases of operations on the size of values: abs, sign, the larger of two, powers, and sums of squares.
import { type CasesOf, none, type Plain } from './case.ts';

const two: Plain[] = [
  {
    operands: [
      [3, 5],
      [3, 5],
    ],
    attrs: none,
  },
  { operands: [[2, 3, 4], [4]], attrs: none },
  { operands: [[4], [3, 1]], attrs: none },
  { operands: [[], [2, 3]], attrs: none },
];
const one: Plain[] = [
  { operands: [[3, 5]], attrs: none },
  { operands: [[]], attrs: none },
];
const sums = new Array<number>(64).fill(0);

export const magnitude: CasesOf<
  'abs' | 'sign' | 'max' | 'min' | 'pow' | 'squares' | 'floor' | 'ceil' | 'round' | 'erf'
> = {
  abs: { examples: [{ inputs: [[-2, 0, 3.5]], attrs: none, expected: [2, 0, 3.5] }], gradients: one },
  sign: { examples: [{ inputs: [[-2, 0, 3.5, -0.1]], attrs: none, expected: [-1, 0, 1, -1] }], gradients: one },
  floor: { examples: [{ inputs: [[-1.5, 0, 2.7, -3]], attrs: none, expected: [-2, 0, 2, -3] }], gradients: one },
  ceil: { examples: [{ inputs: [[-1.5, 0, 2.2, -3]], attrs: none, expected: [-1, 0, 3, -3] }], gradients: one },
  round: {
    examples: [{ inputs: [[-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.51]], attrs: none, expected: [-2, -2, 0, 0, 2, 2, 3] }],
    gradients: one,
  },
  erf: {
    // Abramowitz & Stegun, table 7.1.
    examples: [{ inputs: [[0, 0.5, -1, 2]], attrs: none, expected: [0, 0.5204998778, -0.8427007929, 0.995322265] }],
    gradients: one,
  },
  max: {
    examples: [
      { inputs: [[-2, 0, 3.5], 1], attrs: none, expected: [1, 1, 3.5] },
      {
        inputs: [
          [1, 2],
          [[2], [-1]],
        ],
        attrs: none,
        expected: [
          [2, 2],
          [1, 2],
        ],
      },
    ],
    gradients: two,
  },
  min: {
    examples: [{ inputs: [[-2, 0, 3.5], 1], attrs: none, expected: [-2, 0, 1] }],
    gradients: two,
  },
  pow: {
    examples: [
      { inputs: [[4, 9]], attrs: { exponent: 0.5 }, expected: [2, 3] },
      { inputs: [[2, 10]], attrs: { exponent: -2 }, expected: [0.25, 0.01] },
      { inputs: [[-2, 3, 0]], attrs: { exponent: 3 }, expected: [-8, 27, 0] },
      { inputs: [[-2, 0]], attrs: { exponent: 2 }, expected: [4, 0] },
    ],
    gradients: [0.5, 0.75, 3, -1.5].map((exponent) => ({ operands: [{ positive: [2, 3] }], attrs: { exponent } })),
  },
  squares: {
    examples: [
      {
        inputs: [
          [
            [1, 2],
            [3, -4],
          ],
          [0.5],
          new Array<number>(65).fill(3),
        ],
        attrs: { rows: 1 },
        expected: [sums.map((_, i) => (i === 0 ? 1.25 + 18 : i < 4 ? 9 + (i + 1) ** 2 : 9))],
      },
      {
        inputs: [[7], new Array<number>(130).fill(1)],
        attrs: { rows: 2 },
        expected: [0, 1].map((row) =>
          sums.map((_, i) => (row === 0 && i === 0 ? 49 + 2 : row === 0 && i === 1 ? 2 : 1)),
        ),
      },
    ],
    gradients: { none: 'only gradients are measured with it' },
  },
};
