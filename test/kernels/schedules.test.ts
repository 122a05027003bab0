// Schedules other than those of the rules, as tuning may choose them, against the reference: drawn at random, on odd sizes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexMap, workOf } from '../../src/codegen/kernels/index-map.ts';
import {
  type ContractionSchedule,
  candidateSchedules,
  contractionSchedule,
  refinements,
  scheduleText,
  scheduleTrouble,
  type Target,
  type Tuned,
} from '../../src/codegen/schedules.ts';
import type { Subgroups } from '../../src/codegen/subgroup-schedules.ts';
import { emit, type Graph, type Node } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable, slow } from '../support/targets.ts';
import { addConvolution, geometry, grouped, phases } from './convolutions.ts';
import { check, scene } from './harness.ts';

const opened = await withDevice();
const seed = Number(process.env.CNNC_FUZZ_SEED ?? 1);
/** A software adapter takes seconds to compile a kernel of registers. */
const few = opened?.adapter.kind === 'software' && !slow;

const contractions = (graph: Graph): Node[] => graph.nodes.filter((n) => /^(conv2d|matmul)/.test(n.op));
const register = fc.record({
  kind: fc.constant('register' as const),
  rows: fc.constantFrom(...(few ? [1, 2, 3, 4] : [1, 2, 3, 4, 5, 7, 8, 16])),
  workgroup: fc.constantFrom(1, 5, 8, 16, 32, 64, 256),
});
const subgroup = fc.record({
  kind: fc.constant('subgroup' as const),
  rows: fc.constantFrom(8 as const, 16 as const),
  vectors: fc.constantFrom(1 as const, 2 as const),
});
const pixels = fc.record({
  kind: fc.constant('pixels' as const),
  rows: fc.constantFrom(1 as const, 2 as const, 4 as const),
  unrolled: fc.boolean(),
  workgroup: fc.constantFrom(8, 16, 32, 64),
});

/** Each contraction gets the next of the schedules that can run it. */
const dealt =
  (schedules: readonly ContractionSchedule[], target: Target) =>
  (graph: Graph): Tuned =>
    new Map(
      contractions(graph).map((node, i) => {
        const turned = [...schedules.slice(i % schedules.length), ...schedules];
        const map = indexMap(node);
        const fits = turned.find((s) => scheduleTrouble(s, map, target) === undefined);
        return [workOf(node), fits as ContractionSchedule];
      }),
    );

describe.skipIf(!opened)('schedules drawn at random', () => {
  const run = async (target: Target, drawn: readonly ContractionSchedule[], sizes: number) => {
    const more = !few ? [...grouped, ...phases] : target === 'cpu' ? grouped.slice(4, 5) : [];
    const all = [...fc.sample(geometry, { seed: seed + 1, numRuns: sizes }), ...more];
    for (let i = 0; i < all.length; i += 10) {
      const s = scene();
      for (const g of all.slice(i, i + 10)) addConvolution(s, g);
      const [a, b] = [s.given([13, 34], 'arena'), s.given([34, 21])];
      s.compare(emit(s.b, 'matmul', [a, b], { transposeA: false, transposeB: false }, 'y'), 'product');
      await check(opened!.device, target, s, { tuned: dealt(drawn, target) });
    }
  };
  test(`registers (seed ${seed})`, () => run('portable', fc.sample(register, { seed, numRuns: 9 }), few ? 1 : 40));
  test.skipIf(!runnable(opened).includes('cpu'))(`subgroups (seed ${seed})`, () =>
    run('cpu', fc.sample(subgroup, { seed, numRuns: 9 }), few ? 5 : 40),
  );
  test.skipIf(!runnable(opened).includes('cpu'))(`pixels of lanes (seed ${seed})`, () => {
    const all = [...fc.sample(pixels, { seed, numRuns: 9 }), ...fc.sample(subgroup, { seed, numRuns: 1 })];
    return run('cpu', [...all, { kind: 'register', rows: 4, workgroup: 16 }], few ? 6 : 60);
  });
});

test('what tuning measures can run, differs, and has more than the rules', () => {
  const s = scene();
  for (const g of [...grouped, ...phases, ...fc.sample(geometry, { seed, numRuns: 40 })]) addConvolution(s, g);
  const nodes = contractions(s.b.finish('scene'));
  expect(nodes.length).toBeGreaterThan(100);
  const subgroups: Subgroups = { least: 16, most: 32, units: [] };
  const units: Subgroups = { ...subgroups, units: [{ type: 'f32', m: 16, n: 8, k: 8 }] };
  for (const [target, facts] of [
    ['portable', undefined],
    ['cpu', undefined],
    ['gpu', undefined],
    ['gpu', subgroups],
    ['gpu-subgroups', undefined],
    ['gpu-subgroups', units],
  ] as const) {
    for (const node of nodes) {
      const map = indexMap(node);
      const rule = contractionSchedule(map, target, facts);
      expect(scheduleTrouble(rule, map, target, facts)).toBeUndefined();
      const all = candidateSchedules(map, target, facts);
      const near = all.flatMap((one) => refinements(one, map, target, facts));
      for (const one of [...all, ...near]) expect(scheduleTrouble(one, map, target, facts)).toBeUndefined();
      const texts = [rule, ...all].map(scheduleText);
      expect(new Set(texts).size).toBe(texts.length);
      expect(texts.length > 1 || near.length > 0 || map.m === 1).toBe(true);
    }
  }
});
