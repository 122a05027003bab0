// Kernels for matrix units: Dawn takes them as they are, and with the units emulated in plain WGSL they compute what the
// reference does, whatever the unit's sizes, the tile and the geometry.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../runtime/node.ts';
import { indexMap, workOf } from '../../src/codegen/kernels/index-map.ts';
import { contractionSchedule, scheduleTrouble, type Tuned } from '../../src/codegen/schedules.ts';
import { type MatrixSchedule, type MatrixUnit, subgroupCandidates } from '../../src/codegen/subgroup-schedules.ts';
import { emit, type Graph, type Node, windowOutput } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { emulateMatrices } from '../support/emulated-matrices.ts';
import { modelNames, modelSource } from '../support/models.ts';
import { compileFor, slow } from '../support/targets.ts';
import { refused } from '../support/validate.ts';
import { addConvolution, chosen, type Geometry, geometry, grouped, phases } from './convolutions.ts';
import { check, scene } from './harness.ts';
import { addPool, expectJoined, table as pooled } from './pools.ts';

const opened = await withDevice();
const seed = Number(process.env.CNNC_FUZZ_SEED ?? 1);
const few = opened?.adapter.kind === 'software' && !slow;
const info = opened?.device.adapterInfo;
const whole = info?.subgroupMinSize === info?.subgroupMaxSize && opened?.features.includes('subgroups') === true;
const lanes = info?.subgroupMaxSize ?? 8;

/** Sizes that differ from each other, so that none can stand for another. */
const singles: readonly MatrixUnit[] = [
  { type: 'f32', m: 8, n: 8, k: 8 },
  { type: 'f32', m: 16, n: 8, k: 4 },
];
const halves: readonly MatrixUnit[] = [
  { type: 'f16', m: 8, n: 16, k: 16 },
  { type: 'f16', m: 16, n: 8, k: 8 },
];
/** Emulated units are matrices in each lane's memory: a software adapter compiles small ones alone in a few seconds. */
const [ranSingles, ranHalves]: readonly (readonly MatrixUnit[])[] = few
  ? [[{ type: 'f32', m: 8, n: 4, k: 4 }], [{ type: 'f16', m: 4, n: 8, k: 4 }]]
  : [singles, halves];
const facts = { least: lanes, most: lanes, units: [...(ranSingles ?? []), ...(ranHalves ?? [])] };
const schedule = (units: readonly MatrixUnit[]): fc.Arbitrary<MatrixSchedule> =>
  fc
    .record({
      unit: fc.constantFrom(...units),
      products: fc.constantFrom(
        ...(few
          ? // The one product of halves that is run has two blocks; convolutions, of which there are more, one each.
            [units[0]?.type === 'f16' ? [2, 1] : [1, 1]]
          : [
              [1, 1],
              [2, 1],
              [1, 2],
              [2, 2],
            ]),
      ),
      blocks: fc.constantFrom(
        ...(few
          ? [
              [1, 1],
              [2, 1],
              [1, 2],
            ]
          : [
              [1, 1],
              [2, 2],
              [1, 3],
              [4, 1],
            ]),
      ),
      steps: fc.constantFrom(...(few ? [1] : [1, 2])),
    })
    .map(({ unit, products: [down = 1, across = 1], blocks: [rows = 1, columns = 1], steps }): MatrixSchedule => {
      const each = { rows: down * unit.m, columns: across * unit.n };
      return {
        kind: 'matrix',
        rows: rows * each.rows,
        columns: columns * each.columns,
        depth: steps * unit.k,
        each,
        unit,
        lanes,
      };
    });

const contractions = (graph: Graph): Node[] => graph.nodes.filter((n) => /^(conv2d|matmul)/.test(n.op));
const dealt =
  (schedules: readonly MatrixSchedule[]) =>
  (graph: Graph): Tuned =>
    new Map(
      contractions(graph).flatMap((node, i) => {
        const from = i % schedules.length;
        const turned = [...schedules.slice(from), ...schedules.slice(0, from)];
        const fits = turned.find((s) => !scheduleTrouble(s, indexMap(node), 'gpu-subgroups', facts));
        return fits ? [[workOf(node), fits] as const] : [];
      }),
    );

