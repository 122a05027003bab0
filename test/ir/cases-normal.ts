// Cases of normalisation: batches in part, mean and variance with their gradient, neighbouring channels, sums in runs.
import { type Builder, emit, type Node, type Shape } from '../../src/ir/index.ts';
import { moments } from '../../src/ir/ops/normalize.ts';
import { type CasesOf, count, type GradientCase, type Operand } from './case.ts';

const epsilon = 0.01;
const pictures = (value: number): Operand => ({ field: { name: 'pictures', type: 'f32' }, value });

/** x with its own mean and variance over axes, keeping them as 1 where that is needed to broadcast. */
const normalised =
  (axes: readonly number[], keep: boolean) =>
  (b: Builder, [x]: readonly Node[]): Node => {
    const { mean, variance } = moments(b, x as Node, axes, keep, 'x0');
    return emit(b, 'standardize', [x as Node, mean, variance], { axes, epsilon }, 'y');
  };

const whole = (shape: Shape, axes: readonly number[], keep: boolean): GradientCase<'standardize'> => ({
  operands: [shape],
  attrs: { axes, epsilon },
  build: normalised(axes, keep),
});
const batch = (shape: Shape, axes: readonly number[], keep: boolean, n: number): GradientCase<'standardize'> => ({
  ...whole(shape, axes, keep),
  operands: [shape, count(n), pictures(n)],
});

export const normal: CasesOf<'standardize' | 'standardize_dx' | 'channel_sum' | 'partial_sum'> = {
  standardize: {
    examples: [
      {
        inputs: [
          [
            [1, 2],
            [3, 4],
          ],
          [2, 2],
          [0, 3],
        ],
        attrs: { axes: [], epsilon: 1 },
        expected: [
          [-1, 0],
          [1, 1],
        ],
      },
    ],
    gradients: [
      batch([4, 3], [0], false, 4),
      batch([4, 3], [0], false, 3),
      batch([3, 2, 3, 2], [0, 1, 2], false, 3),
      batch([3, 2, 3, 2], [0, 1, 2], false, 2),
      batch([2, 5, 3], [0, 1], false, 1),
      whole([3, 5], [1], true),
      whole([2, 2, 3, 4], [3], true),
      whole([2, 3, 2, 2], [1, 2], true),
      whole([2, 2, 2, 2, 3], [1, 2, 4], true),
      // Mean and variance that are given have no gradient, and x has that of a scale.
      { operands: [[3, 4], { given: [4] }, { given: [4] }], attrs: { axes: [], epsilon } },
    ],
  },
  standardize_dx: {
    examples: [
      {
        inputs: [
          [
            [5, 6],
            [7, 8],
          ],
          [
            [1, -1],
            [2, 0],
          ],
          [1, 2],
          [2, 3],
          [3, 0],
          1,
        ],
        attrs: { axes: [0], epsilon: 1 },
        expected: [
          [1, 7],
          [3.5, 8],
        ],
      },
    ],
    gradients: { through: 'standardize' },
  },
  channel_sum: {
    examples: [
      {
        inputs: [
          [
            [1, 2, 3, 4],
            [5, 6, 7, 8],
          ],
        ],
        attrs: { before: 1, after: 2 },
        expected: [
          [6, 10, 9, 7],
          [18, 26, 21, 15],
        ],
      },
    ],
    gradients: [
      [2, 2],
      [0, 1],
      [3, 0],
      [9, 9],
    ].map(([before = 0, after = 0]) => ({ operands: [[2, 3, 5]], attrs: { before, after } })),
  },
  partial_sum: {
    examples: [
      {
        inputs: [
          [
            [1, 10],
            [2, 20],
            [3, 30],
          ],
        ],
        attrs: { axes: [0], parts: 2 },
        expected: [
          [3, 30],
          [3, 30],
        ],
      },
      { inputs: [[1, 2, 3, 4, 5]], attrs: { axes: [0], parts: 4 }, expected: [3, 7, 5, 0] },
    ],
    gradients: { none: 'sums are split after differentiation' },
  },
};
