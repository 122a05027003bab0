// Max pooling whose gradient reads which place won: the same gradients, and nothing that is pooled is kept for them.
import { describe, expect, test } from 'vitest';
import { valuesAt } from '../../src/cli/verify/winners.ts';
import { compile } from '../../src/compile.ts';
import {
  builder,
  emit,
  type Graph,
  interpret,
  isOp,
  type Node,
  type OpName,
  opDef,
  type Tensor,
  verify,
  windowOutput,
} from '../../src/ir/index.ts';
import { differentiate } from '../../src/passes/autodiff.ts';
import { removeDeadCode } from '../../src/passes/dce.ts';
import { poolWinners } from '../../src/passes/pool-winners.ts';
import { randomTensor } from '../support/numbers.ts';

const init = { kind: 'constant', value: 0 } as const;

interface Case {
  readonly size: readonly [number, number, number, number];
  readonly window: readonly [number, number];
  readonly activation?: OpName;
  /** Reads the activation too. */
  readonly other?: boolean;
  readonly stride?: readonly [number, number];
}

/** The gradient of a weighted sum of what is pooled, to x. */
function gradientOf({ size, window, activation, other, stride }: Case): Graph {
  const b = builder();
  const x = emit(b, 'parameter', [], { shape: size, init, trainable: true }, 'x');
  const attrs = activation === 'leaky_relu' ? { alpha: 0.1 } : {};
  const y = activation ? emit(b, activation, [x], attrs as never, 'y') : x;
  const pooling = { window, stride: stride ?? window, padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
  const pool = emit(b, 'maxpool2d', [y], pooling, 'pool');
  const [oh, ow] = windowOutput([size[1], size[2]], window, pooling);
  const columns = oh * ow * size[3];
  const flat = emit(b, 'reshape', [pool], { shape: [size[0], columns] }, 'flat');
  const w = emit(b, 'parameter', [], { shape: [columns, 3], init, trainable: false }, 'w');
  const product = emit(b, 'matmul', [flat, w], { transposeA: false, transposeB: false }, 'product');
  const axes = [0, 1];
  const total = emit(b, 'sum', [product], { axes }, 'total');
  const all = other ? emit(b, 'add', [total, emit(b, 'sum', [y], { axes: [0, 1, 2, 3] }, 'more')], {}, 'all') : total;
  const { graph, gradients } = differentiate(verify(b.finish('pool'), 'pool'), all);
  const gradient = [...gradients.values()][0] as Node;
  return removeDeadCode({
    ...graph,
    effects: [
      { kind: 'output', name: 'gradient', value: gradient },
      { kind: 'output', name: 'total', value: all },
    ],
  });
}

const leavesOf = (graph: Graph, ties: boolean): Map<string, Tensor> =>
  new Map(
    graph.nodes
      .filter((n) => isOp(n, 'parameter'))
      .map((n, i) => {
        const { shape, data } = randomTensor(n.type.shape, i + 5);
        return [n.id, { shape, data: ties && n.id === 'x' ? data.map((v) => Math.round(2 * v) / 2) : data }];
      }),
  );

const opsOf = (graph: Graph): OpName[] => graph.nodes.map((n) => n.op);

describe('the gradient is the same', () => {
  const sizes: readonly Pick<Case, 'size' | 'window'>[] = [
    { size: [2, 6, 4, 4], window: [2, 2] },
    { size: [3, 7, 5, 3], window: [2, 2] },
    { size: [1, 11, 13, 8], window: [3, 3] },
    { size: [2, 1, 17, 5], window: [1, 4] },
    { size: [1, 1, 1, 1], window: [1, 1] },
    { size: [1, 16, 33, 4], window: [16, 16] },
  ];
  const activations = [undefined, 'relu', 'tanh', 'leaky_relu', 'sigmoid'] as const;
  test.each(sizes)('%j', (size) => {
    for (const activation of activations)
      for (const ties of [false, true]) {
        const before = gradientOf({ ...size, ...(activation ? { activation } : {}) });
        const after = verify(poolWinners(before), 'pool-winners');
        expect(opsOf(after)).toContain('unpool2d');
        expect(opsOf(after)).not.toContain('maxpool2d_dx');
        const given = { leaves: leavesOf(before, ties), step: new Map() };
        const [want, got] = [interpret(before, given), interpret(after, given)];
        for (const name of ['gradient', 'total'])
          expect([...(got.outputs.get(name) as Tensor).data]).toEqual([...(want.outputs.get(name) as Tensor).data]);
        // In single precision winners stay whole numbers.
        const rounded = interpret(after, given, Math.fround);
        const winner = after.nodes.find((n) => isOp(n, 'maxpool2d_winner')) as Node;
        expect(rounded.values.get(winner)?.data).toEqual(
          opDef('maxpool2d_winner').reference === 'leaf' ? undefined : got.values.get(winner)?.data,
        );
      }
  });
});

test('what others read, and windows that overlap, are left', () => {
  const plain = { size: [2, 6, 4, 4], window: [2, 2] } as const;
  for (const c of [
    { ...plain, activation: 'relu', other: true },
    // The gradient of gelu reads what comes before it.
    { ...plain, stride: [1, 1] },
    { size: [1, 17, 17, 1], window: [17, 17] },
  ] as const) {
    const graph = gradientOf(c as Case);
    expect(poolWinners(graph)).toBe(graph);
  }
  const kept = gradientOf({ ...plain, activation: 'gelu' });
  expect(opsOf(poolWinners(kept))).toEqual(expect.arrayContaining(['gelu_dx', 'unpool2d']));
});

test('no kernel of training stores or reads what is pooled', () => {
  const text = `model small {
  input 13x11x1
  conv 4 3x3 relu
  maxpool 2x2
  conv 8 2x2 relu
  maxpool 2x2
  dropout 0.5
  flatten | dense 3 softmax
}
train {
  loss      cross_entropy
  optimizer sgd
  batch     4
}`;
  const { emitted } = compile({ file: 'small.cnn', text });
  const groups = emitted?.scheduled.train?.fused.groups ?? [];
  const stored = groups.flatMap((g) => g.outputs.map((n) => n.id));
  expect(stored).not.toContain('conv1');
  expect(stored).not.toContain('conv2');
  expect(stored).toEqual(
    expect.arrayContaining(['maxpool1', 'maxpool1.winner', 'maxpool2', 'maxpool2.winner', 'dropout1']),
  );
  // Convolution, bias, relu, pool, winner and dropout: one kernel.
  expect(groups.find((g) => g.name === 'dropout1')?.nodes.map((n) => n.op)).toEqual([
    'conv2d',
    'add',
    'relu',
    'maxpool2d',
    'maxpool2d_winner',
    'dropout',
  ]);
});

test('winners are compared by the values that they name', () => {
  const attrs = { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
  const b = builder();
  const make = (shape: readonly number[]): Node<'maxpool2d_winner'> =>
    b.emit('maxpool2d_winner', [emit(b, 'input', [], { shape }, 'x')], attrs, 'winner');
  const one = make([1, 3, 5, 1]);
  const x = { shape: [1, 3, 5, 1], data: Float64Array.from({ length: 15 }, (_, i) => i) };
  expect([...valuesAt(one, x, [3, 2])]).toEqual([6, 7]);
  expect([...valuesAt(one, x, [0, 4])]).toEqual([0, Number.NaN]);
  const four = make([1, 2, 2, 4]);
  const y = { shape: [1, 2, 2, 4], data: Float64Array.from({ length: 16 }, (_, i) => i) };
  expect([...valuesAt(four, y, [0x03020100])]).toEqual([0, 5, 10, 15]);
  expect([...valuesAt(four, y, [0x04020100])]).toEqual([0, 5, 10, Number.NaN]);
});
