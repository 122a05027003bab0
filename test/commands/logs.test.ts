// train --tensorboard: what lies in the event files, after a whole training, a resumed one, and a full disk.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { decode } from 'fast-png';
import { afterAll, describe, expect, test } from 'vitest';
import { type EventFile, readEvents, scalarsOf } from '../../src/interop/tensorboard/read.ts';
import { GraphDefSchema } from '../../src/interop/tensorboard/schema/graph_pb.js';
import { expectGolden } from '../support/golden.ts';
import { runCnnc } from '../support/io.ts';
import { devices, done, lastJson, smallModel, workFolder, write } from './support.ts';

const folder = workFolder();
const model = smallModel.replace('epochs    2', 'epochs    3');
write(folder, 'small.cnn', model.replace('flatten', 'dropout 0.2\n  flatten'));
write(
  folder,
  'norm.cnn',
  smallModel
    .replace('stride 4 relu', 'stride 4 nobias | batchnorm | relu')
    .replace(/ *=> .*/g, '')
    .replace('adam lr 0.01', 'sgd lr 0.1 momentum 0.9 clip_norm 0.5'),
);
const available = await devices();

/** The event files of a run, oldest first. */
const filesOf = (...path: string[]): EventFile[] => {
  const at = join(folder, ...path);
  return readdirSync(at)
    .sort()
    .map((name) => readEvents(new Uint8Array(readFileSync(join(at, name)))));
};
const numbers = (files: readonly EventFile[], tag: string): number[][] =>
  (scalarsOf(files).get(tag) ?? []).map(({ step, value }) => [step, value]);
const history = (dir: string) => JSON.parse(readFileSync(join(folder, dir, 'history.json'), 'utf8')).epochs;

interface Spread {
  readonly step: number;
  readonly num: number;
  readonly min: number;
  readonly max: number;
  readonly sumSquares: number;
}

const histogramsOf = (files: readonly EventFile[]): Map<string, Spread[]> => {
  const found = new Map<string, Spread[]>();
  for (const { step, what } of files.flatMap((f) => f.events)) {
    for (const { tag, value } of what.case === 'summary' ? what.value.value : []) {
      if (value.case !== 'histo') continue;
      const { num, min, max, sumSquares } = value.value;
      found.set(tag, [...(found.get(tag) ?? []), { step: Number(step), num, min, max, sumSquares }]);
    }
  }
  return found;
};
const picturesOf = (files: readonly EventFile[]) =>
  files.flatMap((f) =>
    f.events.flatMap(({ step, what }) =>
      (what.case === 'summary' ? what.value.value : []).flatMap(({ tag, value }) =>
        value.case === 'image' ? [{ tag, step: Number(step), ...value.value }] : [],
      ),
    ),
  );
const train = (dir: string, device: string, ...more: string[]) =>
  done(folder, 'train', 'small.cnn', '-o', dir, '--device', device, '--json', '--quiet', ...more);

