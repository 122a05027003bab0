// A small copy of each published network on the device, beside double precision: a forward pass of all, a training step and
// an evaluation after it of those that have few kernels. CNNC_SLOW=1 trains all: compiling their kernels takes minutes.
import { describe, expect, test } from 'vitest';
import type { StepValues } from '../../runtime/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { modelSource, type Narrow, narrow, narrowOptions } from '../support/models.ts';
import { norm, relativeError } from '../support/numbers.ts';
import { runnable, slow } from '../support/targets.ts';
import { follow, type Running, start } from '../training/harness.ts';

const opened = await withDevice();
const [target = 'portable'] = [...runnable(opened)].reverse();

/** Those whose step has more than a hundred kernels, on which a software adapter spends ten seconds to a minute. */
const many = ['googlenet', 'inception_v3', 'resnet34', 'resnet50', 'resnet152', 'se_resnet50', 'vgg16', 'xception'];
const names = Object.keys(narrow);

/** A session with one batch, and its step. */
async function open(name: string, inferOnly: boolean): Promise<{ running: Running; step: StepValues }> {
  const { batch } = narrow[name] as Narrow;
  const options = { ...narrowOptions(name), inferOnly };
  const running = await start(opened!.device, target, modelSource(name), batch, batch, options);
  // Branches that add little, as Goyal et al. (2017) start them: with full ones the gradients of narrow deep bottlenecks
  // grow from block to block, and with them what rounding changes.
  for (const [id, leaf] of running.leaves)
    if (/^bottleneck.*batchnorm3\.gamma$/.test(id)) {
      const data = leaf.data.map((v) => Math.fround(0.1 * v));
      running.leaves.set(id, { ...leaf, data });
      running.session.setParameters(new Map([[id, Float32Array.from(data)]]));
    }
  return { running, step: { start: 0, count: batch, step: 1, seed: 11, lr: 0.01, scale: running.data.scale } };
}

/** Parameters one after the other. */
const joined = (values: Iterable<ArrayLike<number>>): Float64Array =>
  Float64Array.from([...values].flatMap((v) => Array.from(v)));

/**
 * Largest relative error of what a step changes. Parameters are rounded to 6e-8 of themselves, and the smallest change
 * here is a thousandth of them: 6e-5.
 */
const WITHIN = 2e-4;

describe.skipIf(!opened)(`small copies on the device, target ${target}`, () => {
  test.each(names.filter((name) => slow || !many.includes(name)))(
    'a step of %s',
    { timeout: 400_000 },
    async (name) => {
      const { running, step } = await open(name, false);
      const { session, data, leaves, compiled } = running;
      const ids = compiled.plan.parameters.map((p) => p.name);
      const before = joined(ids.map((id) => (leaves.get(id) as Tensor).data));
      const changedBy = (after: Float64Array): Float64Array => after.map((v, i) => v - (before[i] as number));
      session.run('train', [step], data);
      const sums = await session.readMetrics();
      const { metrics } = follow(running, 'train', step);
      const got = await session.parameters();
      const expected = changedBy(joined(ids.map((id) => (leaves.get(id) as Tensor).data)));
      const changed = changedBy(joined(ids.map((id) => got.get(id) as Float32Array)));
      expect(relativeError(sums, metrics), 'metrics').toBeLessThan(1e-5);
      expect(relativeError(changed, expected), `what changed, ${norm(expected)} in all`).toBeLessThan(WITHIN);
      session.run('evaluate', [step], data);
      const evaluated = follow(running, 'evaluate', step);
      expect(relativeError(await session.readMetrics(), evaluated.metrics), 'evaluation').toBeLessThan(1e-5);
      expect(relativeError(await session.readOutput(), evaluated.output!), 'output').toBeLessThan(1e-5);
      data.destroy();
      session.dispose();
    },
  );

  test.each(names)('a forward pass of %s', async (name) => {
    const { running, step } = await open(name, true);
    const { session, data } = running;
    session.run('infer', [step], data);
    const { output } = follow(running, 'infer', step);
    expect(relativeError(await session.readOutput(), output!)).toBeLessThan(1e-5);
    data.destroy();
    session.dispose();
  });
});
