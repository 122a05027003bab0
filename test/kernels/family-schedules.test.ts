// Schedules of all families but contractions, as tuning may choose them, against the reference: drawn at random, on odd sizes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type FamilySchedule,
  familyCandidates,
  familyRefinements,
  familySchedule,
  familyText,
  familyTrouble,
} from '../../src/codegen/family-schedules.ts';
import { familyWork, workOfGroup } from '../../src/codegen/kernels/family-work.ts';
import type { Tuned } from '../../src/codegen/schedules.ts';
import { emit, type Graph, type MeanAttrs, windowOutput } from '../../src/ir/index.ts';
import { makeSchedule } from '../../src/passes/make-schedule.ts';
import { splitSums } from '../../src/passes/split-sums.ts';
import type { Group } from '../../src/schedule/index.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable, slow, type Target } from '../support/targets.ts';
import { addConvolution, depthwise } from './convolutions.ts';
import { checkGraph, type Scene, scene } from './harness.ts';

const opened = await withDevice();
const seed = Number(process.env.CNNC_FUZZ_SEED ?? 1);
const rounds = slow ? 20 : 2;

/** Every number that is legal anywhere; what does not fit a kernel is drawn again. */
const drawn: fc.Arbitrary<FamilySchedule> = fc.oneof(
  fc.record({
    kind: fc.constant('items' as const),
    workgroup: fc.constantFrom(1, 3, 8, 16, 37, 64, 256),
    each: fc.constantFrom(1, 2, 3, 4, 7, 64),
  }),
  fc.record({
    kind: fc.constant('strips' as const),
    workgroup: fc.constantFrom(1, 5, 16, 64, 256),
    columns: fc.constantFrom(1, 2, 3, 4, 5, 8, 16),
  }),
  fc.record({
    kind: fc.constant('slices' as const),
    filters: fc.constantFrom(1, 2, 3, 8, 16),
    slices: fc.constantFrom(1, 2, 5, 8, 16),
  }),
  fc.record({
    kind: fc.constant('sum' as const),
    workgroup: fc.constantFrom(1, 3, 8, 24, 64, 256),
    lanes: fc.constantFrom(1, 2, 4, 8, 64, 256),
  }),
);

const groupsOf = (graph: Graph): readonly Group[] => makeSchedule({ infer: graph }).scheduled.infer?.fused.groups ?? [];

/** Each group of a family gets the next of the schedules that can run it; `used` hears of them. */
const dealt =
  (schedules: readonly FamilySchedule[], used: (family: string, s: FamilySchedule) => void) =>
  (graph: Graph): Tuned => {
    const counts = new Map<string, number>();
    return new Map(
      groupsOf(graph).flatMap((group) => {
        const work = familyWork(group);
        if (!work) return [];
        const fit = schedules.filter((s) => familyTrouble(s, work) === undefined);
        const count = counts.get(group.family) ?? 0;
        counts.set(group.family, count + 1);
        const one = fit[count % fit.length] as FamilySchedule;
        used(group.family, one);
        return [[workOfGroup(group), one]];
      }),
    );
  };