describe.each(available)('on %s', (device) => {
  test('curves are those of the history, and the training is the same without them', async () => {
    const [dir, logs] = [`seen-${device}`, `logs-${device}`];
    const result = lastJson(await train(dir, device, '--tensorboard', logs));
    const plain = lastJson(await train(`unseen-${device}`, device));
    expect(result.weights_sha256).toBe(plain.weights_sha256);
    const epochs = history(dir);
    // The sums of an epoch are read now and then, by the clock, so that their last bits differ.
    const plainEpochs = history(`unseen-${device}`);
    epochs.forEach((e: (typeof epochs)[number], i: number) => {
      expect(e.train.loss).toBeCloseTo(plainEpochs[i].train.loss, 5);
      expect(e.train.accuracy).toBe(plainEpochs[i].train.accuracy);
      expect(e.test).toEqual(plainEpochs[i].test);
    });
    const [own, tested] = [filesOf(logs, 'train'), filesOf(logs, 'validation')];
    expect(own).toHaveLength(1);
    for (const [part, files] of [
      ['train', own],
      ['test', tested],
    ] as const)
      for (const metric of ['loss', 'accuracy'])
        expect(numbers(files, metric)).toEqual(
          epochs.map((e: Record<string, never>) => [e.step, Math.fround(e[part]?.[metric] ?? Number.NaN)]),
        );
    expect(numbers(own, 'learning_rate')).toEqual([5, 10, 15].map((step) => [step, Math.fround(0.01)]));
    expect(numbers(own, 'images_per_second')).toHaveLength(3);
    // Histograms: of each parameter and its gradient, after each epoch.
    const spreads = histogramsOf(own);
    const parameters = ['conv1/weight', 'conv1/bias', 'dense1/weight', 'dense1/bias'];
    expect([...spreads.keys()].sort()).toEqual(parameters.flatMap((p) => [`weights/${p}`, `gradients/${p}`]).sort());
    for (const [tag, all] of spreads) {
      expect(
        all.map((h) => h.step),
        tag,
      ).toEqual([5, 10, 15]);
      expect(all.map((h) => h.num)).toEqual(
        Array(3).fill({ conv1: [64, 4], dense1: [1440, 10] }[tag.split('/')[1] ?? '']?.[tag.endsWith('bias') ? 1 : 0]),
      );
      expect(all.every((h) => h.sumSquares > 0)).toBe(true);
    }
    // Pictures.
    const confusion = picturesOf(tested);
    expect(confusion.map(({ tag, step }) => [tag, step])).toEqual(
      [5, 10, 15].map((step) => ['confusion_matrix', step]),
    );
    const kernels = picturesOf(own);
    expect(new Set(kernels.map((k) => k.tag))).toEqual(new Set(['kernels/conv1/weight']));
    for (const { width, height, encodedImageString } of [...confusion, ...kernels])
      expect(decode(encodedImageString)).toMatchObject({ width, height, channels: 3 });
    // The graph.
    const [bytes] = own.flatMap((f) => f.events.flatMap(({ what }) => (what.case === 'graphDef' ? [what.value] : [])));
    const { node } = fromBinary(GraphDefSchema, bytes as Uint8Array);
    const conv = node.find((n) => n.name === 'conv1');
    expect(conv).toMatchObject({ op: 'conv', input: ['input', 'conv1/weight', 'conv1/bias'] });
    const shape = conv?.attr._output_shapes?.value;
    expect(shape?.case === 'list' && shape.value.shape[0]?.dim.map((d) => Number(d.size))).toEqual([-1, 7, 7, 4]);
    const names = new Set(node.map((n) => n.name));
    expect(node.flatMap((n) => n.input).filter((name) => !names.has(name))).toEqual([]);
  });

  test('looking at gradients leaves running means, momentum and sums as they were', async () => {
    const norm = async (dir: string, ...more: string[]) => {
      const words = ['train', 'norm.cnn', '-o', `${dir}-${device}`, '--device', device, '--json', '--quiet', ...more];
      return lastJson(await done(folder, ...words));
    };
    const [plain, seen] = [await norm('norm'), await norm('norm-seen', '--tensorboard', `norm-logs-${device}`)];
    expect(seen.weights_sha256).toBe(plain.weights_sha256);
    expect(seen.train.accuracy).toBe(plain.train.accuracy);
    const spreads = histogramsOf(filesOf(`norm-logs-${device}`, 'train'));
    expect([...spreads.keys()].filter((tag) => tag.startsWith('gradients/')).sort()).toEqual(
      ['batchnorm1/beta', 'batchnorm1/gamma', 'conv1/weight', 'dense1/bias', 'dense1/weight'].map(
        (p) => `gradients/${p}`,
      ),
    );
    expect(spreads.has('weights/batchnorm1/moving_mean')).toBe(true);
  });

  test('a resumed training goes on in a new file, and repeats no step', async () => {
    const [dir, logs] = [`resumed-${device}`, `resumed-logs-${device}`];
    await train(dir, device, '--tensorboard', logs, '--epochs', '2');
    await train(dir, device, '--tensorboard', logs, '--resume');
    const files = filesOf(logs, 'train');
    expect(files).toHaveLength(2);
    expect(files[1]?.events[1]).toMatchObject({ step: 11n, what: { case: 'sessionLog' } });
    const steps = (tag: string) => files.map((f) => numbers([f], tag).map(([step]) => step));
    expect(steps('loss')).toEqual([[5, 10], [15]]);
    // TensorBoard warns of a run with two graphs.
    expect(files.flatMap((f) => f.events.filter(({ what }) => what.case === 'graphDef'))).toHaveLength(1);
    const whole = filesOf(`logs-${device}`, 'train');
    expect(numbers(files, 'accuracy')).toEqual(numbers(whole, 'accuracy'));
    expect(histogramsOf(files)).toEqual(histogramsOf(whole));
  });
});

