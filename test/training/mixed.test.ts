// Training with precision mixed: steps beside the reference, overflows that change nothing, the same bits, the same accuracy.
import { describe, expect, test } from 'vitest';
import { createSession, evaluate, type StepValues, trainEpoch } from '../../runtime/index.ts';
import { loadData } from '../../src/data/node/load.ts';
import { isOp, LOSS_SCALE, LOSS_SCALE_SKIPPED, type Tensor } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { modelSource } from '../support/models.ts';
import { needData, root } from '../support/need.ts';
import { compileFor, runnable, slow } from '../support/targets.ts';
import { follow, hashOf, type Running, start } from './harness.ts';

const opened = await withDevice();
const able = opened?.features.includes('shader-f16') ?? false;
if (opened && !able)
  console.warn(`NOT TESTED: mixed precision, this adapter has no shader-f16 (${opened.adapter.name})`);
const best = runnable(opened).at(-1)!;

/** Statistics of a batch, a residual sum, a join, a penalty, clipped gradients, and two slots a parameter. */
const everything = {
  file: 'm.cnn',
  text: `model m {
  input 12x10x2
  conv 8 3x3 pad same nobias
  batchnorm relu
  add {
    branch { conv 8 3x3 pad same relu l2 0.01 }
    branch { }
  }
  maxpool 2x2
  conv 5 3x3 pad same
  dropout 0.2
  avgpool 2x2 stride 1
  flatten
  dense 12 relu
  dense 4
}
train {
  loss cross_entropy
  optimizer adam lr 0.01 global_clip_norm 2
}`,
};

const at = (i: number): StepValues => ({
  start: (i % 3) * 5,
  count: i % 3 === 2 ? 3 : 5,
  step: i + 1,
  seed: 42,
  lr: 0.01,
  scale: 1 / 255,
});
/** One session for all tests: kernels take seconds to compile on a software adapter. The scale doubles after three good steps. */
let made: Promise<Running> | undefined;
const shared = (): Promise<Running> => {
  made ??= start(opened!.device, best, everything, 5, 13, { precision: 'mixed', lossScale: { every: 3 } });
  return made;
};
/** A fresh training that begins with this scale. */
async function begin(scale: number): Promise<Running> {
  const running = await shared();
  running.session.initialise(42);
  running.session.write(running.compiled.plan.lossScale!.scale, Float32Array.of(scale).buffer);
  return running;
}

/** A state of the loss scale, on the device. */
async function stateOf({ compiled, session }: Running, id: string): Promise<number> {
  const { fused, memory } = compiled.emitted.scheduled.train!;
  const node = fused.graph.nodes.find((n) => isOp(n, 'state') && n.id === id)!;
  return new Float32Array(await session.read(memory.places.get(node)!))[0] as number;
}
const scaling = async (running: Running) => ({
  scale: await stateOf(running, LOSS_SCALE),
  skipped: await stateOf(running, LOSS_SCALE_SKIPPED),
});

describe.skipIf(!able)('steps', () => {
  test('beside double precision that rounds to halves where the kernels do', async () => {
    const running = await shared();
    const { session, data, leaves, compiled } = running;
    expect(compiled.plan.features).toContain('shader-f16');
    for (let i = 0; i < 3; i++) {
      session.run('train', [at(i)], data);
      const [loss] = await session.readMetrics();
      const { metrics } = follow(running, 'train', at(i));
      expect(Math.abs(loss! - metrics[0]!)).toBeLessThanOrEqual(2e-3 * metrics[0]!);
    }
    const parameters = await session.parameters();
    for (const [name, values] of parameters) {
      const start = compiled.plan.parameters.find((p) => p.name === name)!;
      // Adam moves each element by about lr a step, whatever its gradient: what one half more or less turns around may move away.
      const moved = Math.sqrt(values.length) * 0.01 * 3;
      const want = (leaves.get(name) as Tensor).data;
      const off = Math.sqrt(values.reduce((s, v, k) => s + (v - (want[k] as number)) ** 2, 0));
      expect(off, name).toBeLessThanOrEqual((start.trainable ? 0.2 * moved : 0) + 2e-3 * Math.hypot(...want));
    }
    expect(await scaling(running)).toEqual({ scale: 131072, skipped: 0 });
    // From here with a scale that is too large: both skip the same steps.
    session.write(compiled.plan.lossScale!.scale, Float32Array.of(2 ** 24).buffer);
    leaves.set(LOSS_SCALE, { shape: [], data: Float64Array.of(2 ** 24) });
    for (let i = 3; i < 6; i++) {
      session.run('train', [at(i)], data);
      follow(running, 'train', at(i));
      const want = [LOSS_SCALE, LOSS_SCALE_SKIPPED].map((id) => leaves.get(id)?.data[0]);
      expect(Object.values(await scaling(running))).toEqual(want);
    }
    expect((await scaling(running)).skipped).toBeGreaterThan(0);
  });
});

