// Resizing and borders against the reference: larger, smaller, by whole and by odd ratios, one by one and in fours.
import { describe, test } from 'vitest';
import { emit } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable } from '../support/targets.ts';
import { check, scene } from './harness.ts';

const opened = await withDevice();
type Size4 = readonly [number, number, number, number];

const sizes: readonly (readonly [x: Size4, size: readonly [number, number]])[] = [
  [
    [3, 5, 3, 4],
    [10, 6],
  ],
  [
    [1, 3, 7, 3],
    [9, 7],
  ],
  [
    [1, 7, 5, 1],
    [4, 11],
  ],
  [
    [2, 1, 1, 4],
    [2, 3],
  ],
  [
    [1, 13, 6, 2],
    [1, 2],
  ],
];

const borders: readonly (readonly [x: Size4, padding: Size4])[] = [
  [
    [3, 5, 4, 4],
    [1, 2, 3, 0],
  ],
  [
    [1, 2, 7, 3],
    [1, 1, 6, 6],
  ],
  [
    [1, 3, 3, 1],
    [0, 2, 0, 1],
  ],
];

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('resizing', (target) => {
  test.each(['nearest', 'bilinear'] as const)('%s', async (mode) => {
    const s = scene();
    for (const [shape, size] of sizes) {
      const [n, h, w, c] = shape;
      const name = `${shape.join('x')} to ${size.join('x')}`;
      const x = s.given(shape, 'arena');
      const y = emit(s.b, 'resize2d', [x], { size, mode }, 'resize');
      s.compare(emit(s.b, 'relu', [emit(s.b, 'add', [y, s.given([c])], {}, 'add')], {}, 'relu'), name);
      const dy = s.given([n, ...size, c], 'arena');
      const dx = emit(s.b, 'resize2d_dx', [dy], { size: [h, w], mode }, 'd_resize');
      s.compare(emit(s.b, 'relu_dx', [x, dx], {}, 'd_relu'), `gradient of ${name}`);
    }
    await check(opened!.device, target, s);
  });

  test.each(['reflect', 'edge'] as const)('border %s', async (mode) => {
    const s = scene();
    for (const [shape, padding] of borders) {
      const [n, h, w, c] = shape;
      const [top, bottom, left, right] = padding;
      const name = `${shape.join('x')} with ${padding.join(', ')}`;
      const x = s.given(shape, 'arena');
      s.compare(emit(s.b, 'pad2d', [x], { mode, padding }, 'border'), name);
      const dy = s.given([n, h + top + bottom, w + left + right, c], 'arena');
      const dx = emit(s.b, 'pad2d_dx', [dy], { mode, padding }, 'd_border');
      s.compare(emit(s.b, 'relu_dx', [x, dx], {}, 'd_relu'), `gradient of ${name}`);
    }
    await check(opened!.device, target, s);
  });
});
