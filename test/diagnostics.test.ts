// What users see when something is wrong: each folder of test/diagnostics is a case, with the files, the command and the text.
// CNNC_UPDATE_GOLDEN=1 writes the expected texts again.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as catalog from '../src/diagnostics/catalog/index.ts';
import { type Ran, runCnnc, shellWords } from './support/io.ts';
import { root } from './support/need.ts';

const home = join(root, 'test/diagnostics');
const updating = process.env.CNNC_UPDATE_GOLDEN === '1';
const folders = existsSync(home) ? readdirSync(home).sort() : [];
const work = realpathSync(mkdtempSync(join(tmpdir(), 'cnnc-diagnostics-')));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const linesOf = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));

/** The environment cases run in, whatever the one of this process is. */
const quiet = { NO_COLOR: '1', CNNC_DATA: '', CNNC_DEBUG: '', CNNC_UPDATE_GOLDEN: '' };

function asProgram(words: readonly string[], cwd: string, env: Record<string, string>): Promise<Ran> {
  const args = [join(root, 'dist/cnnc.js'), ...words];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env: { ...process.env, ...quiet, ...env } }, (error, stdout, stderr) => {
      // What Dawn and the Vulkan loader write themselves is theirs, and different on each machine.
      const ours = stderr.replace(/^(Warning: (vk|max).*|\s+at \w+ \(.*\))\n\n?/gm, '');
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr: ours });
    });
  });
}

async function transcript(folder: string): Promise<string> {
  const cwd = join(work, folder);
  cpSync(join(home, folder), cwd, { recursive: true });
  for (const own of ['cmd', 'env', 'expected.txt']) rmSync(join(cwd, own), { force: true });
  const envFile = join(home, folder, 'env');
  const env = existsSync(envFile)
    ? Object.fromEntries(
        linesOf(envFile).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      )
    : undefined;
  let text = '';
  for (const line of linesOf(join(home, folder, 'cmd'))) {
    const words = shellWords(line.replace(/^\s*(\$\s*)?(cnnc\s+|cnnc$)?/, ''));
    const ran = env ? await asProgram(words, cwd, env) : await runCnnc(words, cwd);
    const shown = ['$ cnnc', ...words.map((word) => (/[\s'"]/.test(word) || word === '' ? `'${word}'` : word))].join(
      ' ',
    );
    text += `${shown}\n${ran.stderr}${ran.stdout}exit ${ran.code}\n`;
  }
  return text.replaceAll(cwd, 'CASE').replaceAll(root, 'CNNC');
}

describe('what users see', () => {
  for (const folder of folders) {
    if (!existsSync(join(home, folder, 'cmd'))) continue;
    test(folder, async () => {
      const said = await transcript(folder);
      const path = join(home, folder, 'expected.txt');
      if (updating) writeFileSync(path, said);
      expect(said).toBe(
        existsSync(path) ? readFileSync(path, 'utf8') : 'a file expected.txt: npm run golden writes it',
      );
      const code = /^[EWN]\d{4}/.exec(folder)?.[0] ?? 'a code in the name of the folder';
      expect(said).toContain(`[${code}]`);
    });
  }
});

describe('the catalogue', () => {
  const folder = join(root, 'src/diagnostics/catalog');
  const codes = readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/\bentry\(\s*'([^']*)'/g)].map(([, code = '']) => code),
  );
  const exported = Object.values(catalog).flatMap((area) =>
    Object.values<unknown>(area).flatMap((value) =>
      typeof value === 'function' && 'code' in value ? String(value.code) : [],
    ),
  );

  test('uses each code once, and exports each entry', () => {
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !/^[EWN]\d{4}$/.test(code))).toEqual([]);
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
    expect([...exported].sort()).toEqual([...codes].sort());
  });

  test('has a case in test/diagnostics for each entry', () => {
    expect(codes.filter((code) => !folders.some((name) => name.startsWith(`${code}-`)))).toEqual([]);
  });

  test('has an entry for each case', () => {
    expect(folders.filter((name) => !codes.includes(name.slice(0, 5)))).toEqual([]);
  });
});
