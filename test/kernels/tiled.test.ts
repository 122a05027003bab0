// Staged tiles (target gpu) against the reference: schedules and sizes drawn at random, weight gradients in parts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { workOf } from '../../src/codegen/kernels/index-map.ts';
import { isLegal, type TiledSchedule, type Tuned } from '../../src/codegen/schedules.ts';
import { emit, type Graph, type Node, windowOutput } from '../../src/ir/index.ts';
import { partsOf } from '../../src/passes/split-products.ts';
import { nullDevice, withDevice } from '../support/adapter.ts';
import { modelNames, modelSource, narrowOptions } from '../support/models.ts';
import { compileFor, slow } from '../support/targets.ts';
import { refused } from '../support/validate.ts';
import { addConvolution, chosen, type Geometry, geometry, grouped, phases } from './convolutions.ts';
import { check, scene } from './harness.ts';

const opened = await withDevice();
const validating = await nullDevice();
const seed = Number(process.env.CNNC_FUZZ_SEED ?? 1);
/** A software adapter takes seconds to compile a kernel with barriers. */
const few = opened?.adapter.kind === 'software' && !slow;

/** Without a GPU, the invocations of a workgroup take turns at each barrier: small workgroups, or nothing ends. */
const most = few ? 16 : 256;
const fours = (...sizes: number[]): fc.Arbitrary<number> => fc.constantFrom(...sizes);
const schedule: fc.Arbitrary<TiledSchedule> = fc
  .record({
    rows: fours(8, 16, 32, 64, 128),
    columns: fours(8, 16, 32, 64, 128),
    depth: fours(4, 8, 16, 32),
    each: fc.record({ rows: fours(4, 8), columns: fours(4, 8) }),
  })
  .map((s): TiledSchedule => ({ kind: 'tiled', ...s }))
  .filter((s) => isLegal(s) && (s.rows * s.columns) / (s.each.rows * s.each.columns) <= most);

const contractions = (graph: Graph): Node[] => graph.nodes.filter((n) => /^(conv2d|matmul)/.test(n.op));

describe.skipIf(!opened)('tiles', () => {
  const [sizes, runs] = few ? [4, 2] : [60, 20];
  const drawn = fc.sample(geometry, { seed, numRuns: sizes });
  const schedules = fc.sample(schedule, { seed, numRuns: 4 * runs });

  test.each([
    ['the rules, chosen sizes', few ? [chosen[3] as Geometry, chosen[27] as Geometry] : chosen],
    ['the rules, groups and phases', few ? grouped.slice(1, 2) : [...grouped, ...phases]],
  ])('%s', async (_, sizes) => {
    const s = scene();
    for (const g of sizes) addConvolution(s, g);
    await check(opened!.device, 'gpu', s);
  });

  test(`schedules drawn at random (seed ${seed})`, async () => {
    for (let i = 0; i < runs; i++) {
      const s = scene();
      const each = Math.ceil(sizes / runs);
      for (const g of drawn.slice(i * each, (i + 1) * each)) addConvolution(s, g);
      const tuned = (graph: Graph): Tuned =>
        new Map(contractions(graph).map((n, k) => [workOf(n), schedules[(i + k) % schedules.length] as TiledSchedule]));
      await check(opened!.device, 'gpu', s, { tuned });
    }
  });

  test('products of matrices, plain and transposed', async () => {
    const s = scene();
    const all = [
      [5, 33, 10],
      [70, 36, 68],
      [1, 1, 1],
      [3, 17, 4],
      [130, 129, 127],
      [64, 64, 64],
    ] as const;
    for (const [m, k, n] of few ? all.slice(0, 1) : all)
      for (const [transposeA, transposeB] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        if (few && transposeA && transposeB) continue;
        const a = s.given(transposeA ? [k, m] : [m, k], 'arena');
        const b = s.given(transposeB ? [n, k] : [k, n]);
        s.compare(
          emit(s.b, 'matmul', [a, b], { transposeA, transposeB }, 'y'),
          `${m}x${k}x${n} ${transposeA} ${transposeB}`,
        );
      }
    await check(opened!.device, 'gpu', s);
  });

  test('weight gradients in parts', async () => {
    const s = scene();
    const attrs = { stride: [2, 1], padding: [1, 0, 1, 1], dilation: [1, 2], groups: 1 } as const;
    for (const [parts, c, f, groups] of [
      [2, 3, 5, 1],
      [6, 4, 8, 1],
      ...(few ? [] : ([[3, 8, 16, 2]] as const)),
    ] as const) {
      const x = s.given([6, 7, 9, c], 'arena');
      const shape = [3, 3, c / groups, f];
      const all = { ...attrs, groups };
      const dy = s.given([6, ...windowOutput([7, 9], [3, 3], all), f]);
      s.compare(emit(s.b, 'conv2d_dw_parts', [x, dy], { ...all, shape, parts }, 'parts'), `${parts} parts of ${shape}`);
    }
    await check(opened!.device, 'gpu', s);
  });
});

test('few elements and many terms are made in parts, which divide the batch', () => {
  expect(partsOf(25, 32, 128, 576)).toBe(128);
  expect(partsOf(800, 64, 128, 64)).toBe(16);
  expect(partsOf(800, 64, 1, 64)).toBe(1);
  expect(partsOf(4096, 4096, 128, 64)).toBe(1);
  // 7 pictures of 100 positions: runs of 256 terms would be more than two pictures.
  expect(partsOf(9, 8, 7, 100)).toBe(1);
});

describe('target gpu is accepted without a GPU', () => {
  // Products, pools, groups, strides; the largest of the courses in full under CNNC_SLOW=1.
  const some = ['mnist', 'lenet5', 'unet_small', 'dcgan_generator'];
  test.each(slow ? modelNames : some)('models/%s', async (name) => {
    const { plan } = compileFor('gpu', modelSource(name));
    expect(plan!.kernels.some((k) => k.wgsl.includes('workgroupBarrier'))).toBe(true);
    expect(await refused(validating.device, plan!)).toEqual([]);
  });

  test('a small copy of models/resnet18: its weight gradients are made in parts', async () => {
    const { plan, emitted } = compileFor('gpu', modelSource('resnet18'), { ...narrowOptions('resnet18'), batch: 32 });
    expect(emitted?.scheduled.train?.fused.graph.nodes.some((n) => n.op === 'conv2d_dw_parts')).toBe(true);
    expect(await refused(validating.device, plan!)).toEqual([]);
  });
});
