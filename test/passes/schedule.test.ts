// Grouping and memory: every schedule computes what its graph means, no two live values share bytes, and little is wasted.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { builder, emit, type Graph, isFree, isOp, type Node, storageOf } from '../../src/ir/index.ts';
import { foldConstants } from '../../src/passes/fold-constants.ts';
import { fuse } from '../../src/passes/fuse.ts';
import { makeSchedule } from '../../src/passes/make-schedule.ts';
import { mergeUpdates } from '../../src/passes/merge-updates.ts';
import { printGroups, type Scheduled, sharedPlace, verifyGroups } from '../../src/schedule/index.ts';
import { leavesOf, stepOf } from '../support/leaves.ts';
import { modelNames, modelSource, narrowSource } from '../support/models.ts';
import { randomTensor } from '../support/numbers.ts';
import { randomGraph } from '../support/random-graphs.ts';
import { simulate } from './simulate.ts';

const fuzz = { numRuns: 300, seed: Number(process.env.CNNC_FUZZ_SEED ?? 1) };
const step = new Map([
  ['seed', 3],
  ['step', 5],
  ['count', 2],
  ['lr', 0.1],
]);

const randomLeaves = (graph: Graph) =>
  new Map(
    graph.nodes
      .filter((n) => n.inputs.length === 0 && !isOp(n, 'constant') && !isOp(n, 'step'))
      .map((n, i) => [n.id, randomTensor(n.type.shape, i + 1)]),
  );

/** First and last kernel that a value is needed by; outputs and the batch live to the end. */
function lifetimes({ fused }: Scheduled): Map<Node, readonly [number, number]> {
  const { groups, graph } = fused;
  const found = new Map<Node, [number, number]>();
  groups.forEach((g, at) => {
    for (const node of g.outputs) found.set(node, [at, at]);
    for (const node of g.inputs) {
      const life = found.get(node);
      if (life) life[1] = at;
    }
  });
  for (const e of graph.effects) {
    const life = found.get(storageOf(e.value));
    if (life && e.kind === 'output') life[1] = groups.length;
  }
  for (const node of graph.nodes) if (isOp(node, 'input') || isOp(node, 'labels')) found.set(node, [0, groups.length]);
  return found;
}

function noneOverlap(s: Scheduled): void {
  const pairs = s.fused.groups.flatMap((g) => sharedPlace(g, s.memory) ?? []);
  const lives = lifetimes(s);
  const endsWhere = (operand: Node, output: Node): boolean => lives.get(operand)?.[1] === lives.get(output)?.[0];
  /** A result in the place of an operand that nobody reads any more. */
  const inOnePlace = (p: Node, q: Node): boolean =>
    pairs.some(
      ({ operand, output }) =>
        ((operand === p && output === q) || (operand === q && output === p)) && endsWhere(operand, output),
    );
  const all = [...lifetimes(s)].map(([node, life]) => ({ node, life, view: s.memory.places.get(node)! }));
  for (const [i, p] of all.entries()) {
    expect(p.view.offset % 256, `%${p.node.id} is aligned`).toBe(0);
    expect(p.view.offset + p.view.bytes).toBeLessThanOrEqual(s.memory.arenaBytes);
    for (const q of all.slice(i + 1)) {
      const together = p.life[0] <= q.life[1] && q.life[0] <= p.life[1] && !inOnePlace(p.node, q.node);
      const apart = p.view.offset + p.view.bytes <= q.view.offset || q.view.offset + q.view.bytes <= p.view.offset;
      if (together) expect(apart, `%${p.node.id} and %${q.node.id} share bytes`).toBe(true);
    }
  }
  expect(s.memory.arenaBytes).toBeGreaterThanOrEqual(s.memory.liveBytes);
}

describe('random graphs', () => {
  const schedule = (graph: Graph): Scheduled => makeSchedule({ infer: foldConstants(graph) }).scheduled.infer!;
  const usable = (graph: Graph): boolean => foldConstants(graph).effects.every((e) => !isFree(storageOf(e.value)));

  test('kernels in order, each value at its place, compute what the graph means', () => {
    fc.assert(
      fc.property(randomGraph.filter(usable), (graph) => simulate(schedule(graph), randomLeaves(graph), step)),
      fuzz,
    );
  });

  test('no two live values share bytes', () => {
    fc.assert(
      fc.property(randomGraph.filter(usable), (graph) => noneOverlap(schedule(graph))),
      fuzz,
    );
  });
});

