// Sums over any axes: long ones, of values computed on the way, several at once, and of neighbouring channels.
import { describe, expect, test } from 'vitest';
import { subgroupsOf } from '../../src/cli/device-target.ts';
import { emit, type Node, type Shape, verify } from '../../src/ir/index.ts';
import { moments } from '../../src/ir/ops/normalize.ts';
import { fuse } from '../../src/passes/fuse.ts';
import { splitSums } from '../../src/passes/split-sums.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable, type Target } from '../support/targets.ts';
import { check, checkGraph, scene } from './harness.ts';

const opened = await withDevice();
const table: readonly (readonly [Shape, readonly number[]])[] = [
  [[7], [0]],
  [[3, 4], [0]],
  [[3, 4], [1]],
  [
    [3, 4],
    [0, 1],
  ],
  [[2, 3, 5], [1]],
  [
    [2, 3, 5],
    [0, 2],
  ],
  [
    [2, 3, 5],
    [0, 1],
  ],
  [
    [2, 3, 5, 7],
    [0, 1, 2],
  ],
  [
    [2, 3, 5, 7],
    [1, 3],
  ],
  [
    [2, 3, 5, 7],
    [0, 2, 3],
  ],
  [
    [2, 3, 5, 7],
    [0, 1, 2, 3],
  ],
  [[2, 3], []],
  [[5000], [0]],
  [[300, 3], [0]],
  [
    [1, 5, 1],
    [0, 2],
  ],
  [
    [40, 9, 7, 4],
    [0, 1, 2],
  ],
];

/** With subgroups, lanes that share a sum shuffle it. */
const all: readonly Target[] = opened?.features.includes('subgroups')
  ? [...runnable(opened), 'gpu-subgroups']
  : runnable(opened);

describe.skipIf(!opened).each(all)('sum, target %s', (target) => {
  const facts = opened && target === 'gpu-subgroups' ? subgroupsOf(opened) : undefined;
  const run = facts ? { subgroups: facts } : {};
  test('over any axes', async () => {
    const s = scene();
    for (const [shape, axes] of table) {
      s.compare(
        emit(s.b, 'sum', [s.given(shape, 'arena', -0.5, 1)], { axes }, 'total'),
        `${shape.join('x')} over ${axes}`,
      );
    }
    await check(opened!.device, target, s, run);
  });

  test('in runs, some of them shorter or empty', async () => {
    const s = scene();
    const runs: readonly (readonly [Shape, readonly number[], number])[] = [
      [[11], [0], 4],
      [[5], [0], 4],
      [[7, 3], [0], 2],
      [[4, 5, 6, 8], [0, 1, 2], 16],
      [[3, 5, 7], [0, 2], 3],
      [[6, 300], [1], 2],
    ];
    for (const [shape, axes, parts] of runs) {
      const x = s.given(shape, 'arena', -0.5, 1);
      s.compare(emit(s.b, 'partial_sum', [x], { axes, parts }, 'runs'), `${shape.join('x')} in ${parts} runs`);
    }
    await check(opened!.device, target, s, run);
  });

  test('of what is computed on the way, several at once, and what is done with them', async () => {
    const s = scene([3, 1]);
    const { b } = s;
    const count = b.step({ name: 'count', type: 'u32' });
    const cases: readonly (readonly [Shape, readonly number[]])[] = [
      [
        [3, 5, 7, 8],
        [0, 1, 2],
      ],
      [
        [3, 5, 4, 3],
        [1, 2],
      ],
      [[3, 37], [0]],
      [[3, 37], [1]],
      [
        [3, 4, 4],
        [0, 1, 2],
      ],
    ];
    for (const [shape, axes] of cases) {
      const name = `${shape.join('x')} over ${axes}`;
      const x = s.given(shape, 'parameter', -1, 1);
      const dy = s.given(shape, 'parameter', -1, 1);
      const { mean, variance } = moments(b, x, axes, true, 'x');
      const attrs = { axes, epsilon: 0.01 };
      const y = emit(b, 'standardize', [x, mean, variance], attrs, 'y');
      const counted = emit(b, 'counted', [dy, count], {}, 'counted');
      const beta = emit(b, 'sum', [counted], { axes }, 'd_beta');
      const gamma = emit(b, 'sum', [emit(b, 'mul', [counted, y], {}, 'products')], { axes }, 'd_gamma');
      for (const [node, what] of [
        [mean, 'mean'],
        [variance, 'variance'],
        [y, 'standardized'],
        [beta, 'sum'],
        [gamma, 'sum of products'],
        [emit(b, 'mul', [beta, gamma], {}, 'product'), 'product of sums'],
      ] as const)
        s.compare(node, `${what} of ${name}`);
    }
    await check(opened!.device, target, s, { ...run, step: { count: 2 } });
  });

  test('whole graphs with long sums, split as models are', async () => {
    const s = scene([2, 1]);
    const { b } = s;
    for (const [shape, axes] of [
      [
        [3, 31, 29, 4],
        [0, 1, 2],
      ],
      [
        [3, 31, 29, 3],
        [0, 1, 2],
      ],
      [[5003], [0]],
      [
        [2, 40, 40, 3],
        [1, 2],
      ],
    ] as const) {
      const x = s.given(shape, 'arena', -0.5, 1);
      const squares = emit(b, 'mul', [x, x], {}, 'squares');
      const [first, second] = [x, squares].map((v) => emit(b, 'sum', [v], { axes }, 'total')) as [Node, Node];
      s.compare(emit(b, 'add', [first, second], {}, 'both'), `${shape.join('x')} over ${axes}`);
    }
    const graph = splitSums(verify(b.finish('scene'), 'scene'));
    expect(graph.nodes.filter((n) => n.op === 'partial_sum')).toHaveLength(8);
    expect(fuse(verify(graph, 'split-sums')).groups.filter((g) => g.family === 'sum')).toHaveLength(8);
    await checkGraph(opened!.device, target, graph, s.leaves, run, s.names);
  });

  test('of neighbouring channels', async () => {
    const s = scene();
    const { b } = s;
    for (const [shape, before, after] of [
      [[2, 3, 5, 7], 2, 2],
      [[3, 8], 0, 3],
      [[13], 1, 0],
      [[2, 4], 9, 9],
    ] as const) {
      const name = `${shape.join('x')}, ${before} before and ${after} after`;
      const x = s.given(shape, 'arena', -0.5, 1);
      const around = emit(b, 'channel_sum', [emit(b, 'mul', [x, x], {}, 'squares')], { before, after }, 'around');
      const base = emit(b, 'add', [around, b.scalar(2)], {}, 'base');
      s.compare(emit(b, 'mul', [x, emit(b, 'pow', [base], { exponent: -0.75 }, 'factor')], {}, 'y'), name);
      const product = emit(b, 'neg', [s.given(shape, 'arena')], {}, 'negative');
      s.compare(emit(b, 'channel_sum', [emit(b, 'tanh', [product], {}, 'bent')], { before, after }, 'plain'), name);
    }
    await check(opened!.device, target, s, run);
  });
});
