// Convolutions with a pool behind them, for tests of kernels: the pool, its winners and the gradient that reads them.
import { expect } from 'vitest';
import { emit, type Node, windowOutput, winnersOf } from '../../src/ir/index.ts';
import { emitPlanFor, type Target } from '../support/targets.ts';
import type { Geometry } from './convolutions.ts';
import type { Scene } from './harness.ts';

export interface Pooled extends Geometry {
  readonly window: readonly [number, number];
  /** What is done before the pool besides the bias, and behind it. */
  readonly before?: 'relu' | 'tanh' | 'residual';
  readonly after?: 'relu' | 'dropout' | 'residual';
  readonly kind?: 'avgpool2d';
  /** May targets leave it in two kernels? Windows of more places than an invocation has rows, say. */
  readonly apart?: readonly Target[];
}

const plain = {
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
  where: 'parameter',
  window: [2, 2],
  before: 'relu',
} as const;

const gpus = ['gpu', 'gpu-subgroups'] as const;

export const table: readonly Pooled[] = [
  // Sizes that windows divide, and sizes that they do not: primes, and a last row or column in no window.
  { ...plain, n: 2, size: [8, 8], c: 4, f: 8, kernel: [3, 3] },
  { ...plain, n: 3, size: [11, 13], c: 1, f: 10, kernel: [3, 3] },
  { ...plain, n: 2, size: [7, 9], c: 3, f: 32, kernel: [3, 3], padding: [1, 1, 1, 1], before: 'residual' },
  { ...plain, n: 1, size: [2, 2], c: 1, f: 1, kernel: [1, 1] },
  { ...plain, n: 5, size: [13, 11], c: 8, f: 68, kernel: [2, 3], before: 'tanh', after: 'dropout' },
  // Strides, dilations, groups.
  { ...plain, n: 3, size: [17, 13], c: 5, f: 6, kernel: [3, 2], stride: [2, 1], padding: [1, 0, 0, 1] },
  { ...plain, n: 1, size: [13, 14], c: 4, f: 20, kernel: [3, 3], dilation: [2, 3], after: 'residual' },
  { ...plain, n: 2, size: [9, 8], c: 8, f: 64, kernel: [3, 3], groups: 2, padding: [1, 1, 1, 1] },
  { ...plain, n: 2, size: [9, 8], c: 6, f: 9, kernel: [3, 3], groups: 3, before: 'residual' },
  // Four channels share a number of winners, but a group has two columns: in two kernels.
  { ...plain, n: 2, size: [6, 7], c: 8, f: 8, kernel: [3, 3], groups: 4, apart: ['portable', 'cpu', ...gpus] },
  // Other windows: signals, windows that fill an invocation, windows that only registers hold.
  { ...plain, n: 2, size: [1, 23], c: 2, f: 8, kernel: [1, 3], window: [1, 2], before: 'residual' },
  { ...plain, n: 2, size: [9, 10], c: 4, f: 12, kernel: [2, 2], window: [2, 4], apart: gpus },
  { ...plain, n: 2, size: [11, 11], c: 4, f: 5, kernel: [2, 2], window: [3, 3], apart: gpus },
  { ...plain, n: 2, size: [8, 11], c: 12, f: 5, kernel: [3, 3], window: [3, 3], apart: ['cpu', ...gpus] },
  { ...plain, n: 1, size: [12, 13], c: 4, f: 4, kernel: [2, 2], window: [5, 4], apart: ['portable', 'cpu', ...gpus] },
];

const show = (g: Pooled): string => JSON.stringify(g);

/** The pool, and for a max pool its winners and the gradient that reads them. */
export function addPool(s: Scene, g: Pooled, trained: boolean): Node {
  const { stride, padding, dilation, groups, window } = g;
  const attrs = { stride, padding, dilation, groups };
  const [oh, ow] = windowOutput(g.size, g.kernel, attrs);
  const x = s.given([g.n, ...g.size, g.c], 'arena');
  const w = s.given([...g.kernel, g.c / groups, g.f], g.where);
  const y = emit(s.b, 'conv2d', [x, w], attrs, 'conv');
  const z = emit(s.b, 'add', [y, s.given([g.f])], {}, 'conv_z');
  const other = (shape: readonly number[]): Node => s.given(shape, 'arena');
  const before =
    g.before === 'residual'
      ? emit(s.b, 'relu', [emit(s.b, 'add', [z, other(z.type.shape)], {}, 'joined')], {}, 'conv_relu')
      : emit(s.b, g.before ?? 'relu', [z], {}, 'conv_out');
  const pooling = { window, stride: window, padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
  const pool = emit(s.b, g.kind ?? 'maxpool2d', [before], pooling, 'pool');
  if (trained) {
    const shape = [g.n, oh, ow, g.f];
    const winner = emit(s.b, 'maxpool2d_winner', [before], pooling, 'winner');
    expect(winner.type.shape).toEqual(winnersOf(pool.type.shape));
    const dy = emit(s.b, 'relu_dx', [pool, other(pool.type.shape)], {}, 'd_pool');
    s.compare(emit(s.b, 'unpool2d', [winner, dy], { ...pooling, shape }, 'd_conv'), `gradient of ${show(g)}`);
  }
  const numbers = (['seed', 'step'] as const).map((name) =>
    emit(s.b, 'step', [], { field: { name, type: 'u32' as const } }, name),
  );
  const last =
    g.after === 'dropout'
      ? emit(s.b, 'dropout', [pool, ...numbers], { rate: 0.3, stream: 7 }, 'dropped')
      : g.after === 'residual'
        ? emit(s.b, 'add', [pool, other(pool.type.shape)], {}, 'joined')
        : pool;
  s.compare(last, show(g));
  return pool;
}

/** Is every pool in the kernel of its convolution, but those that may be apart? */
export function expectJoined(s: Scene, target: Target, pools: readonly (readonly [Node, Pooled])[]): void {
  const { scheduled } = emitPlanFor(target, 'scene', { infer: s.b.finish('scene') }, null, 'values');
  for (const [pool, g] of pools) {
    const group = scheduled.infer?.fused.groups.find((one) => one.nodes.includes(pool));
    expect([show(g), group?.family]).toEqual([show(g), g.apart?.includes(target) ? 'window' : 'contraction']);
    // What is pooled is not stored.
    const before = pool.inputs[0] as Node;
    expect(group?.outputs.includes(before)).toBe(false);
    if (group?.family === 'contraction') expect(group.nodes).toContain(before);
  }
}
