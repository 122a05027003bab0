// Whole training steps with kernels for gpu-subgroups, beside double precision: lanes that share in all contractions and sums.
import { describe, expect, test } from 'vitest';
import type { StepValues } from '../../runtime/index.ts';
import { subgroupsOf } from '../../src/cli/device-target.ts';
import { withDevice } from '../support/adapter.ts';
import { modelNames, narrowSource } from '../support/models.ts';
import { relativeError } from '../support/numbers.ts';
import { slow } from '../support/targets.ts';
import { follow, start } from './harness.ts';

const opened = await withDevice();
const facts = opened && subgroupsOf(opened);
if (opened && !facts) console.warn(`NOT TESTED: steps for gpu-subgroups, ${opened.adapter.name} has no subgroups`);

const small = `model m {
  input 6x5x2
  conv 3 3x3 relu
  flatten
  dense 4
}
train {
  loss cross_entropy
  optimizer sgd lr 0.1 momentum 0.9
}`;
const [BATCH, COUNT] = [5, 8];

describe.skipIf(!facts)('training on the device, target gpu-subgroups', () => {
  // A software adapter takes a minute and a half to compile the kernels of digits.
  const sources = [
    ['one of each', { file: 'm.cnn', text: small }] as const,
    ...(slow ? modelNames.map((name) => [name, narrowSource(name)] as const) : []),
  ];
  test.each(sources)('%s: two steps, the last with fewer pictures', async (_, source) => {
    const options = facts ? { subgroups: facts } : {};
    const running = await start(opened!.device, 'gpu-subgroups', source, BATCH, COUNT, options);
    const { session, data, leaves, compiled } = running;
    expect(compiled.plan.kernels.filter((k) => /subgroupShuffle|quadBroadcast/.test(k.wgsl)).length).toBeGreaterThan(1);
    const rows = [0, 1].map(
      (i): StepValues => ({
        start: i * BATCH,
        count: Math.min(BATCH, COUNT - i * BATCH),
        step: i + 1,
        seed: 11,
        lr: compiled.plan.train?.lr ?? 0.1,
        scale: data.scale,
      }),
    );
    session.run('train', rows, data);
    const sums = await session.readMetrics();
    const expected = rows
      .map((row) => follow(running, 'train', row).metrics)
      .reduce((a, b) => a.map((v, i) => v + (b[i] as number)));
    expect(relativeError(sums, expected), 'metrics').toBeLessThan(1e-4);
    const weights = await session.parameters();
    for (const [id, values] of weights) expect(relativeError(values, leaves.get(id)!.data), id).toBeLessThan(1e-4);
    // The same bits again: no sum leaves its order to the adapter.
    const again = await start(opened!.device, 'gpu-subgroups', source, BATCH, COUNT, options);
    again.session.run('train', rows, again.data);
    for (const [id, values] of await again.session.parameters()) expect(values, id).toEqual(weights.get(id));
    for (const one of [running, again]) {
      one.data.destroy();
      one.session.dispose();
    }
  });
});
