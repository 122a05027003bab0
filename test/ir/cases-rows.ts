// Cases of operations on rows of scores: softmax, losses, right answers, the mean of a batch.
import type { CrossEntropyAttrs, Shape } from '../../src/ir/index.ts';
import { type CasesOf, count, none, type Operand } from './case.ts';

interface LossCase {
  readonly operands: readonly [Shape, ...Operand[]];
  readonly attrs: CrossEntropyAttrs;
}

const map = [
  [0, 2],
  [1, 1],
];
const losses: LossCase[] = [
  { operands: [[4, 3], { labels: [2, 0, 1, 1] }, count(4)], attrs: none },
  { operands: [[5, 4], { labels: [3, 0, 1, 0, 0] }, count(3)], attrs: none },
  { operands: [[1, 2], { labels: [1] }, count(1)], attrs: none },
  { operands: [[3, 3], { labels: [2, 0, 1] }, count(2)], attrs: { smoothing: 0.2, weights: [1, 2, 0.5] } },
  { operands: [[3, 2, 2, 3], { labels: [map, map, map] }, count(2)], attrs: { weights: [0, 3, 1] } },
  { operands: [[2, 2, 3], { labels: [map[0]!, map[1]!] }, count(2)], attrs: { smoothing: 0.5 } },
  {
    operands: [
      [2, 3],
      {
        labels: [
          [0.5, 0.25, 1],
          [0, 0, 1],
        ],
        values: true,
      },
      count(2),
    ],
    attrs: { smoothing: 0.1 },
  },
];

export const rows: CasesOf<
  | 'softmax'
  | 'softmax_dx'
  | 'log_softmax'
  | 'log_softmax_dx'
  | 'cross_entropy'
  | 'cross_entropy_dx'
  | 'softmax_cross_entropy'
  | 'softmax_cross_entropy_dx'
  | 'correct'
  | 'batch_mean'
  | 'batch_mean_dx'
> = {
  softmax: {
    examples: [
      {
        inputs: [
          [
            [0, Math.log(3)],
            [1000, 1000],
            [-2000, 0],
          ],
        ],
        attrs: none,
        expected: [
          [0.25, 0.75],
          [0.5, 0.5],
          [0, 1],
        ],
      },
    ],
    gradients: [
      { operands: [[3, 4]], attrs: none },
      { operands: [[2, 2, 2, 3]], attrs: none },
      { operands: [[5]], attrs: none },
    ],
  },
  softmax_dx: {
    examples: [{ inputs: [[[0.25, 0.75]], [[4, 8]]], attrs: none, expected: [[-0.75, 0.75]] }],
    gradients: { through: 'softmax' },
  },
  log_softmax: {
    examples: [
      {
        inputs: [
          [
            [0, Math.log(3)],
            [1000, 1000],
            [-2000, 0],
          ],
        ],
        attrs: none,
        expected: [
          [-Math.log(4), Math.log(0.75)],
          [-Math.log(2), -Math.log(2)],
          [-2000, 0],
        ],
      },
    ],
    gradients: [
      { operands: [[3, 4]], attrs: none },
      { operands: [[2, 2, 2, 3]], attrs: none },
      { operands: [[5]], attrs: none },
    ],
  },
  log_softmax_dx: {
    examples: [{ inputs: [[[Math.log(0.25), Math.log(0.75)]], [[4, 8]]], attrs: none, expected: [[1, -1]] }],
    gradients: { through: 'log_softmax' },
  },
  cross_entropy: {
    examples: [
      {
        inputs: [
          [
            [0.25, 0.75],
            [1, 0],
            [0.5, 0.5],
          ],
          { labels: [1, 0, 0] },
          2,
        ],
        attrs: none,
        expected: [-Math.log(0.75), 0, 0],
      },
      { inputs: [[[0, 1]], { labels: [0] }, 1], attrs: none, expected: [-Math.log(1e-30)] },
    ],
    gradients: losses.map((c) => ({
      ...c,
      operands: [{ probabilities: c.operands[0] }, ...c.operands.slice(1)],
    })),
  },
  cross_entropy_dx: {
    examples: [
      {
        inputs: [
          [
            [0.25, 0.75],
            [0.5, 0.5],
          ],
          { labels: [1, 0] },
          1,
          [3, 3],
        ],
        attrs: none,
        expected: [
          [0, -4],
          [0, 0],
        ],
      },
    ],
    gradients: { through: 'cross_entropy' },
  },
  softmax_cross_entropy: {
    examples: [
      {
        inputs: [
          [
            [0, Math.log(3)],
            [1000, 0],
            [5, 5],
          ],
          { labels: [1, 1, 0] },
          2,
        ],
        attrs: none,
        expected: [-Math.log(0.75), 1000, 0],
      },
      // A map of 1 x 2 pixels; weights as factors; smoothing 0.2 of two classes makes targets of 0.9 and 0.1.
      {
        inputs: [
          [
            [
              [
                [0, Math.log(3)],
                [0, 0],
              ],
            ],
          ],
          { labels: [[[1, 0]]] },
          1,
        ],
        attrs: { weights: [2, 4] },
        expected: [[[-4 * Math.log(0.75), 2 * Math.log(2)]]],
      },
      {
        inputs: [[[0, Math.log(3)]], { labels: [1] }, 1],
        attrs: { smoothing: 0.2 },
        expected: [-0.9 * Math.log(0.75) - 0.1 * Math.log(0.25)],
      },
      {
        inputs: [[[0, Math.log(3)]], { labels: [[0.5, 1]], values: true }, 1],
        attrs: none,
        expected: [-0.5 * Math.log(0.25) - Math.log(0.75)],
      },
    ],
    gradients: losses,
  },
  softmax_cross_entropy_dx: {
    examples: [
      {
        inputs: [
          [
            [0, Math.log(3)],
            [1, 1],
          ],
          { labels: [1, 0] },
          1,
          [4, 4],
        ],
        attrs: none,
        expected: [
          [1, -1],
          [0, 0],
        ],
      },
    ],
    gradients: { through: 'softmax_cross_entropy' },
  },
  correct: {
    examples: [
      {
        inputs: [
          [
            [1, 2],
            [2, 2],
            [2, 2],
            [5, 1],
          ],
          { labels: [1, 0, 1, 0] },
          3,
        ],
        attrs: none,
        expected: [1, 1, 0, 0],
      },
      {
        inputs: [
          [
            [3, 1, 2, 0],
            [3, 1, 2, 0],
            [1, 1, 1, 1],
            [1, 1, 1, 1],
          ],
          { labels: [2, 1, 1, 2] },
          4,
        ],
        attrs: { k: 2 },
        expected: [1, 0, 1, 0],
      },
      {
        inputs: [
          [
            [
              [1, 2],
              [2, 1],
            ],
          ],
          { labels: [[1, 1]] },
          1,
        ],
        attrs: none,
        expected: [[1, 0]],
      },
    ],
    gradients: { none: 'a count has no gradient' },
  },
  batch_mean: {
    examples: [{ inputs: [[1, 2, 6, 100], 3], attrs: none, expected: 3 }],
    gradients: [
      { operands: [[4], count(4)], attrs: none },
      { operands: [[5], count(2)], attrs: none },
    ],
  },
  batch_mean_dx: {
    examples: [{ inputs: [6, 3], attrs: { batch: 5 }, expected: [2, 2, 2, 0, 0] }],
    gradients: { through: 'batch_mean' },
  },
};
