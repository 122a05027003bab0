// What the runtime promises of its steps: nothing is created after the first, and there is no more than one submit a step.
import { expect, test } from 'vitest';
import {
  createSession,
  type DeviceData,
  evaluate,
  exceededLimits,
  type Session,
  trainEpoch,
} from '../runtime/index.ts';
import { drawn } from '../src/data/drawn.ts';
import { withDevice } from './support/adapter.ts';
import { compileFor, targets } from './support/targets.ts';

const text = `model m {
  input 28x28x1
  conv 4 5x5 relu
  maxpool 2x2
  flatten
  dense 10 softmax
}
train {
  loss cross_entropy
  optimizer adam lr 0.01
  batch 50
}
`;
const opened = await withDevice();

/** Counts the calls of these functions of an object while `work` runs. */
async function counting<T extends object>(
  object: T,
  names: readonly (keyof T & string)[],
  work: () => Promise<void>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const prototype = Object.getPrototypeOf(object) as Record<string, (...args: unknown[]) => unknown>;
  const originals = names.map((name) => [name, prototype[name] as (...args: unknown[]) => unknown] as const);
  for (const [name, original] of originals) {
    counts[name] = 0;
    prototype[name] = function (this: unknown, ...args: unknown[]) {
      counts[name] = (counts[name] ?? 0) + 1;
      return original.apply(this, args);
    };
  }
  try {
    await work();
  } finally {
    for (const [name, original] of originals) prototype[name] = original;
  }
  return counts;
}

async function epoch(session: Session, data: DeviceData, number: number): Promise<number> {
  let steps = 0;
  for await (const report of trainEpoch(session, data, { epoch: number, seed: 1, lr: 0.01, firstStep: 0 }))
    steps = report.step;
  return steps;
}

for (const target of targets) {
  test.skipIf(!opened)(`steps create nothing and share submits (${target})`, async () => {
    const { device } = opened!;
    const { plan } = compileFor(target, { file: 'm.cnn', text });
    const session = await createSession(device, plan!);
    session.initialise(1);
    const { train } = drawn(1, 1030, 20);
    const data = session.upload({
      values: train.pixels.values as Uint8Array<ArrayBuffer>,
      scale: train.pixels.scale,
      labels: train.labels as Uint32Array<ArrayBuffer>,
    });
    await epoch(session, data, 0);
    let steps = 0;
    let submits: Record<string, number> = {};
    const made = await counting(
      device,
      ['createBuffer', 'createTexture', 'createBindGroup', 'createComputePipelineAsync', 'createShaderModule'],
      async () => {
        submits = await counting(device.queue, ['submit'], async () => {
          steps = await epoch(session, data, 1);
        });
      },
    );
    expect(steps).toBe(21);
    expect(Object.values(made)).toEqual([0, 0, 0, 0, 0]);
    // A report is a submit of its own, and a report covers several steps.
    expect(submits.submit).toBeLessThanOrEqual(steps + 1);
    expect((await evaluate(session, data)).count).toBe(1030);
    session.dispose();
  });
}

test('limits that a plan exceeds are named, with what needs them', () => {
  const { plan } = compileFor('portable', { file: 'm.cnn', text });
  const small = {
    maxBufferSize: 1000,
    maxStorageBufferBindingSize: 2 ** 30,
    maxStorageBuffersPerShaderStage: 3,
    maxComputeWorkgroupsPerDimension: 65535,
  };
  const found = exceededLimits(plan!, small);
  expect(found.map((f) => f.limit).sort()).toEqual(['maxBufferSize', 'maxStorageBuffersPerShaderStage']);
  expect(found.find((f) => f.limit === 'maxBufferSize')).toMatchObject({ available: 1000, what: 'arena' });
});