const pool = { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;

/** Kernels of every family, with widths of one and of four. */
function everything(): Scene {
  const s = scene();
  const { b } = s;
  for (const shape of [
    [3, 7, 5, 4],
    [2, 9, 6, 3],
    [1, 31, 13, 8],
  ] as const) {
    const [n, h, w, c] = shape;
    const x = s.given(shape, 'arena');
    const name = shape.join('x');
    const ask = (node: Parameters<Scene['compare']>[0], what: string): void => s.compare(node, `${what} of ${name}`);
    for (const attrs of [pool, { ...pool, window: [3, 2], stride: [1, 2], padding: [1, 0, 0, 1] } as MeanAttrs]) {
      const [oh, ow] = windowOutput([h, w], attrs.window, attrs);
      const dy = s.given([n, oh, ow, c], 'arena');
      ask(emit(b, 'relu', [emit(b, 'maxpool2d', [x], attrs, 'pool')], {}, 'pool_relu'), 'maxpool');
      ask(emit(b, 'avgpool2d', [x], attrs, 'mean'), 'avgpool');
      ask(emit(b, 'maxpool2d_dx', [x, dy], attrs, 'd_pool'), 'gradient of maxpool');
      ask(emit(b, 'avgpool2d_dx', [dy], { ...attrs, shape }, 'd_mean'), 'gradient of avgpool');
    }
    const winner = emit(b, 'maxpool2d_winner', [x], pool, 'winner');
    const small = s.given([n, ...windowOutput([h, w], pool.window, pool), c], 'arena');
    ask(emit(b, 'tanh', [emit(b, 'unpool2d', [winner, small], { ...pool, shape }, 'spread')], {}, 'bent'), 'unpooled');
    ask(emit(b, 'squares', [x, small], { rows: 2 }, 'squared'), 'squares');
    const bias = emit(b, 'add', [x, s.given([c])], {}, 'biased');
    ask(emit(b, 'tanh', [emit(b, 'mul', [bias, s.given(shape)], {}, 'scaled')], {}, 'bent'), 'pointwise');
    ask(emit(b, 'transpose', [x], { perm: [0, 2, 1, 3] }, 'turned'), 'transpose');
    ask(emit(b, 'reverse', [x], { axes: [1, 2] }, 'reversed'), 'reverse');
    ask(emit(b, 'pad_zeros', [x], { before: [0, 1, 2, 0], after: [0, 0, 1, 0] }, 'padded'), 'pad');
    ask(emit(b, 'concat', [x, s.given(shape)], { axis: 3 }, 'joined'), 'concat');
    for (const mode of ['nearest', 'bilinear'] as const) {
      ask(emit(b, 'resize2d', [x], { size: [2 * h - 1, w + 2], mode }, 'larger'), mode);
      ask(emit(b, 'resize2d_dx', [x], { size: [h + 1, 2 * w], mode }, 'd_larger'), `gradient of ${mode}`);
    }
    ask(emit(b, 'channel_sum', [x], { before: 2, after: 1 }, 'around'), 'neighbours');
    for (const axes of [[0, 1, 2], [3], [1, 2], [0, 1, 2, 3]])
      ask(emit(b, 'sum', [emit(b, 'mul', [x, x], {}, 'squares')], { axes }, 'sum'), `sum over ${axes}`);
  }
  for (const [rows, columns] of [
    [1, 3],
    [33, 10],
    [130, 7],
  ] as const) {
    const z = s.given([rows, columns], 'arena');
    s.compare(emit(b, 'softmax', [z], {}, 'softmax'), `softmax of ${rows}x${columns}`);
    s.compare(
      emit(b, 'softmax_dx', [z, s.given([rows, columns])], {}, 'd_softmax'),
      `its gradient of ${rows}x${columns}`,
    );
  }
  const long = s.given([5000, 3], 'arena');
  s.compare(emit(b, 'sum', [long], { axes: [0] }, 'long'), 'a long sum');
  s.compare(emit(b, 'sum', [s.given([20_011, 4], 'arena')], { axes: [0] }, 'longer'), 'a longer sum, in fours');
  for (const g of depthwise) addConvolution(s, g);
  return s;
}

describe.skipIf(!opened)(`schedules of families drawn at random (seed ${seed})`, () => {
  const targets: readonly Target[] = [...runnable(opened), 'gpu'];
  test.each(targets)('%s', { timeout: 120_000 }, async (target) => {
    const seen = new Map<string, Set<string>>();
    for (let round = 0; round < rounds; round++) {
      const schedules = fc.sample(drawn, { seed: seed + round + 100 * targets.indexOf(target), numRuns: 61 });
      const s = everything();
      // Sums in two steps are kernels of their own.
      const graph = splitSums(s.b.finish('scene'));
      const used = (family: string, one: FamilySchedule): void => {
        seen.set(family, (seen.get(family) ?? new Set()).add(familyText(one)));
      };
      await checkGraph(
        opened!.device,
        target,
        graph,
        s.leaves,
        { tuned: dealt(schedules, used), within: 2e-5 },
        s.names,
      );
    }
    expect([...seen.keys()].sort()).toEqual([
      'depthwise',
      'gather',
      'neighbours',
      'pointwise',
      'resize',
      'rows',
      'squares',
      'sum',
      'window',
    ]);
    const counts = [...seen.values()].map((texts) => texts.size);
    expect(Math.min(...counts)).toBeGreaterThan(2);
  });
});

test('what tuning measures of the families can run, differs, and has more than the rules', () => {
  const groups = groupsOf(splitSums(everything().b.finish('scene')));
  const works = groups.flatMap((g) => familyWork(g) ?? []);
  expect(new Set(works.map((w) => w.kind))).toEqual(new Set(['items', 'strips', 'slices', 'sum']));
  for (const target of ['portable', 'cpu', 'gpu'] as const)
    for (const work of works) {
      const rule = familySchedule(work, target);
      expect(familyTrouble(rule, work)).toBeUndefined();
      const all = familyCandidates(work, target);
      const near = [rule, ...all].flatMap((one) => familyRefinements(one, work));
      for (const one of [...all, ...near]) expect(familyTrouble(one, work)).toBeUndefined();
      const texts = [rule, ...all].map(familyText);
      expect(new Set(texts).size).toBe(texts.length);
      expect(all.length + near.length).toBeGreaterThan(2);
    }
});

test('what cannot run is said', () => {
  const sum = { kind: 'sum', count: 4, terms: 900, bytes: 128 } as const;
  const items = { kind: 'items', family: 'pointwise', count: 9 } as const;
  const troubles = [
    familyTrouble({ kind: 'items', workgroup: 512, each: 1 }, items),
    familyTrouble({ kind: 'items', workgroup: 64, each: 65 }, items),
    familyTrouble({ kind: 'sum', workgroup: 64, lanes: 1 }, items),
    familyTrouble({ kind: 'sum', workgroup: 64, lanes: 3 }, sum),
    familyTrouble({ kind: 'sum', workgroup: 32, lanes: 64 }, sum),
    familyTrouble({ kind: 'sum', workgroup: 256, lanes: 2 }, sum),
    familyTrouble({ kind: 'strips', workgroup: 64, columns: 17 }, { kind: 'strips', columns: 20 }),
    familyTrouble({ kind: 'slices', filters: 32, slices: 16 }, { kind: 'slices', filters: 32, rows: 9 }),
  ];
  expect(troubles).toEqual([
    'an invocation computes 1 to 64 items, and a workgroup has 1 to 256 invocations',
    'an invocation computes 1 to 64 items, and a workgroup has 1 to 256 invocations',
    'this kernel is scheduled by "items", not by "sum"',
    'the lanes of a sum are 1, 2, 4 ... and divide the workgroup, which has 1 to 256 invocations',
    'the lanes of a sum are 1, 2, 4 ... and divide the workgroup, which has 1 to 256 invocations',
    '256 invocations share sums of 32768 bytes, and a workgroup has 16384',
    'an invocation computes 1 to 16 columns, and a workgroup has 1 to 256 invocations',
    'filters and slices are whole numbers, and their product at most 256',
  ]);
});
