// Parameters, imports and weights to start from, through the command line.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/interop/safetensors.ts';
import { runCnnc } from '../support/io.ts';
import { done, lastJson, workFolder, write } from './support.ts';

const folder = workFolder();
mkdirSync(join(folder, 'blocks'));
writeFileSync(
  join(folder, 'blocks/residual.cnn'),
  'block residual(c, s = 1) {\n  add {\n    branch { conv c 3x3 stride s pad same }\n    branch { conv c 1x1 stride s }\n  }\n  relu\n}\n',
);
const model = (head: string): string => `import "blocks/residual.cnn"

model m(classes = 10, width = 2) {
  ${head}
  input 28x28x1
  avgpool 4x4
  residual width 2 name base
  flatten
  dense classes softmax name head
}

train {
  data      "drawn:40,10"
  loss      cross_entropy
  optimizer sgd lr 0.1
  batch     8
}
`;
write(folder, 'm.cnn', model('// nothing'));

describe('--set', () => {
  test('gives parameters of the model their values, wherever a model is opened', async () => {
    const summary = async (...words: string[]): Promise<number> =>
      lastJson(await done(folder, 'summary', 'm.cnn', '--json', ...words)).parameters;
    expect(await summary()).toBe(9 * 2 + 2 + 4 + 16 * 2 * 10 + 10);
    expect(await summary('--set', 'classes=3', '--set', 'width=1')).toBe(9 + 1 + 2 + 16 * 3 + 3);
    expect((await done(folder, 'check', 'm.cnn', '--set', 'width=1e1')).stdout).toContain('1,730 parameters');
    const { stdout } = await done(folder, 'compile', 'm.cnn', '--emit', 'ir', '--set=width=5');
    expect(stdout).toContain('%base.relu1: f32 8x4x4x5');
  });

  test('refuses what is no number, and names that are none', async () => {
    const wrong = await runCnnc(['summary', 'm.cnn', '--set', 'classes=many', '--set', 'width'], folder);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--set takes NAME=NUMBER, such as classes=10, and "classes=many" is given');
    expect(wrong.stderr).toContain('and "width" is given');
    const unknown = await runCnnc(['summary', 'm.cnn', '--set', 'clases=3'], folder);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('error[E0128]');
    expect(unknown.stderr).toContain('did you mean `classes`?');
  });
});

describe('import', () => {
  test('reads beside the importing file, wherever the command runs', async () => {
    expect((await done(join(folder, 'blocks'), 'check', '../m.cnn')).stdout).toBe('../m.cnn: ok, 354 parameters\n');
  });
  test('a file of blocks can be checked and formatted alone', async () => {
    expect((await done(folder, 'check', 'blocks/residual.cnn')).stdout).toBe('blocks/residual.cnn: ok, 1 block\n');
    expect((await done(folder, 'fmt', '--check', 'blocks/residual.cnn')).stdout).toBe('');
    write(folder, 'wrong.cnn', 'block wrong(c) {\n  cnov c 3x3\n}\n');
    const wrong = await runCnnc(['check', 'wrong.cnn', '--json'], folder);
    expect(lastJson(wrong).diagnostics.map((d: { code: string }) => d.code)).toEqual(['E0101']);
    expect((await runCnnc(['summary', 'blocks/residual.cnn'], folder)).stderr).toContain('error[E0005]');
  });
});

describe('weights', () => {
  const train = (file: string, ...words: string[]) =>
    done(folder, 'train', file, '--device', 'reference', '--epochs', '1', ...words);

  test('a training starts from those that fit, and frozen ones stay as they are', async () => {
    await train('m.cnn', '-o', 'runs/first', '--seed', '5');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    write(
      folder,
      'sub/next.cnn',
      model('weights "../runs/first/m.safetensors"')
        .replace('blocks/', '../blocks/')
        .replace('residual width 2 name base', 'freeze { residual width 2 name base }'),
    );
    const { stderr } = await train('sub/next.cnn', '-o', 'runs/next', '--set', 'classes=12');
    expect(stderr).toContain(
      '4 of 6 parameters start from runs/first/m.safetensors; new: head.weight, head.bias; left in the file: head.weight, head.bias\n',
    );
    const again = await train('m.cnn', '-o', 'runs/again', '--weights', 'runs/next/m.safetensors');
    expect(again.stderr).toContain('4 of 6 parameters start from runs/next/m.safetensors');
    expect(baseOf('runs/next/m.safetensors')).toEqual(baseOf('runs/first/m.safetensors'));
    const { trainable, parameters } = lastJson(await done(folder, 'summary', 'sub/next.cnn', '--json'));
    expect([trainable, parameters]).toEqual([330, 354]);
  });

  test('of which none fits are refused', async () => {
    write(
      folder,
      'other.cnn',
      model('weights "runs/first/m.safetensors"').replace('name base', 'name trunk').replace('name head', 'name top'),
    );
    const ran = await runCnnc(['train', 'other.cnn', '--device', 'reference'], folder);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('error[E0507]');
    expect(ran.stderr).toContain('other.cnn:4:11');
    write(folder, 'missing.cnn', model('weights "none.safetensors"'));
    expect((await runCnnc(['train', 'missing.cnn', '--device', 'reference'], folder)).stderr).toContain('error[E0401]');
  });
});

/** The tensors of the residual block in a weights file. */
function baseOf(path: string): Record<string, readonly number[]> {
  const { tensors } = readSafetensors(new Uint8Array(readFileSync(join(folder, path))), path);
  return Object.fromEntries(
    [...tensors].filter(([name]) => name.startsWith('base.')).map(([name, t]) => [name, [...t.values]]),
  );
}
