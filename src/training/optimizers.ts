// Optimizers, written as graph: how a parameter and its slots change by a gradient. No kernel knows their names.
import { type Builder, emit, type Node } from '../ir/index.ts';
import type { ArgSpec } from '../layers/args.ts';

export interface UpdateContext {
  readonly b: Builder;
  /** The parameter, its gradient and its slots, all of one shape. */
  readonly p: Node;
  readonly g: Node;
  readonly slot: (name: string) => Node;
  /** The learning rate of this step, a scalar. */
  readonly lr: Node;
  /** A number of the train section, or its default. */
  readonly hyper: (name: string) => number;
  /** 1 - base^step, computed in double precision by the runtime. */
  readonly oneMinusPower: (base: number, name: string) => Node;
}

export interface OptimizerDef {
  readonly name: string;
  readonly doc: string;
  readonly example: string;
  readonly args: Readonly<Record<string, ArgSpec>>;
  readonly defaults: Readonly<Record<string, number>>;
  /** Slots kept between steps, given these hyperparameters; all start as zeros. */
  readonly slots: (hyper: (name: string) => number) => readonly string[];
  /** New values of the parameter ('') and of the slots, by name. */
  readonly update: (c: UpdateContext) => ReadonlyMap<string, Node>;
}

/** a + b and so on, named after the parameter so that listings read well. */
function calculator(b: Builder, parameter: string) {
  const make = (op: 'add' | 'sub' | 'mul' | 'div') => (x: Node, y: Node | number, name: string) =>
    emit(b, op, [x, typeof y === 'number' ? b.scalar(y) : y], {}, `${parameter}.${name}`);
  return { add: make('add'), sub: make('sub'), mul: make('mul'), div: make('div') };
}

const sgd: OptimizerDef = {
  name: 'sgd',
  doc: 'Gradient descent: w <- w - lr g. With momentum m, as Keras: v <- m v - lr g, w <- w + v.',
  example: 'optimizer sgd lr 0.01 momentum 0.9',
  args: {
    lr: { kind: 'number', above: 0, doc: 'learning rate' },
    momentum: { kind: 'number', min: 0, below: 1, doc: 'how much of the last step is kept' },
  },
  defaults: { lr: 0.01, momentum: 0 },
  slots: (hyper) => (hyper('momentum') === 0 ? [] : ['velocity']),
  update: ({ b, p, g, slot, lr, hyper }) => {
    const { add, sub, mul } = calculator(b, p.id);
    const step = mul(g, lr, 'step');
    if (hyper('momentum') === 0) return new Map([['', sub(p, step, 'new')]]);
    const velocity = sub(mul(slot('velocity'), hyper('momentum'), 'kept'), step, 'velocity.new');
    return new Map([
      ['velocity', velocity],
      ['', add(p, velocity, 'new')],
    ]);
  },
};

const adam: OptimizerDef = {
  name: 'adam',
  doc: 'Adam (Kingma & Ba 2015, algorithm 1): m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, w <- w - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).',
  example: 'optimizer adam lr 0.001',
  args: {
    lr: { kind: 'number', above: 0, doc: 'learning rate' },
    beta1: { kind: 'number', min: 0, below: 1, doc: 'decay of the mean of the gradient' },
    beta2: { kind: 'number', min: 0, below: 1, doc: 'decay of the mean of its square' },
    epsilon: { kind: 'number', above: 0, doc: 'keeps the division finite' },
  },
  defaults: { lr: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  slots: () => ['m', 'v'],
  update: ({ b, p, g, slot, lr, hyper, oneMinusPower }) => {
    const { add, sub, mul, div } = calculator(b, p.id);
    const [b1, b2] = [hyper('beta1'), hyper('beta2')];
    const m = add(mul(slot('m'), b1, 'm.kept'), mul(g, 1 - b1, 'm.part'), 'm.new');
    const v = add(mul(slot('v'), b2, 'v.kept'), mul(mul(g, g, 'square'), 1 - b2, 'v.part'), 'v.new');
    const mHat = div(m, oneMinusPower(b1, 'correction1'), 'm.hat');
    const root = emit(b, 'sqrt', [div(v, oneMinusPower(b2, 'correction2'), 'v.hat')], {}, `${p.id}.root`);
    const step = mul(div(mHat, add(root, hyper('epsilon'), 'root.safe'), 'direction'), lr, 'step');
    return new Map([
      ['m', m],
      ['v', v],
      ['', sub(p, step, 'new')],
    ]);
  },
};

export const optimizers: Readonly<Record<string, OptimizerDef>> = { sgd, adam };
