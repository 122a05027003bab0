// The gradient to the input and to layers: against finite differences in double precision, and on the device against the reference.
import { describe, expect, test } from 'vitest';
import { hash32 } from '../../runtime/random.ts';
import { deviceBackend } from '../../src/cli/device-backend.ts';
import { compileSource } from '../../src/cli/model.ts';
import { type CompileOptions, compile } from '../../src/compile.ts';
import { renderAll } from '../../src/diagnostics/index.ts';
import { type Graph, interpret, isOp, type Node, sizeOf, type Tensor } from '../../src/ir/index.ts';
import { type Attribution, SCORE, WEIGHTS } from '../../src/passes/attribute.ts';
import { referenceBackend } from '../../src/reference/train.ts';
import { withDevice } from '../support/adapter.ts';
import { expectGolden } from '../support/golden.ts';
import { leavesOf, stepOf } from '../support/leaves.ts';
import { modelSource, readImport } from '../support/models.ts';
import { runnable, type Target } from '../support/targets.ts';

const small = {
  file: 'small.cnn',
  text: `model small {
  input 9x7x2
  conv 5 3x3 pad same tanh
  batchnorm
  maxpool 2x2
  dropout 0.5
  add {
    branch { conv 5 3x3 pad same sigmoid }
    branch { }
  }
  flatten
  dense 4 softmax
}

train {
  loss      cross_entropy label_smoothing 0.1
  optimizer sgd
}
`,
};
const plain = { file: 'plain.cnn', text: 'model plain { input 6 | dense 5 tanh | dense 3 }' };
const binary = {
  file: 'binary.cnn',
  text: 'model binary { input 5x5x1 | conv 2 3x3 tanh | flatten | dense 1 sigmoid }',
};
const mapped = {
  file: 'map.cnn',
  text: 'model map { input 4x5x1 | conv 3 3x3 pad same tanh | conv 3 1x1 softmax }',
};
const normalised = {
  file: 'normalised.cnn',
  text: 'data {\n  normalise mean [0.3] std [0.2]\n}\nmodel normalised { input 5x5x1 | conv 2 3x3 tanh | flatten | dense 3 softmax }',
};
const resnet = modelSource('resnet20');

const cases: readonly { name: string; source: typeof small; attribute: Attribution; options?: CompileOptions }[] = [
  { name: 'loss of the train section', source: small, attribute: { of: 'loss', to: ['input', 'conv1', 'add1'] } },
  { name: 'scores to the last convolution', source: small, attribute: { of: 'scores', to: ['conv2', 'input'] } },
  { name: 'a layer in the middle', source: small, attribute: { of: { layer: 'conv1' }, to: ['input'] } },
  { name: 'a layer to itself', source: small, attribute: { of: { layer: 'conv2' }, to: ['conv2'] } },
  { name: 'loss without a train section', source: plain, attribute: { of: 'loss', to: ['input'] } },
  { name: 'scores of features', source: plain, attribute: { of: 'scores', to: ['input', 'dense1'] } },
  { name: 'binary loss', source: binary, attribute: { of: 'loss', to: ['input'] } },
  { name: 'binary score', source: binary, attribute: { of: 'scores', to: ['input'] } },
  { name: 'loss of a map of classes', source: mapped, attribute: { of: 'loss', to: ['input'] } },
  { name: 'through what the data section does', source: normalised, attribute: { of: 'loss', to: ['input', 'conv1'] } },
  {
    name: 'resnet20',
    source: resnet,
    attribute: { of: 'scores', to: ['input', 'basics3.basic1.add1'] },
    options: { read: readImport, set: { c: 2, n: 1 } },
  },
];

const batch = 3;
const compiled = ({ source, attribute, options }: (typeof cases)[number], target?: Target) =>
  compileSource(source, {
    ...options,
    ...(target ? { target } : {}),
    batch,
    inferOnly: true,
    attribute: { ...attribute, values: attribute.to ?? [] },
  });

/** Everything from a node on is computed again from another value of it. */
function from(graph: Graph, leaves: ReadonlyMap<string, Tensor>, step: ReadonlyMap<string, number>, node: Node) {
  const leaf = { ...node, op: 'input', inputs: [], attrs: { shape: node.type.shape } } as Node;
  const nodes = new Map<Node, Node>();
  for (const n of graph.nodes) nodes.set(n, n === node ? leaf : { ...n, inputs: n.inputs.map((i) => nodes.get(i)!) });
  const score = graph.effects.find((e) => e.kind === 'output' && e.name === SCORE)!.value;
  const moved = {
    ...graph,
    nodes: [...nodes.values()],
    effects: [{ kind: 'output', name: SCORE, value: nodes.get(score)! }] as const,
  };
  return (value: Tensor): Float64Array =>
    interpret(moved, { leaves: new Map(leaves).set(node.id, value), step }).outputs.get(SCORE)!.data;
}

