// Cases of convolutions, poolings and matrix products, with their gradients.
import { type ConvAttrs, type PoolAttrs, type Shape, type WindowAttrs, windowOutput } from '../../src/ir/index.ts';
import type { CasesOf, Nested } from './case.ts';

const plain: ConvAttrs = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 };
const windows: readonly WindowAttrs[] = [
  plain,
  { stride: [2, 1], padding: [1, 1, 1, 1], dilation: [1, 1] },
  { stride: [1, 3], padding: [0, 2, 1, 0], dilation: [1, 1] },
  { stride: [1, 1], padding: [2, 2, 2, 2], dilation: [2, 1] },
  { stride: [2, 2], padding: [1, 0, 0, 3], dilation: [1, 2] },
  { stride: [4, 5], padding: [0, 0, 0, 0], dilation: [1, 1] },
];
const kernels: readonly (readonly [number, number])[] = [
  [3, 3],
  [1, 1],
  [2, 3],
  [3, 1],
];
interface Convolution {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly attrs: ConvAttrs;
}
const convolution = (x: readonly number[], w: readonly number[], a: WindowAttrs, groups: number): Convolution => ({
  x,
  w,
  y: [x[0]!, ...windowOutput([x[1]!, x[2]!], [w[0]!, w[1]!], a), w[3]!],
  attrs: { ...a, groups },
});
/** Kernels, windows and groups on which the gradients of a convolution, and the gradients of those, are checked. */
const convolutions: readonly Convolution[] = windows.flatMap((a) => [
  ...kernels.map((k) => convolution([2, 5, 7, 2], [...k, 2, 3], a, 1)),
  convolution([1, 6, 5, 1], [2, 2, 1, 1], a, 1),
  convolution([2, 5, 6, 4], [2, 3, 2, 6], a, 2),
  convolution([1, 5, 6, 3], [3, 2, 1, 6], a, 3),
]);
const pools: readonly PoolAttrs[] = [
  { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] },
  { window: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1], dilation: [1, 1] },
  { window: [3, 2], stride: [1, 1], padding: [2, 0, 0, 1], dilation: [1, 1] },
  { window: [2, 2], stride: [3, 3], padding: [0, 0, 0, 0], dilation: [1, 1] },
  { window: [2, 3], stride: [1, 2], padding: [0, 1, 2, 2], dilation: [3, 2] },
];
/** Windows side by side. */
const side22 = { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
const pool22 = pools[0] as PoolAttrs;

const x33: Nested = [
  [
    [[1], [2], [3]],
    [[4], [5], [6]],
    [[7], [8], [9]],
  ],
];
export const heavy: CasesOf<
  | 'conv2d'
  | 'conv2d_dx'
  | 'conv2d_dw'
  | 'conv2d_dw_parts'
  | 'conv2d_dw_pooled'
  | 'matmul'
  | 'maxpool2d'
  | 'maxpool2d_dx'
  | 'maxpool2d_winner'
  | 'unpool2d'
  | 'avgpool2d'
  | 'avgpool2d_dx'
> = {
  conv2d: {
    examples: [
      {
        inputs: [
          x33,
          [
            [[[1]], [[2]]],
            [[[3]], [[4]]],
          ],
        ],
        attrs: plain,
        expected: [
          [
            [[37], [47]],
            [[67], [77]],
          ],
        ],
      },
      {
        inputs: [
          x33,
          [
            [[[1]], [[2]]],
            [[[3]], [[4]]],
          ],
        ],
        attrs: { ...plain, stride: [2, 2], padding: [1, 1, 1, 1] },
        expected: [
          [
            [[4], [3 * 2 + 4 * 3]],
            [[2 * 4 + 4 * 7], [5 + 2 * 6 + 3 * 8 + 4 * 9]],
          ],
        ],
      },
      {
        inputs: [
          x33,
          [
            [[[1]], [[2]]],
            [[[3]], [[4]]],
          ],
        ],
        attrs: { ...plain, dilation: [2, 2] },
        expected: [[[[1 + 2 * 3 + 3 * 7 + 4 * 9]]]],
      },
      {
        // Two groups: two filters of the first two channels, two of the last two.
        inputs: [
          [[[[1, 2, 3, 4]]]],
          [
            [
              [
                [1, 10, 100, 1000],
                [2, 20, 200, 2000],
              ],
            ],
          ],
        ],
        attrs: { ...plain, groups: 2 },
        expected: [[[[1 + 4, 10 + 40, 300 + 800, 3000 + 8000]]]],
      },
      {
        // Depthwise with multiplier 2: two filters a channel.
        inputs: [[[[[1, 2]]]], [[[[3, 4, 5, 6]]]]],
        attrs: { ...plain, groups: 2 },
        expected: [[[[3, 4, 10, 12]]]],
      },
    ],
    gradients: convolutions.map(({ x, w, attrs }) => ({ operands: [x, w], attrs })),
  },
  conv2d_dx: {
    examples: [
      {
        inputs: [
          [
            [
              [[1], [10]],
              [[100], [1000]],
            ],
          ],
          [
            [[[1]], [[2]]],
            [[[3]], [[4]]],
          ],
        ],
        attrs: { ...plain, shape: [1, 3, 3, 1] },
        expected: [
          [
            [[1], [12], [20]],
            [[103], [1234], [2040]],
            [[300], [3400], [4000]],
          ],
        ],
      },
    ],
    gradients: convolutions.map(({ x, w, y, attrs }) => ({ operands: [y, w], attrs: { ...attrs, shape: x } })),
  },
  conv2d_dw: {
    examples: [
      {
        inputs: [
          x33,
          [
            [
              [[1], [10]],
              [[100], [1000]],
            ],
          ],
        ],
        attrs: { ...plain, shape: [2, 2, 1, 1] },
        expected: [
          [[[1 + 20 + 400 + 5000]], [[2 + 30 + 500 + 6000]]],
          [[[4 + 50 + 700 + 8000]], [[5 + 60 + 800 + 9000]]],
        ],
      },
    ],
    gradients: convolutions.map(({ x, w, y, attrs }) => ({ operands: [x, y], attrs: { ...attrs, shape: w } })),
  },
  conv2d_dw_parts: {
    examples: [
      {
        // Two pictures of 2 x 2, each a part: the window is the picture.
        inputs: [
          [
            [
              [[1], [2]],
              [[3], [4]],
            ],
            [
              [[5], [6]],
              [[7], [8]],
            ],
          ],
          [[[[10]]], [[[100]]]],
        ],
        attrs: { ...plain, shape: [2, 2, 1, 1], parts: 2 },
        expected: [
          [
            [[[10]], [[20]]],
            [[[30]], [[40]]],
          ],
          [
            [[[500]], [[600]]],
            [[[700]], [[800]]],
          ],
        ],
      },
    ],
    gradients: { none: 'weight gradients are split after differentiation' },
  },
  matmul: {
    examples: [
      {
        inputs: [
          [[1, 2, 3]],
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        ],
        attrs: { transposeA: false, transposeB: false },
        expected: [[22, 28]],
      },
      {
        inputs: [
          [[1], [2]],
          [
            [3, 4],
            [5, 6],
          ],
        ],
        attrs: { transposeA: true, transposeB: true },
        expected: [[11, 17]],
      },
    ],
    gradients: [false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => ({
        operands: [transposeA ? [4, 2] : [2, 4], transposeB ? [3, 4] : [4, 3]],
        attrs: { transposeA, transposeB },
      })),
    ),
  },
  maxpool2d: {
    examples: [
      { inputs: [x33], attrs: pool22, expected: [[[[5]]]] },
      {
        inputs: [
          [
            [
              [[-1], [-2]],
              [[-3], [-4]],
            ],
          ],
        ],
        attrs: { window: [2, 2], stride: [2, 2], padding: [1, 1, 1, 1], dilation: [1, 1] },
        expected: [
          [
            [[-1], [-2]],
            [[-3], [-4]],
          ],
        ],
      },
    ],
    gradients: pools.map((attrs) => ({ operands: [[2, 6, 5, 2]], attrs })),
  },
  maxpool2d_dx: {
    examples: [
      {
        inputs: [
          [
            [
              [[7], [7]],
              [[7], [7]],
            ],
          ],
          [[[[3]]]],
        ],
        attrs: pool22,
        expected: [
          [
            [[3], [0]],
            [[0], [0]],
          ],
        ],
      },
      {
        inputs: [[[[[1], [2], [2]]]], [[[[10], [100]]]]],
        attrs: { window: [1, 2], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] },
        expected: [[[[0], [110], [0]]]],
      },
    ],
    gradients: { through: 'maxpool2d' },
  },
  maxpool2d_winner: {
    examples: [
      // One channel is a number of its own; a last row and column are in no window.
      {
        inputs: [
          [
            [
              [[1], [4], [9]],
              [[2], [4], [9]],
              [[9], [9], [9]],
            ],
          ],
        ],
        attrs: side22,
        expected: [[[[1]]]],
      },
      // Four channels share one: places 2, 0 (the first of equals), 3 and 1.
      {
        inputs: [
          [
            [
              [
                [1, 5, 0, 2],
                [2, 5, 0, 4],
              ],
              [
                [7, 5, 0, 3],
                [6, 5, 1, 3],
              ],
            ],
          ],
        ],
        attrs: side22,
        expected: [[[[2 + 3 * 65536 + 16777216]]]],
      },
    ],
    gradients: { none: 'which place won is no number that changes by little' },
  },
  conv2d_dw_pooled: {
    examples: [
      {
        // Two pictures of 3 x 3, a window of 2 x 2, pooled to one: the last place won in the first, the first in the second.
        inputs: [[...x33, ...x33], { labels: [[[[3]]], [[[0]]]] }, [[[[10]]], [[[100]]]]],
        attrs: { ...plain, shape: [2, 2, 1, 1], parts: 2, window: [2, 2] },
        expected: [
          [
            [[[50]], [[60]]],
            [[[80]], [[90]]],
          ],
          [
            [[[100]], [[200]]],
            [[[400]], [[500]]],
          ],
        ],
      },
    ],
    gradients: { none: 'it is made of gradients, after differentiation' },
  },
  unpool2d: {
    examples: [
      {
        inputs: [{ labels: [[[[1], [0]]]] }, [[[[5], [7]]]]],
        attrs: { ...side22, shape: [1, 3, 4, 1] },
        expected: [
          [
            [[0], [5], [7], [0]],
            [[0], [0], [0], [0]],
            [[0], [0], [0], [0]],
          ],
        ],
      },
      {
        inputs: [{ labels: [[[[2 + 3 * 65536 + 16777216]]]] }, [[[[1, 2, 3, 4]]]]],
        attrs: { ...side22, shape: [1, 2, 2, 4] },
        expected: [
          [
            [
              [0, 2, 0, 0],
              [0, 0, 0, 4],
            ],
            [
              [1, 0, 0, 0],
              [0, 0, 3, 0],
            ],
          ],
        ],
      },
    ],
    gradients: { none: 'a gradient itself: pool-winners.test.ts holds it against that of max pooling' },
  },
  avgpool2d: {
    examples: [
      { inputs: [x33], attrs: pool22, expected: [[[[3]]]] },
      {
        inputs: [x33],
        attrs: { window: [2, 2], stride: [2, 2], padding: [1, 0, 1, 0], dilation: [1, 1] },
        expected: [
          [
            [[1], [2.5]],
            [[5.5], [7]],
          ],
        ],
      },
      // The same windows, the zeros counted: each sum by four.
      {
        inputs: [x33],
        attrs: { window: [2, 2], stride: [2, 2], padding: [1, 0, 1, 0], dilation: [1, 1], counted: [1, 0, 1, 0] },
        expected: [
          [
            [[0.25], [1.25]],
            [[2.75], [7]],
          ],
        ],
      },
      // A row and a column that only rounding up adds do not count: (9 + 0) / 1 at the corner.
      {
        inputs: [x33],
        attrs: { window: [2, 2], stride: [2, 2], padding: [0, 1, 0, 1], dilation: [1, 1], counted: [0, 0, 0, 0] },
        expected: [
          [
            [[3], [4.5]],
            [[7.5], [9]],
          ],
        ],
      },
    ],
    gradients: [
      ...pools,
      ...pools.map((p) => ({ ...p, counted: [...p.padding] as [number, number, number, number] })),
    ].map((attrs) => ({ operands: [[2, 6, 5, 2]], attrs })),
  },
  avgpool2d_dx: {
    examples: [
      {
        inputs: [[[[[8]]]]],
        attrs: { ...pool22, shape: [1, 3, 3, 1] },
        expected: [
          [
            [[2], [2], [0]],
            [[2], [2], [0]],
            [[0], [0], [0]],
          ],
        ],
      },
    ],
    gradients: { through: 'avgpool2d' },
  },
};
