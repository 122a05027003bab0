// cnnc bench: what is counted is right, what is measured hangs together. Speeds are the machine's business.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { measure } from '../../src/cli/bench/measure.ts';
import { median, quantile, spread } from '../../src/cli/bench/numbers.ts';
import { boundRows, familyRows, idealMs, kernelRows, tasksOf } from '../../src/cli/bench/rows.ts';
import { granularity } from '../../src/cli/bench/timing.ts';
import { compileSource, type ModelFile } from '../../src/cli/model.ts';
import { targetFor } from '../../src/codegen/target-for.ts';
import { summarise } from '../../src/summary.ts';
import { done, lastJson, workFolder, write } from '../commands/support.ts';
import { withDevice } from '../support/adapter.ts';

const text = `model small {
  input 9x9x2
  conv 5 3x3 relu  => 7x7x5
  maxpool 2x2      => 3x3x5
  flatten          => 45
  dense 4 softmax
}

train {
  loss      cross_entropy
  optimizer adam lr 0.01
  batch     32
}
`;
const folder = workFolder();
write(folder, 'small.cnn', text);
write(folder, 'untrained.cnn', text.slice(0, text.indexOf('train')));
const opened = await withDevice();

const compiled = (target?: ModelFile['options']['target']): ModelFile =>
  compileSource({ file: 'small.cnn', text }, { batch: 3, ...(target ? { target } : {}) });

interface Row {
  readonly kernel: string;
  readonly family: string;
  readonly ms: number;
  readonly share: number;
}
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test('multiply-adds and bytes are those of the nodes', () => {
  const model = compiled().compiled;
  const tasks = tasksOf(model.emitted, 'infer');
  const summary = summarise(model);
  expect(sum(tasks.map((t) => t.multiplyAdds))).toBe(3 * summary.multiply_adds);
  const conv = tasks.find((t) => t.layer === 'conv1');
  expect(conv).toMatchObject({ family: 'contraction', multiplyAdds: 3 * 7 * 7 * 5 * 3 * 3 * 2 });
  // Pictures, weights and biases are read, what is pooled is written.
  expect(conv?.bytes).toBe(4 * (3 * 81 * 2 + 90 + 5 + 3 * 45));
  const update = tasksOf(model.emitted, 'train').find((t) => t.family === 'update');
  // Parameter, gradient and two slots are read, all but the gradient written.
  expect(update).toMatchObject({ name: 'update', layer: null, bytes: 7 * 4 * (90 + 5 + 180 + 4) });
});

test('every dispatch belongs to one kernel', () => {
  const { emitted, plan } = compiled('cpu').compiled;
  for (const program of ['infer', 'evaluate', 'train'] as const) {
    const all = tasksOf(emitted, program).flatMap((t) => t.dispatches);
    expect(all).toEqual(Array.from({ length: 1 + plan.programs[program].length }, (_, i) => i));
  }
});

test('what bounds a kernel is the ceiling that asks for most of its time', () => {
  const ceilings = { gflops: 100, gb_per_s: 10, dispatch_us: 10 };
  const task = { code: 'k', layer: null, multiplyAdds: 0, bytes: 0 };
  const tasks = [
    { ...task, name: 'products', family: 'contraction', dispatches: [0], multiplyAdds: 4e6, bytes: 1000 },
    { ...task, name: 'copy', family: 'gather', dispatches: [1], bytes: 5000 },
    { ...task, name: 'tiny', family: 'gather', dispatches: [2, 3], bytes: 4 },
    { ...task, name: 'slow', family: 'window', dispatches: [4], bytes: 1000 },
  ];
  const rows = kernelRows(tasks, [1e-4, 1e-6, 20e-6, 20e-6, 1e-3], ceilings);
  expect(rows.map((r) => r.kernel)).toEqual(['slow', 'products', 'tiny', 'copy']);
  const near = (of: string) => rows.find((r) => r.kernel === of);
  expect(near('products')).toMatchObject({
    bound: 'arithmetic',
    gflops: expect.closeTo(80),
    reached: expect.closeTo(0.8),
  });
  expect(near('tiny')).toMatchObject({ bound: 'dispatch', reached: expect.closeTo(0.5), ms: expect.closeTo(0.04) });
  expect(near('slow')).toMatchObject({ bound: 'kernel', nearest: 'dispatch' });
  expect(sum(rows.map((r) => r.share))).toBeCloseTo(1);
  expect(familyRows(rows).map((f) => [f.family, f.kernels])).toEqual([
    ['window', 1],
    ['contraction', 1],
    ['gather', 2],
  ]);
  expect(boundRows(rows)[0]).toMatchObject({ bound: 'kernel', kernels: 1 });
  expect(idealMs(rows)).toBeLessThan(sum(rows.map((r) => r.ms)));
});

