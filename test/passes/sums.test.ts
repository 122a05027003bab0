// Passes around sums: factors that leave them, runs of long ones, values that are computed again, gradients of their own.
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import {
  type Builder,
  builder,
  emit,
  type Graph,
  interpret,
  type Node,
  type Shape,
  verify,
} from '../../src/ir/index.ts';
import { differentiate } from '../../src/passes/autodiff.ts';
import { shareCommon } from '../../src/passes/cse.ts';
import { removeDeadCode } from '../../src/passes/dce.ts';
import { factorSums } from '../../src/passes/factor-sums.ts';
import { makeSchedule } from '../../src/passes/make-schedule.ts';
import { addOptimizer } from '../../src/passes/optimizer.ts';
import { separateGradients } from '../../src/passes/separate-gradients.ts';
import { runsOf, splitSums } from '../../src/passes/split-sums.ts';
import { optimizers } from '../../src/training/optimizers.ts';
import { leavesOf, stepOf } from '../support/leaves.ts';
import { randomTensor, relativeError } from '../support/numbers.ts';
import { simulate } from './simulate.ts';

const init = { kind: 'constant', value: 0 } as const;
const parameter = (b: Builder, shape: Shape, id: string): Node =>
  emit(b, 'parameter', [], { shape, init, trainable: true }, id);

const leaves = (graph: Graph) =>
  new Map(
    graph.nodes
      .filter((n) => n.op === 'parameter' || n.op === 'input' || n.op === 'state')
      .map((n, i) => [n.id, randomTensor(n.type.shape, i + 1)]),
  );

/** Both graphs give the same outputs. */
function sameOutputs(p: Graph, q: Graph): void {
  const given = { leaves: leaves(p), step: new Map() };
  const [before, after] = [interpret(p, given), interpret(verify(q, 'pass'), given)];
  for (const [name, value] of before.outputs) {
    const other = after.outputs.get(name)!;
    expect(other.shape).toEqual(value.shape);
    expect(relativeError(other.data, value.data), name).toBeLessThan(1e-12);
  }
}

describe('factors leave sums', () => {
  test.each<readonly [Shape, Shape, readonly number[], number]>([
    [[2, 3, 5, 4], [4], [0, 1, 2], 1],
    [[2, 3, 5, 4], [], [0, 1, 2, 3], 1],
    [[2, 3, 5, 4], [2, 1, 1, 1], [1, 2, 3], 1],
    [[2, 3, 5, 4], [2, 1, 1, 4], [1, 2], 1],
    [[2, 3, 4], [4], [1, 2], 2],
    [[3, 4], [3, 1], [1], 1],
  ])('%j times %j, summed over %j', (shape, factor, axes, sums) => {
    const b = builder();
    const [x, y, f] = [parameter(b, shape, 'x'), parameter(b, shape, 'y'), parameter(b, factor, 'f')] as const;
    const product = emit(b, 'mul', [emit(b, 'mul', [x, f], {}, 'xf'), y], {}, 'xfy');
    const plain = emit(b, 'mul', [x, y], {}, 'xy');
    for (const [i, v] of [product, plain].entries())
      b.effect({ kind: 'output', name: `out${i}`, value: emit(b, 'sum', [v], { axes }, `sum${i}`) });
    const graph = verify(b.finish('g'), 'test');
    const shared = removeDeadCode(shareCommon(factorSums(graph)));
    sameOutputs(graph, shared);
    expect(shared.nodes.filter((n) => n.op === 'sum')).toHaveLength(sums);
  });

  test('what is a factor in all is left alone', () => {
    const b = builder();
    const f = parameter(b, [4], 'f');
    const wide = emit(b, 'mul', [f, parameter(b, [3, 1], 'g')], {}, 'wide');
    const total = emit(b, 'sum', [wide], { axes: [0] }, 'total');
    b.effect({ kind: 'output', name: 'out', value: total });
    const graph = b.finish('g');
    sameOutputs(graph, factorSums(graph));
  });
});

