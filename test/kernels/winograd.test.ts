// Winograd's tiles against the reference: odd sizes, every padding, channels that are and are not fours, both gradients' shapes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTune, tuneText } from '../../src/cli/tune/file.ts';
import { indexMap, workOf } from '../../src/codegen/kernels/index-map.ts';
import {
  candidateSchedules,
  contractionSchedule,
  scheduleTrouble,
  type Target,
  type Tuned,
  type WinogradSchedule,
} from '../../src/codegen/schedules.ts';
import { type ConvAttrs, emit, type Graph, type Node } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { emitPlanFor, runnable, slow } from '../support/targets.ts';
import { check, type Scene, scene } from './harness.ts';

const opened = await withDevice();

type Size = readonly [n: number, h: number, w: number, c: number, f: number];
type Padding = ConvAttrs['padding'];
type P = fc.Arbitrary<number>;
const plain = { stride: [1, 1], dilation: [1, 1], groups: 1 } as const;

/** relu(conv(x) + bias) + x-like residual, and the input gradient with a factor behind it. */
function add(s: Scene, [n, h, w, c, f]: Size, padding: Padding): void {
  const attrs = { ...plain, padding };
  const [oh, ow] = [h + padding[0] + padding[1] - 2, w + padding[2] + padding[3] - 2];
  const name = `${n}x${h}x${w}x${c} -> ${f}, padding ${padding}`;
  const [x, dy] = [s.given([n, h, w, c], 'arena'), s.given([n, oh, ow, f], 'arena')];
  const weights = s.given([3, 3, c, f]);
  const y = emit(s.b, 'add', [emit(s.b, 'conv2d', [x, weights], attrs, 'conv'), s.given([f])], {}, 'z');
  const z = emit(s.b, 'add', [emit(s.b, 'relu', [y], {}, 'relu'), s.given([n, oh, ow, f], 'arena')], {}, 'res');
  s.compare(z, `y of ${name}`);
  const dx = emit(s.b, 'conv2d_dx', [dy, weights], { ...attrs, shape: x.type.shape }, 'dx');
  s.compare(emit(s.b, 'mul', [dx, s.given(x.type.shape, 'arena')], {}, 'masked'), `dx of ${name}`);
}

const sides = (p: number): Padding => [p, p, p, p];
/** Sizes of 1, primes and evens; one, few and many channels; fewer tiles than a subgroup has lanes, and many more. */
const sizes: readonly (readonly [Size, Padding])[] = [
  [[3, 7, 5, 4, 20], sides(2)],
  [[1, 6, 9, 3, 16], sides(0)],
  [[5, 7, 7, 16, 16], sides(1)],
  [[1, 1, 2, 16, 5], sides(2)],
  [
    [1, 3, 4, 12, 8],
    [3, 4, 0, 5],
  ],
  [[1, 1, 1, 1, 1], sides(1)],
  [[2, 3, 3, 3, 5], sides(0)],
  [[1, 13, 11, 5, 3], sides(1)],
  [
    [1, 17, 2, 64, 40],
    [1, 0, 2, 1],
  ],
];

/** More of them, drawn: where kernels compile in no time, or there is time. */
const seed = Number(process.env.CNNC_FUZZ_SEED ?? 1);
const side = fc.constantFrom(1, 2, 3, 5, 8, 11, 13);
const channels = fc.constantFrom(1, 3, 4, 5, 8, 16, 20, 33);
const padded = fc.tuple(...([0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 2 })) as [P, P, P, P]));
const drawn = fc
  .tuple(fc.tuple(fc.constantFrom(1, 3), side, side, channels, channels), padded)
  .filter(([[, h, w], [top, bottom, left, right]]) => h + top + bottom >= 3 && w + left + right >= 3);

const contractions = (graph: Graph): Node[] => graph.nodes.filter((n) => n.op === 'conv2d' || n.op === 'conv2d_dx');

/** The schedule wherever it is legal; the rules elsewhere. Counts what it was given to. */
const wherever = (schedule: WinogradSchedule, target: Target, used: { count: number }) => (graph: Graph) => {
  const fit = contractions(graph).filter((n) => scheduleTrouble(schedule, indexMap(n), target) === undefined);
  used.count += fit.length;
  return new Map(fit.map((n) => [workOf(n), schedule])) satisfies Tuned;
};

/** With how many of the sizes each is tried (a subgroup's kernel takes seconds to compile), and how many kernels that makes. */
const all: readonly (readonly [Target, WinogradSchedule, number, number])[] = [
  ['portable', { kind: 'winograd', tiles: 1, width: 4 }, slow ? 9 : 6, slow ? 18 : 12],
  ['cpu', { kind: 'winograd', tiles: 8, width: 2 }, slow ? 9 : 5, slow ? 9 : 7],
  ['cpu', { kind: 'winograd', tiles: 8, width: 4 }, slow ? 9 : 2, slow ? 9 : 3],
];

