// Arithmetic on values that broadcast: add, sub, mul, div, neg, sqrt.
import { emit } from '../emit.ts';
import type { OpDef } from '../op.ts';
import { pointwise, unbroadcast } from './pointwise.ts';

const grad = (id: string): string => `d_${id}`;

export const add: OpDef<'add'> = pointwise({
  name: 'add',
  doc: 'a + b. Both gradients are dy, summed over the axes along which an operand repeats.',
  inputs: ['a', 'b'],
  of: (a, b) => a! + b!,
  vjp: (b, node, dy, wanted) => node.inputs.map((x, i) => (wanted[i] ? unbroadcast(b, dy, x, grad(x.id)) : undefined)),
});

export const sub: OpDef<'sub'> = pointwise({
  name: 'sub',
  doc: 'a - b. The gradients are dy and -dy.',
  inputs: ['a', 'b'],
  of: (a, b) => a! - b!,
  vjp: (b, node, dy, wanted) => {
    const [x, y] = node.inputs;
    return [
      wanted[0] ? unbroadcast(b, dy, x!, grad(x!.id)) : undefined,
      wanted[1] ? unbroadcast(b, emit(b, 'neg', [dy], {}, `${grad(y!.id)}.neg`), y!, grad(y!.id)) : undefined,
    ];
  },
});

export const mul: OpDef<'mul'> = pointwise({
  name: 'mul',
  doc: 'a * b. The gradients are dy * b and dy * a.',
  inputs: ['a', 'b'],
  of: (a, b) => a! * b!,
  vjp: (b, node, dy, wanted) => {
    const [x, y] = node.inputs;
    const one = (mine: typeof x, other: typeof x, i: number) =>
      wanted[i]
        ? unbroadcast(b, emit(b, 'mul', [dy, other!], {}, `${grad(mine!.id)}.mul`), mine!, grad(mine!.id))
        : undefined;
    return [one(x, y, 0), one(y, x, 1)];
  },
});

export const div: OpDef<'div'> = pointwise({
  name: 'div',
  doc: 'a / b. The gradients are dy / b and -dy * (a/b) / b.',
  inputs: ['a', 'b'],
  of: (a, b) => a! / b!,
  vjp: (b, node, dy, wanted) => {
    const [x, y] = node.inputs;
    const byY = emit(b, 'div', [dy, y!], {}, `${grad(x!.id)}.div`);
    const minus = (): ReturnType<typeof emit> =>
      emit(b, 'neg', [emit(b, 'mul', [byY, node], {}, `${grad(y!.id)}.mul`)], {}, `${grad(y!.id)}.neg`);
    return [
      wanted[0] ? unbroadcast(b, byY, x!, grad(x!.id)) : undefined,
      wanted[1] ? unbroadcast(b, minus(), y!, grad(y!.id)) : undefined,
    ];
  },
});

export const neg: OpDef<'neg'> = pointwise({
  name: 'neg',
  doc: '-x.',
  inputs: ['x'],
  of: (x) => -x!,
  vjp: (b, node, dy) => [emit(b, 'neg', [dy], {}, grad(node.inputs[0]!.id))],
});

export const sqrt: OpDef<'sqrt'> = pointwise({
  name: 'sqrt',
  doc: 'The square root of x >= 0. The gradient is dy / (2 y).',
  inputs: ['x'],
  of: (x) => Math.sqrt(x!),
  vjp: (b, node, dy) => {
    const id = grad(node.inputs[0]!.id);
    const half = emit(b, 'mul', [dy, b.scalar(0.5)], {}, `${id}.half`);
    return [emit(b, 'div', [half, node], {}, id)];
  },
});
