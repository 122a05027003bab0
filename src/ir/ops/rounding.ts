// Functions of single numbers that models of other tools contain: whole numbers near x, and the error function.
import type { OpName } from '../attrs.ts';
import { emit } from '../emit.ts';
import { erf as errorFunction } from '../erf.ts';
import type { OpDef } from '../op.ts';
import { pointwise } from './pointwise.ts';

const grad = (id: string): string => `d_${id}`;

/** Steps are flat: their gradient is 0. */
const step = <K extends OpName & ('floor' | 'ceil' | 'round')>(
  name: K,
  doc: string,
  of: (x: number) => number,
): OpDef<K> =>
  pointwise({
    name,
    doc: `${doc} The gradient is 0.`,
    inputs: ['x'],
    of: (x) => of(x!),
    vjp: (b, node, dy) => [emit(b, 'mul', [dy, b.scalar(0)], {}, grad(node.inputs[0]!.id))],
  } as Parameters<typeof pointwise<K>>[0]);

/** The whole number next to x; of two as near, the even one. */
export function roundEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return x - low < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

export const floor = step('floor', 'The largest whole number that is not above x.', Math.floor);
export const ceil = step('ceil', 'The smallest whole number that is not below x.', Math.ceil);
export const round = step(
  'round',
  'The whole number next to x; of two as near, the even one (IEEE 754 roundToIntegralTiesToEven).',
  (x) => (Number.isFinite(x) ? roundEven(x) : x),
);

export const erf: OpDef<'erf'> = pointwise({
  name: 'erf',
  doc: 'The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. The gradient is dy 2 / sqrt(pi) exp(-x^2).',
  inputs: ['x'],
  of: (x) => (Number.isNaN(x) ? Number.NaN : errorFunction(x!)),
  vjp: (b, node, dy) => {
    const x = node.inputs[0]!;
    const id = grad(x.id);
    const squares = emit(b, 'neg', [emit(b, 'mul', [x, x], {}, `${id}.squares`)], {}, `${id}.exponent`);
    const density = emit(b, 'exp', [squares], {}, `${id}.exp`);
    const slope = emit(b, 'mul', [density, b.scalar(2 / Math.sqrt(Math.PI))], {}, `${id}.slope`);
    return [emit(b, 'mul', [dy, slope], {}, id)];
  },
});