describe.skipIf(!opened).each(all)('%s', (target, schedule, count, kernels) => {
  const can = runnable(opened).includes(target);
  /** The sums have at most 64 terms of magnitude 1: f32 leaves errors near 1e-7 of the norm, and Winograd's a few times that. */
  const run = async (of: typeof sizes): Promise<[Map<string, Float32Array>, number]> => {
    const s = scene();
    for (const [size, padding] of of) add(s, size, padding);
    const used = { count: 0 };
    const found = await check(opened!.device, target, s, { tuned: wherever(schedule, target, used), within: 1e-6 });
    return [found, used.count];
  };
  test.skipIf(!can)(`winograd ${schedule.tiles}x${schedule.width} on odd sizes`, async () => {
    const [, used] = await run(sizes.slice(0, count));
    expect(used).toBe(kernels);
  });
  test.skipIf(!can || (schedule.tiles === 8 && !slow))(`on sizes that are drawn (seed ${seed})`, async () => {
    const [, used] = await run(fc.sample(drawn, { seed, numRuns: slow ? 20 : 2 }));
    expect(used).toBeGreaterThan(0);
  });
  test.skipIf(!can)(`winograd ${schedule.tiles}x${schedule.width} gives the same bits each time`, async () => {
    const few = sizes.slice(0, 1);
    const [[first], [second]] = [await run(few), await run(few)];
    expect(second).toEqual(first);
    expect(first.size).toBe(2);
  });
});

test('who may use it, and what tuning measures', () => {
  const s = scene();
  add(s, [2, 5, 4, 20, 36], sides(1));
  add(s, [4, 32, 32, 16, 16], sides(1));
  const x = s.given([2, 9, 9, 8], 'arena');
  const others: readonly [number, Partial<ConvAttrs>][] = [
    [3, { stride: [1, 2] }],
    [3, { dilation: [2, 1] }],
    [3, { groups: 2 }],
    [1, {}],
    [5, {}],
  ];
  for (const [kernel, more] of others) {
    const attrs = { ...plain, padding: sides(0), ...more };
    const w = s.given([kernel, kernel, 8 / attrs.groups, 16]);
    s.compare(emit(s.b, 'conv2d', [x, w], attrs, 'conv'), 'other');
  }
  const graph = s.b.finish('scene');
  const own: WinogradSchedule = { kind: 'winograd', tiles: 1, width: 4 };
  const [y, dx, wide, wideDx, ...rest] = contractions(graph).map(indexMap);
  expect(rest).toHaveLength(others.length);
  for (const map of [y!, dx!]) {
    for (const target of ['portable', 'gpu', 'cpu'] as const) {
      expect(scheduleTrouble(own, map, target)).toBeUndefined();
      const kinds = candidateSchedules(map, target).filter((c) => c.kind === 'winograd');
      expect(kinds.length).toBeGreaterThan(0);
    }
    expect(scheduleTrouble({ ...own, tiles: 8 }, map, 'gpu')).toContain('--target cpu');
    expect(scheduleTrouble({ ...own, width: 2 }, map, 'gpu')).toContain('4 columns');
  }
  for (const map of rest) {
    expect(scheduleTrouble(own, map, 'portable')).toContain('3x3');
    expect(candidateSchedules(map, 'gpu').some((c) => c.kind === 'winograd')).toBe(false);
  }
  // The rules take it where a subgroup's lanes would idle, on the target where that was measured.
  for (const map of [wide!, wideDx!]) {
    expect(contractionSchedule(map, 'cpu')).toEqual({ kind: 'winograd', tiles: 8, width: 2 });
    expect(contractionSchedule(map, 'gpu').kind).toBe('tiled');
    expect(contractionSchedule(map, 'portable').kind).toBe('register');
  }
  expect(contractionSchedule(y!, 'cpu').kind).toBe('subgroup');
  // What is chosen is what runs: one dispatch for each, and no other kernel.
  const tuned = wherever(own, 'gpu', { count: 0 })(graph);
  const { plan } = emitPlanFor('gpu', 'scene', { infer: graph }, null, 'values', tuned);
  expect(plan.kernels.filter((k) => k.wgsl.includes('F(2x2, 3x3)'))).toHaveLength(4);
});

test('cnnc.tune.json keeps it', () => {
  const adapter = { vendor: 'v', architecture: 'a', description: 'd', driver: 'r' };
  const schedules = all.map(([, schedule]) => schedule);
  const kernels = new Map(schedules.map((schedule, i) => [`work ${i}`, { schedule, us: 1, ruleUs: 2 }]));
  const text = tuneText([{ adapter, target: 'cpu', kernels }]);
  expect([...(readTune(text, 'f')[0]?.kernels.values() ?? [])].map((e) => e.schedule)).toEqual(schedules);
  expect(() => readTune(text.replace('"width":2', '"width":3'), 'f')).toThrow();
});
