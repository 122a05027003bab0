// The squares of many values, in a few sums: what the norm of all gradients is made of.
import { f32, type OpDef } from '../op.ts';
import type { Shape } from '../types.ts';
import { sizeOf } from '../types.ts';

/** Sums in a row of the result. */
export const SQUARES_COLUMNS = 64;
const MOST_ROWS = 512;
/** Elements of one sum, where rows suffice. */
const RUN = 128;

/** How many rows suit values of these shapes. */
export const squaresRows = (shapes: readonly Shape[]): number =>
  Math.max(1, Math.min(MOST_ROWS, Math.ceil(shapes.reduce((n, s) => n + sizeOf(s), 0) / (SQUARES_COLUMNS * RUN))));

export const squares: OpDef<'squares'> = {
  name: 'squares',
  doc: 'Sums of the squares of all elements of all inputs, dealt out to rows x 64 sums: sum k has the elements k, k + 64 rows, k + 128 rows ... of each input. Their sum is the square of the norm.',
  inputs: 'many',
  infer: (inputs, { rows }) =>
    inputs.length === 0
      ? 'there is nothing to square'
      : inputs.some((t) => t.dtype !== 'f32')
        ? 'floats are needed'
        : f32([rows, SQUARES_COLUMNS]),
  reference: (inputs, _, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    for (const { data } of inputs) {
      data.forEach((v, i) => {
        const k = i % out.length;
        out[k] = out[k]! + v * v;
      });
    }
    return out;
  },
  vjp: 'nondifferentiable',
};
