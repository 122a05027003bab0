// Kernels that read and leave halves against the reference, which rounds where they do: every way to read operands, odd sizes.
import { describe, expect, test } from 'vitest';
import { halfToNumber, numberToHalf } from '../../runtime/index.ts';
import { indexMap, workOf } from '../../src/codegen/kernels/index-map.ts';
import { scheduleTrouble, type Tuned, type WinogradSchedule } from '../../src/codegen/schedules.ts';
import { type ConvAttrs, emit, type Graph, type Node, type PoolAttrs, windowOutput } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable, slow, type Target } from '../support/targets.ts';
import { chosen, depthwise, type Geometry, grouped, phases } from './convolutions.ts';
import { check, type Scene, scene } from './harness.ts';

const opened = await withDevice();
const able = opened?.features.includes('shader-f16') ?? false;
if (opened && !able) console.warn(`NOT TESTED: halves, this adapter has no shader-f16 (${opened.adapter.name})`);

/** A result that is rounded to halves: one that lies near the middle of two may be the other, 2^-10 of its size away. */
const ROUNDED = 2 ** -11;

const half = (s: Scene, x: Node): Node => emit(s.b, 'half', [x], {}, `${x.id}.half`);
/** Some of a list, that a software adapter has compiled in a few seconds: those that read operands in different ways. */
const pick = <T>(all: readonly T[], ...at: readonly number[]): T[] => at.map((i) => all[i] as T);

/** Which operands are halves: both, the activations alone (weights stay floats), or the second alone. */
type Which = 'both' | 'first' | 'second';

/** The convolution, its gradients and that of the bias, of halves; with the relu, the result is left as halves. */
function addConvolution(s: Scene, g: Geometry, which: Which): void {
  const { stride, padding, dilation, groups } = g;
  const attrs: ConvAttrs = { stride, padding, dilation, groups };
  const [oh, ow] = windowOutput(g.size, g.kernel, attrs);
  const xShape = [g.n, ...g.size, g.c];
  const wShape = [...g.kernel, g.c / groups, g.f];
  const read = (x: Node, place: 'first' | 'second'): Node => (which === 'both' || which === place ? half(s, x) : x);
  const x = read(s.given(xShape, 'arena'), 'first');
  const w = read(s.given(wShape, which === 'first' ? 'parameter' : 'arena'), 'second');
  const dy = read(s.given([g.n, oh, ow, g.f], 'arena'), which === 'second' ? 'second' : 'first');
  const name = `${which} of n ${g.n} size ${g.size} c ${g.c} f ${g.f} kernel ${g.kernel} ${JSON.stringify(attrs)}`;
  s.compare(emit(s.b, 'conv2d', [x, w], attrs, 'conv'), `y, ${name}`);
  s.compare(emit(s.b, 'conv2d_dx', [dy, w], { ...attrs, shape: xShape }, 'dx'), `dx, ${name}`);
  s.compare(emit(s.b, 'conv2d_dw', [x, dy], { ...attrs, shape: wShape }, 'dw'), `dw, ${name}`);
  s.compare(emit(s.b, 'sum', [dy], { axes: [0, 1, 2] }, 'db'), `db, ${name}`);
}

function addProduct(s: Scene, [m, k, n]: readonly [number, number, number], transposeA: boolean, transposeB: boolean) {
  const a = half(s, s.given(transposeA ? [k, m] : [m, k], 'arena'));
  const b = s.given(transposeB ? [n, k] : [k, n]);
  const attrs = { transposeA, transposeB };
  s.compare(emit(s.b, 'matmul', [a, b], attrs, 'y'), `${m}x${k}x${n} ${transposeA} ${transposeB}`);
}

const sizes: { readonly [T in Target]: readonly Geometry[] } = {
  portable: [...pick(chosen, 4, 28), ...pick(phases, 1)],
  cpu: [...pick(chosen, ...(slow ? [2, 9, 17, 25, 28] : [2, 17, 25])), ...pick(grouped, 1), ...pick(phases, 0)],
  gpu: pick(grouped, 1),
  'gpu-subgroups': pick(grouped, 1),
};

describe.skipIf(!able).each([...runnable(opened), 'gpu', 'gpu-subgroups'] as const)(
  'operands that are halves, target %s',
  (target) => {
    test('convolutions and their gradients', async () => {
      const s = scene();
      sizes[target].forEach((g, i) => addConvolution(s, g, i % 3 === 1 ? 'first' : i % 5 === 4 ? 'second' : 'both'));
      await check(opened!.device, target, s);
    });

    test('products of matrices', async () => {
      const s = scene();
      if (!target.startsWith('gpu')) addProduct(s, [5, 33, 10], false, false);
      addProduct(s, [8, 20, 12], true, false);
      if (!target.startsWith('gpu')) addProduct(s, [7, 16, 12], false, true);
      await check(opened!.device, target, s);
    });

    test.skipIf(target === 'gpu')('depthwise convolutions', async () => {
      const s = scene();
      for (const g of pick(depthwise, 0, 2)) addConvolution(s, g, 'both');
      await check(opened!.device, target, s);
    });
  },
);