test.skipIf(available.length < 2)('gradients of an adapter are those of the reference', () => {
  const [a, b] = available.map((device) => histogramsOf(filesOf(`logs-${device}`, 'train')));
  expect(b?.size).toBe(8);
  for (const [tag, [first]] of b ?? []) {
    const here = a?.get(tag)?.[0];
    expect(here?.max, tag).toBeCloseTo(first?.max ?? Number.NaN, 4);
    expect(here?.min, tag).toBeCloseTo(first?.min ?? Number.NaN, 4);
    expect((here?.sumSquares ?? 0) / (first?.sumSquares ?? 0), tag).toBeCloseTo(1, 3);
  }
});

test('what a kill kept from the log is written when the training goes on', async () => {
  await train('killed', 'reference', '--tensorboard', 'killed-logs', '--epochs', '2');
  const at = join(folder, 'killed-logs/train');
  const [name = ''] = readdirSync(at);
  const bytes = readFileSync(join(at, name));
  // In the middle of the last record, the scalars of epoch 2.
  writeFileSync(join(at, name), bytes.subarray(0, bytes.length - 9));
  expect(numbers(filesOf('killed-logs/train'), 'loss').map(([step]) => step)).toEqual([5]);
  await train('killed', 'reference', '--tensorboard', 'killed-logs', '--resume');
  const files = filesOf('killed-logs/train');
  expect(numbers(files, 'loss').map(([step]) => step)).toEqual([5, 10, 15]);
  expect(
    histogramsOf(files.slice(1))
      .get('weights/conv1/bias')
      ?.map((h) => h.step),
  ).toEqual([10, 15]);
  expect(numbers(filesOf('killed-logs/validation'), 'loss').map(([step]) => step)).toEqual([5, 10, 15]);
  // Into a new folder: all there is to know.
  await train('killed', 'reference', '--tensorboard', 'late-logs', '--resume');
  expect(numbers(filesOf('late-logs/train'), 'accuracy')).toEqual(numbers(files, 'accuracy'));
});

test('another training in the same folder takes the place of the first', async () => {
  await train('other', 'reference', '--tensorboard', 'killed-logs', '--epochs', '1', '--seed', '3');
  expect(numbers(filesOf('killed-logs/train'), 'loss').map(([step]) => step)).toEqual([5]);
});

test('a folder that cannot be written is said before anything is trained', async () => {
  write(folder, 'taken', 'a file');
  const words = ['train', 'small.cnn', '-o', 'unlogged', '--device', 'reference', '--quiet', '--tensorboard', 'taken'];
  const ran = await runCnnc(words, folder);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/error\[E040\d\]: [\s\S]*--> taken/);
  expect(readdirSync(join(folder, 'unlogged'))).toEqual([]);
});

/** A file system of a few bytes, where one may be made. */
const disk = join(folder, 'disk');
const mounted = (() => {
  try {
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=36k', 'none', disk], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('NOT TESTED: a full disk, since this user may not mount one');
    return false;
  }
})();
afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
});

test.skipIf(!mounted)('a full disk stops the log, and not the training', async () => {
  const words = [
    'train',
    'small.cnn',
    '-o',
    'full',
    '--device',
    'reference',
    '--json',
    '--quiet',
    '--tensorboard',
    'disk',
  ];
  const ran = await runCnnc(words, folder);
  expect(ran.code).toBe(0);
  const result = lastJson(ran);
  expect(result.epochs).toBe(3);
  expect(ran.stderr.match(/W0540/g)).toHaveLength(1);
  const said = ran.stderr
    .replace(/^note[\s\S]*?\n(?=warning)/, '')
    .replace(/tfevents\S+/, 'tfevents...')
    .replace(/write \d+/, 'write 12345');
  expectGolden('test/diagnostics/W0540-logs-stopped/expected.txt', said);
  expect(result.weights_sha256).toBe(lastJson(await train('not-full', 'reference')).weights_sha256);
  // No half record is left, and with more room the rest is written.
  const before = filesOf('disk/train').flatMap((f) => numbers([f], 'loss'));
  expect(before.length).toBeLessThan(3);
  execFileSync('mount', ['-o', 'remount,size=1m', disk]);
  await done(folder, ...words, '--resume');
  expect(numbers(filesOf('disk/train'), 'loss').map(([step]) => step)).toEqual([5, 10, 15]);
});
