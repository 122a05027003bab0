// --memory-limit: the plan keeps within it, and what is computed again leaves every bit as it was.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSession, MOST_STEPS, type Plan, type StepValues } from '../../runtime/index.ts';
import { leavesFor } from '../../src/cli/verify/leaves.ts';
import { type CompileOptions, compile } from '../../src/compile.ts';
import type { Source } from '../../src/diagnostics/types.ts';
import { isOp, leavesOf } from '../../src/ir/index.ts';
import { billOf, bytesAPicture } from '../../src/memory-bill.ts';
import { makeSchedule } from '../../src/passes/make-schedule.ts';
import { memoryModel } from '../../src/passes/memory-model.ts';
import { tryRecomputing } from '../../src/passes/try-recomputing.ts';
import { simulate } from '../passes/simulate.ts';
import { networks } from '../properties/networks.ts';
import { withDevice } from '../support/adapter.ts';
import { runCnnc } from '../support/io.ts';
import { modelSource, narrowSource, readImport } from '../support/models.ts';
import { root } from '../support/need.ts';
import { randomTensor } from '../support/numbers.ts';
import { runnable } from '../support/targets.ts';

const opened = await withDevice();

/** Dropout in the middle, two branches that are added, values that are read early and late. */
const branched: Source = {
  file: 'branched.cnn',
  text: `model branched {
  input 9x7x3
  conv 8 3x3 same relu
  dropout 0.3
  residual {
    conv 8 3x3 same batch_norm relu
    conv 8 3x3 same batch_norm
  } relu
  conv 12 3x3 stride 2 gelu
  conv 12 3x3 same silu
  maxpool 2x2
  flatten
  dropout 0.5
  dense 5 softmax
}
train {
  loss cross_entropy
  optimizer adam
  batch 6
}
`,
};

const built = (source: Source, options: CompileOptions = {}) => {
  const found = compile(source, { read: readImport, ...options });
  if (!found.plan || !found.emitted || !found.graphs) throw new Error(found.diagnostics.map((d) => d.message).join());
  return { ...found, plan: found.plan, emitted: found.emitted, graphs: found.graphs };
};

/** The bytes of all parameters and slots, and the sums, after some steps. */
async function trained(device: GPUDevice, plan: Plan, steps = 3): Promise<Uint32Array> {
  device.pushErrorScope('validation');
  const session = await createSession(device, plan, ['train']);
  session.initialise(7);
  const { pictures, labels } = leavesFor(plan, 3);
  const data = session.upload({ values: pictures, scale: 1, labels });
  data.setOrder(Uint32Array.from({ length: plan.batch }, (_, i) => i));
  const rows = Array.from({ length: steps }, (_, i): StepValues => {
    return { count: plan.batch - (i % 2), start: 0, step: i + 1, seed: 7, lr: 0.01, scale: 1 };
  });
  session.run('train', rows, data);
  const parts: ArrayBuffer[] = [];
  for (const { role, bytes } of plan.buffers)
    if (bytes > 0 && ['parameters', 'state', 'metrics'].includes(role))
      parts.push(await session.read({ buffer: role, offset: 0, bytes }));
  expect(await device.popErrorScope()).toBeNull();
  data.destroy();
  session.dispose();
  return Uint32Array.from(parts.flatMap((p) => [...new Uint32Array(p)]));
}

describe.skipIf(!opened).each(runnable(opened))('training on target %s', (target) => {
  test.each([
    ['resnet20', modelSource('resnet20'), { batch: 4, set: { n: 1, c: 8 } }, [0.6]],
    ['a narrow mnist', narrowSource('mnist', 4), { batch: 7 }, [0.9]],
    ['branches and dropout', branched, {}, [0.7]],
  ] as const)('%s has the same bits within a limit', async (_, source, options, shares) => {
    const whole = built(source, { ...options, target });
    const wanted = await trained(opened!.device, whole.plan);
    expect(new Set(wanted).size).toBeGreaterThan(100);
    const { total, values } = billOf(whole.plan);
    let computed = 0;
    for (const share of shares) {
      const memoryLimit = Math.ceil(total - (1 - share) * values);
      const { plan, emitted, diagnostics } = compile(source, { ...options, target, memoryLimit, read: readImport });
      if (!plan) {
        expect(diagnostics.map((d) => d.code)).toEqual(['E0675']);
        continue;
      }
      computed += emitted!.scheduled.train!.recomputation!.values.length;
      expect(billOf(plan).total).toBeLessThanOrEqual(memoryLimit);
      expect(await trained(opened!.device, plan)).toEqual(wanted);
    }
    if (!source.file.includes('mnist')) expect(computed).toBeGreaterThan(3);
  });
});

