// What native code prints while an adapter is asked for stays away from the user, and stderr works afterwards.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { quietly } from '../src/cli/quietly.ts';
import { root } from './support/need.ts';

const tiny = `model tiny {
  input 28x28x1
  flatten
  dense 10 softmax
}
train {
  data      "drawn:64,32"
  loss      cross_entropy
  optimizer sgd lr 0.1
  batch     32
  epochs    1
}
`;

test('gives back what the work gives, and what it throws', () => {
  expect(quietly(() => 7)).toBe(7);
  expect(() =>
    quietly(() => {
      throw new Error('no');
    }),
  ).toThrow('no');
});

test.skipIf(process.platform === 'win32')('nothing of Dawn reaches stderr, and what was there stays', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'cnnc-quiet-')), 'stderr');
  const fd = openSync(file, 'a');
  writeSync(fd, 'kept\n');
  const done = spawnSync(process.execPath, [join(root, 'dist/cnnc.js'), 'doctor', '--json'], {
    stdio: ['ignore', 'pipe', fd],
    cwd: root,
  });
  closeSync(fd);
  const written = readFileSync(file, 'utf8');
  expect(written.startsWith('kept\n')).toBe(true);
  expect(written).not.toMatch(/artificially reduced/);
  expect(JSON.parse(done.stdout.toString().trim().split('\n').at(-1) ?? '')).toHaveProperty('adapters');
});

test.skipIf(process.platform === 'win32')('a log of both, `> log 2>&1`, keeps every line of both', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cnnc-quiet-'));
  const fd = openSync(join(folder, 'log'), 'w');
  writeSync(fd, 'before\n');
  const model = join(folder, 'tiny.cnn');
  writeFileSync(model, tiny);
  spawnSync(process.execPath, [join(root, 'dist/cnnc.js'), 'train', model, '-o', join(folder, 'run')], {
    stdio: ['ignore', fd, fd],
  });
  writeSync(fd, 'after\n');
  closeSync(fd);
  const written = readFileSync(join(folder, 'log'), 'utf8');
  for (const words of [/^before$/m, /^.*epoch 1\b.*$/m, /^weights {2}/m, /^history {2}.*history\.json\nafter\n$/m])
    expect(written).toMatch(words);
});
