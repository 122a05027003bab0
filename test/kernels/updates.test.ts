// The optimizer's kernels over several steps, sums of metrics, and how a batch is loaded.
import { describe, expect, test } from 'vitest';
import { createSession, type StepValues } from '../../runtime/index.ts';
import {
  builder,
  type Effect,
  emit,
  type Graph,
  interpret,
  isOp,
  type Node,
  type Shape,
  sizeOf,
  type Tensor,
  verify,
} from '../../src/ir/index.ts';
import { addOptimizer } from '../../src/passes/optimizer.ts';
import { optimizers } from '../../src/training/optimizers.ts';
import { withDevice } from '../support/adapter.ts';
import { stepOf } from '../support/leaves.ts';
import { randomTensor, relativeError } from '../support/numbers.ts';
import { emitPlanFor, runnable } from '../support/targets.ts';
import { check, scene } from './harness.ts';

const opened = await withDevice();
/** Largest relative error in the norm. */
const WITHIN = 1e-5;
const init = { kind: 'constant', value: 0 } as const;

/** Parameters of odd sizes, some trained: gradient = (p - goal) * factor. */
function graphOf(optimizer: string, hyper: Readonly<Record<string, number>>): { train: Graph; infer: Graph } {
  const forward = builder();
  const input = emit(forward, 'input', [], { shape: [2, 3] }, 'input');
  const shared = forward.finish('train');
  const b = builder({ ...shared, nodes: [...shared.nodes] });
  const gradients = new Map<Node<'parameter'>, Node>();
  for (const [i, shape] of LAYERS.entries()) {
    const p = b.emit('parameter', [], { shape, init, trainable: true }, `layer${i}.weight`);
    const goal = emit(b, 'parameter', [], { shape, init, trainable: false }, `goal${i}`);
    const away = emit(b, 'sub', [p as unknown as Node, goal], {}, `away${i}`);
    gradients.set(p, emit(b, 'mul', [away, b.scalar(i === 1 ? 0.5 : 2)], {}, `d_layer${i}`));
  }
  forward.effect({ kind: 'output', name: 'output', value: emit(forward, 'neg', [input], {}, 'output') });
  b.effect({ kind: 'accumulate', metric: 'total', value: emit(b, 'neg', [input], {}, 'negative') });
  b.effect({ kind: 'accumulate', metric: 'squares', value: emit(b, 'mul', [input, input], {}, 'squares') });
  const definition = optimizers[optimizer]!;
  return {
    train: verify(addOptimizer(b.finish('train'), gradients, definition, hyper), 'optimizer'),
    infer: verify(forward.finish('infer'), 'infer'),
  };
}

