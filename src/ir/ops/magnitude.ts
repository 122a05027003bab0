// Size and sign of values: abs, sign, max and min of two, a power with a constant exponent.
import type { Builder } from '../builder.ts';
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import type { Node } from '../types.ts';
import { pointwise, unbroadcast } from './pointwise.ts';

const grad = (id: string): string => `d_${id}`;

export const abs: OpDef<'abs'> = pointwise({
  name: 'abs',
  doc: 'The size of x without its sign. The gradient is dy * sign(x).',
  inputs: ['x'],
  of: (x) => Math.abs(x!),
  vjp: (b, node, dy) => {
    const x = node.inputs[0]!;
    const id = grad(x.id);
    return [emit(b, 'mul', [dy, emit(b, 'sign', [x], {}, `${id}.sign`)], {}, id)];
  },
});

export const sign: OpDef<'sign'> = pointwise({
  name: 'sign',
  doc: '1 above 0, -1 below it, 0 at 0. The gradient is 0.',
  inputs: ['x'],
  of: (x) => (x! > 0 ? 1 : x! < 0 ? -1 : 0),
  vjp: (b, node, dy) => [emit(b, 'mul', [dy, b.scalar(0)], {}, grad(node.inputs[0]!.id))],
});

/** Gradients of two operands of which the first has dy where `excess`, made from them, is above 0, and the second elsewhere. */
function shared(b: Builder, node: Node, excess: readonly [Node, Node], dy: Node, wanted: readonly boolean[]) {
  const [x, y] = node.inputs as [Node, Node];
  const id = grad(node.id);
  const first = emit(b, 'relu_dx', [emit(b, 'sub', excess, {}, `${id}.excess`), dy], {}, `${id}.first`);
  return [
    wanted[0] ? unbroadcast(b, first, x, grad(x.id)) : undefined,
    wanted[1] ? unbroadcast(b, emit(b, 'sub', [dy, first], {}, `${id}.second`), y, grad(y.id)) : undefined,
  ];
}

export const max: OpDef<'max'> = pointwise({
  name: 'max',
  doc: 'The larger of a and b. dy goes to the larger one, to b where they are equal.',
  inputs: ['a', 'b'],
  of: (a, b) => Math.max(a!, b!),
  vjp: (b, node, dy, wanted) => shared(b, node, [node.inputs[0]!, node.inputs[1]!], dy, wanted),
});

export const min: OpDef<'min'> = pointwise({
  name: 'min',
  doc: 'The smaller of a and b. dy goes to the smaller one, to b where they are equal.',
  inputs: ['a', 'b'],
  of: (a, b) => Math.min(a!, b!),
  vjp: (b, node, dy, wanted) => shared(b, node, [node.inputs[1]!, node.inputs[0]!], dy, wanted),
});

export const pow: OpDef<'pow'> = {
  name: 'pow',
  doc: 'x to the power of a constant, for x > 0, or any x when the exponent is whole. The gradient is dy * exponent * x^(exponent - 1), written with the result y unless the exponent is whole: x^(exponent - 1) = y^((exponent - 1) / exponent).',
  inputs: ['x'],
  pointwise: true,
  infer: ([x]) => f32(x!.shape),
  reference: ([x], { exponent }) => x!.data.map((v) => v ** exponent),
  vjp: (b, node, dy) => {
    const x = node.inputs[0]!;
    const { exponent } = node.attrs;
    const id = grad(x.id);
    if (exponent === 0) return [emit(b, 'mul', [dy, b.scalar(0)], {}, id)];
    if (exponent === 1) return [dy];
    const [base, slopeOf] = Number.isInteger(exponent) ? [x, exponent - 1] : [node, (exponent - 1) / exponent];
    const slope = emit(b, 'pow', [base], { exponent: slopeOf }, `${id}.power`);
    const scaled = emit(b, 'mul', [slope, b.scalar(exponent)], {}, `${id}.slope`);
    return [emit(b, 'mul', [dy, scaled], {}, id)];
  },
};
