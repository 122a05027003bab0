// Options of layers with weights: init, l1, lr_scale; and the layers of dropout and noise.
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { interpret, isOp, type Node, type Tensor } from '../../src/ir/index.ts';
import { initializers } from '../../src/layers/initializers.ts';
import { leavesOf, stepOf } from '../support/leaves.ts';

const compiled = (lines: string, optimizer = 'sgd lr 0.5') =>
  compile(
    {
      file: 'm.cnn',
      text: `model m {\n  input 6x5x4\n  ${lines}\n}\ntrain {\n  loss cross_entropy\n  optimizer ${optimizer}\n}\n`,
    },
    { batch: 3 },
  );
const codesOf = (lines: string): string[] => compiled(lines).diagnostics.map((d) => d.code);
const initOf = (lines: string) => {
  const { plan, diagnostics } = compiled(`${lines} | flatten | dense 3`);
  expect(diagnostics.map((d) => d.message)).toEqual([]);
  return plan!.parameters[0]!.init;
};

describe('init', () => {
  const [fanIn, fanOut] = [3 * 2 * 4, 3 * 2 * 8];
  const cut = 0.87962566103423978;
  const expected: { readonly [name: string]: unknown } = {
    '': { kind: 'uniform', limit: Math.sqrt(6 / (fanIn + fanOut)) },
    glorot_uniform: { kind: 'uniform', limit: Math.sqrt(6 / (fanIn + fanOut)) },
    glorot_normal: { kind: 'truncated_normal', deviation: Math.sqrt(2 / (fanIn + fanOut)) / cut },
    he_uniform: { kind: 'uniform', limit: Math.sqrt(6 / fanIn) },
    he_normal: { kind: 'truncated_normal', deviation: Math.sqrt(2 / fanIn) / cut },
    lecun_uniform: { kind: 'uniform', limit: Math.sqrt(3 / fanIn) },
    lecun_normal: { kind: 'truncated_normal', deviation: Math.sqrt(1 / fanIn) / cut },
    orthogonal: { kind: 'orthogonal', gain: 1 },
    'orthogonal 1.5': { kind: 'orthogonal', gain: 1.5 },
    normal: { kind: 'normal', deviation: 0.05 },
    'normal 0.02': { kind: 'normal', deviation: 0.02 },
    truncated_normal: { kind: 'truncated_normal', deviation: 0.05 },
    'truncated_normal 0.02': { kind: 'truncated_normal', deviation: 0.02 },
    uniform: { kind: 'uniform', limit: 0.05 },
    'uniform 0.1': { kind: 'uniform', limit: 0.1 },
    zeros: { kind: 'constant', value: 0 },
    ones: { kind: 'constant', value: 1 },
    'constant -0.5': { kind: 'constant', value: -0.5 },
  };
  test.each(Object.keys(expected))('%s is what Keras makes of it', (name) => {
    const words = name === '' ? '' : ` init ${name}`;
    const init = initOf(`conv 8 3x2${words}`) as unknown as Record<string, unknown>;
    for (const [key, value] of Object.entries(expected[name] as object)) {
      if (typeof value === 'number') expect(init[key]).toBeCloseTo(value, 12);
      else expect(init[key]).toBe(value);
    }
  });

  test('every initialiser is above', () => {
    const named = new Set(Object.keys(expected).map((words) => words.split(' ')[0]));
    for (const name of Object.keys(initializers)) expect(named).toContain(name);
  });

  test('acts on weights, not on biases', () => {
    const { plan } = compiled('flatten | dense 3 init ones');
    expect(plan!.parameters.map((p) => p.init)).toEqual([
      { kind: 'constant', value: 1 },
      { kind: 'constant', value: 0 },
    ]);
  });

  test('is refused where it is none', () => {
    expect(codesOf('flatten | dense 3 init he_norml')).toEqual(['E0150']);
    expect(codesOf('flatten | dense 3 init constant')).toEqual(['E0151']);
    expect(codesOf('flatten | dense 3 init normal -1')).toEqual(['E0109']);
    expect(codesOf('flatten | dense 3 init 5')).toEqual(['E0104']);
    expect(codesOf('flatten | dense 3 init ones init zeros')).toEqual(['E0105']);
    expect(codesOf('flatten | dense 3 init')).toEqual(['E0107']);
  });
});

