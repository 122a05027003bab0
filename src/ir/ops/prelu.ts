// prelu: a relu whose slope below 0 is trained, usually one a channel, so that alpha broadcasts.
import { emit } from '../emit.ts';
import type { OpDef } from '../op.ts';
import { pointwise, unbroadcast } from './pointwise.ts';

export const prelu: OpDef<'prelu'> = pointwise({
  name: 'prelu',
  doc: 'x where x > 0, else alpha x (He et al. 2015). The gradients are dy times 1 or alpha, and the sum of dy x where x < 0.',
  inputs: ['x', 'alpha'],
  of: (x, alpha) => (x! > 0 ? x! : alpha! * x!),
  vjp: (b, node, dy, wanted) => {
    const [x, alpha] = node.inputs;
    const by = (name: string): string => `d_${name}`;
    const toAlpha = () => emit(b, 'prelu_dalpha', [x!, dy], {}, `${by(alpha!.id)}.terms`);
    const toX = () => emit(b, 'prelu_dx', [x!, alpha!, dy], {}, `${by(x!.id)}.terms`);
    return [
      wanted[0] ? unbroadcast(b, toX(), x!, by(x!.id)) : undefined,
      wanted[1] ? unbroadcast(b, toAlpha(), alpha!, by(alpha!.id)) : undefined,
    ];
  },
});

export const prelu_dx: OpDef<'prelu_dx'> = pointwise({
  name: 'prelu_dx',
  doc: 'Gradient of prelu in x: dy where x > 0, else alpha dy.',
  inputs: ['x', 'alpha', 'dy'],
  of: (x, alpha, dy) => (x! > 0 ? dy! : alpha! * dy!),
  vjp: 'nondifferentiable',
});

export const prelu_dalpha: OpDef<'prelu_dalpha'> = pointwise({
  name: 'prelu_dalpha',
  doc: 'Gradient of prelu in alpha, before it is summed over what shares it: dy x where x < 0, else 0.',
  inputs: ['x', 'dy'],
  of: (x, dy) => (x! < 0 ? dy! * x! : 0),
  vjp: 'nondifferentiable',
});
