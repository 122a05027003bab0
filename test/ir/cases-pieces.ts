// Cases of what moves elements: concat, slice, zeros around a value, axes exchanged and turned around.
import type { CasesOf } from './case.ts';

export const pieces: CasesOf<'concat' | 'slice' | 'pad_zeros' | 'transpose' | 'reverse'> = {
  concat: {
    examples: [
      { inputs: [[[1, 2]], [[3]], [[4, 5]]], attrs: { axis: 1 }, expected: [[1, 2, 3, 4, 5]] },
      {
        inputs: [[[1, 2]], [[3, 4]]],
        attrs: { axis: 0 },
        expected: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    gradients: [
      {
        operands: [
          [2, 3, 1],
          [2, 3, 4],
        ],
        attrs: { axis: 2 },
      },
      {
        operands: [
          [1, 3],
          [2, 3],
          [1, 3],
        ],
        attrs: { axis: 0 },
      },
      {
        operands: [
          [2, 1, 3, 2],
          [2, 2, 3, 2],
        ],
        attrs: { axis: 1 },
      },
    ],
  },
  slice: {
    examples: [
      {
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { begin: [1, 1], size: [1, 2] },
        expected: [[5, 6]],
      },
    ],
    gradients: [
      { operands: [[3, 4, 2]], attrs: { begin: [1, 0, 1], size: [2, 3, 1] } },
      { operands: [[5]], attrs: { begin: [4], size: [1] } },
    ],
  },
  pad_zeros: {
    examples: [
      {
        inputs: [[[1, 2]]],
        attrs: { before: [1, 0], after: [0, 1] },
        expected: [
          [0, 0, 0],
          [1, 2, 0],
        ],
      },
    ],
    gradients: [{ operands: [[2, 3]], attrs: { before: [0, 2], after: [1, 1] } }],
  },
  transpose: {
    examples: [
      {
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { perm: [1, 0] },
        expected: [
          [1, 4],
          [2, 5],
          [3, 6],
        ],
      },
      // y[c, a, b] = x[a, b, c].
      {
        inputs: [
          [
            [
              [1, 2],
              [3, 4],
            ],
          ],
        ],
        attrs: { perm: [2, 0, 1] },
        expected: [[[1, 3]], [[2, 4]]],
      },
    ],
    gradients: [
      { operands: [[2, 3, 4]], attrs: { perm: [2, 0, 1] } },
      { operands: [[3, 2]], attrs: { perm: [1, 0] } },
      { operands: [[2, 1, 3, 2]], attrs: { perm: [0, 3, 2, 1] } },
    ],
  },
  reverse: {
    examples: [
      {
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { axes: [1] },
        expected: [
          [3, 2, 1],
          [6, 5, 4],
        ],
      },
      {
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { axes: [0, 1] },
        expected: [
          [6, 5, 4],
          [3, 2, 1],
        ],
      },
    ],
    gradients: [
      { operands: [[2, 3, 2]], attrs: { axes: [0, 2] } },
      { operands: [[4]], attrs: { axes: [] } },
    ],
  },
};