/** What one step of training makes of the parameters, in double precision. */
function stepped(lines: string, optimizer?: string): { before: Map<string, Tensor>; after: Map<string, Tensor> } {
  const { plan, graphs, diagnostics } = compiled(lines, optimizer);
  expect(diagnostics.map((d) => d.message)).toEqual([]);
  const leaves = leavesOf(graphs!.train!, plan!, 3, 3);
  const { assigned } = interpret(graphs!.train!, { leaves, step: stepOf(plan!, { lr: 0.5 }) });
  return { before: leaves, after: new Map(assigned) };
}
const moved = ({ before, after }: ReturnType<typeof stepped>, name: string): number[] =>
  [...(after.get(name) as Tensor).data].map((v, i) => v - ((before.get(name) as Tensor).data[i] as number));

describe('lr_scale', () => {
  const [plain, scaled] = ['', ' lr_scale 0.1'].map((o) => stepped(`flatten | dense 4 relu${o} | dense 3`));
  test("multiplies the steps of its layer, weights and biases, and no other's", () => {
    for (const name of ['dense1.weight', 'dense1.bias']) {
      moved(scaled!, name).forEach((v, i) => void expect(v).toBeCloseTo(0.1 * moved(plain!, name)[i]!, 12));
    }
    expect(moved(scaled!, 'dense2.weight')).toEqual(moved(plain!, 'dense2.weight'));
  });

  test('0 keeps the parameters as they are', () => {
    for (const optimizer of ['sgd lr 0.5', 'sgd lr 0.5 momentum 0.9', 'adam lr 0.5'])
      expect(moved(stepped('flatten | dense 4 lr_scale 0 | dense 3', optimizer), 'dense1.weight')).toEqual(
        new Array(480).fill(0),
      );
  });

  test('parameters of one scale are updated by one kernel', () => {
    const { plan } = compiled('flatten | dense 4 lr_scale 0.1 | dense 5 | dense 4 lr_scale 0.1 | dense 3', 'adam');
    expect(plan!.kernels.filter((k) => k.name.startsWith('update')).map((k) => k.name)).toEqual(['update', 'update.2']);
  });
});

test('l1 pulls every weight towards 0 by its size, and biases not', () => {
  const [plain, pulled] = ['', ' l1 0.25'].map((o) => stepped(`flatten | dense 3${o}`));
  const { data } = plain!.before.get('dense1.weight') as Tensor;
  moved(pulled!, 'dense1.weight').forEach((v, i) => {
    expect(v - moved(plain!, 'dense1.weight')[i]!).toBeCloseTo(-0.5 * 0.25 * Math.sign(data[i]!), 12);
  });
  expect(moved(pulled!, 'dense1.bias')).toEqual(moved(plain!, 'dense1.bias'));
});

test('l1 and l2 add up', () => {
  const both = stepped('flatten | dense 3 l1 0.25 l2 0.5');
  const plain = stepped('flatten | dense 3');
  const { data } = plain.before.get('dense1.weight') as Tensor;
  moved(both, 'dense1.weight').forEach((v, i) => {
    const pull = 0.25 * Math.sign(data[i]!) + 2 * 0.5 * data[i]!;
    expect(v - moved(plain, 'dense1.weight')[i]!).toBeCloseTo(-0.5 * pull, 12);
  });
});

describe('dropout and noise', () => {
  const noisy = [
    'dropout 0.5',
    'spatial_dropout 0.5',
    'alpha_dropout 0.5',
    'gaussian_dropout 0.5',
    'gaussian_noise 0.5',
  ];
  const random = (n: Node): boolean => isOp(n, 'dropout') || isOp(n, 'alpha_dropout') || isOp(n, 'gaussian');

  test.each(noisy)('%s is there while training only', (line) => {
    const { graphs } = compiled(`conv 3 2x2 | ${line} | flatten | dense 3`);
    expect(graphs!.train!.nodes.filter(random).length).toBeGreaterThan(0);
    expect(graphs!.infer.nodes.filter(random)).toEqual([]);
    expect(graphs!.evaluate!.nodes.filter(random)).toEqual([]);
  });

  test.each(noisy)('%s cannot end a model', (line) => {
    expect(codesOf(`flatten | dense 3 | ${line.replace('spatial_', '')}`)).toEqual(['E0307']);
  });

  test('whole channels need channels', () => {
    expect(codesOf('flatten | spatial_dropout 0.5 | dense 3')).toEqual(['E0152']);
  });
});
