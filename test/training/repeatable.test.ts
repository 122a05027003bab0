// The same seed on the same adapter gives the same bits; weights that were saved and read back give the same answers.
import { describe, expect, test } from 'vitest';
import { evaluate, predictAll, type StepValues, trainEpoch } from '../../runtime/index.ts';
import { readSafetensors, writeSafetensors } from '../../src/interop/safetensors.ts';
import { withDevice } from '../support/adapter.ts';
import { narrowSource } from '../support/models.ts';
import { runnable, type Target } from '../support/targets.ts';
import { hashOf, type Running, start } from './harness.ts';

const opened = await withDevice();

/** Sums of all sizes: long ones in runs, several at once, of neighbours. */
const normalised = {
  file: 'm.cnn',
  text: `model normalised {
  input 24x24x3
  conv 8 3x3 pad same nobias
  batchnorm relu
  lrn
  conv 6 3x3 stride 2 nobias
  groupnorm 2 relu
  flatten
  dense 10
}
train {
  loss cross_entropy
  optimizer sgd lr 0.1 momentum 0.9
}`,
};

const begin = (target: Target, name: string): Promise<Running> =>
  start(opened!.device, target, name === 'normalised' ? normalised : narrowSource(name, 32), 8, 30);

const end = ({ session, data }: Running): void => {
  data.destroy();
  session.dispose();
};

describe.skipIf(!opened).each(runnable(opened).slice(-1))('target %s', (target) => {
  test.each(['drawn', 'fashion_cnn', 'normalised'])(
    '%s: 20 steps twice give the same weights to the bit, however they are submitted',
    async (name) => {
      const hashes: string[] = [];
      for (const chunk of [20, 20, 3]) {
        const running = await begin(target, name);
        running.session.initialise(42);
        const rows = Array.from(
          { length: 20 },
          (_, i): StepValues => ({
            start: (i % 3) * 8,
            count: i % 4 === 3 ? 5 : 8,
            step: i + 1,
            seed: 42,
            lr: 0.01,
            scale: 1 / 255,
          }),
        );
        for (let at = 0; at < rows.length; at += chunk)
          running.session.run('train', rows.slice(at, at + chunk), running.data);
        hashes.push(await hashOf(running.session));
        end(running);
      }
      expect(new Set(hashes).size).toBe(1);
    },
  );

  test('epochs: the same seed gives the same weights, another seed others; every picture counts once', async () => {
    const hashes: string[] = [];
    for (const seed of [1, 1, 2]) {
      const running = await begin(target, 'drawn');
      running.session.initialise(seed);
      let counted = 0;
      for (const epoch of [0, 1]) {
        for await (const report of trainEpoch(running.session, running.data, {
          epoch,
          seed,
          lr: 0.01,
          firstStep: epoch * 4,
        }))
          counted += report.count;
      }
      expect(counted).toBe(60);
      hashes.push(await hashOf(running.session));
      end(running);
    }
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });

  test('weights saved, read and evaluated: identical, outputs too', async () => {
    const first = await begin(target, 'drawn');
    for await (const _ of trainEpoch(first.session, first.data, { epoch: 0, seed: 1, lr: 0.01, firstStep: 0 }));
    const { parameters } = first.compiled.plan;
    const values = await first.session.parameters();
    const bytes = writeSafetensors(
      parameters.map((p) => ({ name: p.name, shape: p.shape, values: values.get(p.name)! })),
      {},
    );
    const sums = await evaluate(first.session, first.data);
    const outputs = await predictAll(first.session, first.data);
    end(first);
    const second = await begin(target, 'drawn');
    second.session.initialise(99);
    const { tensors } = readSafetensors(bytes, 'weights.safetensors');
    second.session.setParameters(new Map([...tensors].map(([name, t]) => [name, Float32Array.from(t.values)])));
    expect(await evaluate(second.session, second.data)).toEqual(sums);
    expect(await predictAll(second.session, second.data)).toEqual(outputs);
    expect(sums.count).toBe(30);
    end(second);
  });
});
