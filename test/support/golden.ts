// Texts that are kept beside the tests: compared, or written again when CNNC_UPDATE_GOLDEN=1.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { root } from './need.ts';

/** Compares a text with the file at `path` (from the project's root), or writes it there. */
export function expectGolden(path: string, text: string): void {
  const file = join(root, path);
  if (process.env.CNNC_UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : `a file ${path}: npm run golden writes it`);
}
