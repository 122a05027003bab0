// Checkpoints: a training that was stopped goes on as if it had not been, and what cannot be gone on from is refused.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as say from '../../src/diagnostics/catalog/checkpoints.ts';
import { renderAll } from '../../src/diagnostics/index.ts';
import { readSafetensors } from '../../src/interop/safetensors.ts';
import { expectGolden } from '../support/golden.ts';
import { type Ran, runCnnc } from '../support/io.ts';
import { devices, done, lastJson, workFolder, write } from './support.ts';

/** Dropout draws from the step, batch normalisation has running means, Adam has slots; the last batch is smaller. */
const model = (settings: string): string => `model net {
  input 28x28x1

  conv 4 4x4 stride 4
  batchnorm
  relu
  flatten
  dropout 0.2
  dense 10 softmax
}

train {
  data      "drawn:200,50"
  loss      cross_entropy
  ${settings}
  batch     64
  epochs    5
}
`;

const folder = workFolder();
write(folder, 'net.cnn', model('optimizer adam lr 0.01'));
write(folder, 'other.cnn', model('optimizer adam lr 0.01').replace('conv 4', 'conv 5'));
const trainings = {
  adam: 'optimizer adam lr 0.01',
  plateau: 'optimizer sgd lr 0.05 momentum 0.9 nesterov\n  schedule plateau factor 0.5 patience 1 min_delta 0.5',
  one_cycle: 'optimizer ftrl lr 0.1\n  schedule one_cycle warmup_steps 2',
  best: 'optimizer nadam lr 0.02\n  early_stopping monitor accuracy patience 4 min_delta 0.3 restore_best',
};
const last = 'last.checkpoint.safetensors';
const previous = 'previous.checkpoint.safetensors';
const available = await devices();

/** Ctrl-C after this many epochs. */
const stopped = (words: readonly string[], epochs: number): Promise<Ran> => {
  const stop = new AbortController();
  let seen = 0;
  return runCnnc(words, folder, {
    signal: stop.signal,
    stderr: (text) => {
      if (text.startsWith('epoch') && ++seen === epochs) stop.abort();
    },
  });
};

describe.each(available)('on %s', (device) => {
  test.each(Object.entries(trainings))('goes on bit for bit: %s', async (name, settings) => {
    write(folder, `${name}.cnn`, model(settings));
    const words = (out: string, ...more: string[]) => ['train', `${name}.cnn`, '-o', out, '--device', device, ...more];
    const whole = lastJson(await done(folder, ...words(`${name}-whole`, '--json')));
    const out = `${name}-parts`;
    await stopped(words(out), 2);
    await stopped(words(out, '--resume'), 1);
    const ran = await done(folder, ...words(out, '--resume', '--json', '--csv', `${out}.csv`));
    const result = lastJson(ran);
    expect(ran.stderr).toContain('going on after epoch 3 of 5\n');
    expect(result.resumed_after).toBe(3);
    for (const key of ['weights_sha256', 'steps', 'test', 'best_epoch', 'stopped_early', 'epochs'])
      expect({ [key]: result[key] }).toEqual({ [key]: whole[key] });
    // The table and the history have the epochs of all three runs.
    const history = JSON.parse(readFileSync(join(folder, result.history), 'utf8'));
    const of = JSON.parse(readFileSync(join(folder, whole.history), 'utf8'));
    expect(history.epochs.map((e: { test: unknown }) => e.test)).toEqual(
      of.epochs.map((e: { test: unknown }) => e.test),
    );
    const table = readFileSync(join(folder, `${out}.csv`), 'utf8')
      .trimEnd()
      .split('\n');
    expect(table[0]).toBe('epoch,step,lr,train_loss,train_accuracy,test_loss,test_accuracy,images_per_second,seconds');
    expect(table.slice(1).map((line) => Number(line.split(',')[0]))).toEqual([1, 2, 3, 4, 5].slice(0, result.epochs));
    // Nothing is left to do, and nothing changes.
    const again = lastJson(await done(folder, ...words(out, '--resume', '--json')));
    expect(again.weights_sha256).toBe(whole.weights_sha256);
    expect(readdirSync(join(folder, out)).filter((file) => file.startsWith('.'))).toEqual([]);
  });

  test('more epochs are the training that was longer from the start', async () => {
    const words = (out: string, ...more: string[]) => [
      'train',
      'net.cnn',
      '-o',
      out,
      '--device',
      device,
      '--json',
      ...more,
    ];
    await done(folder, ...words(`short-${device}`, '--epochs', '2'));
    const longer = lastJson(await done(folder, ...words(`short-${device}`, '--epochs', '3', '--resume')));
    const whole = lastJson(await done(folder, ...words(`long-${device}`, '--epochs', '3')));
    expect(longer.weights_sha256).toBe(whole.weights_sha256);
  });

  test('checkpoints are weights too', async () => {
    const result = lastJson(
      await done(folder, 'train', 'net.cnn', '-o', `weights-${device}`, '--device', device, '--json'),
    );
    const words = ['eval', 'net.cnn', '--device', device, '--json', '--weights', join(`weights-${device}`, last)];
    const { loss, accuracy } = lastJson(await done(folder, ...words));
    expect({ loss, accuracy }).toEqual(result.test);
    const read = (name: string) =>
      readSafetensors(new Uint8Array(readFileSync(join(folder, `weights-${device}`, name))));
    const { tensors, metadata } = read(last);
    expect(metadata).toMatchObject({ format: 'cnnc-checkpoint', epoch: '5', step: '20', adapter: result.adapter });
    expect(tensors.get('dense1.weight.m')?.shape).toEqual(tensors.get('dense1.weight')?.shape);
    expect(tensors.get('batchnorm1.moving_mean')?.dtype).toBe(device === 'reference' ? 'F64' : 'F32');
    expect(tensors.get('dense1.weight')?.values).toEqual(read('net.safetensors').tensors.get('dense1.weight')?.values);
  });

  test('the weights of the best epoch are written again when they are gone', async () => {
    write(folder, 'best.cnn', model(trainings.best));
    const words = (...more: string[]) => [
      'train',
      'best.cnn',
      '-o',
      `gone-${device}`,
      '--device',
      device,
      '--json',
      ...more,
    ];
    const whole = lastJson(await done(folder, ...words()));
    expect(whole.best_epoch).toBeLessThan(whole.epochs);
    rmSync(join(folder, whole.weights));
    const again = lastJson(await done(folder, ...words('--resume')));
    expect(again.weights_sha256).toBe(whole.weights_sha256);
    expect(existsSync(join(folder, whole.weights))).toBe(true);
  });
});

