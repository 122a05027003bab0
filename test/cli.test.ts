// The frame of the command line: help, versions, exit codes, options, and what is said about words that are wrong.
import { describe, expect, test } from 'vitest';
import { choice, command, readArguments, realNumber, wholeNumber } from '../src/cli/args.ts';
import { commands } from '../src/cli/commands/index.ts';
import { commandHelp } from '../src/cli/help.ts';
import { Failure, renderAll } from '../src/diagnostics/index.ts';
import { expectGolden } from './support/golden.ts';
import { runCnnc, shellWords } from './support/io.ts';
import { root } from './support/need.ts';

const sample = command({
  name: 'sample',
  summary: 'a command for tests',
  usage: 'cnnc sample a.cnn --epochs 3',
  positionals: { name: 'FILE', doc: 'the model to look at', min: 1, max: 1 },
  options: {
    epochs: { type: 'string', short: 'e', value: 'N', doc: 'how many times over the data' },
    lr: { type: 'string', value: 'X', doc: 'learning rate' },
    json: { type: 'boolean', doc: 'print one JSON object' },
  },
  run: async ({ values }) =>
    values.json ? (wholeNumber({ command: 'sample', option: 'epochs' }, values.epochs) ?? 0) : 7,
});

const said = (...tries: (() => unknown)[]): string =>
  tries
    .map((attempt) => {
      try {
        return `no message: ${JSON.stringify(attempt())}\n`;
      } catch (error) {
        if (error instanceof Failure) return renderAll(error.diagnostics);
        throw error;
      }
    })
    .join('\n');

describe('options', () => {
  test('are read in any order, the last one winning', () => {
    expect(readArguments(sample, ['--epochs=3', 'a.cnn', '-e', '4', '--json', '--lr', '-1'])).toEqual({
      values: { epochs: '4', lr: '-1', json: true },
      positionals: ['a.cnn'],
    });
    expect(readArguments(sample, ['--', '--odd-name.cnn'])).toEqual({
      values: { epochs: undefined, lr: undefined, json: false },
      positionals: ['--odd-name.cnn'],
    });
  });

  test('E0705', () => {
    expectGolden(
      'test/diagnostics/E0705-argument-missing/expected.txt',
      said(() => readArguments(sample, ['--json'])),
    );
  });

  test('E0707', () => {
    const at = { command: 'train', option: 'epochs' };
    const lr = { command: 'train', option: 'lr' };
    const text = said(
      () => wholeNumber(at, 'ten', { max: 1_000_000 }),
      () => wholeNumber(at, '0'),
      () => wholeNumber(at, '2.5', { min: 0, max: 9 }),
      () => realNumber(lr, '0', { min: 0, above: true }),
      () => realNumber(lr, '1e-', { min: 0, max: 1 }),
    );
    expectGolden('test/diagnostics/E0707-bad-value/expected.txt', text);
    expect(wholeNumber(at, '1_000')).toBe(1000);
    expect(realNumber(lr, '1e-3')).toBe(0.001);
    expect(wholeNumber(at, undefined)).toBe(undefined);
  });

  test('E0708', () => {
    const at = { command: 'compile', option: 'emit' };
    const text = said(
      () => choice(at, 'wgls', ['ast', 'ir', 'wgsl', 'plan']),
      () => choice(at, 'x', ['ast', 'ir']),
    );
    expectGolden('test/diagnostics/E0708-bad-choice/expected.txt', text);
    expect(choice(at, 'ir', ['ast', 'ir'])).toBe('ir');
  });
});

describe('the program', () => {
  test('shows help and version', async () => {
    const help = await runCnnc(['--help'], root);
    expect(help.code).toBe(0);
    for (const { name, summary } of commands) expect(help.stdout).toMatch(new RegExp(`\\b${name} +${summary}`));
    expect((await runCnnc(['help'], root)).stdout).toBe(help.stdout);
    expect((await runCnnc(['--version'], root)).stdout).toMatch(/^\d+\.\d+\.\d+/);
    const alone = await runCnnc([], root);
    expect([alone.code, alone.stdout, alone.stderr]).toEqual([2, '', help.stdout]);
  });

  test('shows the help of each command, under the name and summary of the table', async () => {
    for (const entry of commands) {
      const loaded = await entry.load();
      expect([loaded.name, loaded.summary]).toEqual([entry.name, entry.summary]);
      const help = await runCnnc([entry.name, '--help'], root);
      expect([help.code, help.stdout]).toEqual([0, commandHelp(loaded, 100)]);
      expect((await runCnnc(['help', entry.name], root)).stdout).toBe(help.stdout);
      for (const line of loaded.usage.trim().split('\n')) {
        expect(line.trim()).toMatch(new RegExp(`^cnnc ${entry.name}( |$)`));
        readArguments(loaded, shellWords(line).slice(2));
      }
    }
  });

  test('ends with 2 for wrong usage, and says it as JSON too when asked to', async () => {
    const ran = await runCnnc(['doctor', '--jsn', '--json'], root);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('E0702');
    const last = JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) as string);
    expect([last.ok, last.diagnostics[0].code]).toEqual([false, 'E0702']);
  });

  test('doctor --json ends with one JSON object', async () => {
    const ran = await runCnnc(['doctor', '--json'], root, { env: { CNNC_DATA: 'test' } });
    const found = JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) as string);
    expect(found.ok).toBe(ran.code === 0);
    const missing = ['digits', 'mnist', 'fashion', 'cifar10'];
    expect(found.data).toEqual({ folder: 'test', folders: ['test'], found: [], missing });
  });
});
