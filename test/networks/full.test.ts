// The published networks at their full size, one picture at a time: a training step or a forward pass on the device, or
// the limit of the adapter that forbids it, with its numbers. CNNC_SLOW=1 runs them all; otherwise those of seconds.
import { describe, expect, test } from 'vitest';
import { createSession, exceededLimits, type Plan, type ProgramName, type Session } from '../../runtime/index.ts';
import { checkLimits } from '../../src/cli/device-backend.ts';
import { compileSource } from '../../src/cli/model.ts';
import { Failure } from '../../src/diagnostics/index.ts';
import { withDevice } from '../support/adapter.ts';
import { modelSource, readImport } from '../support/models.ts';
import { runnable, slow } from '../support/targets.ts';
import { randomPictures } from '../training/harness.ts';

const opened = await withDevice();
const [target = 'portable'] = [...runnable(opened)].reverse();
const options = { batch: 1, read: readImport, target };
const few = (name: string): boolean => slow || name === 'resnet18';

/** The session of a network, or undefined after a check that the message says which limit forbids it. */
async function open(name: string, program: ProgramName): Promise<Session | undefined> {
  const model = compileSource(modelSource(name), { ...options, inferOnly: program === 'infer' });
  const { plan } = model.compiled;
  const [worst] = exceededLimits(plan, opened!.device.limits);
  if (!worst) return createSession(opened!.device, plan, [program]);
  let refused: unknown;
  try {
    checkLimits(model, opened!);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(Failure);
  const [said] = (refused as Failure).diagnostics;
  expect(said?.code).toBe('E0604');
  for (const part of [worst.limit, worst.needed.toLocaleString('en-US'), worst.available.toLocaleString('en-US')])
    expect(said?.message).toContain(part);
  expect(said?.help?.[1]).toContain('a smaller batch does not help');
  console.warn(`NOT RUN: ${said?.message}`);
  return undefined;
}

const megabytes = ({ buffers }: Plan): number => Math.round(buffers.reduce((n, b) => n + b.bytes, 0) / 2 ** 20);
const report = (name: string, what: string, { plan }: Session, started: number): void => {
  if (slow)
    console.info(`${name}: ${what} ${Math.round(performance.now() - started) / 1000} s, ${megabytes(plan)} MiB`);
};

const training = ['alexnet', 'googlenet', 'resnet18', 'resnet50', 'resnet152', 'vgg16'];
const forward = ['alexnet', 'inception_v3', 'resnet18', 'resnet152', 'se_resnet50', 'vgg16', 'xception'];

describe.skipIf(!opened)('at full size', () => {
  test.each(training.filter(few))('a training step of %s', { timeout: 900_000 }, async (name) => {
    const session = await open(name, 'train');
    if (!session) return;
    session.initialise(1);
    const before = await session.parameters();
    const data = session.upload(randomPictures(session.plan, 1));
    data.setOrder(Uint32Array.of(0));
    const step = { start: 0, count: 1, step: 1, seed: 1, lr: 1e-3, scale: data.scale };
    const losses: number[] = [];
    for (const what of ['first step', 'next step']) {
      const started = performance.now();
      session.run('train', [step], data);
      losses.push((await session.readMetrics())[session.plan.metrics.indexOf('loss')] as number);
      report(name, what, session, started);
    }
    // A thousand classes: ln 1000 = 6.9 to begin with, and the picture is learned.
    expect(losses[0]).toBeGreaterThan(4);
    expect(losses[0]).toBeLessThan(20);
    expect(losses[1]).toBeLessThan(losses[0] as number);
    const after = await session.parameters();
    for (const { name: id, trainable } of session.plan.parameters) {
      const [old, now] = [before.get(id), after.get(id)] as [Float32Array, Float32Array];
      expect(now.every(Number.isFinite), id).toBe(true);
      if (trainable)
        expect(
          now.some((v, i) => v !== old[i]),
          id,
        ).toBe(true);
    }
    data.destroy();
    session.dispose();
  });

  test.each(forward.filter(few))('a forward pass of %s', { timeout: 900_000 }, async (name) => {
    const session = await open(name, 'infer');
    if (!session) return;
    session.initialise(1);
    const data = session.upload(randomPictures(session.plan, 1));
    data.setOrder(Uint32Array.of(0));
    for (const what of ['first pass', 'next pass']) {
      const started = performance.now();
      session.run('infer', [{ start: 0, count: 1, step: 1, seed: 1, lr: 0, scale: data.scale }], data);
      const output = await session.readOutput();
      report(name, what, session, started);
      expect(output.length).toBe(1000);
      expect(output.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    }
    data.destroy();
    session.dispose();
  });
});
