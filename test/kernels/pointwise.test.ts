// Elementwise kernels against the reference: every operation, shapes that broadcast, chains, and dropout bit for bit.
import { describe, expect, test } from 'vitest';
import { emit, type Node, type OpName, ops, type Shape } from '../../src/ir/index.ts';
import { activationNames } from '../../src/ir/ops/activations.ts';
import { isRandom } from '../../src/ir/ops/dropout.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable } from '../support/targets.ts';
import { check, scene } from './harness.ts';

const opened = await withDevice();
const shapes: readonly Shape[] = [[1], [7], [2, 3], [3, 4], [2, 3, 5, 4], [1, 1, 1, 33], []];
/** Those with attributes, or with operands of a certain shape, have tests of their own. */
const apart: readonly OpName[] = ['one_hot', 'counted', 'pow', 'standardize', 'standardize_dx', 'half'];
const all = (Object.keys(ops) as OpName[]).filter((op) => ops[op].pointwise && !isRandom(op) && !apart.includes(op));

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('elementwise', (target) => {
  test.each(all)('%s', async (op) => {
    const s = scene();
    const low = op === 'sqrt' || op === 'div' || op === 'log' ? 0.25 : -3;
    for (const shape of shapes) {
      const inputs = (ops[op].inputs as readonly string[]).map(() => s.given(shape, 'arena', low, 4));
      s.compare(emit(s.b, op, inputs, { alpha: 0.3 } as never, 'value'), `${op} of ${shape.join('x') || 'scalar'}`);
    }
    await check(opened!.device, target, s);
  });

  test('classes as rows, and the mask of a short batch', async () => {
    const s = scene([5, 3]);
    const count = emit(s.b, 'step', [], { field: { name: 'count', type: 'u32' } }, 'count');
    const labels = emit(s.b, 'labels', [], { shape: [5, 3], dtype: 'u32' }, 'labels');
    for (const [classes, first] of [
      [1, 1],
      [3, 0],
      [4, 0],
      [8, 2],
    ] as const) {
      const hot = emit(s.b, 'one_hot', [labels], { classes, first }, 'hot');
      s.compare(hot, `one_hot of ${classes} from ${first}`);
      s.compare(
        emit(s.b, 'sub', [s.given([5, 3, classes], 'arena'), hot], {}, 'error'),
        `one_hot of ${classes} from ${first} in another kernel`,
      );
    }
    for (const shape of [[5], [5, 3], [5, 1, 4], [8], [3, 5]])
      s.compare(emit(s.b, 'counted', [s.given(shape, 'arena', 1, 2), count], {}, 'kept'), `counted ${shape.join('x')}`);
    await check(opened!.device, target, s, { labels: Array.from({ length: 15 }, (_, i) => i % 5), step: { count: 3 } });
  });

  test.each(['add', 'sub', 'mul', 'div'] as const)('%s of shapes that broadcast', async (op) => {
    const s = scene();
    const pairs: readonly (readonly [Shape, Shape])[] = [
      [[2, 3, 5, 4], [4]],
      [[4], [2, 3, 5, 4]],
      [[2, 3, 5, 7], [7]],
      [
        [2, 3, 4],
        [3, 1],
      ],
      [
        [2, 3, 4],
        [2, 1, 1],
      ],
      [
        [2, 3, 8],
        [3, 8],
      ],
      [
        [2, 3, 8],
        [1, 8],
      ],
      [
        [2, 1, 8],
        [3, 1],
      ],
      [
        [2, 1, 5],
        [3, 1],
      ],
      [[], [3, 4]],
      [[3, 5], [1]],
      [
        [4, 1],
        [1, 4],
      ],
      [
        [2, 4, 4, 4],
        [4, 1, 4],
      ],
      [
        [2, 4, 4, 4],
        [2, 1, 4, 1],
      ],
      [[1, 4], [4]],
      [[6, 1, 1, 4], [4]],
    ];
    for (const [p, q] of pairs) {
      s.compare(
        emit(s.b, op, [s.given(p, 'arena', 0.5, 2), s.given(q, 'arena', 0.5, 2)], {}, 'value'),
        `${op} of ${p.join('x')} and ${q.join('x')}`,
      );
    }
    await check(opened!.device, target, s);
  });

  test('powers', async () => {
    const s = scene();
    for (const exponent of [0.75, -0.5, 2, 3, 1]) {
      for (const shape of shapes)
        s.compare(
          emit(s.b, 'pow', [s.given(shape, 'arena', Number.isInteger(exponent) ? -3 : 0.25, 4)], { exponent }, 'value'),
          `${shape.join('x') || 'scalar'} to the power of ${exponent}`,
        );
    }
    await check(opened!.device, target, s);
  });

  test('batches of which some pictures count, and gradients of normalisation', async () => {
    const s = scene([5, 1]);
    const { b } = s;
    const count = b.step({ name: 'count', type: 'u32' });
    for (const shape of [[5], [5, 3], [5, 4], [5, 2, 3, 8]] as const) {
      const name = shape.join('x');
      const given = (low: number): Node => s.given(shape, 'arena', low, 2);
      const few = (low: number): Node => s.given(shape.slice(-1), 'arena', low, 2);
      s.compare(emit(b, 'counted', [given(-1), count], {}, 'masked'), `mask of ${name}`);
      for (const axes of [[0], []]) {
        const attrs = { axes, epsilon: 0.125 };
        s.compare(emit(b, 'standardize', [given(-1), few(-1), few(0.5)], attrs, 'y'), `standardize ${name}`);
        const inputs = [given(-1), given(-1), few(-1), few(-1), few(0.5), count];
        s.compare(emit(b, 'standardize_dx', inputs, attrs, 'dx'), `standardize_dx ${name} over ${axes}`);
      }
    }
    await check(opened!.device, target, s, { step: { count: 3 } });
  });

  test('broadcast along any axes', async () => {
    const s = scene();
    const wanted: readonly (readonly [Shape, Shape, readonly number[]])[] = [
      [[], [3, 4], [0, 1]],
      [[], [5], [0]],
      [[4], [3, 4], [0]],
      [[5], [2, 3, 5], [0, 1]],
      [[3], [3, 4], [1]],
      [[3], [2, 3, 5], [0, 2]],
      [[2, 4], [2, 3, 4], [1]],
      [[4], [4, 4], [1]],
    ];
    for (const [from, shape, axes] of wanted) {
      s.compare(
        emit(s.b, 'broadcast', [s.given(from, 'arena')], { shape, axes }, 'value'),
        `${from.join('x')} to ${shape.join('x')} along ${axes}`,
      );
    }
    await check(opened!.device, target, s);
  });

  test('chains in one kernel, with constants and numbers of the step', async () => {
    const s = scene();
    const { b } = s;
    const lr = emit(b, 'step', [], { field: { name: 'lr', type: 'f32' } }, 'lr');
    const power = emit(b, 'step', [], { field: { name: 'correction', type: 'f32', oneMinusPower: 0.9 } }, 'correction');
    for (const last of [8, 5]) {
      const x = s.given([3, last], 'arena');
      const scaled = emit(b, 'mul', [x, lr], {}, 'scaled');
      const shifted = emit(b, 'sub', [b.scalar(-1.5), scaled], {}, 'shifted');
      const divided = emit(b, 'div', [shifted, power], {}, 'divided');
      s.compare(emit(b, 'tanh', [divided], {}, 'value'), `chain over ${last} columns`);
      s.compare(shifted, `the middle of it over ${last} columns`);
    }
    const step = { lr: 0.125, step: 3, correction: 1 - 0.9 ** 3 };
    await check(opened!.device, target, s, { step });
  });

  test('extreme values stay finite', async () => {
    const s = scene();
    const values = [-1e30, -1e4, -100, -20, -1e-20, 0, 1e-20, 20, 100, 1e4, 1e30, 88];
    const attrs = { alpha: 0.3 } as never;
    for (const op of activationNames) {
      const x = s.given([values.length], 'arena', 0, 1, values);
      s.compare(emit(s.b, op, [x], attrs, 'value'), `${op} of extreme values`);
      s.compare(
        emit(s.b, op, [s.given([11], 'arena', 0, 1, values.slice(0, 11))], attrs, 'value'),
        `${op}, one by one`,
      );
      // Values near 0 must not drown in those of 1e30.
      const small = s.given([9], 'arena', 0, 1, [-100, -88, -30, -20, -5, -1e-3, 1e-3, 5, 11]);
      s.compare(emit(s.b, op, [small], attrs, 'value'), `${op} of a hundred`);
    }
    await check(opened!.device, target, s);
  });

  test('gradients of activations stay finite at extreme values', async () => {
    const s = scene();
    const values = [-1e30, -1e4, -100, -20, -1e-20, 0, 1e-20, 20, 100, 1e4, 1e30, 88];
    const attrs = { alpha: 0.3 } as never;
    for (const op of activationNames) {
      const x = s.given([values.length], 'arena', 0, 1, values);
      const y = emit(s.b, op, [x], attrs, 'y');
      const dy = s.given([values.length], 'arena', 0.5, 1);
      const [v] = ops[`${op}_dx`].inputs as readonly string[];
      s.compare(emit(s.b, `${op}_dx`, [v === 'x' ? x : y, dy], attrs, 'dx'), `${op}_dx of extreme values`);
    }
    await check(opened!.device, target, s);
  });
});

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('dropout', (target) => {
  test.each([
    [1, 1],
    [123456789, 7],
    [0xffffffff, 1000],
  ])("the mask of seed %d, step %d is the reference's, bit for bit", async (seed, step) => {
    const s = scene();
    const field = (name: 'seed' | 'step'): Node => emit(s.b, 'step', [], { field: { name, type: 'u32' } }, name);
    const [seedNode, stepNode] = [field('seed'), field('step')];
    const masks: string[] = [];
    for (const rate of [0.25, 0.5, 0.9]) {
      for (const shape of [[5, 7], [3, 4, 4, 8], [1]]) {
        const ones = s.given(shape, 'arena', 0, 1, new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1));
        const name = `rate ${rate}, ${shape.join('x')}`;
        masks.push(name);
        s.compare(emit(s.b, 'dropout', [ones, seedNode, stepNode], { rate, stream: 0xdeadbeef }, 'drop'), name);
      }
    }
    // Its own kernel above; in the epilogue of another below.
    const product = emit(
      s.b,
      'matmul',
      [s.given([6, 3], 'arena'), s.given([3, 8])],
      { transposeA: false, transposeB: false },
      'product',
    );
    s.compare(emit(s.b, 'dropout', [product, seedNode, stepNode], { rate: 0.5, stream: 3 }, 'drop'), 'in an epilogue');
    // One wrong bit of a mask of 500 is an error of 4e-2.
    const found = await check(opened!.device, target, s, { step: { seed, step }, within: 1e-6 });
    for (const name of masks) expect(new Set(found.get(name)).size, name).toBeLessThanOrEqual(2);
  });

  test('whole channels, alpha dropout and noise draw what the reference draws', async () => {
    const s = scene();
    const field = (name: 'seed' | 'step'): Node => emit(s.b, 'step', [], { field: { name, type: 'u32' } }, name);
    const random = [field('seed'), field('step')];
    for (const shape of [[3, 4, 4, 8], [3, 5, 2, 3], [5, 7], [3, 9, 4], [1]]) {
      const x = s.given(shape, 'arena', 0.5, 2);
      const of = shape.join('x');
      const channel = { rate: 0.4, stream: 77, whole: 'channel' } as const;
      s.compare(emit(s.b, 'dropout', [x, ...random], channel, 'drop'), `channels of ${of}`);
      s.compare(
        emit(s.b, 'alpha_dropout', [x, ...random], { rate: 0.4, stream: 77 }, 'drop'),
        `alpha_dropout of ${of}`,
      );
      for (const way of ['add', 'multiply'] as const) {
        const noise = { deviation: 0.5, stream: 77, way };
        s.compare(emit(s.b, 'gaussian', [x, ...random], noise, 'noisy'), `gaussian, ${way}, of ${of}`);
      }
    }
    await check(opened!.device, target, s, { step: { seed: 5, step: 9 } });
  });
});
