// Functions of single numbers that losses are made of: exp, log, greater.
import { emit } from '../emit.ts';
import type { OpDef } from '../op.ts';
import { pointwise } from './pointwise.ts';

const grad = (id: string): string => `d_${id}`;

export const exp: OpDef<'exp'> = pointwise({
  name: 'exp',
  doc: 'e to the x. The gradient is dy y.',
  inputs: ['x'],
  of: (x) => Math.exp(x!),
  vjp: (b, node, dy) => [emit(b, 'mul', [dy, node], {}, grad(node.inputs[0]!.id))],
});

export const log: OpDef<'log'> = pointwise({
  name: 'log',
  doc: 'The natural logarithm of x > 0. The gradient is dy / x.',
  inputs: ['x'],
  of: (x) => Math.log(x!),
  vjp: (b, node, dy) => [emit(b, 'div', [dy, node.inputs[0]!], {}, grad(node.inputs[0]!.id))],
});

export const greater: OpDef<'greater'> = pointwise({
  name: 'greater',
  doc: '1 where a > b, else 0.',
  inputs: ['a', 'b'],
  of: (a, b) => (a! > b! ? 1 : 0),
  vjp: 'nondifferentiable',
});
