// `cnnc run-onnx`: exit 0 when all outputs agree, 1 otherwise; and what --json says.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCnnc } from '../support/io.ts';
import { bytes, tensorBytes } from './model-bytes.ts';
import type { Case, Given } from './operator-cases/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const t = (dims: readonly number[], values: readonly number[]): Given => ({ dims, values });

/** Writes the case of a Relu whose output should be `expected`, and runs it. */
async function run(name: string, expected: Given, words: readonly string[]) {
  const x = t([2], [-1, 2]);
  const one: Case = { title: '', op: 'Relu', opset: 14, attributes: {}, inputs: [x], expected: [expected] };
  const set = join(folder, name, 'test_data_set_0');
  mkdirSync(set, { recursive: true });
  writeFileSync(join(folder, name, 'model.onnx'), bytes(one));
  writeFileSync(join(set, 'input_0.pb'), tensorBytes('x0', x));
  writeFileSync(join(set, 'output_0.pb'), tensorBytes('y0', expected));
  return runCnnc(['run-onnx', name, ...words], folder);
}
const last = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '');

test.each([['reference'], ['auto']])('outputs that agree, on %s', async (device) => {
  const ran = await run('good', t([2], [0, 2.001]), ['--device', device, '--json']);
  expect(ran.code).toBe(0);
  expect(last(ran.stdout)).toMatchObject({ ok: true, case: 'good', outputs: [{ name: 'y0', shape: [2], ok: true }] });
});

test('numbers that differ', async () => {
  const ran = await run('off', t([2], [0, 2.1]), ['--device', 'reference', '--json']);
  expect(ran.code).toBe(1);
  expect(last(ran.stdout)).toMatchObject({ ok: false, outputs: [{ name: 'y0', ok: false }] });
  expect((await run('off', t([2], [0, 2.1]), ['--device', 'reference'])).stdout).toContain('off: differs');
});

test('a shape that differs', async () => {
  const ran = await run('shape', t([1, 2], [0, 2]), ['--device', 'reference', '--json']);
  expect(ran.code).toBe(1);
  expect(last(ran.stdout)).toMatchObject({ outputs: [{ ok: false, reason: 'the shape is 2, not 1x2' }] });
});
