// Cases of what losses are made of: functions of single numbers, binary cross-entropy, classes as rows, the mask of a batch.
import { type CasesOf, count, none } from './case.ts';

const unary = (x: number, y: number) => ({ inputs: [[x]], attrs: none, expected: [y] });

export const lossCases: CasesOf<'exp' | 'log' | 'greater' | 'sigmoid_cross_entropy' | 'one_hot' | 'counted'> = {
  exp: {
    examples: [unary(0, 1), unary(1, Math.E)],
    gradients: [{ operands: [[3, 5]], attrs: none }],
  },
  log: {
    examples: [unary(1, 0), unary(Math.E, 1)],
    gradients: [{ operands: [{ positive: [3, 5] }], attrs: none }],
  },
  greater: {
    examples: [{ inputs: [[1, 2, 3], [2]], attrs: none, expected: [0, 0, 1] }],
    gradients: { none: 'a step has no gradient' },
  },
  sigmoid_cross_entropy: {
    // p = 3/4 at z = log 3.
    examples: [
      {
        inputs: [
          [Math.log(3), Math.log(3), 0],
          [1, 0, 0.5],
        ],
        attrs: none,
        expected: [-Math.log(0.75), -Math.log(0.25), Math.log(2)],
      },
      {
        inputs: [
          [1000, -1000],
          [0, 1],
        ],
        attrs: none,
        expected: [1000, 1000],
      },
    ],
    gradients: [
      {
        operands: [
          [3, 5],
          [3, 5],
        ],
        attrs: none,
      },
    ],
  },
  one_hot: {
    examples: [
      {
        inputs: [{ labels: [2, 0] }],
        attrs: { classes: 3, first: 0 },
        expected: [
          [0, 0, 1],
          [1, 0, 0],
        ],
      },
      { inputs: [{ labels: [1, 0] }], attrs: { classes: 1, first: 1 }, expected: [[1], [0]] },
      {
        inputs: [{ labels: [[1, 0]] }],
        attrs: { classes: 2, first: 0 },
        expected: [
          [
            [0, 1],
            [1, 0],
          ],
        ],
      },
    ],
    gradients: [{ operands: [{ labels: [1, 0] }], attrs: { classes: 2, first: 0 } }],
  },
  counted: {
    examples: [
      { inputs: [[1, 2, 3], 2], attrs: none, expected: [1, 2, 0] },
      {
        inputs: [
          [
            [1, 2],
            [3, 4],
          ],
          1,
        ],
        attrs: none,
        expected: [
          [1, 2],
          [0, 0],
        ],
      },
    ],
    gradients: [
      { operands: [[4], count(3)], attrs: none },
      { operands: [[3, 5], count(2)], attrs: none },
    ],
  },
};
