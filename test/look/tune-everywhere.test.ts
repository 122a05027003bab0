// --target, --tune and the file beside the model on the commands that look, attack, dream, sweep and explain.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { targetOn } from '../../src/cli/device-target.ts';
import { compileSource } from '../../src/cli/model.ts';
import { identityOf, tuneText } from '../../src/cli/tune/file.ts';
import { worksOf } from '../../src/cli/tune/works.ts';
import { done, smallModel, workFolder, write } from '../commands/support.ts';
import { withDevice } from '../support/adapter.ts';
import { runCnnc } from '../support/io.ts';

const opened = await withDevice();
const folder = workFolder();
write(folder, 'small.cnn', smallModel);
const source = { file: 'small.cnn', text: smallModel };
const weights = ['--weights', 'run/small.safetensors'];

describe.skipIf(!opened)('measured schedules and targets', () => {
  if (!opened) return;
  const target = targetOn(opened);
  const used = /^cnnc\.tune\.json: [1-9]\d* of \d+ kernels are scheduled as measured on this adapter$/gm;
  /** Entries for what these commands run: pictures alone, all of them at once, and training at two batches. */
  const writeTune = (): void => {
    const kernels = new Map(
      [1, 4, 8, 40].flatMap((batch) => {
        const { emitted } = compileSource(source, { target, batch }).compiled;
        const works = worksOf(emitted, ['infer', 'evaluate', 'train'], target);
        return works.map(({ key, choice }) => {
          const schedule = choice.candidates()[0] ?? choice.rule;
          return [key, { schedule, us: 1, ruleUs: 2 }] as const;
        });
      }),
    );
    write(folder, 'cnnc.tune.json', tuneText([{ adapter: identityOf(opened.adapter), target, kernels }]));
  };
  beforeAll(async () => {
    await done(folder, 'train', 'small.cnn', '--epochs', '1', '-o', 'run', '--quiet');
    writeTune();
  }, 60_000);

  test.each([
    ['show', 'small.cnn', '--what', 'maps', '--index', '0', ...weights],
    ['show', 'small.cnn', '--what', 'worst', '--count', '1', ...weights],
    ['dream', 'small.cnn', '--layer', 'conv1', '--unit', '0', '--steps', '1', ...weights],
    ['attack', 'small.cnn', '--index', '0', ...weights],
    ['attack', 'small.cnn', '--all', '--count', '4', '--epsilon', '0.1', ...weights],
    ['sweep', 'small.cnn', '--grid', 'lr=0.1,0.2', '--grid', 'batch=4,8', '--epochs', '1', '--jobs', '2'],
  ])('%s uses the file, once, unless it is left out', { timeout: 60_000 }, async (...words) => {
    const [command = ''] = words;
    const fresh = (): void => rmSync(join(folder, 'runs'), { recursive: true, force: true });
    fresh();
    expect((await done(folder, ...words)).stderr.match(used)).toHaveLength(1);
    fresh();
    expect((await done(folder, ...words, '--tune', 'none')).stderr).not.toContain('cnnc.tune.json');
    fresh();
    const elsewhere = await done(folder, ...words, command === 'attack' ? '--kernels' : '--target', 'web');
    if (target !== 'portable') expect(elsewhere.stderr).toContain('with kernels for portable: the rules choose');
    const wrong = await runCnnc([...words, command === 'attack' ? '--kernels' : '--target', 'gpu-subgroup'], folder);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('gpu-subgroup')]);
  });

  test('a sweep goes on with the kernels that it began with', { timeout: 60_000 }, async () => {
    const words = ['sweep', 'small.cnn', '--grid', 'batch=4,8', '--epochs', '1', '-o', 'kernels', '--quiet'];
    const table = join(folder, 'kernels/sweep.jsonl');
    await done(folder, ...words);
    const whole = readFileSync(table, 'utf8');
    const was = JSON.parse(whole.split('\n')[0] ?? '').sweep.kernels;
    expect(was).toMatch(new RegExp(`^${target}, \\d+ tuned \\([0-9a-f]{12}\\)$`));
    // With other kernels a whole table is drawn, and one with trainings left is refused as it is.
    const others = [
      [['--tune', 'none'], target],
      [['--target', 'web', '--tune', 'none'], 'portable'],
      [['--device', 'reference'], 'the reference'],
    ] as const;
    await done(folder, ...words, ...others[0][0]);
    const cut = `${whole.split('\n').slice(0, 2).join('\n')}\n`;
    writeFileSync(table, cut);
    for (const [more, now] of others) {
      const ran = await runCnnc([...words, ...more], folder);
      expect(ran.code).toBe(1);
      expect(ran.stderr).toContain('error[E0864]');
      expect(ran.stderr).toContain(`kernels: ${was} there, ${now} now; --device, --target and --tune choose them`);
      expect(readFileSync(table, 'utf8')).toBe(cut);
    }
    await done(folder, ...words);
    expect(readFileSync(table, 'utf8').split('\n')).toHaveLength(4);
    // Tables of before do not say what computed them.
    writeFileSync(table, cut.replace(/,"kernels":"[^"]*"/, ''));
    await done(folder, ...words, '--tune', 'none');
    expect(readFileSync(table, 'utf8')).not.toContain('"kernels"');
  });

  test('explain takes every word of --target', { timeout: 60_000 }, async () => {
    const words = ['explain', 'small.cnn', 'conv1', '--batch', '4'];
    const of = async (...more: string[]) => done(folder, ...words, ...more);
    const plain = await of();
    expect((await of('--target', 'web')).stdout).toBe(plain.stdout);
    expect((await of('--target', 'portable')).stdout).toBe(plain.stdout);
    const auto = await of('--target', 'auto');
    expect(auto.stderr.match(used)).toHaveLength(1);
    const rules = await of('--target', 'auto', '--tune', 'none');
    expect(rules.stdout).not.toBe(auto.stdout);
    expect(rules.stdout).toBe((await of('--target', target)).stdout);
  });
});