describe('long sums', () => {
  test.each([
    [1, 100, 1],
    [4, 131072, 512],
    [16, 131072, 256],
    [1, 1_000_000, 512],
    [4096, 10_000, 1],
    [64, 800, 12],
  ])('%d sums of %d terms are made in %d runs', (results, terms, runs) => expect(runsOf(results, terms)).toBe(runs));

  test('are split, and what is reported too; those that ride along are not', () => {
    const b = builder();
    const x = emit(b, 'input', [], { shape: [8, 20, 20, 3] }, 'x');
    const dy = emit(b, 'tanh', [parameter(b, [8, 18, 18, 4], 'g')], {}, 'dy');
    const attrs = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
    const dw = emit(b, 'conv2d_dw', [x, dy], { ...attrs, shape: [3, 3, 3, 4] }, 'dw');
    const bias = emit(b, 'sum', [dy], { axes: [0, 1, 2] }, 'bias');
    const long = emit(b, 'sum', [x], { axes: [0, 1, 2] }, 'long');
    for (const value of [dw, bias, long]) b.effect({ kind: 'output', name: value.id, value });
    b.effect({ kind: 'accumulate', metric: 'total', value: dy });
    const graph = verify(b.finish('g'), 'test');
    const split = splitSums(graph);
    sameOutputs(graph, split);
    expect(split.nodes.flatMap((n) => (n.op === 'partial_sum' ? [n.id] : [])).sort()).toEqual(['dy.runs', 'long.runs']);
    const given = { leaves: leaves(graph), step: new Map() };
    expect(interpret(split, given).metrics.get('total')).toBeCloseTo(interpret(graph, given).metrics.get('total')!, 9);
    simulate(makeSchedule({ infer: split }).scheduled.infer!, leaves(graph), new Map());
  });
});

test('a gradient that parameters share is copied for each of them', () => {
  const forward = builder();
  const x = emit(forward, 'input', [], { shape: [3, 4] }, 'x');
  const betas = ['a', 'b', 'c'].map((id) => parameter(forward, [4], id));
  const sum = betas.reduce((v, p, i) => emit(forward, 'add', [v, p], {}, `y${i}`), x);
  const objective = emit(forward, 'sum', [emit(forward, 'mul', [sum, sum], {}, 'yy')], { axes: [0, 1] }, 'loss');
  const { graph, gradients } = differentiate(forward.finish('g'), objective);
  const momentum = addOptimizer(graph, gradients, optimizers.sgd!, { lr: 0.1, momentum: 0.9 });
  const shared = removeDeadCode(shareCommon(momentum));
  const apart = verify(separateGradients(shared), 'separate-gradients');
  const owners = apart.effects.flatMap((e) => (e.kind === 'assign' ? [`${e.target.id} ${e.gradient.id}`] : []));
  expect(new Set(owners.map((o) => o.split(' ')[1])).size).toBe(3);
  const { scheduled, updates } = makeSchedule({ infer: apart, train: apart });
  expect(updates.map((u) => u.members.length)).toEqual([3]);
  simulate(scheduled.train!, leaves(apart), new Map([['lr', 0.1]]));
  // The copies are made where the sum is.
  const maker = scheduled.train!.fused.groups.find((g) => g.family === 'sum')!;
  expect(maker.outputs.map((n) => n.op)).toEqual(['sum', 'broadcast', 'broadcast']);
});