test('medians, spreads and ticks', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, 0]);
  expect(quantile([0, 10], 0.25)).toBe(2.5);
  expect(spread([1, 1, 1])).toBe(0);
  expect(granularity([5n, 65541n, 131077n])).toBe(65536);
  expect(granularity([7n, 7n])).toBe(Number.POSITIVE_INFINITY);
});

describe.skipIf(!opened)('on an adapter', () => {
  if (!opened) return;

  test('kernels can be timed by differences too', async () => {
    const { emitted } = compiled(targetFor(opened)).compiled;
    const measured = await measure(opened, emitted, { seconds: 0.1, seed: 1, clock: 'differences' });
    const train = measured?.programs[0];
    expect(train).toMatchObject({ program: 'train', clock: 'differences' });
    expect(train?.step).toHaveLength(1 + emitted.plan.programs.train.length);
    expect(sum(train?.kernels.map((k) => k.ms) ?? [])).toBeGreaterThan(0);
  });

  test('a run that is stopped measures nothing more', async () => {
    const { emitted } = compiled(targetFor(opened)).compiled;
    expect(await measure(opened, emitted, { seconds: 0.1, seed: 1, signal: AbortSignal.abort() })).toBeUndefined();
  });

  test('the command prints tables', async () => {
    const { stdout } = await done(folder, 'bench', 'small.cnn', '--batch', '3', '--seconds', '0.1');
    expect(stdout).toMatch(
      /^small, batch 3, on .*, kernels for (cpu|portable); load of the machine before: [\d.]+ a core\nceilings: /,
    );
    for (const line of [/^training +[\d.,]+ /m, /^inference /m, /^kernels of training, by (timestamps|differences)/m])
      expect(stdout).toMatch(line);
    expect(stdout).toMatch(/^maxpool1 +conv1 +contraction +[\d.]+ +[\d.]+ %/m);
    expect(stdout).toMatch(/^all +[\d.]+ +100\.0 %/m);
    expect(stdout).toMatch(/^bound: \d+ % by /m);
    expect(stdout).toMatch(/^peak +[\d.]+ KiB/m);
  });

  test('JSON has the same numbers, and they add up; the trace is one step', async () => {
    const words = ['small.cnn', '--batch', '3', '--seconds', '0.1', '--json', '--trace', 'step.json'];
    const json = lastJson(await done(folder, 'bench', ...words));
    expect(json).toMatchObject({ model: 'small', batch: 3, seed: 1 });
    for (const value of Object.values(json.ceilings)) expect(value).toBeGreaterThan(0);
    expect(json.programs.map((p: { program: string }) => p.program)).toEqual(['train', 'infer']);
    for (const p of json.programs) {
      const kernels: readonly Row[] = p.kernels;
      expect(sum(kernels.map((k) => k.ms))).toBeCloseTo(p.kernels_ms);
      expect(sum(kernels.map((k) => k.share))).toBeCloseTo(1);
      expect(sum(p.families.map((f: Row) => f.ms))).toBeCloseTo(p.kernels_ms);
      expect(sum(p.bounds.map((b: Row) => b.ms))).toBeCloseTo(p.kernels_ms);
      expect(kernels.map((k) => k.ms)).toEqual(kernels.map((k) => k.ms).sort((a, b) => b - a));
      const { slowest, images_per_s, fastest } = p.throughput;
      expect(slowest).toBeLessThanOrEqual(images_per_s);
      expect(images_per_s).toBeLessThanOrEqual(fastest);
      expect(p.memory.arena_bytes).toBeGreaterThanOrEqual(p.memory.live_bytes);
      expect(p.ideal_ms).toBeLessThanOrEqual(p.kernels_ms);
    }
    const { traceEvents } = JSON.parse(readFileSync(join(folder, 'step.json'), 'utf8'));
    const steps = traceEvents.filter((e: { ph: string }) => e.ph === 'X');
    expect(steps.length).toBe(sum(json.programs[0].kernels.map((k: { dispatches: number }) => k.dispatches)));
    expect(steps[0]).toMatchObject({
      name: 'load_u8',
      cat: 'load',
      ts: 0,
      args: { layer: 'input', kernel: 'load_u8' },
    });
    expect(steps.find((e: { name: string }) => e.name === 'maxpool1')).toMatchObject({
      cat: 'contraction',
      args: { layer: 'conv1' },
    });
    for (const [i, e] of steps.entries()) if (i > 0) expect(e.ts).toBeGreaterThanOrEqual(steps[i - 1].ts);
  });

  test('a model without a train section is measured inferring', async () => {
    const json = lastJson(await done(folder, 'bench', 'untrained.cnn', '--batch', '2', '--seconds', '0.1', '--json'));
    expect(json.programs.map((p: { program: string }) => p.program)).toEqual(['infer']);
    expect(json.memory.state_bytes).toBe(0);
  });
});
