// What the tests of commands share: a folder of their own, a small model, and the last line as JSON.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { openDevice } from '../../runtime/node.ts';
import { type Ran, runCnnc } from '../support/io.ts';
import { lacksAdapter } from '../support/need.ts';

/** A folder that is removed after the file's tests. */
export function workFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cnnc-commands-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const smallModel = `model small {
  input 28x28x1

  conv 4 4x4 stride 4 relu  => 7x7x4
  maxpool 2x2 stride 1      => 6x6x4
  flatten                   => 144
  dense 10 softmax
}

train {
  data      "drawn:160,40"
  loss      cross_entropy
  optimizer adam lr 0.01
  batch     32
  epochs    2
}
`;

export const write = (folder: string, name: string, text: string): void => writeFileSync(join(folder, name), text);

/** The object or array on the last line of stdout. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into it
export const lastJson = (ran: Ran): any => JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) ?? '');

/** Runs a command that must succeed. */
export async function done(folder: string, ...words: string[]): Promise<Ran> {
  const ran = await runCnnc(words, folder);
  expect(`${ran.stderr}${ran.code}`).toMatch(/0$/);
  expect(ran.code).toBe(0);
  return ran;
}

/** Devices to compute on here: an adapter if there is one, and the reference. */
export async function devices(): Promise<readonly string[]> {
  const opened = await openDevice();
  if (opened.ok) opened.close();
  else lacksAdapter(opened.detail);
  return opened.ok ? ['auto', 'reference'] : ['reference'];
}
