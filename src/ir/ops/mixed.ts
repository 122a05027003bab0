// What mixed precision adds: values in half precision, whether any gradient is not finite, and the choice that follows.
import { halfToNumber, numberToHalf } from '../../../runtime/half.ts';
import { type OpDef, referenceOf } from '../op.ts';
import { pointwise } from './pointwise.ts';
import { SQUARES_COLUMNS, squares } from './squares.ts';

const rounded = pointwise({
  name: 'half',
  doc: 'The nearest number of half precision (IEEE 754 binary16), ties to even; infinity from 65520 on. It lies in memory in 16 bits. The kernel that makes it may go on with the value before rounding.',
  inputs: ['x'],
  of: (x) => halfToNumber(numberToHalf(x!)),
  vjp: 'nondifferentiable',
});

export const half: OpDef<'half'> = {
  ...rounded,
  infer: ([x]) => (x!.dtype === 'f32' ? { dtype: 'f16', shape: x!.shape } : 'floats are needed'),
};

export const choose: OpDef<'choose'> = pointwise({
  name: 'choose',
  doc: 'y where the condition is above 0, else x; of the one that is not taken nothing remains, not even NaN.',
  inputs: ['condition', 'x', 'y'],
  of: (condition, x, y) => (condition! > 0 ? y! : x!),
  vjp: 'nondifferentiable',
});

export const overflows: OpDef<'overflows'> = {
  name: 'overflows',
  doc: `How many elements of all inputs are infinite or no number, in rows x ${SQUARES_COLUMNS} counts, dealt out as for squares.`,
  inputs: 'many',
  infer: squares.infer,
  reference: (inputs, attrs, type, context) =>
    referenceOf(squares)(
      inputs.map(({ shape, data }) => ({ shape, data: data.map((v) => (Number.isFinite(Math.fround(v)) ? 0 : 1)) })),
      attrs,
      type,
      context,
    ),
  vjp: 'nondifferentiable',
};
