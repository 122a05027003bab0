// Pooling kernels against the reference: windows that tile, overlap, leave rows out, lie in the padding; ties.
import { describe, test } from 'vitest';
import { emit, type MeanAttrs, windowOutput } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable } from '../support/targets.ts';
import { check, type Scene, scene } from './harness.ts';

const opened = await withDevice();

interface Geometry extends MeanAttrs {
  readonly x: readonly [number, number, number, number];
}
const plain = { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
const table: readonly Geometry[] = [
  { ...plain, x: [2, 6, 4, 4] },
  { ...plain, x: [2, 7, 5, 3] }, // a last row and column that no window reads
  { ...plain, x: [1, 9, 9, 8], window: [3, 3], stride: [3, 3] },
  { ...plain, x: [1, 6, 9, 1], window: [2, 3], stride: [2, 3] },
  { ...plain, x: [1, 20, 20, 2], window: [10, 10], stride: [10, 10] },
  { ...plain, x: [2, 7, 9, 4], window: [3, 3] }, // overlapping, as AlexNet's
  { ...plain, x: [1, 8, 8, 5], window: [3, 2], stride: [1, 1] },
  { ...plain, x: [1, 7, 7, 4], stride: [3, 3] }, // rows between windows
  { ...plain, x: [2, 5, 5, 4], padding: [1, 1, 1, 1] },
  { ...plain, x: [1, 7, 8, 3], window: [3, 3], padding: [1, 0, 2, 1] },
  { ...plain, x: [1, 9, 11, 4], window: [3, 2], stride: [1, 3], dilation: [2, 3], padding: [2, 2, 0, 1] },
  { ...plain, x: [1, 1, 1, 1], window: [1, 1], stride: [1, 1] },
  { ...plain, x: [3, 5, 1, 2], window: [5, 1], stride: [1, 1] },
];

function add(s: Scene, g: Geometry, kind: 'maxpool2d' | 'avgpool2d', values?: readonly number[]): void {
  const { x: shape, ...attrs } = g;
  const [oh, ow] = windowOutput([shape[1], shape[2]], g.window, g);
  const x = s.given(shape, 'arena', -1, 1, values);
  const dy = s.given([shape[0], oh, ow, shape[3]], 'arena');
  const name = `${kind} ${JSON.stringify(g)}`;
  s.compare(emit(s.b, kind, [x], attrs, 'pool'), name);
  const dx =
    kind === 'maxpool2d'
      ? emit(s.b, 'maxpool2d_dx', [x, dy], attrs, 'd_pool')
      : emit(s.b, 'avgpool2d_dx', [dy], { ...attrs, shape }, 'd_pool');
  s.compare(emit(s.b, 'relu_dx', [x, dx], {}, 'd_relu'), `gradient of ${name}`);
  s.compare(dx, `gradient alone of ${name}`);
}

/** Padding that counts in the mean: all of it, or without the row and column that rounding up adds. */
const means: readonly Geometry[] = [
  { ...plain, x: [2, 5, 5, 4], padding: [1, 1, 1, 1], counted: [1, 1, 1, 1] },
  { ...plain, x: [1, 6, 5, 3], window: [3, 3], padding: [1, 2, 1, 1], counted: [1, 1, 1, 1] },
  { ...plain, x: [3, 7, 4, 4], window: [3, 2], stride: [3, 3], padding: [1, 2, 0, 1], counted: [1, 1, 0, 0] },
];

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('pooling', (target) => {
  for (const kind of ['maxpool2d', 'avgpool2d'] as const) {
    test(kind, async () => {
      const s = scene();
      for (const g of table) add(s, g, kind);
      await check(opened!.device, target, s);
    });
  }

  test('avgpool2d that counts padding', async () => {
    const s = scene();
    for (const g of means) add(s, g, 'avgpool2d');
    await check(opened!.device, target, s);
  });

  test('the maximum of padding only is the smallest number', async () => {
    const s = scene();
    const attrs = { window: [2, 2], stride: [1, 1], padding: [1, 1, 1, 1], dilation: [2, 2] } as const;
    s.compare(emit(s.b, 'maxpool2d', [s.given([1, 1, 1, 1], 'arena')], attrs, 'pool'), 'one element');
    await check(opened!.device, target, s);
  });

  test('ties: the gradient goes to the first largest', async () => {
    const s = scene();
    for (const g of table) {
      const size = g.x.reduce((a, b) => a * b, 1);
      add(s, g, 'maxpool2d', new Array<number>(size).fill(0.5));
      // Values of three kinds only: most windows hold some twice.
      add(
        s,
        g,
        'maxpool2d',
        Array.from({ length: size }, (_, i) => ((i * 7) % 3) - 1),
      );
    }
    await check(opened!.device, target, s);
  });
});
