// Commands on a model with a data section: training, going on, testing in parts, and predicting see the same pictures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createSession, predict, trainEpoch } from '../../runtime/index.ts';
import { compile } from '../../src/compile.ts';
import { drawn } from '../../src/data/drawn.ts';
import { channelFacts } from '../../src/data/measure.ts';
import { readSafetensors } from '../../src/interop/safetensors.ts';
import { withDevice } from '../support/adapter.ts';
import { runCnnc } from '../support/io.ts';
import { devices, done, lastJson, workFolder, write } from './support.ts';

const folder = workFolder();
write(
  folder,
  'net.cnn',
  `data {
  source    "drawn:90,30"
  normalise per_channel
  augment {
    shift  2
    rotate 10
    noise  0.05
  }
}

model net {
  input 28x28x1
  conv 4 4x4 stride 4 relu
  flatten
  dense 10 softmax
}

train {
  loss      cross_entropy
  optimizer adam lr 0.01
  batch     16
  epochs    3
}
`,
);
const available = await devices();
const opened = await withDevice();

const stopped = (words: readonly string[]): Promise<unknown> => {
  const stop = new AbortController();
  return runCnnc(words, folder, {
    signal: stop.signal,
    stderr: (text) => {
      if (text.startsWith('epoch')) stop.abort();
    },
  });
};

describe.each(available)('on %s', (device) => {
  const out = `whole-${device}`;
  const words = (to: string, ...more: string[]) => ['train', 'net.cnn', '-o', to, '--device', device, ...more];

  test('an augmented training that was stopped goes on bit for bit', async () => {
    const whole = lastJson(await done(folder, ...words(out, '--json')));
    await stopped(words(`parts-${device}`));
    const resumed = lastJson(await done(folder, ...words(`parts-${device}`, '--resume', '--json')));
    expect(resumed.resumed_after).toBe(1);
    expect(resumed.weights_sha256).toBe(whole.weights_sha256);
    expect(lastJson(await done(folder, ...words(`seed-${device}`, '--seed', '2', '--json'))).weights_sha256).not.toBe(
      whole.weights_sha256,
    );
  });

  test('the weights hold mean and variance of the pictures to train on', () => {
    const { tensors } = readSafetensors(new Uint8Array(readFileSync(join(folder, out, 'net.safetensors'))));
    const facts = channelFacts(drawn(1, 90, 30).train);
    expect([...(tensors.get('normalise.mean')?.values ?? [])]).toEqual(facts.map(({ mean }) => Math.fround(mean)));
    expect([...(tensors.get('normalise.variance')?.values ?? [])]).toEqual(
      facts.map(({ variance }) => Math.fround(variance)),
    );
  });

  test('in parts, training and test give the same', async () => {
    const whole = lastJson(await done(folder, ...words(`w-${device}`, '--json', '--epochs', '2')));
    const ran = await done(folder, ...words(`p-${device}`, '--json', '--epochs', '2', '--data-memory', '25k'));
    expect(lastJson(ran).weights_sha256).toBe(whole.weights_sha256);
    const test = ['eval', 'net.cnn', '--device', device, '--json', '--weights', `p-${device}/net.safetensors`];
    const { loss, accuracy, confusion } = lastJson(await done(folder, ...test));
    expect({ loss, accuracy }).toEqual(whole.test);
    const { device: _, ...parts } = lastJson(await done(folder, ...test, '--data-memory', '25216'));
    expect(parts).toMatchObject({ loss, accuracy, confusion });
  });

  test('a training that starts from weights keeps their numbers', async () => {
    const from = join(out, 'net.safetensors');
    const more = ['--data', 'drawn:40,10', '--epochs', '1', '--weights', from];
    await done(folder, ...words(`from-${device}`, ...more));
    const numbers = (path: string): number[] => {
      const { tensors } = readSafetensors(new Uint8Array(readFileSync(join(folder, path))));
      return [...(tensors.get('normalise.mean')?.values ?? [])];
    };
    expect(numbers(`from-${device}/net.safetensors`)).toEqual(numbers(from));
  });
});

test('memory that holds no two batches, and memory that is none', async () => {
  const small = await runCnnc(['train', 'net.cnn', '--data-memory', '25215'], folder);
  if (available.includes('auto')) {
    expect(small.code).toBe(1);
    expect(small.stderr).toContain('2 x 16 x 788 = 25,216 bytes, where --data-memory is 25,215');
  }
  for (const value of ['0', '64MB', '-1', 'x']) {
    const ran = await runCnnc(['train', 'net.cnn', `--data-memory=${value}`], folder);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('64M or 2G');
  }
});

describe.skipIf(!opened)('in a page', () => {
  test('a module augments as the runtime does, and normalises what it predicts', async () => {
    const device = opened?.device as GPUDevice;
    const text = readFileSync(join(folder, 'net.cnn'), 'utf8').replace('per_channel', 'mean 0.13 std 0.26');
    write(folder, 'page.cnn', text);
    const { plan } = compile({ file: 'page.cnn', text });
    if (!plan) throw new Error('no plan');
    const { train: set } = drawn(1, 40, 5);
    const values = set.pixels.values as Uint8Array<ArrayBuffer>;
    const labels = set.labels as Uint32Array<ArrayBuffer>;
    const session = await createSession(device, plan, ['train', 'infer']);
    session.initialise(7);
    const data = session.upload({ values, scale: 1 / 255, labels });
    for await (const _ of trainEpoch(session, data, { epoch: 0, seed: 7, lr: 0.01, epochs: 1, firstStep: 0 }));
    const wanted = [...(await session.parameters())].map(([name, v]) => [name, [...v]]);
    const floats = Float32Array.from(values.subarray(0, 784 * 16), (v) => v * Math.fround(1 / 255));
    const answers = await predict(session, floats);
    data.destroy();
    session.dispose();
    write(folder, 'package.json', '{ "type": "module" }');
    await done(folder, 'compile', 'page.cnn', '-o', 'page', '--target', 'web');
    const { load } = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'page', 'net.js')).href);
    const net = await load({ device, seed: 7 });
    for await (const _ of net.train(values, labels, { epochs: 1 }));
    const { tensors } = readSafetensors(new Uint8Array(await (await net.save()).arrayBuffer()));
    expect([...tensors].map(([name, t]) => [name, [...t.values]])).toEqual(wanted);
    expect(Object.values(await net.predict(floats))).toEqual([answers]);
    net.dispose();
  });
});
