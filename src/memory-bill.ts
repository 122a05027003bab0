// What a plan takes of a device's memory, item by item: what --memory-limit is compared with.
import type { BufferRole, Plan } from '../runtime/plan.ts';
import { sizeOf } from './ir/index.ts';

/** Rows of the step uniform: MOST_STEPS of the runtime. */
const STEP_ROWS = 64;

/** In bytes. `total` is the sum of the others, all but `batch`, which is a part of `values`. */
export interface MemoryBill {
  /** The arena: all that a step computes, for the program that takes most. */
  readonly values: number;
  /** The pictures of a step, and what is known of them. */
  readonly batch: number;
  readonly parameters: number;
  readonly optimizer: number;
  /** Textures that operands are copied to (target cpu). */
  readonly operands: number;
  /** Sums to report, and the numbers of the steps of a submit. */
  readonly other: number;
  readonly total: number;
}

/** The bill of a plan. The data set is not in it: its size is known when it is there, and it may come in parts. */
export function billOf(plan: Plan): MemoryBill {
  const of = (is: (role: BufferRole) => boolean): number =>
    plan.buffers.filter(({ role }) => is(role)).reduce((sum, { bytes }) => sum + bytes, 0);
  const labels = plan.labels ? 4 * plan.batch * sizeOf(plan.labels.shape) : 0;
  const items = {
    values: of((role) => role === 'arena'),
    parameters: of((role) => role === 'parameters'),
    optimizer: of((role) => role === 'state'),
    operands: of((role) => role.startsWith('operand')),
    other: of((role) => role === 'metrics') + STEP_ROWS * plan.step.stride,
  };
  const total = Object.values(items).reduce((a, b) => a + b, 0);
  return { ...items, batch: 4 * sizeOf(plan.input.shape) + labels, total };
}

/** What each picture of a data set takes of the device besides: its pixels, as bytes or as floats, its labels, its place in the order. */
export function bytesAPicture({ input, labels }: Plan): { readonly u8: number; readonly f32: number } {
  const besides = 4 + (labels ? 4 * sizeOf(labels.shape) : 0);
  const pixels = sizeOf(input.shape.slice(1));
  return { u8: pixels + besides, f32: 4 * pixels + besides };
}
