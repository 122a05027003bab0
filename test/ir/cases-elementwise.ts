// Cases of elementwise operations, whose shapes broadcast, and of those that change shapes.
import type { Shape } from '../../src/ir/index.ts';
import { type CasesOf, none, type Operand, type Plain } from './case.ts';

/** Shapes that broadcast against each other. */
const pairs: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3, 4], [4]],
  [[4], [2, 3, 4]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[], [2, 3]],
  [[2, 3], [1]],
  [[1, 1, 5], [5]],
];
const broadcasting = (second: (s: Shape) => Operand = (s) => s): Plain[] =>
  pairs.map(([a, b]) => ({ operands: [a, second(b)], attrs: none }));
const elementwise: Plain[] = [
  { operands: [[3, 5]], attrs: none },
  { operands: [[]], attrs: none },
];
export const elementwiseAndShapes: CasesOf<
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sqrt'
  | 'neg'
  | 'abs'
  | 'sign'
  | 'relu'
  | 'relu_dx'
  | 'sigmoid'
  | 'sigmoid_dx'
  | 'tanh'
  | 'tanh_dx'
  | 'reshape'
  | 'sum'
  | 'broadcast'
> = {
  add: {
    examples: [
      {
        inputs: [
          [
            [1, 2],
            [3, 4],
          ],
          [10, 20],
        ],
        attrs: none,
        expected: [
          [11, 22],
          [13, 24],
        ],
      },
    ],
    gradients: broadcasting(),
  },
  sub: {
    examples: [
      {
        inputs: [
          [
            [1, 2],
            [3, 4],
          ],
          [[10], [20]],
        ],
        attrs: none,
        expected: [
          [-9, -8],
          [-17, -16],
        ],
      },
    ],
    gradients: broadcasting(),
  },
  mul: { examples: [{ inputs: [[1, -2, 3], -2], attrs: none, expected: [-2, 4, -6] }], gradients: broadcasting() },
  div: {
    examples: [
      {
        inputs: [
          [1, -2, 3],
          [2, 4, -8],
        ],
        attrs: none,
        expected: [0.5, -0.5, -0.375],
      },
    ],
    gradients: broadcasting((positive) => ({ positive })),
  },
  sqrt: {
    examples: [{ inputs: [[0, 4, 2.25]], attrs: none, expected: [0, 2, 1.5] }],
    gradients: [{ operands: [{ positive: [3, 5] }], attrs: none }],
  },
  neg: { examples: [{ inputs: [[1, -2]], attrs: none, expected: [-1, 2] }], gradients: elementwise },
  abs: { examples: [{ inputs: [[-2, 0, 3]], attrs: none, expected: [2, 0, 3] }], gradients: elementwise },
  sign: { examples: [{ inputs: [[-2, 0, 3]], attrs: none, expected: [-1, 0, 1] }], gradients: elementwise },
  relu: { examples: [{ inputs: [[-1, 0, 2]], attrs: none, expected: [0, 0, 2] }], gradients: elementwise },
  relu_dx: {
    examples: [
      {
        inputs: [
          [0, 0, 2],
          [5, 6, 7],
        ],
        attrs: none,
        expected: [0, 0, 7],
      },
    ],
    gradients: { through: 'relu' },
  },
  sigmoid: {
    examples: [
      { inputs: [[0, Math.log(3), -Math.log(3), 1000, -1000]], attrs: none, expected: [0.5, 0.75, 0.25, 1, 0] },
    ],
    gradients: elementwise,
  },
  sigmoid_dx: {
    examples: [
      {
        inputs: [
          [0.5, 0.75],
          [4, 16],
        ],
        attrs: none,
        expected: [1, 3],
      },
    ],
    gradients: { through: 'sigmoid' },
  },
  tanh: {
    examples: [{ inputs: [[0, Math.log(2), -Math.log(2), 1000]], attrs: none, expected: [0, 0.6, -0.6, 1] }],
    gradients: elementwise,
  },
  tanh_dx: {
    examples: [
      {
        inputs: [
          [0, 0.6],
          [4, 100],
        ],
        attrs: none,
        expected: [4, 64],
      },
    ],
    gradients: { through: 'tanh' },
  },
  reshape: {
    examples: [
      {
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { shape: [3, 2] },
        expected: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      },
    ],
    gradients: [
      { operands: [[2, 3, 4]], attrs: { shape: [6, 4] } },
      { operands: [[]], attrs: { shape: [1, 1] } },
    ],
  },
  sum: {
    examples: [
      {
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { axes: [0] },
        expected: [5, 7, 9],
      },
      {
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { axes: [1] },
        expected: [6, 15],
      },
      {
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { axes: [0, 1] },
        expected: 21,
      },
    ],
    gradients: [[0], [1], [2], [0, 2], [0, 1, 2], []].map((axes) => ({ operands: [[2, 3, 4]], attrs: { axes } })),
  },
  broadcast: {
    examples: [
      {
        inputs: [[1, 2]],
        attrs: { shape: [2, 3], axes: [1] },
        expected: [
          [1, 1, 1],
          [2, 2, 2],
        ],
      },
      {
        inputs: [[1, 2]],
        attrs: { shape: [3, 2], axes: [0] },
        expected: [
          [1, 2],
          [1, 2],
          [1, 2],
        ],
      },
    ],
    gradients: [
      { operands: [[3]], attrs: { shape: [2, 3, 4], axes: [0, 2] } },
      { operands: [[]], attrs: { shape: [2, 3], axes: [0, 1] } },
      { operands: [[2, 4]], attrs: { shape: [2, 3, 4], axes: [1] } },
    ],
  },
};
