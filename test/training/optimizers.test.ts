// Every optimizer for ten steps beside its published rule, written again here in plain numbers, element by element.
import { describe, expect, test } from 'vitest';
import type { StepValues } from '../../runtime/index.ts';
import { stepNumber } from '../../runtime/step.ts';
import {
  builder,
  emit,
  type Graph,
  interpret,
  isOp,
  type Node,
  stepFieldsOf,
  type Tensor,
} from '../../src/ir/index.ts';
import { addOptimizer } from '../../src/passes/optimizer.ts';
import { optimizers } from '../../src/training/optimizers.ts';

const init = { kind: 'constant', value: 0 } as const;
const STEPS = 10;
/** Two parameters; the gradient of each element is factor (w - goal). */
const start = { a: [1, -2, 0.5, 0, 3], b: [-0.25] };
const goal = { a: [0, 0.3, 0.5, -1, 2.9], b: [4] };
const factor = { a: 2, b: 0.5 };
const names = ['a', 'b'] as const;
type Values = Record<'a' | 'b', number[]>;

const graphOf = (optimizer: string, hyper: Readonly<Record<string, number>>): Graph => {
  const b = builder();
  const gradients = new Map<Node<'parameter'>, Node>();
  for (const name of names) {
    const shape = [start[name].length];
    const p = b.emit('parameter', [], { shape, init, trainable: true }, name);
    const target = emit(b, 'constant', [], { shape, values: goal[name] }, `${name}.goal`);
    const away = emit(b, 'sub', [p as unknown as Node, target], {}, `${name}.away`);
    gradients.set(p, emit(b, 'mul', [away, b.scalar(factor[name])], {}, `d_${name}`));
  }
  return addOptimizer(b.finish('train'), gradients, optimizers[optimizer]!, hyper);
};

/** The parameters after each step, by the graph. */
function byGraph(optimizer: string, hyper: Readonly<Record<string, number>>, lr: (step: number) => number): Values[] {
  const graph = graphOf(optimizer, hyper);
  const leaves = new Map<string, Tensor>();
  for (const n of graph.nodes) {
    const { shape } = n.type;
    if (isOp(n, 'parameter')) leaves.set(n.id, { shape, data: Float64Array.from(start[n.id as 'a' | 'b']) });
    if (isOp(n, 'state'))
      leaves.set(n.id, { shape, data: new Float64Array(shape[0] as number).fill(n.attrs.initial ?? 0) });
  }
  return Array.from({ length: STEPS }, (_, i) => {
    const values: StepValues = { count: 1, start: 0, step: i + 1, seed: 1, lr: lr(i + 1), scale: 1 };
    const step = new Map(stepFieldsOf(graph).map((f) => [f.name, stepNumber(f, values)]));
    for (const [id, value] of interpret(graph, { leaves, step }).assigned) leaves.set(id, value);
    return { a: [...leaves.get('a')!.data], b: [...leaves.get('b')!.data] };
  });
}

/** How one element moves: `s` is what is remembered of it, empty at first. Returns the new element. */
type Rule = (w: number, g: number, lr: number, t: number, s: Record<string, number>) => number;
type Bound = (gradients: Values) => Values;

/** The parameters after each step, by the rule. */
function byRule(rule: Rule, lr: (step: number) => number, decay = 0, bound: Bound = (g) => g): Values[] {
  const w = { a: [...start.a], b: [...start.b] };
  const memory = { a: w.a.map(() => ({})), b: w.b.map(() => ({})) };
  return Array.from({ length: STEPS }, (_, i) => {
    const raw = (name: 'a' | 'b') => w[name].map((v, k) => factor[name] * (v - goal[name][k]!));
    const g = bound({ a: raw('a'), b: raw('b') });
    for (const name of names) {
      w[name] = w[name].map((v, k) =>
        rule(v - lr(i + 1) * decay * v, g[name][k]!, lr(i + 1), i + 1, memory[name][k] as Record<string, number>),
      );
    }
    return { a: [...w.a], b: [...w.b] };
  });
}

const expectSame = (got: readonly Values[], want: readonly Values[]): void => {
  for (const [i, values] of want.entries()) {
    for (const name of names) {
      values[name].forEach((v, k) => {
        expect(Math.abs(got[i]![name][k]! - v), `${name}[${k}] after step ${i + 1}: ${v}`).toBeLessThan(
          1e-11 * Math.max(1, Math.abs(v)),
        );
      });
    }
  }
};

/** As Keras' SGD documents it. */
const sgd =
  (momentum = 0, nesterov = false): Rule =>
  (w, g, lr, _, s) => {
    s.velocity = momentum * (s.velocity ?? 0) - lr * g;
    return momentum === 0 ? w - lr * g : nesterov ? w + momentum * s.velocity - lr * g : w + s.velocity;
  };
const adagrad =
  (first = 0.1, epsilon = 1e-7): Rule =>
  (w, g, lr, _, s) => {
    s.sum = (s.sum ?? first) + g ** 2;
    return w - (lr * g) / Math.sqrt(s.sum + epsilon);
  };
