// Values that are given, not computed: the batch, its labels, parameters, optimizer slots, constants, step numbers.
import type { OpDef } from '../op.ts';
import { f32 } from '../op.ts';
import { sizeOf } from '../types.ts';

export const input: OpDef<'input'> = {
  name: 'input',
  doc: 'The batch: N x H x W x C pictures, or N x features.',
  inputs: [],
  infer: (_, { shape }) => f32(shape),
  reference: 'leaf',
  vjp: () => [],
};

export const labels: OpDef<'labels'> = {
  name: 'labels',
  doc: 'What the data set says of each picture of the batch: a class from 0 (u32), a map of classes, or values (f32).',
  inputs: [],
  infer: (_, { shape, dtype }) => (shape.length === 0 ? 'labels have a batch' : { dtype, shape }),
  reference: 'leaf',
  vjp: () => [],
};

export const parameter: OpDef<'parameter'> = {
  name: 'parameter',
  doc: 'Weights or biases, as they are before the step.',
  inputs: [],
  infer: (_, { shape }) => f32(shape),
  reference: 'leaf',
  vjp: () => [],
};

export const state: OpDef<'state'> = {
  name: 'state',
  doc: 'What the optimizer keeps of a parameter between steps; zeros at first, unless it says another initial value.',
  inputs: [],
  infer: (_, { shape }) => f32(shape),
  reference: 'leaf',
  vjp: () => [],
};

export const constant: OpDef<'constant'> = {
  name: 'constant',
  doc: 'Numbers known when compiling.',
  inputs: [],
  infer: (_, { shape, values }) =>
    values.length === sizeOf(shape) ? f32(shape) : `${values.length} values for ${sizeOf(shape)} elements`,
  reference: (_, { values }) => Float64Array.from(values),
  vjp: () => [],
};

export const step: OpDef<'step'> = {
  name: 'step',
  doc: 'A number that the runtime gives for each step: the learning rate, the pictures in the batch, 1 - beta^step.',
  inputs: [],
  infer: (_, { field }) => ({ dtype: field.type, shape: [] }),
  reference: (_inputs, { field }, _type, { step: given }) => {
    const value = given.get(field.name);
    if (value === undefined) throw new Error(`the step has no ${field.name}`);
    return Float64Array.of(value);
  },
  vjp: () => [],
};
