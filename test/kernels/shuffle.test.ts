// Lanes that share by shuffling (target gpu-subgroups) against the reference: schedules and sizes drawn at random, the rules'
// own, sums, and whole plans that Dawn takes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { workOfGroup } from '../../src/codegen/kernels/family-work.ts';
import { indexMap, workOf } from '../../src/codegen/kernels/index-map.ts';
import { scheduleTrouble, type Tuned } from '../../src/codegen/schedules.ts';
import {
  lanesOf,
  type ShuffleSchedule,
  type Subgroups,
  unknownSubgroups,
} from '../../src/codegen/subgroup-schedules.ts';
import { emit, type Graph, type Node, windowOutput } from '../../src/ir/index.ts';
import { makeSchedule } from '../../src/passes/make-schedule.ts';
import { nullDevice, withDevice } from '../support/adapter.ts';
import { modelNames, modelSource } from '../support/models.ts';
import { compileFor, emitPlanFor, slow } from '../support/targets.ts';
import { refused } from '../support/validate.ts';
import { addConvolution, chosen, type Geometry, geometry, grouped, phases } from './convolutions.ts';
import { check, scene } from './harness.ts';
import { addPool, expectJoined, table as pooled } from './pools.ts';

const opened = await withDevice();
const validating = await nullDevice();
const seed = Number(process.env.CNNC_FUZZ_SEED ?? 1);
/** A software adapter takes a second or more to compile a kernel of registers. */
const few = opened?.adapter.kind === 'software' && !slow;
const has = opened?.features.includes('subgroups') === true;
if (opened && !has) console.warn(`NOT TESTED: lanes that share, ${opened.adapter.name} has no subgroups`);
const facts: Subgroups = {
  least: opened?.device.adapterInfo.subgroupMinSize ?? 4,
  most: opened?.device.adapterInfo.subgroupMaxSize ?? 128,
  units: [],
};

const schedule: fc.Arbitrary<ShuffleSchedule> = fc
  .record({
    lanes: fc.constantFrom(4, 8, 16, 32),
    clusters: fc.constantFrom(1, 2, 3, 4, 8),
    depth: fc.constantFrom(4, 8, 12, 16, 32),
    each: fc.record({ rows: fc.constantFrom(4, 8), columns: fc.constantFrom(4, 8) }),
    staged: fc.boolean(),
  })
  .map(
    ({ lanes, clusters, depth, each, staged }): ShuffleSchedule => ({
      kind: 'shuffle',
      rows: clusters * each.rows,
      columns: lanes * each.columns,
      depth,
      each,
      staged,
    }),
  )
  // What takes turns at barriers on a processor is kept small; long unrolled texts too.
  .filter(({ rows, columns, each, depth, staged }) => {
    const invocations = (rows / each.rows) * (columns / each.columns);
    return !few || (depth * each.rows * each.columns <= 128 && invocations <= (staged ? 8 : 16));
  });

const contractions = (graph: Graph): Node[] => graph.nodes.filter((n) => /^(conv2d|matmul)/.test(n.op));
/** Each contraction gets the next of the schedules that can run it. */
const dealt =
  (schedules: readonly ShuffleSchedule[]) =>
  (graph: Graph): Tuned =>
    new Map(
      contractions(graph).flatMap((node, i) => {
        const from = i % schedules.length;
        const turned = [...schedules.slice(from), ...schedules.slice(0, from)];
        const fits = turned.find((s) => !scheduleTrouble(s, indexMap(node), 'gpu-subgroups', facts));
        return fits ? [[workOf(node), fits] as const] : [];
      }),
    );

describe.skipIf(!opened || !has)('lanes that share', () => {
  const [sizes, runs] = few ? [1, 1] : [60, 12];
  const drawn = fc.sample(geometry, { seed, numRuns: sizes });
  const schedules = fc.sample(schedule, { seed, numRuns: 100 });

  test.each([
    ['the rules, chosen sizes', few ? [chosen[27] as Geometry] : chosen],
    ['the rules, groups and phases', few ? grouped.slice(1, 2) : [...grouped, ...phases]],
  ])('%s', async (_, all) => {
    const s = scene();
    for (const g of all) addConvolution(s, g);
    await check(opened!.device, 'gpu-subgroups', s, { subgroups: facts });
  });

  test(`schedules drawn at random (seed ${seed})`, async () => {
    const all = [...drawn, ...(few ? [] : [...grouped, ...phases])];
    for (let i = 0; i < runs; i++) {
      const s = scene();
      const each = Math.ceil(all.length / runs);
      for (const g of all.slice(i * each, (i + 1) * each)) addConvolution(s, g);
      const legal = schedules.slice(i).filter((one) => lanesOf(one) <= facts.least);
      expect(legal.length).toBeGreaterThan(10);
      await check(opened!.device, 'gpu-subgroups', s, { tuned: dealt(legal), subgroups: facts });
    }
  });

  test(`pools behind convolutions, schedules drawn at random (seed ${seed})`, async () => {
    const whole = pooled.filter(({ apart = [] }) => !apart.includes('gpu-subgroups'));
    const s = scene();
    const pools = (few ? whole.slice(1, 2) : whole).map((g) => [addPool(s, g, true), g] as const);
    expectJoined(s, 'gpu-subgroups', pools);
    const legal = schedules.slice(3).filter((one) => lanesOf(one) <= facts.least);
    const tuned = dealt(legal);
    const kinds = [...tuned(s.b.finish('scene')).values()].map(({ kind }) => kind);
    expect(kinds).toEqual(pools.map(() => 'shuffle'));
    await check(opened!.device, 'gpu-subgroups', s, { tuned, subgroups: facts, step: { seed: 3, step: 2 } });
  });

  test('products of matrices, plain and transposed', async () => {
    const s = scene();
    const all = [
      [5, 33, 10],
      [37, 36, 68],
      [1, 1, 1],
      [3, 17, 4],
      [130, 129, 127],
    ] as const;
    for (const [m, k, n] of few ? ([[5, 7, 10]] as const) : all)
      for (const [transposeA, transposeB] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        if (few && transposeA && transposeB) continue;
        const a = s.given(transposeA ? [k, m] : [m, k], 'arena');
        const b = s.given(transposeB ? [n, k] : [k, n]);
        const name = `${m}x${k}x${n} ${transposeA} ${transposeB}`;
        s.compare(emit(s.b, 'matmul', [a, b], { transposeA, transposeB }, 'y'), name);
      }
    await check(opened!.device, 'gpu-subgroups', s, { tuned: dealt(schedules.slice(7)), subgroups: facts });
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
    const direct = schedules.filter((one) => !one.staged);
    await check(opened!.device, 'gpu-subgroups', s, { tuned: dealt(direct), subgroups: facts });
  });
});

