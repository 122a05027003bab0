// `cnnc import model.json --weights weights.npz`, with an archive that numpy.savez wrote (npz/make.py makes both files).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { zipContent, zipEntries } from '../../src/data/zip.ts';
import { readArrays } from '../../src/interop/arrays.ts';
import { readSafetensors } from '../../src/interop/safetensors.ts';
import { inFolder, npy, zip } from '../data/files.ts';
import { runCnnc } from '../support/io.ts';
import { root } from '../support/need.ts';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(root, 'test/keras/npz', name)));
const model = fixture('model.json');
const numpy = fixture('weights.npz');
const picture = encode({
  ...{ width: 6, height: 6, channels: 1, depth: 8 },
  data: Uint8Array.from({ length: 36 }, (_, i) => (37 * i) % 256),
});
const words = ['import', 'model.json', '--weights', 'weights.npz', '-o', 'mine'];

/** The archive's entries, as they are or changed. */
const entries = (): Record<string, Uint8Array> =>
  Object.fromEntries(zipEntries(numpy, 'a.npz').map((e) => [e.name, zipContent(numpy, e, 'a.npz')]));
const imported = (weights: Uint8Array) =>
  inFolder({ 'model.json': model, 'weights.npz': weights }, async (cwd) => {
    const ran = await runCnnc(words, cwd);
    return { ...ran, made: ran.code === 0 ? readFileSync(join(cwd, 'mine/weights.safetensors')) : undefined };
  });

test('what was imported predicts as numpy computes it', async () => {
  await inFolder({ 'model.json': model, 'weights.npz': numpy, 'picture.png': picture }, async (cwd) => {
    const ran = await runCnnc([...words, '--json'], cwd);
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout)).toEqual({
      ok: true,
      model: 'mine/model.cnn',
      weights: 'mine/weights.safetensors',
      name: 'model',
      layers: 4,
      parameters: 27 + 3 + 48 + 4,
      input: [6, 6, 1],
      output: [4],
      remarks: [],
    });
    const given = ['--weights', 'mine/weights.safetensors', 'picture.png', '--device', 'reference', '--json'];
    const said = await runCnnc(['predict', 'mine/model.cnn', ...given], cwd);
    expect(said.code).toBe(0);
    const [{ probabilities }] = JSON.parse(said.stdout);
    // Printed by make.py.
    const expected = [0.3626618, 0.2754023, 0.2075259, 0.15441];
    expect(probabilities).toHaveLength(4);
    expected.forEach((p, i) => expect(probabilities[i]).toBeCloseTo(p, 6));
  });
});

test('deflated, in another order and under shorter names it is the same', async () => {
  const first = await imported(numpy);
  const other = Object.entries(entries())
    .reverse()
    .map(([name, bytes]) => [name.replace('sequential/', ''), bytes] as const);
  const second = await imported(zip(Object.fromEntries(other), deflateRawSync));
  expect(second.stderr).toBe('');
  expect(first.made?.equals(second.made as Buffer)).toBe(true);
});

test('each array becomes the parameter of its layer', async () => {
  const { made } = await imported(numpy);
  const { tensors } = readSafetensors(new Uint8Array(made as Buffer));
  const arrays = readArrays(numpy, 'weights.npz');
  for (const [keras, own] of [
    ['conv2d/kernel', 'conv1.weight'],
    ['conv2d/bias', 'conv1.bias'],
    ['dense/kernel', 'dense1.weight'],
    ['dense/bias', 'dense1.bias'],
  ])
    expect(tensors.get(own as string)?.values).toEqual(arrays.get(`sequential/${keras}`)?.values);
});

test('an array of another shape, one that is missing, and a damaged archive are refused', async () => {
  const wrong = await imported(zip({ ...entries(), 'sequential/dense/bias.npy': npy('|u1', [3], [1, 2, 3]) }));
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('sequential/dense (kernel 12x4, bias 3)')]);
  expect(wrong.stderr).toContain('weights.npz');
  const { 'sequential/conv2d/kernel.npy': _, ...rest } = entries();
  const missing = await imported(zip(rest));
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('conv1')]);
  const bytes = numpy.slice();
  bytes[200] = (bytes[200] as number) ^ 1;
  const damaged = await imported(bytes);
  expect([damaged.code, damaged.stderr]).toEqual([1, expect.stringMatching(/error\[E\d+\]:[\s\S]*weights\.npz/)]);
});