describe.each(cases)('$name', (one) => {
  test('is the slope of finite differences', () => {
    const { graphs, plan } = compiled(one).compiled;
    const graph = graphs.infer;
    const leaves = leavesOf(graph, plan, 5, 3);
    const step = stepOf(plan, { count: batch });
    const shape = graph.nodes.find((n) => n.id === WEIGHTS)?.type.shape;
    if (shape)
      leaves.set(WEIGHTS, {
        shape,
        data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => (hash32(1, 2, i) % 7) - 3),
      });
    const { outputs } = interpret(graph, { leaves, step });
    for (const layer of one.attribute.to ?? []) {
      const gradient = outputs.get(`gradient:${layer}`)!;
      const value = outputs.get(`value:${layer}`)!;
      const shown = graph.effects.find((e) => e.kind === 'output' && e.name === `value:${layer}`)!.value;
      const node = /\.copy$/.test(shown.id) ? shown.inputs[0]! : shown;
      const score = from(graph, leaves, step, node);
      const scale = Math.max(...gradient.data.map(Math.abs));
      expect(scale, layer).toBeGreaterThan(0);
      for (let k = 0; k < (one.source === resnet ? 2 : 6); k++) {
        const at = hash32(3, 4, k) % value.data.length;
        const moved = (by: number): Float64Array => {
          const data = value.data.slice();
          data[at] = data[at]! + by;
          return score({ shape: value.shape, data });
        };
        // A picture's score depends on that picture alone. Of the steps one is short enough not to cross a kink.
        const picture = Math.floor((at * batch) / value.data.length);
        const errors = [1e-4, 1e-5, 1e-6, 1e-7].map((h) => {
          const [up, down] = [moved(h), moved(-h)];
          const slopes = up.map((v, p) => (v - down[p]!) / (2 * h) - (p === picture ? gradient.data[at]! : 0));
          return Math.max(...slopes.map(Math.abs)) / scale;
        });
        expect(Math.min(...errors), `${layer} ${at}: ${errors}`).toBeLessThan(1e-5);
      }
    }
  });
});

test('a layer that comes after what is differentiated is refused, and a name that no layer has', () => {
  const of = { layer: 'conv1' };
  const said = (to: string) =>
    compile(small, { inferOnly: true, attribute: { of, to: [to] } }).diagnostics.filter((d) => d.severity === 'error');
  const after = said('conv2');
  expectGolden('test/diagnostics/E0800-no-gradient-there/expected.txt', renderAll(after));
  expect(after.map((d) => d.code)).toEqual(['E0800']);
  expect(said('conv9').map((d) => d.code)).toEqual(['E0721']);
});

test('a unit is silent behind a relu that is never reached, and not before it', () => {
  const text = 'model m { input 4 | dense 3 relu name hidden | dense 2 }';
  const slope = (linear: boolean): Float64Array => {
    const attribute = { of: { layer: 'hidden', linear }, to: ['input'] };
    const { graphs, plan } = compile({ file: 'm.cnn', text }, { batch: 1, inferOnly: true, attribute });
    const leaves = leavesOf(graphs!.infer, plan!, 1, 2);
    leaves.set('hidden.bias', { shape: [3], data: Float64Array.of(-9, -9, -9) });
    leaves.set(WEIGHTS, { shape: [1, 3], data: Float64Array.of(1, 0, 0) });
    return interpret(graphs!.infer, { leaves, step: stepOf(plan!) }).outputs.get('gradient:input')!.data;
  };
  expect([...slope(false)]).toEqual([0, 0, 0, 0]);
  expect(Math.max(...slope(true).map(Math.abs))).toBeGreaterThan(0.01);
});

const opened = await withDevice();

describe.skipIf(!opened).each(runnable(opened))('on the device, for %s', (target) => {
  // What resnet20 adds (its size) is for the other test: it has the layers of `small`, and takes half a minute to compile.
  test.each(cases.slice(0, -1))('$name: as the reference', async (one) => {
    const model = compiled(one, target);
    const { graphs, plan, emitted } = model.compiled;
    const device = await deviceBackend({ ...opened!, close: () => undefined }, emitted, ['infer']);
    const reference = referenceBackend(graphs, plan);
    const leaves = leavesOf(graphs.infer, plan, 5, 3);
    const parameters = new Map(plan.parameters.map((p) => [p.name, Float32Array.from(leaves.get(p.name)!.data)]));
    const input = graphs.infer.nodes.find((n) => isOp(n, 'input'))!;
    const two = Float32Array.from(leaves.get(input.id)!.data.slice(0, (2 * sizeOf(input.type.shape)) / batch));
    const labels = Uint32Array.from(
      { length: 2 * sizeOf(plan.labels?.shape ?? []) },
      (_, i) => (i + 1) % (plan.labels?.dtype === 'u32' ? plan.labels.classes : 2),
    );
    for (const backend of [device, reference]) {
      backend.initialise(1);
      backend.setParameters(parameters);
    }
    const [got, want] = [await device.attribute(two, labels), await reference.attribute(two, labels)];
    expect([...got.keys()]).toEqual([...want.keys()]);
    expect([...got.keys()]).toContain(SCORE);
    for (const [name, exact] of want) {
      const values = got.get(name)!;
      expect(values.length, name).toBe(exact.length);
      const scale = Math.max(...exact.map(Math.abs));
      const error = Math.max(...values.map((v, i) => Math.abs(v - exact[i]!))) / scale;
      expect(error, name).toBeLessThan(2e-4);
    }
  });
});