describe.each(modelNames)('models/%s', (name) => {
  test('narrowed: kernels in order compute what the graphs mean, a training step too', () => {
    const { emitted, plan, graphs } = compile(narrowSource(name), { batch: 3 });
    for (const key of ['infer', 'evaluate', 'train'] as const) {
      const scheduled = emitted!.scheduled[key]!;
      simulate(scheduled, leavesOf(graphs![key]!, plan!, 1, 10), stepOf(plan!, { count: 2 }));
      noneOverlap(scheduled);
    }
  });

  test('as it is: no two live values share bytes, and the arena is at most a tenth larger than it must be', () => {
    for (const batch of [1, 32, 128]) {
      const { emitted } = compile(modelSource(name), { batch });
      for (const scheduled of Object.values(emitted!.scheduled)) {
        verifyGroups(scheduled.fused);
        noneOverlap(scheduled);
        expect(scheduled.memory.arenaBytes / scheduled.memory.liveBytes).toBeLessThanOrEqual(1.1);
      }
    }
  });
});

describe('grouping, text to text', () => {
  const init = { kind: 'constant', value: 0 } as const;
  const graphOf = (
    build: (b: ReturnType<typeof builder>, parameter: (shape: readonly number[], id: string) => Node) => Node[],
  ): string => {
    const b = builder();
    const outputs = build(b, (shape, id) => emit(b, 'parameter', [], { shape, init, trainable: true }, id));
    outputs.forEach((value, i) => {
      b.effect({ kind: 'output', name: `out${i}`, value });
    });
    return printGroups(fuse(b.finish('g')));
  };
  const plain = { transposeA: false, transposeB: false };

  test('bias and activation join the product; what needs another kernel in between does not', () => {
    expect(
      graphOf((b, p) => {
        const x = emit(b, 'input', [], { shape: [4, 3] }, 'x');
        const y = emit(b, 'matmul', [x, p([3, 3], 'w')], plain, 'y');
        const z = emit(b, 'add', [y, p([3], 'bias')], {}, 'z');
        const a = emit(b, 'relu', [z], {}, 'a');
        const second = emit(b, 'matmul', [a, p([3, 3], 'w2')], plain, 'second');
        return [emit(b, 'mul', [a, second], {}, 'gated')];
      }),
    ).toMatchInlineSnapshot(`
      "groups g {
        contraction a(%x, %w, %bias) -> %a {
          %y = matmul(%x, %w)
          %z = add(%y, %bias)
          %a = relu(%z)
        }
        contraction gated(%a, %w2) -> %gated {
          %second = matmul(%a, %w2)
          %gated = mul(%a, %second)
        }
      }
      "
    `);
  });

  test('a product whose result is read whole and broadcast stays one kernel, and its broadcast another', () => {
    expect(
      graphOf((b, p) => {
        const x = emit(b, 'input', [], { shape: [1, 3] }, 'x');
        const y = emit(b, 'matmul', [x, p([3, 4], 'w')], plain, 'y');
        return [emit(b, 'mul', [y, p([5, 4], 'many')], {}, 'spread')];
      }),
    ).toMatchInlineSnapshot(`
      "groups g {
        contraction y(%x, %w) -> %y {
          %y = matmul(%x, %w)
        }
        pointwise spread(%y, %many) -> %spread {
          %spread = mul(%y, %many)
        }
      }
      "
    `);
  });

  test('the gradient of a bias rides along; a sum over other axes does not', () => {
    expect(
      graphOf((b, p) => {
        const x = emit(b, 'input', [], { shape: [2, 5, 5, 3] }, 'x');
        const dy = emit(b, 'neg', [p([2, 3, 3, 4], 'g')], {}, 'dy');
        const attrs = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
        const dw = emit(b, 'conv2d_dw', [x, dy], { ...attrs, shape: [3, 3, 3, 4] }, 'dw');
        return [dw, emit(b, 'sum', [dy], { axes: [0, 1, 2] }, 'db'), emit(b, 'sum', [dy], { axes: [3] }, 'other')];
      }),
    ).toMatchInlineSnapshot(`
      "groups g {
        pointwise dy(%g) -> %dy {
          %dy = neg(%g)
        }
        contraction dw(%x, %dy) -> %dw, %db {
          %dw = conv2d_dw(%x, %dy)
          %db = sum(%dy)
        }
        sum other(%dy) -> %other {
          %other = sum(%dy)
        }
      }
      "
    `);
  });

  test('updates that do the same are merged, those that differ are not', () => {
    const text = (l2: string): string =>
      `model m {\n  input 4\n  dense 3 relu${l2}\n  dense 2\n}\ntrain {\n  loss cross_entropy\n  optimizer adam lr 0.1\n}`;
    const updates = (l2: string) =>
      mergeUpdates(compile({ file: 'm', text: text(l2) }).emitted!.scheduled.train!.fused.groups).map((u) =>
        u.members.map((m) => m.parameter.id),
      );
    const all = [['dense1.weight', 'dense1.bias', 'dense2.weight', 'dense2.bias']];
    expect(updates('')).toEqual(all);
    expect(updates(' l2 0.1')).toEqual(all);
  });
});
