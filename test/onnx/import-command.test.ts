// `cnnc import` and the commands behind it: the folder that it writes is used at once.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll, expect, test } from 'vitest';
import { convertModel } from '../../src/interop/onnx/convert.ts';
import { decodeModel } from '../../src/interop/onnx/decode.ts';
import { reference } from '../../src/interop/onnx/prepare.ts';
import { runCnnc } from '../support/io.ts';
import { random } from './import-cases.ts';
import { channelsLast } from './imported.ts';
import { modelBytes } from './model-bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = modelBytes({
  opset: 17,
  inputs: [{ name: 'image', dims: ['batch', 3, 8, 6] }],
  outputs: ['scores'],
  weights: {
    'stem.weight': random('w', [4, 3, 3, 3]),
    'head.weight': random('h', [5, 4]),
    'head.bias': random('b', [5]),
  },
  nodes: [
    { op: 'Conv', inputs: ['image', 'stem.weight'], outputs: ['a'], attributes: { pads: { ints: [1, 1, 1, 1] } } },
    { op: 'Relu', inputs: ['a'], outputs: ['b'] },
    { op: 'GlobalAveragePool', inputs: ['b'], outputs: ['c'] },
    { op: 'Flatten', inputs: ['c'], outputs: ['d'] },
    { op: 'Gemm', inputs: ['d', 'head.weight', 'head.bias'], outputs: ['e'], attributes: { transB: 1 } },
    { op: 'Softmax', inputs: ['e'], outputs: ['scores'], attributes: { axis: -1 } },
  ],
});
writeFileSync(join(folder, 'my net.onnx'), bytes);

test('import, then predict, summary and compile', async () => {
  const ran = await runCnnc(['import', 'my net.onnx', '-o', 'out', '--json'], folder);
  expect(ran.stderr).toBe('');
  expect(JSON.parse(ran.stdout)).toEqual({
    ok: true,
    model: join('out', 'my_net.cnn'),
    weights: join('out', 'weights.safetensors'),
    name: 'my_net',
    layers: 3,
    parameters: 4 * 27 + 25,
    input: [8, 6, 3],
    output: [5],
    remarks: [],
  });
  expect(readdirSync(join(folder, 'out')).sort()).toEqual(['my_net.cnn', 'weights.safetensors']);
  // The picture that predict reads, as ONNX has it.
  const pixels = Uint8Array.from({ length: 8 * 6 * 3 }, (_, i) => (i * 37) % 256);
  writeFileSync(join(folder, 'a.png'), encode({ width: 6, height: 8, channels: 3, data: pixels }));
  const planes = Float32Array.from({ length: pixels.length }, (_, i) => {
    const [c, at] = [Math.floor(i / 48), i % 48];
    return (pixels[at * 3 + c] as number) / 255;
  });
  expect(channelsLast({ dims: [1, 3, 8, 6], values: planes })[5]).toBeCloseTo((pixels[5] as number) / 255, 6);
  const image = { name: 'image', type: 'float', dims: [1, 3, 8, 6], values: planes };
  const wanted = reference(convertModel(decodeModel(bytes, 'a'), new Map([['image', image]]), 'a')).get('scores') ?? [];
  const weights = ['--weights', 'out/weights.safetensors'];
  const seen = await runCnnc(['predict', 'out/my_net.cnn', ...weights, 'a.png', '--json'], folder);
  const [{ probabilities }] = JSON.parse(seen.stdout) as [{ probabilities: number[] }];
  probabilities.forEach((p, i) => expect(p).toBeCloseTo(wanted[i] as number, 5));
  const compiled = await runCnnc(['compile', 'out/my_net.cnn', '--infer-only', ...weights, '-o', 'plan'], folder);
  expect(compiled.code).toBe(0);
  const summary = await runCnnc(['summary', 'out/my_net.cnn', '--json'], folder);
  expect(JSON.parse(summary.stdout)).toMatchObject({ model: 'my_net', parameters: 133 });
  expect((await runCnnc(['fmt', '--check', 'out/my_net.cnn'], folder)).code).toBe(0);
});

test('nothing is written when the file is damaged', async () => {
  for (const cut of [0, 9, 40, bytes.length - 7]) {
    writeFileSync(join(folder, 'cut.onnx'), bytes.subarray(0, cut));
    const ran = await runCnnc(['import', 'cut.onnx', '-o', 'none'], folder);
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toMatch(/error\[E0\d{3}\]/);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  }
  expect(readFileSync(join(folder, 'out', 'my_net.cnn'), 'utf8')).toContain(
    'conv 4 3x3 pad same nobias name stem relu',
  );
});
