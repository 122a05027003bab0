// Kernels that only move elements against the reference: in fours and one by one, with work behind them, on views.
import { describe, test } from 'vitest';
import { emit, type Node, type OpAttrs } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable } from '../support/targets.ts';
import { check, type Scene, scene } from './harness.ts';

const opened = await withDevice();

type One = 'slice' | 'pad_zeros' | 'transpose' | 'reverse';
const moves: { readonly [K in One]: readonly (readonly [shape: readonly number[], attrs: OpAttrs[K]])[] } = {
  slice: [
    [[3, 7, 5, 8], { begin: [0, 2, 1, 0], size: [3, 4, 3, 8] }],
    [[1, 5, 4, 12], { begin: [0, 0, 0, 4], size: [1, 5, 4, 8] }], // fours of channels
    [[3, 3, 2, 12], { begin: [0, 0, 0, 3], size: [3, 3, 2, 4] }], // four, but not aligned
    [[2, 3, 5], { begin: [1, 0, 4], size: [1, 3, 1] }],
    [[7], { begin: [2], size: [3] }],
    [[1, 1], { begin: [0, 0], size: [1, 1] }],
  ],
  pad_zeros: [
    [[3, 4, 3, 4], { before: [0, 1, 2, 0], after: [0, 1, 0, 0] }],
    [[1, 5, 5, 3], { before: [0, 0, 3, 0], after: [0, 2, 1, 0] }],
    [[2, 2, 2, 4], { before: [0, 0, 0, 4], after: [0, 0, 0, 8] }],
    [[2, 2, 3, 3], { before: [1, 0, 0, 1], after: [0, 0, 0, 0] }],
    [[3], { before: [2], after: [0] }],
  ],
  transpose: [
    [[3, 5, 7, 4], { perm: [0, 2, 1, 3] }], // rows and columns, channels stay
    [[2, 3, 5, 4], { perm: [0, 3, 1, 2] }],
    [[13, 11], { perm: [1, 0] }],
    [[2, 3, 2, 3, 2, 4], { perm: [0, 1, 3, 2, 4, 5] }],
    [[1, 1, 3], { perm: [2, 1, 0] }],
  ],
  reverse: [
    [[3, 5, 4, 8], { axes: [1, 2] }],
    [[1, 3, 7, 3], { axes: [2] }],
    [[2, 3, 2, 4], { axes: [3] }],
    [[5, 1], { axes: [0, 1] }],
  ],
};

function add<K extends One>(s: Scene, op: K): void {
  moves[op].forEach(([shape, attrs], k) => {
    const x = s.given(shape, 'arena');
    const name = `${op} ${shape.join('x')} ${JSON.stringify(attrs)}`;
    const y = emit(s.b, op, [x], attrs, `${op}_${k}`);
    s.compare(y, name);
    // Behind it: a value of every channel, and an activation.
    const bias = s.given(y.type.shape.slice(-1));
    const z = emit(s.b, op, [s.given(shape, 'arena')], attrs, `${op}_${k}z`);
    s.compare(emit(s.b, 'relu', [emit(s.b, 'add', [z, bias], {}, `add_${k}`)], {}, `relu_${k}`), `relu of ${name}`);
  });
}

/** Sizes along the axis, and the sizes beside it. */
const concats: readonly {
  readonly axis: number;
  readonly sizes: readonly number[];
  readonly shape: readonly number[];
}[] = [
  { axis: 3, sizes: [4, 8, 4], shape: [3, 5, 3, 0] },
  { axis: 3, sizes: [3, 1, 4], shape: [1, 7, 2, 0] },
  { axis: 3, sizes: [2, 1, 1], shape: [3, 2, 2, 0] }, // four channels of which none is aligned
  { axis: 1, sizes: [2, 5], shape: [2, 0, 3, 3] },
  { axis: 1, sizes: [1, 1], shape: [2, 0, 3, 4] },
  { axis: 0, sizes: [1, 2, 3], shape: [0, 5] },
  { axis: 1, sizes: [5], shape: [3, 0] },
  { axis: 1, sizes: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], shape: [3, 0] }, // more than a kernel can bind
];

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('gather', (target) => {
  test.each(Object.keys(moves) as One[])('%s', async (op) => {
    const s = scene();
    add(s, op);
    await check(opened!.device, target, s, { within: 0 });
  });

  test('concat', async () => {
    const s = scene();
    for (const [k, { axis, sizes, shape }] of concats.entries()) {
      const given = (): Node[] =>
        sizes.map((n) =>
          s.given(
            shape.map((m, i) => (i === axis ? n : m)),
            'arena',
          ),
        );
      const y = emit(s.b, 'concat', given(), { axis }, `concat_${k}`);
      s.compare(y, `concat of ${sizes} along ${axis} of ${shape.join('x')}`);
      const z = emit(s.b, 'concat', given(), { axis }, `concat_${k}z`);
      const bias = s.given(y.type.shape.slice(-1));
      const after = emit(s.b, 'relu', [emit(s.b, 'add', [z, bias], {}, `add_${k}`)], {}, `relu_${k}`);
      s.compare(after, `relu of concat ${k}`);
    }
    const x = s.given([2, 3, 4], 'arena');
    s.compare(emit(s.b, 'concat', [x, x], { axis: 1 }, 'twice'), 'the same value twice');
    const one = emit(s.b, 'reshape', [s.b.scalar(7)], { shape: [1] }, 'one');
    s.compare(emit(s.b, 'concat', [one, s.given([2], 'arena'), one], { axis: 0 }, 'constants'), 'with constants');
    await check(opened!.device, target, s, { within: 0 });
  });

  test('views and elementwise work between moves', async () => {
    const s = scene();
    const x = s.given([2, 6, 4], 'arena');
    const seen = emit(s.b, 'reshape', [x], { shape: [2, 2, 3, 4] }, 'seen');
    const turned = emit(s.b, 'transpose', [seen], { perm: [0, 2, 1, 3] }, 'turned');
    const back = emit(s.b, 'reshape', [turned], { shape: [2, 24] }, 'back');
    const part = emit(s.b, 'slice', [emit(s.b, 'tanh', [back], {}, 'tanh')], { begin: [0, 5], size: [2, 7] }, 'part');
    s.compare(emit(s.b, 'mul', [part, part], {}, 'square'), 'square');
    s.compare(turned, 'turned');
    await check(opened!.device, target, s);
  });
});
