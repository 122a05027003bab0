// Gradients of whole models: the training graph against finite differences, and what a step does to the parameters.
import { describe, expect, test } from 'vitest';
import { hash32 } from '../../runtime/random.ts';
import { compile } from '../../src/compile.ts';
import { builder, emit, interpret, type Node, printGraph, type Tensor, verify } from '../../src/ir/index.ts';
import { differentiate } from '../../src/passes/autodiff.ts';
import { leavesOf, stepOf } from '../support/leaves.ts';
import { modelNames, narrowSource } from '../support/models.ts';

const init = { kind: 'constant', value: 0 } as const;

test('text to text: contributions of several uses are added, what is not trained has no gradient', () => {
  const b = builder();
  const x = emit(b, 'input', [], { shape: [2, 3] }, 'x');
  const w = emit(b, 'parameter', [], { shape: [3], init, trainable: true }, 'w');
  const frozen = emit(b, 'parameter', [], { shape: [3], init, trainable: false }, 'frozen');
  const y = emit(
    b,
    'mul',
    [emit(b, 'mul', [x, w], {}, 'y'), emit(b, 'add', [w, frozen], {}, 'shifted')],
    {},
    'product',
  );
  const total = emit(b, 'sum', [y], { axes: [0, 1] }, 'total');
  const { graph, gradients } = differentiate(b.finish('g'), total);
  expect([...gradients.keys()].map((n) => n.id)).toEqual(['w']);
  expect(printGraph(verify(graph, 'autodiff'))).toMatchInlineSnapshot(`
    "graph g {
      %x: f32 2x3 = input()
      %w: f32 3 = parameter() {init: {kind: constant, value: 0}, trainable: true}
      %frozen: f32 3 = parameter() {init: {kind: constant, value: 0}, trainable: false}
      %y: f32 2x3 = mul(%x, %w)
      %shifted: f32 3 = add(%w, %frozen)
      %product: f32 2x3 = mul(%y, %shifted)
      %total: f32 scalar = sum(%product) {axes: [0, 1]}
      %c1: f32 scalar = constant() {values: [1]}
      %d_product: f32 2x3 = broadcast(%c1) {axes: [0, 1]}
      %d_y.mul: f32 2x3 = mul(%d_product, %shifted)
      %d_shifted.mul: f32 2x3 = mul(%d_product, %y)
      %d_shifted: f32 3 = sum(%d_shifted.mul) {axes: [0]}
      %d_w.mul: f32 2x3 = mul(%d_y.mul, %x)
      %d_w: f32 3 = sum(%d_w.mul) {axes: [0]}
      %d_w.sum: f32 3 = add(%d_shifted, %d_w)
    }
    "
  `);
});

test('a parameter that the objective does not need has no gradient; an operation without one is named', () => {
  const b = builder();
  const w = emit(b, 'parameter', [], { shape: [2], init, trainable: true }, 'w');
  const other = emit(b, 'parameter', [], { shape: [2], init, trainable: true }, 'other');
  emit(b, 'relu', [other], {}, 'unused');
  const total = emit(b, 'sum', [w], { axes: [0] }, 'total');
  expect([...differentiate(b.finish('g'), total).gradients.keys()].map((n) => n.id)).toEqual(['w']);
  const masked = emit(b, 'relu_dx', [w, w], {}, 'masked');
  const bad = emit(b, 'sum', [masked], { axes: [0] }, 'bad');
  expect(() => differentiate(b.finish('g'), bad)).toThrow('%masked: relu_dx has no gradient');
});

const texts: Record<string, string> = {
  'a little of everything': `model m {
    input 9x8x2
    conv 3 3x2 stride 2x1 pad [1, 0, 2, 1] tanh l2 0.01
    maxpool 2x2 stride 1 pad same
    repeat 2 { conv 3 3x3 pad same dilation 2 relu }
    avgpool 3x3 stride 2 pad 1
    dropout 0.25
    flatten
    dense 6 sigmoid nobias l2 0.1
    dense 4 softmax
  }`,
  'softmax in the middle, and twice at the end': 'model m { input 5 | dense 4 softmax | dense 3 softmax | softmax }',
  logits: 'model m { input 4x4x1 | conv 2 2x2 stride 2 | flatten | dense 3 }',
};

describe('the gradient of every parameter against finite differences', () => {
  const sources = [
    ...modelNames.map((name) => ({ name, source: narrowSource(name) })),
    ...Object.entries(texts).map(([name, text]) => ({
      name,
      source: { file: name, text: `${text}\ntrain {\n  loss cross_entropy\n  optimizer sgd\n}` },
    })),
  ];
  test.each(sources)('$name', ({ source }) => {
    const batch = 3;
    const sgd = source.text.replace(/optimizer .*/, 'optimizer sgd lr 1');
    const { plan, graphs, stages, diagnostics } = compile({ file: source.file, text: sgd }, { batch });
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    const classes = plan!.output.shape[1]!;
    const train = graphs!.train!;
    const leaves = leavesOf(train, plan!, 2, classes);
    const step = stepOf(plan!, { count: 2, step: 4, seed: 9, lr: 1 });
    // With a learning rate of 1 and nothing else, a step subtracts the gradient.
    const { assigned } = interpret(train, { leaves, step });
    const aimed = stages!.get('train after augment') ?? stages!.get('train after objective')!;
    const objective = aimed.nodes.filter((n) => n.type.shape.length === 0 && /^loss/.test(n.id)).at(-1) as Node;
    const value = (changed: ReadonlyMap<string, Tensor>): number =>
      interpret(aimed, { leaves: changed, step }).values.get(objective)!.data[0]!;
    for (const p of plan!.parameters) {
      const before = leaves.get(p.name)!;
      const size = before.data.length;
      const places = Array.from({ length: Math.min(3, size) }, (_, i) => hash32(3, p.offset, i) % size);
      const gradient = places.map((i) => before.data[i]! - assigned.get(p.name)!.data[i]!);
      const differences = places.map((i) => {
        // Small enough that hardly any of the maxima and rectifiers on the way turn within it.
        const h = 1e-6;
        const at = (by: number): number => {
          const data = before.data.slice();
          data[i] = data[i]! + by;
          return value(new Map(leaves).set(p.name, { shape: before.shape, data }));
        };
        return (at(h) - at(-h)) / (2 * h);
      });
      const scale = Math.max(...assigned.get(p.name)!.data.map((v, i) => Math.abs(before.data[i]! - v)));
      expect(scale, `${p.name} has a gradient`).toBeGreaterThan(0);
      const error = Math.max(...gradient.map((v, k) => Math.abs(v - differences[k]!))) / scale;
      expect(error, `${p.name}: ${gradient} and ${differences}`).toBeLessThan(1e-5);
    }
  });
});
