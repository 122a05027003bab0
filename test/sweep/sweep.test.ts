// Sweeps on real sessions: the bits of a training by itself, one session for a plan, going on after a kill, divergence, pictures.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../runtime/node.ts';
import { readSafetensors } from '../../src/interop/safetensors.ts';
import { devices, done, lastJson, smallModel, workFolder, write } from '../commands/support.ts';
import { runCnnc } from '../support/io.ts';
import { root } from '../support/need.ts';

const folder = workFolder();
const text = smallModel
  .replace('model small', 'model small(filters = 4)')
  .replace('conv 4 4x4', 'conv filters 4x4')
  .replace(/=> .*/g, '')
  .replace('adam lr 0.01', 'sgd lr 0.1')
  .replace('relu', 'relu l2 0.5')
  .replace('drawn:160,40', 'drawn:64,32');
write(folder, 'small.cnn', text);
const available = await devices();

interface Line {
  readonly point: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly test: Readonly<Record<string, number>> | null;
  readonly diverged: number | null;
  readonly parameters_sha256: string | null;
  readonly seconds?: number;
}
const tableOf = (out: string): Line[] =>
  readFileSync(join(folder, out, 'sweep.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Line);
const timeless = (lines: readonly Line[]) =>
  lines.map((line) => JSON.stringify({ ...line, seconds: 0, train: null })).sort();

/** What `parameters_sha256` says of the weights that a training left. */
function hashOf(weights: string): string {
  const { tensors } = readSafetensors(new Uint8Array(readFileSync(join(folder, weights))));
  const hash = createHash('sha256');
  for (const name of ['conv1.weight', 'conv1.bias', 'dense1.weight', 'dense1.bias'])
    hash.update(new Uint8Array(Float32Array.from(tensors.get(name)?.values ?? []).buffer));
  return hash.digest('hex');
}

describe.each(available)('on %s', (device) => {
  const sweep = (out: string, ...more: string[]) =>
    done(folder, 'sweep', 'small.cnn', '-o', out, '--device', device, '--json', '--quiet', ...more);
  const train = async (out: string, ...more: string[]) =>
    lastJson(await done(folder, 'train', 'small.cnn', '-o', out, '--device', device, '--json', '--quiet', ...more));
  const grid = ['--grid', 'lr=0.01,0.1,1e30', '--grid', 'l2=1e-3,0.01,0.1', '--jobs', '1'];
  const out = `grid-${device}`;

  test('a 3x3 grid is one session, and its points have the bits of trainings by themselves', async () => {
    const result = lastJson(await sweep(out, ...grid));
    expect(result).toMatchObject({ trainings: 9, done: 9, sessions: 1, diverged: 3, interrupted: false });
    const lines = tableOf(out);
    for (const [lr, l2] of [
      [0.1, 0.01],
      [0.01, 0.1],
    ] as const) {
      const own = await train(`own-${device}`, '--lr', String(lr), '--hyper', `l2=${l2}`);
      const line = lines.find((one) => one.point.lr === lr && one.point.l2 === l2);
      expect(line?.test).toEqual(own.test);
      expect(line?.parameters_sha256).toBe(hashOf(own.weights));
    }
    const hashes = new Set(lines.flatMap((line) => line.parameters_sha256 ?? []));
    expect(hashes.size).toBe(6);
  });

  test('what diverges is kept as that, and stands last', async () => {
    const { results } = lastJson(await sweep(out, ...grid));
    const last = results.slice(-3) as { point: { lr: number }; test: unknown }[];
    expect(last.map((r) => [r.point.lr, r.test])).toEqual([
      [1e30, null],
      [1e30, null],
      [1e30, null],
    ]);
    const svg = readFileSync(join(folder, out, 'heatmap.svg'), 'utf8');
    expect(svg.match(/: no value</g)).toHaveLength(6);
    expect(svg.match(/<title>lr 0\.1, l2 0\.01: [\d.]+ %</g)).toHaveLength(2);
    const csv = readFileSync(join(folder, out, 'sweep.csv'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(csv[0]).toBe(
      'lr,l2,seed,epochs,train_loss,train_accuracy,test_loss,test_accuracy,diverged,seconds,parameters_sha256',
    );
    expect(csv).toHaveLength(10);
    expect(csv[9]).toMatch(/^1e\+30,0.1,1,[01],,,,,[12],/);
  });

  test('goes on where it was cut off, within a line or between two, with the same table', async () => {
    const whole = readFileSync(join(folder, out, 'sweep.jsonl'), 'utf8');
    const lines = whole.split('\n');
    const cut = `cut-${device}`;
    await sweep(cut, ...grid);
    writeFileSync(join(folder, cut, 'sweep.jsonl'), `${lines.slice(0, 5).join('\n')}\n${lines[5]?.slice(0, 40)}`);
    const { stderr } = await done(folder, 'sweep', 'small.cnn', '-o', cut, '--device', device, ...grid);
    expect(stderr).toContain('4 of 9 trainings are in the table');
    expect(stderr.match(/^\d\/9/gm)).toHaveLength(5);
    expect(timeless(tableOf(cut))).toEqual(timeless(tableOf(out)));
  });

  test('plans that differ have sessions of their own, each made once; zero is a plan without the penalty', async () => {
    const more = ['--grid', 'filters=2,3', '--grid', 'l2=0,0.1', '--grid', 'batch=16', '--epochs', '1', '--jobs', '2'];
    const result = lastJson(await sweep(`plans-${device}`, ...more, '--axes', 'filters,batch'));
    expect(result).toMatchObject({ trainings: 4, done: 4, sessions: 4 });
    const own = await train(
      `own2-${device}`,
      '--hyper',
      'l2=0',
      '--set',
      'filters=3',
      '--epochs',
      '1',
      '--batch',
      '16',
    );
    const line = tableOf(`plans-${device}`).find(
      ({ point }) => point.filters === 3 && point.l2 === 0 && point.batch === 16,
    );
    expect(line?.parameters_sha256).toBe(hashOf(own.weights));
    expect(readFileSync(join(folder, `plans-${device}`, 'heatmap.svg'), 'utf8')).toContain('the best over l2');
  });

  test('weight decay is open too, and a seed is a number like others', async () => {
    await sweep(`decay-${device}`, '--grid', 'weight_decay=0.01,0.2', '--grid', 'seed=1,5', '--hyper', 'momentum=0.9');
    const own = await train(`own3-${device}`, '--hyper', 'weight_decay=0.2', '--hyper', 'momentum=0.9', '--seed', '5');
    const line = tableOf(`decay-${device}`).find(({ point }) => point.weight_decay === 0.2 && point.seed === 5);
    expect(line?.parameters_sha256).toBe(hashOf(own.weights));
  });
});

test('Ctrl-C keeps what is finished, and the same command goes on', async () => {
  const stop = new AbortController();
  const words = ['sweep', 'small.cnn', '-o', 'stopped', '--grid', 'lr=0.01,0.1,0.2,0.3', '--device', 'reference'];
  let said = '';
  const ran = await runCnnc(words, folder, {
    signal: stop.signal,
    stderr: (line) => {
      said += line;
      if (said.includes('2/4')) stop.abort();
    },
  });
  expect(ran.stdout).toContain('2 of 4 trainings');
  expect(ran.stdout).toContain('to go on: the same command again');
  expect(tableOf('stopped')).toHaveLength(2);
  const again = await runCnnc(words, folder);
  expect(again.stdout).toContain('4 of 4 trainings');
  expect(tableOf('stopped').map((line) => line.point.lr)).toEqual([0.01, 0.1, 0.2, 0.3]);
  // One name: a curve, not a heat map.
  const svg = readFileSync(join(folder, 'stopped/heatmap.svg'), 'utf8');
  expect(svg.match(/<circle/g)).toHaveLength(8);
});

test('points at random with several seeds are means, and the table is the same again', async () => {
  const words = [
    '--grid',
    'lr=1e-3..1:log',
    '--random',
    '3',
    '--seeds',
    '2',
    '--device',
    'reference',
    '--json',
    '--quiet',
  ];
  const first = lastJson(await done(folder, 'sweep', 'small.cnn', '-o', 'r1', ...words));
  await done(folder, 'sweep', 'small.cnn', '-o', 'r2', ...words);
  expect(first.trainings).toBe(6);
  expect(first.results).toHaveLength(3);
  expect(first.results[0]).toMatchObject({ runs: 2, diverged: 0 });
  expect(timeless(tableOf('r1'))).toEqual(timeless(tableOf('r2')));
});

test('killed with SIGKILL and started again, it ends with the table of a sweep that was left alone', async () => {
  const words = ['--grid', 'lr=0.01,0.1,0.2', '--grid', 'l2=0.001,0.1', '--device', 'reference'];
  await done(folder, 'sweep', 'small.cnn', '-o', 'alone', ...words, '--quiet');
  const child = spawn(process.execPath, [join(root, 'dist/cnnc.js'), 'sweep', 'small.cnn', '-o', 'killed', ...words], {
    cwd: folder,
  });
  let said = '';
  child.stderr.on('data', (part) => {
    said += part;
    if (said.includes('2/6')) child.kill('SIGKILL');
  });
  expect(await new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)))).toBe('SIGKILL');
  const there = tableOf('killed').length;
  expect(there).toBeGreaterThanOrEqual(2);
  expect(there).toBeLessThan(6);
  const { stderr } = await done(folder, 'sweep', 'small.cnn', '-o', 'killed', ...words);
  expect(stderr).toContain(`${there} of 6 trainings are in the table`);
  expect(timeless(tableOf('killed'))).toEqual(timeless(tableOf('alone')));
});

test.runIf(available.includes('auto'))('a 3x3 grid makes the pipelines of one training', async () => {
  const opened = await openDevice();
  if (!opened.ok) throw new Error(opened.detail);
  const device = Object.getPrototypeOf(opened.device) as { createComputePipelineAsync: (...a: unknown[]) => unknown };
  opened.close();
  const { createComputePipelineAsync: real } = device;
  let made = 0;
  device.createComputePipelineAsync = function (...given) {
    made++;
    return real.apply(this, given);
  };
  try {
    const count = async (...words: string[]): Promise<number> => {
      made = 0;
      await done(folder, ...words, '--epochs', '1', '--quiet');
      return made;
    };
    const one = await count('train', 'small.cnn', '-o', 'count1', '--hyper', 'l2=0.1');
    expect(one).toBeGreaterThan(5);
    expect(
      await count(
        'sweep',
        'small.cnn',
        '-o',
        'count9',
        '--grid',
        'lr=0.1,0.2,0.3',
        '--grid',
        'l2=0.1,0.2,0.3',
        '--jobs',
        '1',
      ),
    ).toBe(one);
  } finally {
    device.createComputePipelineAsync = real;
  }
});
