// Pools of halves: in the kernel of a convolution, winners, what is unpooled, weights by winners, results in an operand's place.
import { describe, expect, test } from 'vitest';
import { emit, type Node, type PoolAttrs, verify } from '../../src/ir/index.ts';
import { type Group, sharedPlace } from '../../src/schedule/index.ts';
import { withDevice } from '../support/adapter.ts';
import { emitPlanFor, runnable, slow } from '../support/targets.ts';
import { check, checkGraph, type Scene, scene } from './harness.ts';

const opened = await withDevice();
const able = opened?.features.includes('shader-f16') ?? false;
if (opened && !able)
  console.warn(`NOT TESTED: pools of halves, this adapter has no shader-f16 (${opened.adapter.name})`);

/** A result that is rounded to halves: one that lies near the middle of two may be the other, 2^-10 of its size away. */
const ROUNDED = 2 ** -11;
const plain = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
const tiled: PoolAttrs = { ...plain, window: [2, 2], stride: [2, 2] };
const single: PoolAttrs = { ...plain, window: [1, 1] };

const half = (s: Scene, x: Node): Node => emit(s.b, 'half', [x], {}, `${x.id}.half`);
/** The value as it lies in memory: a pool of windows of one element is a kernel of its own. */
const read = (s: Scene, x: Node): Node => emit(s.b, 'avgpool2d', [x], single, `${x.id}.read`);

describe.skipIf(!able).each(runnable(opened))('target %s', (target) => {
  test('in the kernel of a convolution that reads halves and leaves them', async () => {
    const s = scene();
    // A software adapter takes ten seconds to compile the first for portable.
    const sizes = [
      [4, 8],
      [3, 5],
    ] as const;
    for (const [c, f] of slow ? sizes : sizes.slice(...(target === 'cpu' ? [0, 1] : [1]))) {
      const x = half(s, s.given([2, 9, 8, c], 'arena'));
      const y = emit(s.b, 'conv2d', [x, s.given([3, 3, c, f])], { ...plain, groups: 1 }, 'conv');
      const z = emit(s.b, 'relu', [emit(s.b, 'add', [y, s.given([f])], {}, 'z')], {}, 'relu');
      s.compare(read(s, half(s, emit(s.b, 'maxpool2d', [half(s, z)], tiled, 'pool'))), `pooled ${c} ${f}`);
    }
    await check(opened!.device, target, s, { within: ROUNDED });
  });

  test('winners of halves, and halves that are unpooled', async () => {
    const s = scene();
    for (const c of [3, 8]) {
      const x = half(s, s.given([2, 7, 6, c], 'arena'));
      const dy = half(s, s.given([2, 3, 3, c], 'arena'));
      const winner = emit(s.b, 'maxpool2d_winner', [x], tiled, 'winner');
      const dx = emit(s.b, 'unpool2d', [winner, dy], { ...tiled, shape: x.type.shape }, 'dx');
      s.compare(dx, `unpooled ${c}`);
      s.compare(read(s, half(s, emit(s.b, 'neg', [dx], {}, 'less'))), `as halves ${c}`);
    }
    await check(opened!.device, target, s, { within: ROUNDED });
  });

  test('the gradient of a pool in the place of its input: where both are halves, and not where one is', async () => {
    const s = scene();
    // 64 elements: halves and floats of them take the same bytes, once these are aligned.
    for (const rounds of [true, false]) {
      const x = half(s, s.given([1, 4, 4, 4], 'arena'));
      const dy = half(s, s.given([1, 2, 2, 4], 'arena'));
      const dx = emit(s.b, 'maxpool2d_dx', [x, dy], tiled, rounds ? 'dx' : 'dx32');
      s.compare(read(s, rounds ? half(s, dx) : dx), `rounds ${rounds}`);
    }
    const graph = verify(s.b.finish('scene'), 'scene');
    const { fused, memory } = emitPlanFor(target, 'scene', { infer: graph }, null, 'values').scheduled.infer!;
    const shared = (id: string): boolean =>
      sharedPlace(fused.groups.find((g: Group) => g.nodes[0]?.id === id) as Group, memory) !== undefined;
    expect([shared('dx'), shared('dx32')]).toEqual([true, false]);
    await checkGraph(opened!.device, target, graph, s.leaves, {}, s.names);
  });
});

test.skipIf(!able || !runnable(opened).includes('cpu'))('weights by the winners of a pool, of halves', async () => {
  const s = scene();
  for (const [c, f, padding] of [
    [1, 8, [0, 0, 0, 0]],
    [3, 5, [1, 1, 1, 1]],
  ] as const) {
    const attrs = { ...plain, padding, groups: 1 };
    const x = half(s, s.given([2, 8, 8, c], 'arena'));
    const side = 6 + 2 * padding[0];
    const winner = emit(s.b, 'maxpool2d_winner', [s.given([2, side, side, f], 'arena')], tiled, 'winner');
    const dy = half(s, s.given([2, side / 2, side / 2, f], 'arena'));
    const more = { shape: [3, 3, c, f], parts: 2, window: [2, 2] as const };
    s.compare(emit(s.b, 'conv2d_dw_pooled', [x, winner, dy], { ...attrs, ...more }, 'dw'), `dw ${c} ${f}`);
  }
  await check(opened!.device, 'cpu', s);
});