/**
 * Sums shared by lanes of a workgroup: `apart` of the last axis, whose lanes lie workgroup / lanes apart; else lanes are neighbours.
 * `steps`: how often a lane adds what another has without memory, where subgroups have eight lanes or more. `memory`: the rest of
 * the lanes meet there.
 */
const shared = [
  { apart: true, workgroup: 24, lanes: 8, steps: 0, memory: true },
  { apart: true, workgroup: 40, lanes: 8, steps: 0, memory: true },
  { apart: true, workgroup: 64, lanes: 8, steps: 0, memory: true },
  { apart: true, workgroup: 16, lanes: 8, steps: 2, memory: true },
  { apart: false, workgroup: 24, lanes: 8, steps: 3, memory: false },
  { apart: false, workgroup: 48, lanes: 16, steps: 3, memory: true },
] as const;

describe.each(shared)('sums by $lanes of $workgroup lanes, apart: $apart', ({ apart, workgroup, lanes, ...text }) => {
  const s = scene();
  const [shape, axes] = apart ? [[131, 15], [0]] : [[15, 131], [1]];
  const x = s.given(shape, 'arena');
  const ones = emit(s.b, 'sum', [x], { axes }, 'ones');
  const squares = emit(s.b, 'sum', [emit(s.b, 'mul', [x, x], {}, 'product')], { axes }, 'squares');
  s.compare(ones, 'ones');
  s.compare(squares, 'squares');
  const tuned = (graph: Graph): Tuned =>
    new Map(
      makeSchedule({ infer: graph }).scheduled.infer?.fused.groups.flatMap((group) =>
        group.family === 'sum' ? [[workOfGroup(group), { kind: 'sum', workgroup, lanes }]] : [],
      ),
    );

  test('shuffling goes as far as lanes are in one subgroup for certain', async () => {
    const graph = s.b.finish('scene');
    const subgroups = { ...facts, least: 8 };
    const { plan } = emitPlanFor('gpu-subgroups', 'scene', { infer: graph }, null, 'values', tuned(graph), subgroups);
    const sums = plan.kernels.filter((k) => /^\/\/ .*: 131 terms of /m.test(k.wgsl));
    // The sums of the same values are one kernel.
    expect(sums).toHaveLength(1);
    const { wgsl } = sums[0]!;
    expect(wgsl.match(/subgroupShuffleXor/g) ?? []).toHaveLength(2 * text.steps);
    expect(wgsl.includes('var<workgroup>')).toBe(text.memory);
    expect(await refused(validating.device, plan)).toEqual([]);
  });

  test.skipIf(!opened || !has)('is right', () =>
    check(opened!.device, 'gpu-subgroups', s, { tuned, subgroups: facts }),
  );
});

describe('target gpu-subgroups is accepted without a GPU', () => {
  const some = ['mnist', 'unet_small'];
  test.each(slow ? modelNames : some)('models/%s, for any adapter', async (name) => {
    const { plan } = compileFor('gpu-subgroups', modelSource(name));
    expect(plan!.kernels.some((k) => k.wgsl.includes('quadBroadcast'))).toBe(true);
    expect(await refused(validating.device, plan!)).toEqual([]);
  });

  test.each([8, 16, 32])('models/lenet5, for subgroups of %i', async (least) => {
    const subgroups = { ...unknownSubgroups, least };
    const { plan } = compileFor('gpu-subgroups', modelSource('lenet5'), { subgroups });
    expect(plan!.kernels.some((k) => k.wgsl.includes('subgroupShuffle'))).toBe(true);
    expect(await refused(validating.device, plan!)).toEqual([]);
  });
});