describe('schedules within a limit', () => {
  const check = (source: Source, options: CompileOptions, share: number): number => {
    const { graphs, emitted } = built(source, options);
    const before = emitted.scheduled.train;
    if (!before || !graphs.train) return 0;
    // 1. What is counted beforehand is what the places take.
    const model = memoryModel(before.fused, before.updates);
    const none = new Uint8Array(model.values.length);
    expect(tryRecomputing(model, none, 0).peak).toBe(before.memory.liveBytes);
    // 2. Within the limit, or as low as it gets: never more than before.
    const most = Math.floor(share * before.memory.liveBytes);
    const after = makeSchedule(graphs, undefined, most).scheduled.train!;
    const count = after.recomputation!.values.length;
    expect(after.memory.liveBytes).toBeLessThanOrEqual(before.memory.liveBytes);
    if (count === 0) expect(after.fused.groups.length).toBe(before.fused.groups.length);
    // 3. It computes what the graph means, and what the graph without the limit means.
    const leaves = new Map(leavesOf(graphs.train).map((n, i) => [n.id, randomTensor(n.type.shape, i + 1)]));
    for (const n of leavesOf(graphs.train))
      if (isOp(n, 'labels'))
        leaves.get(n.id)!.data.forEach((v, i, all) => (all[i] = n.type.dtype === 'u32' ? i % 2 : v));
    const step = new Map([...['seed', 'step', 'count', 'pictures', 'lr'].map((name, i) => [name, i + 2] as const)]);
    const fields = graphs.train.nodes.flatMap((n) => (isOp(n, 'step') ? [n.attrs.field.name] : []));
    for (const name of fields) if (!step.has(name)) step.set(name, 0.5);
    if (fields.includes('count') || fields.includes('pictures'))
      for (const name of ['count', 'pictures']) step.set(name, 2);
    simulate(after, leaves, step);
    return count;
  };

  test('random networks: places, order and values are right', () => {
    let again = 0;
    fc.assert(
      fc.property(networks(7), fc.integer({ min: 30, max: 95 }), (text, share) => {
        again += check({ file: 'drawn.cnn', text }, { batch: 2 }, share / 100);
      }),
      { numRuns: 60, seed: Number(process.env.CNNC_FUZZ_SEED ?? 1) },
    );
    expect(again).toBeGreaterThan(20);
  });

  test.each(['unet_small', 'resnet20', 'plain20'])('%s', (name) => {
    expect(check(modelSource(name), { set: { c: 4 }, batch: 2 }, 0.5)).toBeGreaterThan(5);
  });

  test('a limit at or above what the plan takes changes nothing', () => {
    const { plan } = built(branched);
    const { total } = billOf(plan);
    expect(built(branched, { memoryLimit: total }).plan).toEqual(plan);
  });

  test('the least that is reported can be asked for', () => {
    for (const source of [branched, narrowSource('fashion_cnn', 8)]) {
      const { diagnostics } = compile(source, { memoryLimit: 1000, read: readImport });
      const [, least = ''] = /takes ([\d,]+) bytes/.exec(diagnostics[0]?.message ?? '') ?? [];
      const memoryLimit = Number(least.replaceAll(',', ''));
      expect(billOf(built(source, { memoryLimit }).plan).total).toBeLessThanOrEqual(memoryLimit);
      expect(compile(source, { memoryLimit: memoryLimit - 1, read: readImport }).plan).toBeUndefined();
    }
  });
});

test('the bill counts the rows of steps that the runtime makes, and the pictures it stores', () => {
  const { plan } = built(branched);
  expect(billOf(plan).other).toBe(MOST_STEPS * plan.step.stride + 4 * plan.metrics.length);
  expect(bytesAPicture(plan)).toEqual({ u8: 189 + 8, f32: 4 * 189 + 8 });
});

describe('sizes on the command line', () => {
  const say = async (size: string): Promise<string> => {
    const ran = await runCnnc(['summary', 'models/lenet5.cnn', '--memory-limit', size], root);
    return `${ran.code} ${/allows ([\d,]+) bytes|\[E\d+\]/.exec(ran.stderr)?.slice(0, 2).join(' ') ?? ''}`;
  };
  test.each([
    ['2000', '1 allows 2,000 bytes 2,000'],
    ['2kB', '1 allows 2,000 bytes 2,000'],
    ['2KiB', '1 allows 2,048 bytes 2,048'],
    ['2k', '1 allows 2,048 bytes 2,048'],
    ['0.5MiB', '1 allows 524,288 bytes 524,288'],
    ['1G', '0 '],
    ['256MB', '0 '],
  ])('%s', async (size, expected) => expect(await say(size)).toBe(expected));
  test.each(['0', '-1', 'MB', '12 TB', '1e9', '1.2.3'])('not %s', async (size) =>
    expect(await say(size)).toMatch(/^[12] $|^[12] \[E/),
  );
});