const LAYERS: readonly Shape[] = [[5, 7], [3], [1], [2, 2, 3, 4], [131, 64]];

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('updates', (target) => {
  const kinds = [
    ['sgd', {}],
    ['sgd', { momentum: 0.9, nesterov: 1 }],
    ['adagrad', { initial_accumulator_value: 0.5 }],
    ['adadelta', {}],
    ['rmsprop', { momentum: 0.5, centered: 1, epsilon: 1e-2 }],
    ['adam', {}],
    ['adam', { beta1: 0.5, beta2: 0.9, epsilon: 1e-3, amsgrad: 1, clip_value: 0.5 }],
    ['adamw', { global_clip_norm: 3 }],
    ['adamax', {}],
    ['nadam', {}],
    ['ftrl', { l1: 0.1, l2: 0.2, l2_shrinkage: 0.3, beta: 0.1 }],
    ['ftrl', { learning_rate_power: -0.4 }],
    ['lion', { weight_decay: 0.1 }],
    ['sgd', { clip_norm: 0.75 }],
  ] as const;
  for (const [name, hyper] of kinds) {
    test(`${name} ${JSON.stringify(hyper)}: ten steps, in one submit and one by one`, async () => {
      const graphs = graphOf(name, hyper);
      const { plan, scheduled, layout } = emitPlanFor(target, 'updates', graphs, null, 'values');
      const session = await createSession(opened!.device, plan);
      session.initialise(1);
      const leaves = new Map<string, Tensor>();
      for (const [i, node] of graphs.train.nodes.entries()) {
        const { shape } = node.type;
        if (isOp(node, 'parameter')) leaves.set(node.id, randomTensor(shape, i));
        if (isOp(node, 'state'))
          leaves.set(node.id, { shape, data: new Float64Array(sizeOf(shape)).fill(node.attrs.initial ?? 0) });
      }
      const input = randomTensor([2, 3], 99);
      leaves.set('input', input);
      session.setParameters(new Map([...leaves].map(([id, t]) => [id, Float32Array.from(t.data)])));
      session.setInput(Float32Array.from(input.data));
      const metrics = [0, 0];
      const rows = Array.from(
        { length: 10 },
        (_, i): StepValues => ({ count: 2, start: 0, step: i + 1, seed: 1, lr: 0.05 / (i + 1), scale: 1 }),
      );
      session.run('train', rows.slice(0, 7));
      for (const row of rows.slice(7)) session.run('train', [row]);
      for (const row of rows) {
        const ran = interpret(graphs.train, { leaves, step: stepOf(plan, row) });
        for (const [id, value] of ran.assigned) leaves.set(id, value);
        plan.metrics.forEach((m, i) => {
          metrics[i] = metrics[i]! + ran.metrics.get(m)!;
        });
      }
      for (const [id, values] of await session.parameters())
        expect(relativeError(values, leaves.get(id)!.data), id).toBeLessThan(WITHIN);
      for (const node of graphs.train.nodes.filter((n) => n.op === 'state')) {
        const values = new Float32Array(await session.read(scheduled.train!.memory.places.get(node)!));
        expect(
          relativeError(values.slice(0, leaves.get(node.id)!.data.length), leaves.get(node.id)!.data),
          node.id,
        ).toBeLessThan(WITHIN);
      }
      expect(layout.offsets.size).toBe(2 * LAYERS.length);
      expect(relativeError(await session.readMetrics(), metrics)).toBeLessThan(WITHIN);
      expect([...(await session.readMetrics())]).toEqual([0, 0]);
      // One kernel for all parameters; a norm of each takes one for each.
      const updates = plan.programs.train.filter((d) => d.label.startsWith('update'));
      expect(updates).toHaveLength('clip_norm' in hyper ? LAYERS.length : 1);
      const squares = plan.programs.train.filter((d) => d.label.includes('.square'));
      expect(squares).toHaveLength('global_clip_norm' in hyper ? 3 : 'clip_norm' in hyper ? 2 * LAYERS.length + 1 : 0);
      session.dispose();
    });
  }
});

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('one gradient for several parameters', (target) => {
  test.each([[5], [8], [2, 3]])('of shape %s', async (...shape) => {
    const b = builder();
    const input = emit(b, 'input', [], { shape: [2, 3] }, 'input');
    const infer = { name: 'infer', nodes: [input, emit(b, 'neg', [input], {}, 'output')], effects: [] as Effect[] };
    infer.effects.push({ kind: 'output', name: 'output', value: infer.nodes[1] as Node });
    const [p, q, r] = ['p', 'q', 'r'].map((name) =>
      b.emit('parameter', [], { shape, init: { kind: 'constant', value: 1 }, trainable: true }, name),
    ) as [Node<'parameter'>, Node<'parameter'>, Node<'parameter'>];
    const g = emit(b, 'mul', [p as unknown as Node, b.scalar(2)], {}, 'g');
    const gradients = new Map([p, q, r].map((one) => [one, g] as const));
    const train = addOptimizer(b.finish('train'), gradients, optimizers.sgd!, { momentum: 0.5, global_clip_norm: 1 });
    const { plan } = emitPlanFor(target, 'shared', { train: verify(train, 'train'), infer }, null, 'values');
    const session = await createSession(opened!.device, plan);
    session.initialise(1);
    session.run('train', [{ count: 2, start: 0, step: 1, seed: 1, lr: 0.25, scale: 1 }]);
    // 2 in each of n elements of three gradients: clipped to 1 / sqrt(3 n).
    const after = 1 - 0.25 / Math.sqrt(3 * shape.reduce((m, n) => m * n, 1));
    for (const values of (await session.parameters()).values()) for (const v of values) expect(v).toBeCloseTo(after, 6);
    session.dispose();
  });
});