describe.skipIf(!able).each(runnable(opened))("Winograd's tiles of halves, target %s", (target) => {
  test('channels in fours and one by one', async () => {
    const schedule: WinogradSchedule = {
      kind: 'winograd',
      ...(target === 'cpu' ? { tiles: 8, width: 2 } : { tiles: 1, width: 4 }),
    };
    const s = scene();
    const attrs = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;
    for (const c of target === 'cpu' && !slow ? [4] : [4, 3]) {
      const x = half(s, s.given([2, 5, 6, c], 'arena'));
      s.compare(emit(s.b, 'conv2d', [x, s.given([3, 3, c, 8])], attrs, 'conv'), `c ${c}`);
    }
    let used = 0;
    const tuned = (graph: Graph): Tuned => {
      const fit = graph.nodes.filter(
        (n) => n.op === 'conv2d' && scheduleTrouble(schedule, indexMap(n), target) === undefined,
      );
      used = fit.length;
      return new Map(fit.map((n) => [workOf(n), schedule]));
    };
    await check(opened!.device, target, s, { tuned });
    expect(used).toBeGreaterThan(0);
  });
});

test.skipIf(!able)('the parts of a weight gradient, of halves', async () => {
  const s = scene();
  const attrs = { stride: [2, 1], padding: [1, 0, 1, 1], dilation: [1, 2], groups: 1 } as const;
  const x = half(s, s.given([6, 7, 9, 4], 'arena'));
  const dy = half(s, s.given([6, ...windowOutput([7, 9], [3, 3], attrs), 8], 'arena'));
  s.compare(emit(s.b, 'conv2d_dw_parts', [x, dy], { ...attrs, shape: [3, 3, 4, 8], parts: 6 }, 'parts'), 'parts');
  await check(opened!.device, 'gpu', s);
});