describe.skipIf(!opened || !whole)('matrix units, emulated', () => {
  const alter = (plan: Parameters<typeof emulateMatrices>[0]) => {
    expect(plan.features).toContain('chromium-experimental-subgroup-matrix');
    return emulateMatrices(plan, lanes);
  };
  const run = async (all: readonly Geometry[], units: readonly MatrixUnit[], within: number) => {
    const s = scene();
    for (const g of all) addConvolution(s, g);
    const [a, b] = [s.given([13, 34], 'arena'), s.given([21, 34])];
    s.compare(emit(s.b, 'matmul', [a, b], { transposeA: false, transposeB: true }, 'y'), 'product');
    const tuned = dealt(fc.sample(schedule(units), { seed, numRuns: 40 }));
    await check(opened!.device, 'gpu-subgroups', s, { tuned, subgroups: facts, alter, within });
  };
  const drawn = fc.sample(geometry, { seed: seed + 2, numRuns: few ? 0 : 30 });
  const some = few ? [grouped[4] as Geometry] : [...chosen.slice(0, 40), ...grouped, ...phases];

  test(`units of singles, schedules drawn at random (seed ${seed})`, () =>
    run([...some, ...drawn], ranSingles ?? [], 1e-5));
  // Both operands are rounded to 11 bits.
  test('units of halves', () => run(few ? [] : some, ranHalves ?? [], 2e-3));

  test('pools behind convolutions', async () => {
    const whole = pooled.filter(({ apart = [] }) => !apart.includes('gpu-subgroups'));
    const s = scene();
    const pools = (few ? whole.slice(1, 2) : whole).map((g) => [addPool(s, g, true), g] as const);
    expectJoined(s, 'gpu-subgroups', pools);
    const tuned = dealt(fc.sample(schedule(ranSingles ?? []), { seed: seed + 3, numRuns: 40 }));
    expect([...tuned(s.b.finish('scene')).values()].map(({ kind }) => kind)).toEqual(pools.map(() => 'matrix'));
    await check(opened!.device, 'gpu-subgroups', s, { tuned, subgroups: facts, alter, step: { seed: 3, step: 2 } });
  });

  test('weight gradients in parts, with the gradient of the bias', async () => {
    const s = scene();
    const attrs = { stride: [2, 1], padding: [1, 0, 1, 1], dilation: [1, 2], groups: 1 } as const;
    const x = s.given([6, 7, 9, 3], 'arena');
    const dy = s.given([6, ...windowOutput([7, 9], [3, 3], attrs), 5]);
    s.compare(emit(s.b, 'conv2d_dw_parts', [x, dy], { ...attrs, shape: [3, 3, 3, 5], parts: 3 }, 'parts'), 'parts');
    const tuned = dealt(fc.sample(schedule(ranSingles ?? []), { seed: seed + 1, numRuns: 40 }));
    await check(opened!.device, 'gpu-subgroups', s, { tuned, subgroups: facts, alter });
  });
});

describe('kernels for matrix units are accepted without a GPU', async () => {
  const experimental = await openDevice({ backend: 'null', toggles: ['allow_unsafe_apis'] });
  if (!experimental.ok) throw new Error(experimental.detail);
  // As Apple's chips have them, and as others might.
  const subgroups = { least: 4, most: 128, units: singles };

  test.each(slow ? modelNames : ['lenet5', 'unet_small'])('models/%s', async (name) => {
    const { plan } = compileFor('gpu-subgroups', modelSource(name), { subgroups });
    expect(plan!.features).toEqual(['subgroups', 'chromium-experimental-subgroup-matrix']);
    expect(plan!.kernels.filter((k) => k.wgsl.includes('subgroupMatrixMultiplyAccumulate')).length).toBeGreaterThan(5);
    expect(await refused(experimental.device, plan!)).toEqual([]);
  });

  test('units of halves, which the rules choose for values in half precision alone', async () => {
    const { plan, emitted } = compileFor('gpu-subgroups', modelSource('lenet5'), {
      subgroups: { ...subgroups, units: halves },
    });
    expect(plan!.features).toEqual(['subgroups']);
    const all = Object.values(emitted!.scheduled).flatMap((s) => s.fused.graph.nodes);
    const roots = all.filter((n) => /^(conv2d|matmul)/.test(n.op));
    for (const n of roots) {
      const map = indexMap(n);
      const withHalves = { ...subgroups, units: halves };
      expect(contractionSchedule(map, 'gpu-subgroups', withHalves).kind).not.toBe('matrix');
      expect(subgroupCandidates(map, withHalves).filter((s) => s.kind === 'matrix')).toEqual([]);
      const rounded = { ...map.a, type: { ...map.a.type, dtype: 'f16' as Node['type']['dtype'] } };
      const mixed = { ...map, a: rounded };
      const kinds = subgroupCandidates(mixed, { ...withHalves, most: 32 }).flatMap((s) =>
        s.kind === 'matrix' ? [s.unit.type] : [],
      );
      expect(new Set(kinds)).toEqual(new Set(['f16']));
    }
    const unit = halves[0] as MatrixUnit;
    const each = { rows: 8, columns: 16 };
    const one: MatrixSchedule = { kind: 'matrix', rows: 16, columns: 16, depth: 32, each, unit, lanes: 128 };
    const tuned = new Map(roots.map((n) => [workOf(n), one]));
    const { plan: asked } = compileFor('gpu-subgroups', modelSource('lenet5'), { subgroups, tuned });
    expect(asked!.features).toEqual(['subgroups', 'shader-f16', 'chromium-experimental-subgroup-matrix']);
    expect(await refused(experimental.device, asked!)).toEqual([]);
  });
});
