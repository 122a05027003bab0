// Matrix products against the reference: all four ways to transpose, awkward sizes, epilogues, long sums.
import { describe, test } from 'vitest';
import { emit, type Node } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable, slow } from '../support/targets.ts';
import { check, type Scene, scene, type Where } from './harness.ts';

const opened = await withDevice();

function product(s: Scene, m: number, k: number, n: number, ta: boolean, tb: boolean, where: Where): Node {
  const a = s.given(ta ? [k, m] : [m, k], 'arena');
  const b = s.given(tb ? [n, k] : [k, n], where);
  return emit(s.b, 'matmul', [a, b], { transposeA: ta, transposeB: tb }, 'product');
}

const sizes: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [3, 5, 7],
  [4, 4, 4],
  [5, 8, 10],
  [1, 33, 10],
  [33, 1, 2],
  [8, 64, 16],
  [17, 20, 33],
  [100, 90, 50],
  [64, 16, 64],
  [2, 3000, 3],
  [7, 2052, 12],
  [130, 7, 65],
];
const ways = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

describe.skipIf(!opened).each(runnable(opened))('matmul, target %s', (target) => {
  const few = opened?.adapter.kind === 'software' && !slow && target === 'portable';
  const chosen = few ? sizes.filter((_, i) => i % 3 === 1) : sizes;
  for (const [ta, tb] of ways) {
    test(`transposed ${ta ? 'a' : '-'}${tb ? 'b' : '-'}`, async () => {
      const s = scene();
      chosen.forEach(([m, k, n], i) => {
        const where = i % 2 === 0 ? 'parameter' : 'arena';
        s.compare(product(s, m, k, n, ta, tb, where), `${m} x ${k} x ${n}, transposed ${ta} ${tb}, ${where}`);
      });
      await check(opened!.device, target, s);
    });
  }

  test('epilogues: bias and activation, operands that broadcast, a gradient of the activation, two results', async () => {
    const s = scene();
    for (const n of [8, 7]) {
      const bias = s.given([n]);
      const z = emit(s.b, 'add', [product(s, 6, 12, n, false, false, 'parameter'), bias], {}, 'dense_z');
      s.compare(emit(s.b, 'sigmoid', [z], {}, 'dense'), `sigmoid, ${n} columns`);
      const y = s.given([6, n], 'arena');
      const dy = product(s, 6, 5, n, false, true, 'parameter');
      s.compare(emit(s.b, 'relu_dx', [y, dy], {}, 'masked'), `relu_dx, ${n} columns`);
      const twice = product(s, 6, 4, n, false, false, 'parameter');
      s.compare(emit(s.b, 'tanh', [twice], {}, 'second'), `tanh, ${n} columns`);
      s.compare(twice, `a result and what is made of it, ${n} columns`);
      const column = emit(
        s.b,
        'mul',
        [product(s, 6, 4, n, false, false, 'parameter'), s.given([6, 1], 'arena')],
        {},
        'rows',
      );
      s.compare(emit(s.b, 'sub', [s.b.scalar(2), column], {}, 'scaled'), `a factor a row, ${n} columns`);
    }
    await check(opened!.device, target, s);
  });

  test('the gradient of a bias rides along with the gradient of the weights', async () => {
    const s = scene();
    for (const [m, k, n] of [
      [5, 7, 10],
      [32, 16, 20],
      [3, 4, 1],
    ] as const) {
      const x = s.given([m, k], 'arena');
      const dy = s.given([m, n], 'arena');
      s.compare(emit(s.b, 'matmul', [x, dy], { transposeA: true, transposeB: false }, 'd_weight'), `dw ${m} ${k} ${n}`);
      s.compare(emit(s.b, 'sum', [dy], { axes: [0] }, 'd_bias'), `db ${m} ${k} ${n}`);
    }
    await check(opened!.device, target, s);
  });

  test('a flattened picture, forward and back', async () => {
    const s = scene();
    const x = s.given([3, 2, 2, 5], 'arena');
    const w = s.given([20, 6]);
    const flat = emit(s.b, 'reshape', [x], { shape: [3, 20] }, 'flat');
    s.compare(emit(s.b, 'matmul', [flat, w], { transposeA: false, transposeB: false }, 'dense'), 'dense of flatten');
    const dy = s.given([3, 6], 'arena');
    const dflat = emit(s.b, 'matmul', [dy, w], { transposeA: false, transposeB: true }, 'd_flat');
    const dx = emit(s.b, 'reshape', [dflat], { shape: [3, 2, 2, 5] }, 'd_x');
    s.compare(emit(s.b, 'relu_dx', [x, dx], {}, 'd_relu'), 'relu_dx of an unflattened gradient');
    await check(opened!.device, target, s);
  });
});
