// Folders that a command makes for what it writes: also where the system's answer is an odd one.
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolders } from '../../src/cli/files.ts';
import { workFolder, write } from './support.ts';

const folder = workFolder();

test('the first folder that was missing is told; none when all are there', async () => {
  expect(await makeFolders(join(folder, 'a/b/c'))).toBe(join(folder, 'a'));
  expect(existsSync(join(folder, 'a/b/c'))).toBe(true);
  expect(await makeFolders(join(folder, 'a/b/c'))).toBeUndefined();
});

test('below a file and a link to nothing no folder can be', async () => {
  write(folder, 'file', '');
  await expect(makeFolders(join(folder, 'file/x'))).rejects.toThrow('ENOTDIR');
  symlinkSync(join(folder, 'nothing'), join(folder, 'link'));
  await expect(makeFolders(join(folder, 'link/x'))).rejects.toThrow('ENOENT');
});

// `mkdir` with `recursive` of Node never answers here.
test.skipIf(process.platform !== 'linux')('where the system makes no folders it ends, with a reason', async () => {
  await expect(makeFolders('/proc/cnnc-none/x')).rejects.toThrow(/ENOENT|EACCES|EPERM/);
});