describe.skipIf(!able)('overflows', () => {
  test('a scale that is too large: steps change nothing, not even running means, until it is small enough', async () => {
    const running = await begin(2 ** 24);
    const { session, data } = running;
    const before = await hashOf(session);
    let steps = 0;
    for (let skipped = 0; ; steps++) {
      session.run('train', [at(steps)], data);
      const now = await scaling(running);
      expect(now.scale).toBe(2 ** (24 - now.skipped));
      if (now.skipped === skipped) break;
      skipped = now.skipped;
      expect(await hashOf(session)).toBe(before);
    }
    expect(steps).toBeGreaterThanOrEqual(2);
    expect(await hashOf(session)).not.toBe(before);
    const values = [...(await session.parameters()).values()];
    expect(values.every((v) => v.every(Number.isFinite))).toBe(true);
  });

  test('the scale doubles after as many good steps as asked for, counted from the last overflow', async () => {
    const running = await begin(1024);
    const scales: number[] = [];
    for (let i = 0; i < 7; i++) {
      running.session.run('train', [at(i)], running.data);
      scales.push((await scaling(running)).scale);
    }
    expect(scales).toEqual([1024, 1024, 2048, 2048, 2048, 4096, 4096]);
  });

  test('steps twice give the same bits, however they are submitted, overflows among them', async () => {
    const hashes: string[] = [];
    for (const chunk of [20, 20, 3]) {
      const running = await begin(2 ** 22);
      const rows = Array.from({ length: 20 }, (_, i) => at(i));
      for (let i = 0; i < rows.length; i += chunk) running.session.run('train', rows.slice(i, i + chunk), running.data);
      const { scale, skipped } = await scaling(running);
      expect(skipped).toBeGreaterThan(0);
      hashes.push(`${await hashOf(running.session)} ${scale} ${skipped}`);
    }
    expect(new Set(hashes).size).toBe(1);
  });
});

/** The same network with batch normalisation, on the drawn set. */
const normalised = {
  file: 'n.cnn',
  text: `model n {
  input 28x28x1
  conv 8 5x5 stride 2 nobias
  batchnorm relu
  conv 12 3x3 nobias
  batchnorm relu
  maxpool 2x2
  flatten
  dense 10
}
train {
  data drawn
  loss cross_entropy
  optimizer adam lr 0.003
  batch 64
  epochs 2
}`,
};

describe.skipIf(!able)('accuracy is that of single precision', () => {
  const digits = needData('digits');
  test.skipIf(!digits).each([
    ['digits', `digits:${digits}/digits/digits.csv.gz`, slow ? 60 : 20, slow ? 0.01 : 0.015] as const,
    // A minute on a software adapter.
    ...(slow ? [['normalised', 'drawn', 2, 0.015] as const] : []),
  ])('%s', async (name, spec, epochs, noise) => {
    const found: number[] = [];
    for (const precision of ['f32', 'mixed'] as const) {
      const source = name === 'normalised' ? normalised : modelSource(name);
      const { plan } = compileFor(best, source, { precision });
      const { seed, lr } = plan!.train!;
      const { split } = await loadData(spec, {
        cwd: root,
        seed,
        expected: plan!.input.shape.slice(1) as [number, number, number],
        expectedClasses: 10,
      });
      const session = await createSession(opened!.device, plan!, ['evaluate', 'train']);
      session.initialise(seed);
      const [train, test] = [split.train, split.test].map(({ pixels, labels }) =>
        session.upload({
          values: Uint8Array.from(pixels.values),
          scale: pixels.scale,
          labels: Uint32Array.from(labels),
        }),
      );
      let firstStep = 0;
      const pace = { size: 8 };
      for (let epoch = 0; epoch < epochs; epoch++)
        for await (const report of trainEpoch(session, train!, { epoch, seed, lr, firstStep, pace }))
          firstStep = report.step;
      const { count, metrics } = await evaluate(session, test!);
      found.push(metrics.accuracy! / count);
      session.dispose();
    }
    console.log(`${name}: ${found.map((a) => `${(100 * a).toFixed(2)} %`).join(' in f32, ')} mixed, target ${best}`);
    expect(found[0]).toBeGreaterThan(0.9);
    expect(Math.abs(found[1]! - found[0]!)).toBeLessThanOrEqual(noise);
  });
});