describe.skipIf(!able)('other kernels', () => {
  test('pools and their gradients, whose windows tile and overlap, in fours and one by one', async () => {
    const s = scene();
    const plain = { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
    const all: readonly (readonly [readonly [number, number, number, number], PoolAttrs])[] = [
      [[2, 7, 5, 3], plain],
      [[2, 6, 4, 4], plain],
      [[2, 7, 9, 4], { ...plain, window: [3, 3], padding: [1, 0, 1, 1] }],
    ];
    for (const [shape, attrs] of all) {
      const [oh, ow] = windowOutput([shape[1], shape[2]], attrs.window, attrs);
      const x = half(s, s.given(shape, 'arena'));
      const dy = half(s, s.given([shape[0], oh, ow, shape[3]], 'arena'));
      s.compare(emit(s.b, 'maxpool2d', [x], attrs, 'max'), `max ${shape}`);
      s.compare(emit(s.b, 'maxpool2d_dx', [x, dy], attrs, 'd_max'), `gradient of max ${shape}`);
      s.compare(emit(s.b, 'avgpool2d', [x], attrs, 'mean'), `mean ${shape}`);
      s.compare(emit(s.b, 'avgpool2d_dx', [dy], { ...attrs, shape }, 'd_mean'), `gradient of mean ${shape}`);
    }
    await check(opened!.device, 'portable', s);
  });

  test('elementwise work, broadcasts, sums, joins and turns, in fours and one by one', async () => {
    const s = scene();
    for (const c of [3, 4, 8]) {
      const [x, y] = [0, 1].map(() => half(s, s.given([2, 3, 5, c], 'arena'))) as [Node, Node];
      const gates = half(s, s.given([2, 1, 1, c], 'arena'));
      // What also reads a sum of x waits for it, and reads x from memory: in the kernel that makes x it would be in registers.
      const mean = emit(s.b, 'sum', [x], { axes: [0, 1, 2] }, 'mean');
      const apart = emit(s.b, 'sub', [x, mean], {}, 'apart');
      s.compare(apart, `apart ${c}`);
      s.compare(emit(s.b, 'mul', [apart, gates], {}, 'gated'), `gates ${c}`);
      s.compare(emit(s.b, 'sum', [emit(s.b, 'mul', [x, y], {}, 'xy')], { axes: [0, 1, 2] }, 'dot'), `dot ${c}`);
      s.compare(emit(s.b, 'sum', [x], { axes: [3] }, 'rows'), `rows ${c}`);
      s.compare(emit(s.b, 'concat', [x, y], { axis: 3 }, 'joined'), `joined ${c}`);
      s.compare(emit(s.b, 'slice', [x], { begin: [0, 1, 0, 0], size: [2, 2, 5, c] }, 'cut'), `cut ${c}`);
      s.compare(emit(s.b, 'transpose', [x], { perm: [0, 3, 1, 2] }, 'turned'), `turned ${c}`);
      const flat = emit(s.b, 'reshape', [x], { shape: [6, 5 * c] }, 'flat');
      const total = emit(s.b, 'sum', [flat], { axes: [0] }, 'total');
      s.compare(emit(s.b, 'mul', [flat, total], {}, 'scaled'), `view ${c}`);
    }
    await check(opened!.device, 'portable', s);
  });
});

describe.skipIf(!able).each([...runnable(opened), 'gpu'] as const)('results that are halves, target %s', (target) => {
  test('of convolutions with an epilogue, of gradients, pools and elementwise work', async () => {
    const s = scene();
    for (const [c, f] of target === 'gpu'
      ? ([[4, 8]] as const)
      : ([
          [4, 8],
          [3, 5],
        ] as const)) {
      const attrs = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;
      const x = half(s, emit(s.b, 'tanh', [s.given([2, 7, 5, c], 'arena')], {}, 'tanh'));
      const y = emit(s.b, 'conv2d', [x, s.given([3, 3, c, f])], attrs, 'conv');
      const z = emit(s.b, 'relu', [emit(s.b, 'add', [y, s.given([f])], {}, 'conv_z')], {}, 'relu');
      const kept = half(s, z);
      const pool = { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
      const pooled = half(s, emit(s.b, 'avgpool2d', [kept], pool, 'pool'));
      s.compare(emit(s.b, 'neg', [pooled], {}, 'pooled'), `pool ${c} ${f}`);
      s.compare(emit(s.b, 'relu_dx', [kept, s.given([2, 7, 5, f])], {}, 'd_relu'), `mask ${c} ${f}`);
      // Rounded and stored in the same kernel that goes on with it.
      s.compare(emit(s.b, 'mul', [kept, kept], {}, 'square'), `square ${c} ${f}`);
    }
    await check(opened!.device, target, s, { within: ROUNDED });
  });
});

test.skipIf(!able)(
  'the device rounds as the reference does: to a neighbour, subnormal numbers too, and beyond the last to infinity',
  async () => {
    const numbers = [1 / 3, 65504, 65519, 2 ** -24, 2 ** -26, 6e-6, 3e-8, 1e-3, 0, 12345.678, -0.1];
    const beyond = [1e6, 65503, -65536, 65521, -3e38, 2];
    const s = scene();
    // Pools of windows of one element: kernels of their own, which read what lies in memory.
    const pool = { window: [1, 1], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
    const stored = (values: readonly number[], c: number): Node => {
      const all = values.flatMap((v) => new Array<number>(c).fill(v));
      const x = half(s, s.given([1, 1, values.length, c], 'arena', 0, 0, all));
      return emit(s.b, 'avgpool2d', [x], pool, `${x.id}.read`);
    };
    for (const c of [1, 4]) {
      s.compare(stored(numbers, c), `back ${c}`);
      s.compare(emit(s.b, 'overflows', [stored(beyond, c)], { rows: 1 }, 'infinite'), `infinite ${c}`);
    }
    const found = await check(opened!.device, 'portable', s, { within: ROUNDED });
    const step = (n: number): number => Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.abs(n) || 1)) - 10));
    for (const c of [1, 4]) {
      const back = found.get(`back ${c}`)!;
      numbers.forEach((n, i) => {
        const want = halfToNumber(numberToHalf(n));
        expect(halfToNumber(numberToHalf(back[c * i] as number)), `${n}`).toBe(back[c * i]);
        expect(Math.abs((back[c * i] as number) - want), `${n}`).toBeLessThanOrEqual(step(want));
      });
      expect(found.get(`infinite ${c}`)!.reduce((a, b) => a + b, 0)).toBe(4 * c);
    }
  },
);

test.skipIf(!able)('what is not finite is counted, NaN and infinity alike', async () => {
  const s = scene();
  const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
  const values = [
    s.given([5], 'arena', 0, 0, [1, inf, -inf, 3e38, 0]),
    s.given([130], 'arena', 0, 0, new Array(130).fill(nan)),
  ];
  const counts = emit(s.b, 'overflows', values, { rows: 2 }, 'counts');
  s.compare(counts, 'counts');
  s.compare(emit(s.b, 'sum', [counts], { axes: [0, 1] }, 'total'), 'total');
  const found = await check(opened!.device, 'portable', s);
  expect(found.get('total')).toEqual(Float32Array.of(132));
});