describe('a model with normalisation', () => {
  const source = (layers: string, batch = 4): { file: string; text: string } => ({
    file: 'm.cnn',
    text: `model m {\n  input 6x5x3\n${layers}\n  flatten\n  dense 3\n}\ntrain {\n  loss cross_entropy\n  optimizer adam\n  batch ${batch}\n}`,
  });
  const conv = '  conv 8 3x3 pad same nobias';

  test.each([
    'batchnorm relu',
    'layernorm',
    'groupnorm 2 tanh',
    'instancenorm',
    'lrn size 3',
    'batchnorm | relu | lrn',
  ])('%s: kernels in order compute what the graphs mean', (layer) => {
    const { emitted, plan, graphs } = compile(source(`${conv}\n  ${layer}\n${conv}\n  ${layer}`));
    for (const key of ['infer', 'evaluate', 'train'] as const)
      simulate(emitted!.scheduled[key]!, leavesOf(graphs![key]!, plan!, 1, 3), stepOf(plan!, { count: 3 }));
  });

  test.each([
    `${conv}\n  add { branch { ${conv} | batchnorm } branch { conv 8 1x1 nobias | batchnorm } } | relu`,
    `${conv} | batchnorm relu as skip | ${conv} | batchnorm | add skip | relu`,
    `freeze { ${conv} | batchnorm relu } | ${conv} | batchnorm frozen | ${conv} | batchnorm`,
  ])('%s: kernels compute what the graphs mean, and bind at most eight buffers', (layers) => {
    const { emitted, plan, graphs } = compile(source(layers));
    for (const key of ['infer', 'evaluate', 'train'] as const)
      simulate(emitted!.scheduled[key]!, leavesOf(graphs![key]!, plan!, 1, 3), stepOf(plan!, { count: 3 }));
    for (const { name, bindings } of plan!.kernels)
      expect(bindings.filter((b) => b !== 'step').length, name).toBeLessThanOrEqual(8);
  });

  test('a frozen batchnorm uses its running means, and does not change them', () => {
    const { graphs, plan } = compile(source(`freeze { ${conv} | batchnorm relu }`));
    expect(plan!.parameters.filter((p) => p.trainable).map((p) => p.name)).toEqual(['dense1.weight', 'dense1.bias']);
    const assigned = graphs!.train!.effects.flatMap((e) => (e.kind === 'assign' ? [e.target.id] : []));
    expect(assigned.filter((id) => id.startsWith('batchnorm1'))).toEqual([]);
    expect(graphs!.train!.nodes.find((n) => n.op === 'standardize')!.inputs[1]!.id).toBe('batchnorm1.moving_mean');
  });

  test('batchnorm and relu take three more kernels forward, two more backward, and none for inference', () => {
    const kernels = (layers: string, batch?: number) => {
      const { programs } = compile(source(layers, batch)).plan!;
      return [programs.infer.length, programs.train.length];
    };
    const [infer, train] = kernels(`  conv 8 3x3 pad same relu\n${conv}`) as [number, number];
    // One more is the update of the running means.
    expect(kernels(`${conv} | batchnorm relu\n${conv}`)).toEqual([infer, train + 3 + 2 + 1]);
    // Sums of a large batch are made in runs: each of the three takes a second kernel.
    expect(kernels(`${conv} | batchnorm relu\n${conv}`, 128)).toEqual([infer, train + 3 + 2 + 1 + 3]);
  });

  test('running means are one update of all layers, have no slots, and do not lengthen the life of gradients', () => {
    const { emitted, plan, graphs } = compile(source(`${conv} | batchnorm relu\n${conv} | batchnorm relu`));
    const { updates, layout } = emitted!;
    expect(updates.map((u) => u.members.length)).toEqual([8, 4]);
    expect(updates[1]!.members.map((m) => m.parameter.id)).toEqual([
      'batchnorm1.moving_mean',
      'batchnorm1.moving_variance',
      'batchnorm2.moving_mean',
      'batchnorm2.moving_variance',
    ]);
    expect(plan!.buffers.find((b) => b.role === 'state')!.bytes).toBe(2 * layout.ranges[0]!.bytes);
    const trained = plan!.parameters.filter((p) => p.trainable).map((p) => p.name);
    expect(trained).not.toContain('batchnorm1.moving_mean');
    expect(graphs!.train!.nodes.filter((n) => n.op === 'state')).toHaveLength(2 * trained.length);
    // The block of gradients begins after the forward pass: something lay in its place before.
    const { memory, fused } = emitted!.scheduled.train!;
    const [gradients] = memory.gradients;
    const early = fused.groups[0]!.outputs[0]!;
    const bytes = layout.ranges[0]!.bytes;
    const overlaps = [...memory.places.values()].some(
      (v) => v.buffer === 'arena' && v.offset < gradients! + bytes && gradients! < v.offset + v.bytes,
    );
    expect(overlaps).toBe(true);
    expect(memory.places.get(early)).toBeDefined();
  });

  test('inference reads the running means alone', () => {
    const { graphs } = compile(source(`${conv} | batchnorm relu`));
    expect(graphs!.infer.nodes.map((n) => n.op)).not.toContain('sum');
    expect(graphs!.infer.nodes.find((n) => n.op === 'standardize')!.inputs.map((n) => n.id)).toEqual([
      'conv1',
      'batchnorm1.moving_mean',
      'batchnorm1.moving_variance',
    ]);
  });
});
