// The launcher: the program's compiled code is kept between runs, and nothing that can happen to it is noticed by the user.
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from '../support/need.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-launch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(env: NodeJS.ProcessEnv): { code: number | null; said: string } {
  const words = [join(root, 'dist/cnnc.js'), 'check', join(root, 'models/digits.cnn')];
  const { NODE_DISABLE_COMPILE_CACHE: _, ...mine } = process.env;
  const done = spawnSync(process.execPath, words, { env: { ...mine, ...env }, encoding: 'utf8' });
  return { code: done.status, said: done.stdout + done.stderr };
}

const plain = check({ NODE_DISABLE_COMPILE_CACHE: '1', XDG_CACHE_HOME: join(folder, 'off') });
const home = join(folder, 'home');
const kept = join(home, 'cnnc', 'code');
const names = (): string[] => readdirSync(kept);
const path = (): string => join(kept, names()[0] as string);
const long = new Date('2001-01-01');

test('without a cache nothing is left', () => {
  expect(plain.code).toBe(0);
  expect(() => readdirSync(join(folder, 'off'))).toThrow('ENOENT');
});

test('the first run leaves the code of its command, and the next uses it', () => {
  expect(check({ XDG_CACHE_HOME: home })).toEqual(plain);
  expect(names()).toHaveLength(1);
  expect(names()[0]).toMatch(/^[0-9a-f]{16}-v\d+\.\d+\.\d+-\w+-check\.bin$/);
  const { size } = statSync(path());
  expect(size).toBeGreaterThan(100_000);
  utimesSync(path(), long, long);
  expect(check({ XDG_CACHE_HOME: home })).toEqual(plain);
  // V8 took it: what it refuses is written again.
  expect(statSync(path()).mtime).toEqual(long);
});

test.each([
  ['no code at all', () => Buffer.from('no code')],
  ['a part of it', () => readFileSync(path()).subarray(0, 60_000)],
  [
    'code of another V8',
    () => {
      const code = readFileSync(path());
      code.writeUInt32LE((code.readUInt32LE(4) ^ 1) >>> 0, 4); // the hash of V8's version, behind the magic number
      return code;
    },
  ],
])('%s is refused and replaced', (_, content) => {
  const [before, broken] = [statSync(path()).size, content()];
  writeFileSync(path(), broken);
  utimesSync(path(), long, long);
  expect(check({ XDG_CACHE_HOME: home })).toEqual(plain);
  expect(statSync(path()).mtime).not.toEqual(long);
  expect(Math.abs(statSync(path()).size - before)).toBeLessThan(before / 4);
});

test('the oldest code is taken away', () => {
  rmSync(path());
  for (let i = 0; i < 40; i++) {
    const old = join(kept, `0123456789abcdef-v20.0.${i}-x64-check.bin`);
    writeFileSync(old, 'old');
    utimesSync(old, long, new Date(long.getTime() + i * 1000));
  }
  expect(check({ XDG_CACHE_HOME: home })).toEqual(plain);
  expect(names()).toHaveLength(32);
  expect(names()).not.toContain('0123456789abcdef-v20.0.8-x64-check.bin');
  expect(names()).toContain('0123456789abcdef-v20.0.9-x64-check.bin');
});

test('where nothing can be written, everything goes on', () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  expect(check({ XDG_CACHE_HOME: file })).toEqual(plain);
  mkdirSync(join(folder, 'half'));
  writeFileSync(join(folder, 'half', 'cnnc'), '');
  expect(check({ XDG_CACHE_HOME: join(folder, 'half') })).toEqual(plain);
});
