// Kernels over rows of scores: softmax, losses, their gradients and right answers, with fewer pictures than the batch.
import { describe, expect, test } from 'vitest';
import { hash32 } from '../../runtime/random.ts';
import { emit, type Node } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { randomTensor } from '../support/numbers.ts';
import { runnable } from '../support/targets.ts';
import { check, type Scene, scene } from './harness.ts';

const opened = await withDevice();

function leaves(s: Scene, batch: number): { labels: Node; count: Node } {
  return {
    labels: emit(s.b, 'labels', [], { shape: [batch], dtype: 'u32' }, 'labels'),
    count: emit(s.b, 'step', [], { field: { name: 'count', type: 'u32' } }, 'count'),
  };
}

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('rows', (target) => {
  for (const [batch, classes, count] of [
    [1, 2, 1],
    [5, 3, 5],
    [7, 10, 4],
    [33, 10, 20],
    [17, 1, 17],
    [4, 1000, 3],
  ] as const) {
    const labels = Array.from({ length: batch }, (_, i) => hash32(5, batch, i) % classes);

    test(`${batch} rows of ${classes}, ${count} of them count: on logits`, async () => {
      const s = scene([batch, classes]);
      s.leaves.set('input', randomTensor([batch, classes], 3, batch > 1 ? -8 : -2, 4));
      const l = leaves(s, batch);
      const losses = emit(s.b, 'softmax_cross_entropy', [s.input, l.labels, l.count], {}, 'losses');
      const mean = emit(s.b, 'batch_mean', [losses, l.count], {}, 'mean');
      const dy = emit(s.b, 'batch_mean_dx', [s.b.scalar(1), l.count], { batch }, 'd_losses');
      s.compare(losses, 'softmax_cross_entropy');
      s.compare(mean, 'batch_mean');
      s.compare(
        emit(s.b, 'softmax_cross_entropy_dx', [s.input, l.labels, l.count, dy], {}, 'd_z'),
        'softmax_cross_entropy_dx',
      );
      s.compare(emit(s.b, 'correct', [s.input, l.labels, l.count], {}, 'correct'), 'correct');
      const found = await check(opened!.device, target, s, { labels, step: { count } });
      expect(
        found
          .get('softmax_cross_entropy')!
          .slice(count)
          .every((v) => v === 0),
      ).toBe(true);
      expect(
        found
          .get('softmax_cross_entropy_dx')!
          .slice(count * classes)
          .every((v) => v === 0),
      ).toBe(true);
    });

    test(`${batch} rows of ${classes}, ${count} of them count: on probabilities`, async () => {
      const s = scene([batch, classes]);
      s.leaves.set('input', randomTensor([batch, classes], 4, -8, 8));
      const l = leaves(s, batch);
      const p = emit(s.b, 'softmax', [s.input], {}, 'p');
      const losses = emit(s.b, 'cross_entropy', [p, l.labels, l.count], {}, 'losses');
      const dy = emit(s.b, 'batch_mean_dx', [s.given([], 'arena'), l.count], { batch }, 'd_losses');
      const dp = emit(s.b, 'cross_entropy_dx', [p, l.labels, l.count, dy], {}, 'd_p');
      s.compare(p, 'softmax');
      s.compare(losses, 'cross_entropy');
      s.compare(dy, 'batch_mean_dx');
      s.compare(dp, 'cross_entropy_dx');
      s.compare(emit(s.b, 'softmax_dx', [p, dp], {}, 'd_z'), 'softmax_dx');
      s.compare(emit(s.b, 'correct', [p, l.labels, l.count], {}, 'correct'), 'correct');
      await check(opened!.device, target, s, { labels, step: { count } });
    });
  }

  for (const [shape, count] of [
    [[3, 2, 5, 4], 2],
    [[2, 7, 3], 2],
    [[5, 3], 3],
  ] as const) {
    const [batch = 1, ...rest] = shape;
    const classes = rest.at(-1) as number;
    const rows = shape.slice(0, -1);
    const labels = Array.from({ length: rows.reduce((p, q) => p * q, 1) }, (_, i) => hash32(5, batch, i) % classes);

    test.each(['softmax_cross_entropy', 'cross_entropy'] as const)(
      `${shape.join('x')}, ${count} of them count, with options: %s`,
      async (op) => {
        for (const values of [false, true]) {
          const s = scene([...shape]);
          s.leaves.set('input', randomTensor([...shape], 3, -4, 4));
          const z = op === 'cross_entropy' ? emit(s.b, 'softmax', [s.input], {}, 'p') : s.input;
          const step = emit(s.b, 'step', [], { field: { name: 'count', type: 'u32' } }, 'count');
          const given = emit(
            s.b,
            'labels',
            [],
            values ? { shape, dtype: 'f32' } : { shape: rows, dtype: 'u32' },
            'labels',
          );
          const dy = s.given(rows, 'arena');
          const weights = Array.from({ length: classes }, (_, i) => i + 0.5);
          const all = values
            ? [{}, { smoothing: 0.25 }]
            : [{}, { smoothing: 0.25 }, { weights }, { smoothing: 0.1, weights }];
          for (const attrs of all) {
            const name = `${op} ${JSON.stringify(attrs)}`;
            s.compare(emit(s.b, op, [z, given, step], attrs, 'losses'), name);
            s.compare(emit(s.b, `${op}_dx`, [z, given, step, dy], attrs, 'd_z'), `${name}, gradient`);
          }
          if (!values)
            for (const k of [1, 2, 3]) s.compare(emit(s.b, 'correct', [z, given, step], { k }, 'correct'), `top ${k}`);
          const numbers = values ? [...randomTensor(shape, 9, 0, 1).data] : labels;
          await check(opened!.device, target, s, { labels: numbers, step: { count } });
        }
      },
    );
  }

  test('the first of equally large scores is the answer', async () => {
    const s = scene([4, 3]);
    s.leaves.set('input', { shape: [4, 3], data: Float64Array.of(1, 1, 0, 1, 1, 0, -1, -1, -1, 0, 2, 2) });
    const l = leaves(s, 4);
    s.compare(emit(s.b, 'correct', [s.input, l.labels, l.count], {}, 'correct'), 'correct');
    const found = await check(opened!.device, target, s, { labels: [0, 1, 0, 1] });
    expect([...found.get('correct')!]).toEqual([1, 0, 1, 1]);
  });

  test('large logits neither overflow nor lose the loss; a probability of zero has a finite one', async () => {
    const s = scene([3, 4]);
    s.leaves.set('input', {
      shape: [3, 4],
      data: Float64Array.of(1000, -1000, 0, 5, -500, -501, -502, -503, 80, 0, 0, 0),
    });
    const l = leaves(s, 3);
    const p = emit(s.b, 'softmax', [s.input], {}, 'p');
    s.compare(emit(s.b, 'softmax_cross_entropy', [s.input, l.labels, l.count], {}, 'losses'), 'on logits');
    s.compare(p, 'softmax');
    s.compare(emit(s.b, 'cross_entropy', [p, l.labels, l.count], {}, 'losses'), 'on probabilities');
    await check(opened!.device, target, s, { labels: [1, 3, 0] });
  });

  test('softmax and its logarithm over the channels of a picture', async () => {
    const s = scene();
    for (const c of [3, 4]) {
      const l = emit(s.b, 'log_softmax', [s.given([2, 3, 5, c], 'arena', -40, 40)], {}, 'l');
      s.compare(l, `log_softmax over ${c} channels`);
      s.compare(
        emit(s.b, 'log_softmax_dx', [l, s.given([2, 3, 5, c], 'arena')], {}, 'd_x'),
        `log_softmax_dx over ${c} channels`,
      );
      const y = emit(s.b, 'softmax', [s.given([2, 3, 5, c], 'arena', -4, 4)], {}, 'y');
      s.compare(y, `softmax over ${c} channels`);
      s.compare(
        emit(s.b, 'softmax_dx', [y, s.given([2, 3, 5, c], 'arena')], {}, 'd_x'),
        `softmax_dx over ${c} channels`,
      );
    }
    await check(opened!.device, target, s);
  });

  test('softmax of softmax: two steps on the same rows', async () => {
    const s = scene();
    const first = emit(s.b, 'softmax', [s.given([5, 6], 'arena', -4, 4)], {}, 'first');
    s.compare(emit(s.b, 'softmax', [first], {}, 'second'), 'softmax of softmax');
    await check(opened!.device, target, s);
  });
});