describe.skipIf(!opened).each(runnable(opened))('sums of squares, target %s', (target) => {
  test.each([
    [[[1]], 1],
    [[[5, 7], [3], [64], [2, 3, 5, 7], [1]], 1],
    [[[131, 64], [63], [8, 9]], 3],
    [Array.from({ length: 40 }, (_, i) => [i + 1, 3]), 2],
  ] as const)('%# of values in the arena and among the parameters', async (shapes, rows) => {
    const s = scene();
    const values = shapes.map((shape, i) => s.given(shape, i % 3 === 1 ? 'parameter' : 'arena'));
    // Values that live longer lie between them.
    for (const [i, value] of values.entries()) if (i % 3 === 0) s.compare(value, `value ${i}`);
    const all = emit(s.b, 'squares', [...values, values[0] as Node], { rows }, 'all');
    s.compare(all, 'squares');
    s.compare(emit(s.b, 'sum', [all], { axes: [0, 1] }, 'sum'), 'their sum');
    await check(opened!.device, target, s);
  });
});

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('loading a batch', (target) => {
  const cases: readonly (readonly [shape: readonly number[], labelShape: readonly number[], dtype: 'u32' | 'f32'])[] = [
    [[3, 5, 3, 1], [], 'u32'],
    [[4, 2, 2, 3], [], 'u32'],
    [[5, 7], [], 'u32'],
    [[1, 1], [], 'u32'],
    [[3, 4, 3, 2], [4, 3], 'u32'],
    [[3, 5], [2, 4, 3], 'f32'],
  ];
  for (const [shape, labelShape, dtype] of cases) {
    for (const stored of ['u8', 'f32'] as const) {
      test(`${shape.join('x')} with ${labelShape.join('x') || 'one'} ${dtype} from ${stored}, whole and not`, async () => {
        const b = builder();
        const batch = shape[0]!;
        const input = emit(b, 'input', [], { shape }, 'input');
        const labels = emit(b, 'labels', [], { shape: [batch, ...labelShape], dtype }, 'labels');
        b.effect({ kind: 'output', name: 'output', value: emit(b, 'neg', [input], {}, 'output') });
        const read =
          dtype === 'u32'
            ? emit(b, 'one_hot', [labels], { classes: 3, first: 0 }, 'read')
            : emit(b, 'neg', [labels], {}, 'read');
        b.effect({ kind: 'output', name: 'read', value: read });
        const { plan, scheduled } = emitPlanFor(
          target,
          'load',
          { infer: verify(b.finish('load'), 'load') },
          null,
          'values',
        );
        const session = await createSession(opened!.device, plan, ['infer']);
        const product = (sizes: readonly number[]) => sizes.reduce((p, q) => p * q, 1);
        const size = product(shape.slice(1));
        const each = product(labelShape);
        const pictures = 11;
        const values = Uint8Array.from({ length: pictures * size }, (_, i) => (i * 37 + 11) % 256);
        const numbers = Array.from({ length: pictures * each }, (_, i) => (i * 5) % 7);
        const scale = stored === 'u8' ? 1 / 255 : 1;
        const given = { values: stored === 'u8' ? values : Float32Array.from(values, (v) => v / 255), scale };
        expect(() => session.upload(given)).toThrow(/need \d+ labels, not 0/);
        const data = session.upload({
          ...given,
          labels: dtype === 'u32' ? Uint32Array.from(numbers) : Float32Array.from(numbers),
        });
        expect(data.count).toBe(pictures);
        const order = Uint32Array.from({ length: pictures }, (_, i) => (i * 4 + 3) % pictures);
        data.setOrder(order);
        const labelView = scheduled.infer!.memory.places.get(labels)!;
        for (const [start, n] of [
          [0, batch],
          [2, batch],
          [pictures - 1, 1],
        ] as const) {
          session.run('infer', [{ start, count: n, step: 1, seed: 1, lr: 1, scale }], data);
          const chosen = [...order.subarray(start, start + n)];
          const expected = chosen.flatMap((p) => [...values.subarray(p * size, (p + 1) * size)].map((v) => -v / 255));
          const got = (await session.readOutput()).map((v) => v + 0);
          expect(relativeError(got.slice(0, n * size), expected)).toBeLessThan(1e-6);
          expect(got.slice(n * size).every((v) => v === 0)).toBe(true);
          const bytes = await session.read(labelView);
          const loaded = [...(dtype === 'u32' ? new Uint32Array(bytes) : new Float32Array(bytes))];
          expect(loaded).toEqual([
            ...chosen.flatMap((p) => numbers.slice(p * each, (p + 1) * each)),
            ...new Array<number>((batch - n) * each).fill(0),
          ]);
        }
        data.destroy();
        session.dispose();
      });
    }
  }
});
