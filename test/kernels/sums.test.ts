// Sums over any axes, long ones too.
import { describe, test } from 'vitest';
import { emit, type Shape } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable } from '../support/targets.ts';
import { check, scene } from './harness.ts';

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

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('sum', (target) => {
  test('over any axes', async () => {
    const s = scene();
    for (const [shape, axes] of table) {
      s.compare(
        emit(s.b, 'sum', [s.given(shape, 'arena', -0.5, 1)], { axes }, 'total'),
        `${shape.join('x')} over ${axes}`,
      );
    }
    await check(opened!.device, target, s);
  });
});