/** Zeiler 2012, algorithm 1: RMS[x] = sqrt(E[x^2] + epsilon). */
const adadelta =
  (rho = 0.95, epsilon = 1e-7): Rule =>
  (w, g, lr, _, s) => {
    s.g2 = rho * (s.g2 ?? 0) + (1 - rho) * g ** 2;
    const delta = (-Math.sqrt((s.d2 ?? 0) + epsilon) / Math.sqrt(s.g2 + epsilon)) * g;
    s.d2 = rho * (s.d2 ?? 0) + (1 - rho) * delta ** 2;
    return w + lr * delta;
  };
const rmsprop =
  (momentum = 0, centered = false, rho = 0.9, epsilon = 1e-7): Rule =>
  (w, g, lr, _, s) => {
    s.v = rho * (s.v ?? 0) + (1 - rho) * g ** 2;
    s.mean = rho * (s.mean ?? 0) + (1 - rho) * g;
    const step = (lr * g) / Math.sqrt(s.v - (centered ? s.mean ** 2 : 0) + epsilon);
    s.m = momentum * (s.m ?? 0) + step;
    return w - s.m;
  };
/** Kingma & Ba 2015 with epsilon hat; with amsgrad Reddi et al. 2018, the means not corrected in the maximum, as Keras. */
const adam =
  (amsgrad = false, b1 = 0.9, b2 = 0.999, epsilon = 1e-7): Rule =>
  (w, g, lr, t, s) => {
    s.m = b1 * (s.m ?? 0) + (1 - b1) * g;
    s.v = b2 * (s.v ?? 0) + (1 - b2) * g ** 2;
    s.top = Math.max(s.top ?? 0, s.v);
    const alpha = (lr * Math.sqrt(1 - b2 ** t)) / (1 - b1 ** t);
    return w - (alpha * s.m) / (Math.sqrt(amsgrad ? s.top : s.v) + epsilon);
  };
const adamax =
  (b1 = 0.9, b2 = 0.999, epsilon = 1e-7): Rule =>
  (w, g, lr, t, s) => {
    s.m = b1 * (s.m ?? 0) + (1 - b1) * g;
    s.u = Math.max(b2 * (s.u ?? 0), Math.abs(g));
    return w - ((lr / (1 - b1 ** t)) * s.m) / (s.u + epsilon);
  };
/** Dozat 2016 with Keras' schedule of the momentum; the product is kept as Keras keeps it, step by step. */
const nadam =
  (b1 = 0.9, b2 = 0.999, epsilon = 1e-7): Rule =>
  (w, g, lr, t, s) => {
    const u = b1 * (1 - 0.5 * 0.96 ** t);
    const next = b1 * (1 - 0.5 * 0.96 ** (t + 1));
    s.product = (s.product ?? 1) * u;
    s.m = b1 * (s.m ?? 0) + (1 - b1) * g;
    s.v = b2 * (s.v ?? 0) + (1 - b2) * g ** 2;
    const mean = (next * s.m) / (1 - s.product * next) + ((1 - u) * g) / (1 - s.product);
    return w - (lr * mean) / (Math.sqrt(s.v / (1 - b2 ** t)) + epsilon);
  };
const ftrl =
  (o: { power?: number; first?: number; l1?: number; l2?: number; shrinkage?: number; beta?: number } = {}): Rule =>
  (w, g, lr, _, s) => {
    const { power = -0.5, first = 0.1, l1 = 0, l2 = 0, shrinkage = 0, beta = 0 } = o;
    const [before, now] = [s.n ?? first, (s.n ?? first) + g ** 2];
    const reg = l2 + beta / (2 * lr);
    s.z = (s.z ?? 0) + g + 2 * shrinkage * w - ((now ** -power - before ** -power) / lr) * w;
    s.n = now;
    const clipped = Math.max(-l1, Math.min(l1, s.z));
    return (clipped - s.z) / (now ** -power / lr + 2 * reg);
  };
const lion =
  (b1 = 0.9, b2 = 0.99): Rule =>
  (w, g, lr, _, s) => {
    const direction = Math.sign(b1 * (s.m ?? 0) + (1 - b1) * g);
    s.m = b2 * (s.m ?? 0) + (1 - b2) * g;
    return w - lr * direction;
  };

