// The gradient of a convolution's weights by the winners of the pool behind it (target cpu), against the reference.
import { describe, expect, test } from 'vitest';
import { type ConvAttrs, emit, type PoolAttrs, windowOutput } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { modelSource, narrowOptions } from '../support/models.ts';
import { compileFor, runnable } from '../support/targets.ts';
import { check, scene } from './harness.ts';

const opened = await withDevice();
const plain = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;

interface Sizes {
  readonly x: readonly [number, number, number, number];
  readonly kernel: readonly [number, number];
  readonly f: number;
  readonly window?: readonly [number, number];
  readonly parts?: number;
  readonly attrs?: Partial<Record<'stride' | 'dilation', readonly [number, number]>> & {
    readonly padding?: readonly [number, number, number, number];
  };
}

const table: readonly Sizes[] = [
  { x: [4, 8, 8, 1], kernel: [3, 3], f: 10, parts: 2 },
  { x: [3, 12, 12, 1], kernel: [5, 5], f: 32, parts: 3 },
  { x: [2, 11, 13, 3], kernel: [3, 3], f: 16, attrs: { padding: [1, 1, 1, 1] } },
  { x: [1, 9, 7, 2], kernel: [1, 1], f: 1 },
  { x: [5, 10, 11, 1], kernel: [7, 7], f: 5, attrs: { padding: [3, 3, 3, 3] }, parts: 5 },
  { x: [2, 17, 19, 3], kernel: [2, 3], f: 8, window: [3, 3], attrs: { stride: [2, 1], padding: [0, 2, 1, 0] } },
  { x: [2, 13, 16, 4], kernel: [3, 2], f: 12, window: [1, 4], attrs: { dilation: [2, 3], padding: [2, 1, 0, 3] } },
  { x: [2, 20, 9, 1], kernel: [3, 3], f: 7, window: [4, 2], attrs: { stride: [1, 3] } },
];

test.skipIf(!runnable(opened).includes('cpu'))('odd sizes, strides, paddings, dilations, windows', async () => {
  const s = scene();
  for (const { x, kernel, f, window = [2, 2] as const, parts = 1, attrs } of table) {
    const [n, h, w, c] = x;
    const all: ConvAttrs = { ...plain, ...attrs, groups: 1 };
    const pool: PoolAttrs = { ...plain, window, stride: window };
    const before = s.given([n, ...windowOutput([h, w], kernel, all), f], 'arena');
    const winner = emit(s.b, 'maxpool2d_winner', [before], pool, 'winner');
    const small = emit(s.b, 'maxpool2d', [before], pool, 'pool');
    const dy = s.given(small.type.shape, 'arena');
    const shape = [...kernel, c, f];
    const picture = s.given(x, 'arena');
    const dw = emit(s.b, 'conv2d_dw_pooled', [picture, winner, dy], { ...all, shape, parts, window }, 'dw');
    expect(dw.type.shape).toEqual([parts, ...shape]);
    s.compare(dw, `${x}, ${shape}, windows of ${window}`);
  }
  await check(opened!.device, 'cpu', s);
});

describe('target cpu', () => {
  test.each(['mnist', 'cifar10'])('the first layer of models/%s has no gradient in full', (name) => {
    const { emitted } = compileFor('cpu', modelSource(name), narrowOptions(name));
    const { nodes } = emitted!.scheduled.train!.fused.graph;
    const first = nodes.find((n) => n.op === 'conv2d_dw_pooled');
    expect(first?.inputs[0]?.op).toBe('input');
    expect(nodes.filter((n) => n.op === 'unpool2d')).toHaveLength(1);
  });
});