describe('what cannot be gone on from', () => {
  const words = (out: string, ...more: string[]) => [
    'train',
    'net.cnn',
    '-o',
    out,
    '--device',
    'reference',
    '--quiet',
    ...more,
  ];
  /** A folder with a whole training in it, in which something is done to a file. */
  const spoiled = (out: string, work: (path: string) => void): string[] => {
    cpSync(join(folder, 'runs/whole'), join(folder, out), { recursive: true });
    work(join(folder, out, last));
    return words(out, '--resume');
  };
  /** What is said, without the note that the reference computes. */
  const said = async (line: readonly string[]): Promise<string> => {
    const { stderr, code } = await runCnnc(line, folder);
    const ours = stderr.split('\n').slice(2).join('\n');
    return `$ cnnc ${line.join(' ')}\n${ours}exit ${code}\n`;
  };
  let sha256 = '';
  beforeAll(async () => {
    sha256 = lastJson(await done(folder, ...words('runs/whole', '--json'))).weights_sha256;
  });

  test('E0510: damaged files, and the one before is as good', async () => {
    const flip = (path: string): void => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 9] = (bytes[bytes.length - 9] as number) ^ 1;
      writeFileSync(path, bytes);
    };
    const texts = [
      await said(spoiled('runs/flipped', flip)),
      await said(spoiled('runs/cut', (path) => truncateSync(path, 20_000))),
      await said(spoiled('runs/empty', (path) => truncateSync(path, 0))),
      await said(spoiled('runs/longer', (path) => appendFileSync(path, 'x'))),
      await said(spoiled('runs/gone', (path) => rmSync(path))),
      await said(
        spoiled('runs/alone', (path) => {
          truncateSync(path, 100);
          for (const name of [previous, 'best.checkpoint.safetensors']) rmSync(join(path, '..', name));
        }),
      ),
    ];
    // How long an epoch took is in the header, in more or fewer digits.
    const text = texts.join('\n').replace(/\b\d{4,5}\b/g, 'N');
    expectGolden('test/diagnostics/E0510-checkpoint-damaged/expected.txt', text);
    copyFileSync(join(folder, 'runs/flipped', previous), join(folder, 'runs/flipped', last));
    const mended = lastJson(await done(folder, ...words('runs/flipped', '--resume', '--json')));
    expect(mended).toMatchObject({ resumed_after: 4, weights_sha256: sha256 });
  });

  test('every byte counts', async () => {
    const whole = readFileSync(join(folder, 'runs/whole', last));
    const line = spoiled('runs/bytes', () => undefined);
    for (const at of [0, 30, 100, 400, 2000, whole.length >> 1, whole.length - 1]) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ 4;
      writeFileSync(join(folder, 'runs/bytes', last), bytes);
      const ran = await runCnnc(line, folder);
      expect([at, ran.code, /E051[02]/.test(ran.stderr)]).toEqual([at, 1, true]);
    }
  });

  test('E0511: another training', async () => {
    const line = words('runs/whole', '--resume');
    const texts = [
      await said([...line, '--seed', '2']),
      await said([...line, '--batch', '32', '--lr', '0.1']),
      await said([...line, '--data', 'drawn:100,50']),
      await said(line.with(1, 'other.cnn')),
    ];
    expectGolden('test/diagnostics/E0511-checkpoint-foreign/expected.txt', texts.join('\n'));
    write(folder, 'cosine.cnn', model('optimizer adam lr 0.01\n  schedule cosine'));
    await done(folder, ...words('runs/cosine', '--epochs', '2').with(1, 'cosine.cnn'));
    const longer = await said(words('runs/cosine', '--epochs', '3', '--resume').with(1, 'cosine.cnn'));
    expect(longer).toContain('epochs: 2 in the checkpoint, 3 now, and the learning rate follows from them');
  });

  test('E0512: no checkpoint', async () => {
    const weights = (path: string): void => copyFileSync(join(folder, 'runs/whole/net.safetensors'), path);
    expectGolden('test/diagnostics/E0512-not-a-checkpoint/expected.txt', await said(spoiled('runs/weights', weights)));
  });

  test('N0510: the beginning is where a training without a checkpoint was', async () => {
    expectGolden('test/diagnostics/N0510-no-checkpoint/expected.txt', await said(words('runs/new', '--resume')));
    expect(lastJson(await done(folder, ...words('runs/new', '--resume', '--json'))).weights_sha256).toBe(sha256);
  });

  test('N0511: another adapter', async () => {
    const path = `runs/net/${last}`;
    const text = renderAll([say.otherAdapter(path, 'NVIDIA H200', 'llvmpipe')]);
    expectGolden('test/diagnostics/N0511-other-adapter/expected.txt', text);
    if (!available.includes('auto')) return;
    await done(folder, 'train', 'net.cnn', '-o', 'moved', '--quiet', '--epochs', '2');
    const ran = await done(folder, ...words('moved', '--resume', '--json'));
    expect(ran.stderr).toContain('note[N0511]');
    const { test: tested } = lastJson(ran);
    const here = lastJson(await done(folder, 'train', 'net.cnn', '-o', 'stayed', '--quiet', '--json')).test;
    expect(tested.loss).toBeCloseTo(here.loss, 1);
  });

  test('a new training lets go of the checkpoints of another', async () => {
    spoiled('runs/used', () => undefined);
    await done(folder, ...words('runs/used', '--seed', '9', '--epochs', '1'));
    expect(existsSync(join(folder, 'runs/used', previous))).toBe(false);
    const names = readdirSync(join(folder, 'runs/used')).sort();
    expect(names).toEqual(['best.checkpoint.safetensors', 'history.json', last, 'net.safetensors']);
  });
});

/** A file system of a few bytes, where one may be made. */
const disk = join(folder, 'disk');
const mounted = (() => {
  try {
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'none', disk], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('NOT TESTED: a full disk, since this user may not mount one');
    return false;
  }
})();
afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
});

test.skipIf(!mounted)('a full disk leaves the checkpoint before, which is said, and is gone on from', async () => {
  const words = ['train', 'net.cnn', '-o', 'disk', '--device', 'reference', '--quiet', '--json'];
  const ran = await runCnnc(words, folder);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/error\[E0405\]: no space left to write \d+ bytes\n +--> disk\//);
  const [, epoch = '0'] = /stands after epoch (\d) and is whole/.exec(ran.stderr) ?? [];
  expect(Number(epoch)).toBeGreaterThan(0);
  expect(Number(epoch)).toBeLessThan(5);
  expect(readdirSync(disk).filter((name) => name.startsWith('.'))).toEqual([]);
  execFileSync('mount', ['-o', 'remount,size=1m', disk]);
  const result = lastJson(await done(folder, ...words, '--resume'));
  const whole = lastJson(await done(folder, ...words.with(3, 'elsewhere')));
  expect(result).toMatchObject({ resumed_after: Number(epoch), weights_sha256: whole.weights_sha256 });
});