const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((n, v) => n + v * v, 0));
const scaled = (values: readonly number[], by: number): number[] => values.map((v) => v * Math.min(1, by));
const kinds: readonly (readonly [string, Readonly<Record<string, number>>, Rule, number?, Bound?])[] = [
  ['sgd', {}, sgd()],
  ['sgd', { momentum: 0.9 }, sgd(0.9)],
  ['sgd', { momentum: 0.8, nesterov: 1 }, sgd(0.8, true)],
  ['adagrad', {}, adagrad()],
  ['adagrad', { initial_accumulator_value: 0.5, epsilon: 0.01 }, adagrad(0.5, 0.01)],
  ['adadelta', {}, adadelta()],
  ['adadelta', { rho: 0.5, epsilon: 1e-3 }, adadelta(0.5, 1e-3)],
  ['rmsprop', {}, rmsprop()],
  ['rmsprop', { centered: 1, rho: 0.7 }, rmsprop(0, true, 0.7)],
  ['rmsprop', { momentum: 0.5, centered: 1, epsilon: 0.1 }, rmsprop(0.5, true, 0.9, 0.1)],
  ['adam', {}, adam()],
  ['adam', { amsgrad: 1, beta2: 0.5 }, adam(true, 0.9, 0.5)],
  ['adam', { beta1: 0, epsilon: 1e-3, weight_decay: 0.1 }, adam(false, 0, 0.999, 1e-3), 0.1],
  ['adamw', {}, adam(), 0.004],
  ['adamw', { weight_decay: 0.2, amsgrad: 1 }, adam(true), 0.2],
  ['adamax', {}, adamax()],
  ['adamax', { beta1: 0.5, beta2: 0.5 }, adamax(0.5, 0.5)],
  ['nadam', {}, nadam()],
  ['nadam', { beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }, nadam(0.5, 0.9, 1e-3)],
  ['ftrl', {}, ftrl()],
  ['ftrl', { l1: 0.5, l2: 0.25, l2_shrinkage: 0.1, beta: 0.3 }, ftrl({ l1: 0.5, l2: 0.25, shrinkage: 0.1, beta: 0.3 })],
  ['ftrl', { learning_rate_power: -0.3, initial_accumulator_value: 1 }, ftrl({ power: -0.3, first: 1 })],
  ['lion', {}, lion()],
  ['lion', { beta1: 0.5, beta2: 0.6, weight_decay: 0.3 }, lion(0.5, 0.6), 0.3],
  [
    'sgd',
    { clip_value: 1.5 },
    sgd(),
    0,
    (g) => ({
      a: g.a.map((v) => Math.max(-1.5, Math.min(1.5, v))),
      b: g.b.map((v) => Math.max(-1.5, Math.min(1.5, v))),
    }),
  ],
  [
    'sgd',
    { clip_norm: 2, momentum: 0.9 },
    sgd(0.9),
    0,
    (g) => ({ a: scaled(g.a, 2 / norm(g.a)), b: scaled(g.b, 2 / norm(g.b)) }),
  ],
  [
    'adam',
    { global_clip_norm: 1.75, weight_decay: 0.01 },
    adam(),
    0.01,
    (g) => ({ a: scaled(g.a, 1.75 / norm([...g.a, ...g.b])), b: scaled(g.b, 1.75 / norm([...g.a, ...g.b])) }),
  ],
];

describe('ten steps as the rule says', () => {
  for (const [name, hyper, rule, decay, bound] of kinds) {
    test(`${name} ${JSON.stringify(hyper)}`, () => {
      const lr = (step: number): number => 0.1 / Math.sqrt(step);
      expectSame(byGraph(name, hyper, lr), byRule(rule, lr, decay, bound));
    });
  }

  test('every optimizer is here', () => {
    expect([...new Set(kinds.map(([name]) => name))].sort()).toEqual(Object.keys(optimizers).sort());
  });
});

describe('worked numbers', () => {
  /** The first element of b after one step with lr 0.1: w = -0.25, g = 0.5 (-0.25 - 4) = -2.125. */
  const first = (name: string, hyper = {}): number => byGraph(name, hyper, () => 0.1)[0]!.b[0]!;
  const w = -0.25;
  test.each([
    // The first step of Adam and its kin is lr times the sign, but for epsilon.
    ['sgd', w + 0.2125],
    ['adam', w + 0.1],
    ['adamax', w + 0.1],
    ['lion', w + 0.1],
    // lr g / sqrt(0.1 + g^2)
    ['adagrad', w + 0.2125 / Math.sqrt(0.1 + 2.125 ** 2)],
    // lr g / sqrt(0.1 g^2) = lr sqrt(10)
    ['rmsprop', w + 0.1 * Math.sqrt(10)],
    // lr sqrt(1e-7) / sqrt(0.05 g^2) g
    ['adadelta', w + 0.1 * Math.sqrt(1e-7 / 0.05)],
  ] as const)('%s', (name, expected) => {
    expect(first(name)).toBeCloseTo(expected, 6);
  });

  test('sgd on a parabola: the distance to the goal shrinks by 1 - lr factor each step', () => {
    const steps = byGraph('sgd', {}, () => 0.1);
    steps.forEach((values, i) => {
      expect(values.b[0]! - 4).toBeCloseTo(-4.25 * (1 - 0.05) ** (i + 1), 12);
    });
  });

  test('ftrl with a large l1 makes weights exactly 0', () => {
    expect(
      byGraph('ftrl', { l1: 1e3 }, () => 0.1)
        .at(-1)!
        .a.map(Math.abs),
    ).toEqual([0, 0, 0, 0, 0]);
  });
});
