// Cases of resizing, and of borders that continue the picture.
import type { CasesOf } from './case.ts';

const column = (...values: number[]) => [values.map((v) => [[v]])];
const row = (...values: number[]) => [[values.map((v) => [v])]];

export const resizing: CasesOf<'resize2d' | 'resize2d_dx' | 'pad2d' | 'pad2d_dx'> = {
  resize2d: {
    examples: [
      { inputs: [row(1, 2)], attrs: { size: [1, 4], mode: 'nearest' }, expected: row(1, 1, 2, 2) },
      {
        inputs: [row(1, 2, 3)],
        attrs: { size: [2, 2], mode: 'nearest' },
        expected: [[...row(1, 2)[0]!, ...row(1, 2)[0]!]],
      },
      // The centres of four pixels lie at 0.25, 0.75, 1.25 and 1.75 of two, whose own lie at 0.5 and 1.5 (UpSampling2D of Keras).
      { inputs: [row(0, 4)], attrs: { size: [1, 4], mode: 'bilinear' }, expected: row(0, 1, 3, 4) },
      { inputs: [column(0, 4)], attrs: { size: [4, 1], mode: 'bilinear' }, expected: column(0, 1, 3, 4) },
      // Downwards: the centre of one pixel of three lies on the middle one; two of four lie between neighbours.
      { inputs: [row(5, 7, 11)], attrs: { size: [1, 1], mode: 'bilinear' }, expected: row(7) },
      { inputs: [row(0, 2, 4, 8)], attrs: { size: [1, 2], mode: 'bilinear' }, expected: row(1, 6) },
      { inputs: [row(3)], attrs: { size: [1, 3], mode: 'bilinear' }, expected: row(3, 3, 3) },
    ],
    gradients: (['nearest', 'bilinear'] as const).flatMap((mode) => [
      { operands: [[2, 3, 2, 2]], attrs: { size: [6, 6] as const, mode } },
      { operands: [[1, 2, 5, 1]], attrs: { size: [5, 3] as const, mode } },
      { operands: [[1, 1, 4, 1]], attrs: { size: [2, 1] as const, mode } },
    ]),
  },
  resize2d_dx: {
    examples: [
      { inputs: [row(1, 10, 100, 1000)], attrs: { size: [1, 2], mode: 'nearest' }, expected: row(11, 1100) },
      { inputs: [row(1, 4, 8, 2)], attrs: { size: [1, 2], mode: 'bilinear' }, expected: row(6, 9) },
    ],
    gradients: { through: 'resize2d' },
  },
  pad2d: {
    examples: [
      {
        inputs: [row(1, 2, 3)],
        attrs: { mode: 'reflect', padding: [0, 0, 2, 1] },
        expected: row(3, 2, 1, 2, 3, 2),
      },
      { inputs: [column(1, 2)], attrs: { mode: 'reflect', padding: [1, 1, 0, 0] }, expected: column(2, 1, 2, 1) },
      { inputs: [row(1, 2, 3)], attrs: { mode: 'edge', padding: [0, 0, 2, 1] }, expected: row(1, 1, 1, 2, 3, 3) },
    ],
    gradients: (['reflect', 'edge'] as const).flatMap((mode) => [
      { operands: [[2, 3, 4, 2]], attrs: { mode, padding: [1, 2, 3, 0] as const } },
      { operands: [[1, 2, 3, 1]], attrs: { mode, padding: [1, 1, 2, 2] as const } },
    ]),
  },
  pad2d_dx: {
    examples: [
      {
        inputs: [row(1, 10, 100, 1000, 10000, 100000)],
        attrs: { mode: 'reflect', padding: [0, 0, 2, 1] },
        expected: row(100, 101010, 10001),
      },
      {
        inputs: [row(1, 10, 100, 1000, 10000, 100000)],
        attrs: { mode: 'edge', padding: [0, 0, 2, 1] },
        expected: row(111, 1000, 110000),
      },
    ],
    gradients: { through: 'pad2d' },
  },
};
