// The optimizer's kernels over several steps, sums of metrics, and how a batch is loaded.
import { describe, expect, test } from 'vitest';
import { createSession, type StepValues } from '../../runtime/index.ts';
import { builder, emit, type Graph, interpret, type Node, type Tensor, verify } from '../../src/ir/index.ts';
import { addOptimizer } from '../../src/passes/optimizer.ts';
import { optimizers } from '../../src/training/optimizers.ts';
import { withDevice } from '../support/adapter.ts';
import { randomTensor, relativeError } from '../support/numbers.ts';
import { emitPlanFor, runnable } from '../support/targets.ts';

const opened = await withDevice();
const init = { kind: 'constant', value: 0 } as const;

/** Parameters of odd sizes, some trained: gradient = (p - goal) * factor. */
function graphOf(optimizer: string, hyper: Readonly<Record<string, number>>): { train: Graph; infer: Graph } {
  const forward = builder();
  const input = emit(forward, 'input', [], { shape: [2, 3] }, 'input');
  const shared = forward.finish('train');
  const b = builder({ ...shared, nodes: [...shared.nodes] });
  const gradients = new Map<Node<'parameter'>, Node>();
  for (const [i, shape] of [[5, 7], [3], [1], [2, 2, 3, 4]].entries()) {
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
    train: verify(
      addOptimizer(b.finish('train'), gradients, definition, { ...definition.defaults, ...hyper }),
      'optimizer',
    ),
    infer: verify(forward.finish('infer'), 'infer'),
  };
}

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('updates', (target) => {
  const kinds = [
    ['sgd', {}],
    ['sgd', { momentum: 0.9 }],
    ['adam', {}],
    ['adam', { beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }],
  ] as const;
  for (const [name, hyper] of kinds) {
    test(`${name} ${JSON.stringify(hyper)}: five steps, in one submit and one by one`, async () => {
      const graphs = graphOf(name, hyper);
      const { plan, scheduled, layout } = emitPlanFor(target, 'updates', graphs, null, 'values');
      const session = await createSession(opened!.device, plan);
      session.initialise(1);
      const leaves = new Map<string, Tensor>();
      for (const [i, node] of graphs.train.nodes.entries()) {
        if (node.op === 'parameter') leaves.set(node.id, randomTensor(node.type.shape, i));
        if (node.op === 'state')
          leaves.set(node.id, {
            shape: node.type.shape,
            data: new Float64Array(node.type.shape.reduce((p, q) => p * q, 1)),
          });
      }
      const input = randomTensor([2, 3], 99);
      leaves.set('input', input);
      session.setParameters(new Map([...leaves].map(([id, t]) => [id, Float32Array.from(t.data)])));
      session.setInput(Float32Array.from(input.data));
      const metrics = [0, 0];
      const rows = [1, 2, 3, 4, 5].map(
        (step): StepValues => ({ count: 2, start: 0, step, seed: 1, lr: 0.05 / step, scale: 1 }),
      );
      session.run('train', rows.slice(0, 3));
      for (const row of rows.slice(3)) session.run('train', [row]);
      for (const row of rows) {
        const step = new Map<string, number>(Object.entries(row));
        for (const f of plan.step.fields) if ('oneMinusPower' in f) step.set(f.name, 1 - f.oneMinusPower ** row.step);
        const ran = interpret(graphs.train, { leaves, step });
        for (const [id, value] of ran.assigned) leaves.set(id, value);
        plan.metrics.forEach((m, i) => {
          metrics[i] = metrics[i]! + ran.metrics.get(m)!;
        });
      }
      for (const [id, values] of await session.parameters())
        expect(relativeError(values, leaves.get(id)!.data), id).toBeLessThan(1e-5);
      for (const node of graphs.train.nodes.filter((n) => n.op === 'state')) {
        const values = new Float32Array(await session.read(scheduled.train!.memory.places.get(node)!));
        expect(
          relativeError(values.slice(0, leaves.get(node.id)!.data.length), leaves.get(node.id)!.data),
          node.id,
        ).toBeLessThan(1e-5);
      }
      expect(layout.offsets.size).toBe(8);
      expect(relativeError(await session.readMetrics(), metrics)).toBeLessThan(1e-5);
      expect([...(await session.readMetrics())]).toEqual([0, 0]);
      session.dispose();
    });
  }
});

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('loading a batch', (target) => {
  for (const shape of [
    [3, 5, 3, 1],
    [4, 2, 2, 3],
    [5, 7],
    [1, 1],
  ]) {
    for (const stored of ['u8', 'f32'] as const) {
      test(`${shape.join('x')} from ${stored}, whole and not`, async () => {
        const b = builder();
        const input = emit(b, 'input', [], { shape }, 'input');
        const labels = emit(b, 'labels', [], { batch: shape[0]! }, 'labels');
        const count = emit(b, 'step', [], { field: { name: 'count', type: 'u32' } }, 'count');
        const rows = emit(
          b,
          'reshape',
          [input],
          { shape: [shape[0]!, shape.slice(1).reduce((p, q) => p * q, 1)] },
          'rows',
        );
        b.effect({ kind: 'output', name: 'output', value: emit(b, 'neg', [input], {}, 'output') });
        b.effect({ kind: 'output', name: 'right', value: emit(b, 'correct', [rows, labels, count], {}, 'correct') });
        const { plan, scheduled } = emitPlanFor(
          target,
          'load',
          { infer: verify(b.finish('load'), 'load') },
          null,
          'values',
        );
        const session = await createSession(opened!.device, plan, ['infer']);
        const size = rows.type.shape[1]!;
        const pictures = 11;
        const values = Uint8Array.from({ length: pictures * size }, (_, i) => (i * 37 + 11) % 256);
        const marks = Uint32Array.from({ length: pictures }, (_, i) => (i * 5) % 7);
        const scale = stored === 'u8' ? 1 / 255 : 1;
        const data = session.upload({
          values: stored === 'u8' ? values : Float32Array.from(values, (v) => v / 255),
          scale,
          labels: marks,
        });
        const order = Uint32Array.from({ length: pictures }, (_, i) => (i * 4 + 3) % pictures);
        data.setOrder(order);
        const labelView = scheduled.infer!.memory.places.get(labels)!;
        for (const [start, n] of [
          [0, shape[0]!],
          [2, shape[0]!],
          [pictures - 1, 1],
        ] as const) {
          session.run('infer', [{ start, count: n, step: 1, seed: 1, lr: 1, scale }], data);
          const chosen = [...order.subarray(start, start + n)];
          const expected = chosen.flatMap((p) => [...values.subarray(p * size, (p + 1) * size)].map((v) => -v / 255));
          const got = (await session.readOutput()).map((v) => v + 0);
          expect(relativeError(got.slice(0, n * size), expected)).toBeLessThan(1e-6);
          expect(got.slice(n * size).every((v) => v === 0)).toBe(true);
          const loaded = [...new Uint32Array(await session.read(labelView)).slice(0, shape[0])];
          expect(loaded).toEqual([...chosen.map((p) => marks[p]), ...new Array<number>(shape[0]! - n).fill(0)]);
        }
        data.destroy();
        session.dispose();
      });
    }
  }
});
