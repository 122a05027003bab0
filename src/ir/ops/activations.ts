// Activations whose gradient is written with their own output: relu, sigmoid, tanh.
import type { OpAttrs, OpName } from '../attrs.ts';
import type { Builder } from '../builder.ts';
import { emit } from '../emit.ts';
import type { OpDef } from '../op.ts';
import type { Node } from '../types.ts';
import { pointwise } from './pointwise.ts';

/** The gradient as an operation of (y, dy). */
const fromOutput =
  <K extends OpName>(op: K, attrs: OpAttrs[K]) =>
  (b: Builder, node: Node, dy: Node): readonly Node[] => [emit(b, op, [node, dy], attrs, `d_${node.inputs[0]!.id}`)];

export const relu: OpDef<'relu'> = pointwise({
  name: 'relu',
  doc: 'max(x, 0). The gradient is dy where y > 0, else 0; at x = 0 it is 0.',
  inputs: ['x'],
  of: (x) => Math.max(x!, 0),
  vjp: fromOutput('relu_dx', {}),
});

export const relu_dx: OpDef<'relu_dx'> = pointwise({
  name: 'relu_dx',
  doc: 'Gradient of relu: dy where y > 0, else 0.',
  inputs: ['y', 'dy'],
  of: (y, dy) => (y! > 0 ? dy! : 0),
  vjp: 'nondifferentiable',
});

export const sigmoid: OpDef<'sigmoid'> = pointwise({
  name: 'sigmoid',
  doc: '1 / (1 + exp(-x)). The gradient is dy y (1 - y).',
  inputs: ['x'],
  of: (x) => (x! >= 0 ? 1 / (1 + Math.exp(-x!)) : Math.exp(x!) / (1 + Math.exp(x!))),
  vjp: fromOutput('sigmoid_dx', {}),
});

export const sigmoid_dx: OpDef<'sigmoid_dx'> = pointwise({
  name: 'sigmoid_dx',
  doc: 'Gradient of sigmoid: dy y (1 - y).',
  inputs: ['y', 'dy'],
  of: (y, dy) => dy! * y! * (1 - y!),
  vjp: 'nondifferentiable',
});

export const tanh: OpDef<'tanh'> = pointwise({
  name: 'tanh',
  doc: 'The hyperbolic tangent. The gradient is dy (1 - y^2).',
  inputs: ['x'],
  of: (x) => Math.tanh(x!),
  vjp: fromOutput('tanh_dx', {}),
});

export const tanh_dx: OpDef<'tanh_dx'> = pointwise({
  name: 'tanh_dx',
  doc: 'Gradient of tanh: dy (1 - y^2).',
  inputs: ['y', 'dy'],
  of: (y, dy) => dy! * (1 - y! * y!),
  vjp: 'nondifferentiable',
});
