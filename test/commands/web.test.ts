// `cnnc compile --target web`: the module's size, what it computes, what it holds of the device, and what it refuses.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { createSession, trainEpoch } from '../../runtime/index.ts';
import { compile } from '../../src/compile.ts';
import { drawn } from '../../src/data/drawn.ts';
import { resize, toGrey } from '../../src/data/resize.ts';
import { readSafetensors, writeSafetensors } from '../../src/interop/safetensors.ts';
import { referenceBackend } from '../../src/reference/train.ts';
import { nullDevice, withDevice } from '../support/adapter.ts';
import { runCnnc } from '../support/io.ts';
import { root } from '../support/need.ts';
import { done, lastJson, smallModel, workFolder, write } from './support.ts';

const folder = workFolder();
write(folder, 'package.json', '{ "type": "module" }');
write(folder, 'small.cnn', smallModel);
const opened = await withDevice();
const nothing = await nullDevice();

interface Net {
  predict(input: unknown): Promise<Record<string, Float32Array<ArrayBuffer>>>;
  train(pictures: unknown, labels?: ArrayLike<number>, options?: object): AsyncGenerator<Record<string, number>>;
  save(): Promise<Blob>;
  dispose(): void;
}
/** Compiles for the web and imports the module; `load` fails where the device says something is not valid. */
async function built(name: string, file: string, out: string, ...more: string[]) {
  await done(folder, 'compile', file, '-o', out, '--target', 'web', ...more);
  const path = join(folder, out, `${name}.js`);
  const { load } = await import(/* @vite-ignore */ pathToFileURL(path).href);
  return { path, text: readFileSync(path, 'utf8'), load: load as (options?: object) => Promise<Net> };
}
const parametersOf = async (net: Net): Promise<[string, number[]][]> =>
  [...readSafetensors(new Uint8Array(await (await net.save()).arrayBuffer())).tensors].map(([name, t]) => [
    name,
    [...t.values],
  ]);

const adam = readFileSync(join(root, 'models/lenet5.cnn'), 'utf8').replace('sgd lr 0.1', 'adam lr 0.002');
write(folder, 'lenet5.cnn', adam);

test('LeNet-5 takes 4 kB gzipped for inference and 8 kB with training by Adam, bundled for a page', async () => {
  expect(adam).toContain('optimizer adam');
  for (const [most, aim, out, ...more] of [
    [6000, 4096, 'lenet-infer', '--infer-only'],
    [12_000, 8192, 'lenet-train'],
  ] as const) {
    const { path, text } = await built('lenet5', 'lenet5.cnn', out, ...more);
    const page = `import { load } from ${JSON.stringify(path)}; globalThis.net = await load();`;
    const { outputFiles } = await build({
      stdin: { contents: page, resolveDir: folder },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
    });
    const [bundle] = outputFiles;
    for (const bytes of [text, bundle?.contents ?? '']) {
      const { length } = gzipSync(bytes, { level: 9 });
      expect(length).toBeLessThanOrEqual(most);
      // What it should be; a few bytes more are no harm. With training, inference has kernels of its own where pools join.
      expect(length).toBeLessThanOrEqual(1.04 * aim);
      expect(length).toBeGreaterThan(1000);
    }
    // Nothing is imported, and a strict Content-Security-Policy has nothing to forbid.
    expect(text).not.toMatch(/\beval\b|\bFunction\b|\bimport\b(?!\.meta)|WebAssembly|\/\/.*https?:/);
  }
});

test('its types name inputs, outputs and options', { timeout: 60_000 }, async () => {
  await built('small', 'small.cnn', 'typed');
  await built('small', 'small.cnn', 'typed-infer', '--infer-only');
  write(
    folder,
    'page.ts',
    `import { load, type Net, type Output, type ParameterName } from './typed/small.js';
import { load as predictor } from './typed-infer/small.js';
const net: Net = await load({ seed: 1, weights: new Blob([]), signal: AbortSignal.timeout(1), onProgress: (done: number) => done });
const output: Output = await net.predict(document.createElement('canvas'));
const values: Float32Array = output.probabilities;
for (const input of [new Uint8Array(784), new Float32Array(784), new ImageData(2, 2), new Image(), await createImageBitmap(new Blob([]))])
  await net.predict(input);
await net.predict(net.device.createBuffer({ size: 4, usage: 1 }));
for await (const { step, steps, epoch, lr, loss } of net.train(new Uint8Array(784), [1], { epochs: 1, lr: 0.1 })) console.log(step + steps + epoch + lr + loss);
const name: ParameterName = 'conv1.weight';
console.log(values, name, (await net.save()).size, (await net.lost).reason);
// @ts-expect-error there is no such output
output.logits;
// @ts-expect-error a string is no input
net.predict('picture.png');
// @ts-expect-error no such parameter
const other: ParameterName = 'conv9.weight';
// @ts-expect-error a module that only infers does not train
(await predictor()).train;
console.log(other);
`,
  );
  const words = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'];
  const args = [...words, '--lib', 'es2023,dom,dom.asynciterable', 'page.ts'];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const ran = spawnSync(process.execPath, [tsc, ...args], { cwd: folder, encoding: 'utf8' });
  expect(`${ran.stdout}${ran.stderr}`).toBe('');
  expect(ran.status).toBe(0);
});

test('the device accepts the small shaders of all models', { timeout: 300_000 }, async () => {
  const { device } = nothing;
  for (const file of [
    ...['mnist', 'lenet5', 'cifar10', 'fashion_cnn', 'fashion_mlp', 'digits', 'drawn'].map((m) => `models/${m}.cnn`),
    ...['activations', 'autoencoder', 'batchnorm', 'branches', 'clip-global-norm', 'depthwise-transpose'],
    ...['dropout-momentum', 'lenet-like', 'logits', 'moves', 'repeat-l2', 'segmentation', 'windows'],
  ].map((m) => join(root, m.includes('/') ? m : `test/golden/${m}/model.cnn`))) {
    const { plan } = compile({ file, text: readFileSync(file, 'utf8') });
    if (!plan) throw new Error(`${file} does not compile`);
    const { load } = await built(plan.model, file, `all-${plan.model}`);
    device.pushErrorScope('validation');
    const net = await load({ device });
    const pictures = new Uint8Array(plan.input.shape.reduce((a, b) => a * b, 1));
    expect(Object.keys(await net.predict(pictures))).toHaveLength(1);
    if (plan.train) {
      const labels = plan.labels ? new Uint32Array(plan.labels.shape.reduce((a, b) => a * b, plan.batch)) : [];
      for await (const report of net.train(pictures, labels, { epochs: 1 })) expect(report).toMatchObject({ step: 1 });
    }
    net.dispose();
    expect((await device.popErrorScope())?.message, file).toBeUndefined();
  }
});

test('eval says what weights in fewer bits cost', async () => {
  const device = ['--device', opened ? 'auto' : 'reference'];
  await done(folder, 'train', 'small.cnn', '--out', 'run', '--quiet', ...device);
  const words = ['eval', 'small.cnn', '--weights', 'run/small.safetensors', ...device, '--weights-type'];
  const { weights, count } = lastJson(await done(folder, ...words, 'i8,f16', '--json'));
  expect(count).toBe(40);
  // 64 + 1440 weights; 4 + 10 biases, and as many scales, stay floats.
  expect(weights.map((w: { type: string; bytes: number }) => [w.type, w.bytes])).toEqual([
    ['f32', 4 * 1518],
    ['f16', 2 * 1504 + 4 * 14],
    ['i8', 1504 + 4 * 28],
  ]);
  const plain = lastJson(await done(folder, ...words.slice(0, -1), '--json'));
  const [f32, f16, i8] = weights.map((w: { loss: number }) => w.loss) as [number, number, number];
  expect([f32, weights[0].accuracy]).toEqual([plain.loss, plain.accuracy]);
  for (const [loss, most] of [
    [f16, 0.01],
    [i8, 0.1],
  ] as const) {
    expect(loss).not.toBe(f32);
    expect(Math.abs(loss - f32)).toBeLessThan(most);
  }
  const { stdout } = await done(folder, ...words, 'f16');
  expect(stdout).toMatch(/^small on 40 pictures .*\n\nweights +bytes +loss +accuracy\nf32 .*%\nf16 +3,064 .*%\n$/);
  const wrong = await runCnnc([...words, 'f8'], folder);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--weights-type takes f32, f16 or i8')]);
});

test('loading, predicting and disposing 200 times leaves no buffer', async () => {
  const { load } = await built('small', 'small.cnn', 'repeat');
  const prototype = Object.getPrototypeOf(nothing.device);
  const original = prototype.createBuffer;
  let alive = 0;
  prototype.createBuffer = function (this: GPUDevice, descriptor: GPUBufferDescriptor) {
    const buffer: GPUBuffer = original.call(this, descriptor);
    const destroy = buffer.destroy.bind(buffer);
    alive++;
    Object.defineProperty(buffer, 'destroy', { value: () => alive-- && destroy() });
    return buffer;
  };
  try {
    for (let i = 0; i < 200; i++) {
      const net = await load({ device: nothing.device });
      await net.predict(new Uint8Array(784));
      if (i < 3) for await (const _ of net.train(new Uint8Array(7840), new Uint8Array(10), { epochs: 1 }));
      net.dispose();
      expect(alive).toBe(0);
    }
  } finally {
    prototype.createBuffer = original;
  }
});

test('what does not fit is refused in words', async () => {
  const { device } = nothing;
  const { load } = await built('small', 'small.cnn', 'refused');
  const tensors = [{ name: 'conv1.weight', shape: [2], values: new Float32Array(2) }];
  await expect(load({ device, weights: writeSafetensors(tensors, {}) })).rejects.toThrow(
    'no weights conv1.weight: F32 [4,4,1,4]',
  );
  await expect(load()).rejects.toThrow('WebGPU is not available');
  await expect(load({ device, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  const steps: number[] = [];
  const net = await load({ device, onProgress: (done: number) => steps.push(done) });
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  await expect(net.predict(new Float32Array(783))).rejects.toThrow('783 values are not pictures of 28x28x1');
  const training = net.train(new Float32Array(784), [1, 2]);
  await expect(training.next()).rejects.toThrow('1 labels are needed');
});

describe.skipIf(!opened)('on a device', () => {
  const device = opened?.device as GPUDevice;
  const { train: data } = drawn(1, 150, 1);
  const values = data.pixels.values as Uint8Array<ArrayBuffer>;
  const labels = data.labels as Uint32Array<ArrayBuffer>;

  for (const [what, settings] of [
    ['adam', 'optimizer adam lr 0.01'],
    ['nadam and a schedule', 'optimizer nadam lr 0.01\n  schedule  cosine warmup_epochs 1'],
  ] as const) {
    test(`training with ${what} gives the bits that the runtime gives`, async () => {
      const text = smallModel.replace('optimizer adam lr 0.01', settings).replace('relu', 'relu init normal');
      write(folder, `${what[0]}.cnn`, what === 'adam' ? smallModel : text);
      const source = { file: 'small.cnn', text: readFileSync(join(folder, `${what[0]}.cnn`), 'utf8') };
      const { plan } = compile(source);
      if (!plan) throw new Error(compile(source).diagnostics[0]?.message);
      const session = await createSession(device, plan, ['train']);
      session.initialise(7);
      const uploaded = session.upload({ values, scale: 1 / 255, labels });
      for (const epoch of [0, 1]) {
        const options = { epoch, seed: 7, lr: 0.01, epochs: 2, firstStep: 5 * epoch };
        for await (const _ of trainEpoch(session, uploaded, options));
      }
      const wanted = [...(await session.parameters())].map(([name, v]) => [name, [...v]]);
      uploaded.destroy();
      session.dispose();
      const { load } = await built('small', `${what[0]}.cnn`, `train-${what[0]}`);
      const net = await load({ device, seed: 7 });
      const reports: Record<string, number>[] = [];
      for await (const report of net.train(values, labels, { epochs: 2 })) reports.push(report);
      expect(reports.at(-1)).toMatchObject({ epoch: 2, step: 10, steps: 10 });
      expect(reports.at(-1)?.loss).toBeLessThan(reports[0]?.loss as number);
      expect(await parametersOf(net)).toEqual(wanted);
      net.dispose();
    });
  }

  test('it predicts as the reference does, from every kind of input', async () => {
    const { plan, graphs } = compile({ file: 'small.cnn', text: smallModel }, { batch: 50 });
    if (!plan || !graphs) throw new Error('the small model does not compile');
    const reference = referenceBackend(graphs, plan);
    reference.initialise(3);
    const pictures = values.subarray(0, 100 * 784);
    const floats = Float32Array.from(pictures, (v) => v * Math.fround(1 / 255));
    const wanted = await reference.predict(floats);
    const parameters = await reference.parameters();
    const weights = writeSafetensors(
      plan.parameters.map(({ name, shape }) => ({ name, shape, values: parameters.get(name) as Float32Array })),
      { model: 'small' },
    );
    writeFileSync(join(folder, 'small.safetensors'), weights);
    const more = ['--infer-only', '--weights', 'small.safetensors', '--batch', '16'];
    const { load } = await built('small', 'small.cnn', 'infer', ...more);
    const net = await load({ device, weights: readFileSync(join(folder, 'infer/small.safetensors')) });
    const { probabilities = new Float32Array() } = await net.predict(pictures);
    expect(probabilities).toHaveLength(1000);
    const apart = (a: ArrayLike<number> = [], b: ArrayLike<number> = []): number =>
      Math.max(...Array.from(a, (v, i) => Math.abs(v - (b[i] as number))));
    expect(apart(probabilities, wanted)).toBeLessThan(1e-5);
    // 1. Floats and a buffer of the device give the same bits as bytes.
    const buffer = device.createBuffer({ size: floats.byteLength, usage: 0x8c });
    device.queue.writeBuffer(buffer, 0, floats);
    for (const input of [floats, buffer]) expect((await net.predict(input)).probabilities).toEqual(probabilities);
    buffer.destroy();
    // 2. Pixels.
    const rgba = Uint8ClampedArray.from({ length: 784 * 4 }, (_, i) =>
      i % 4 === 3 ? 255 : (values[i >> 2] as number),
    );
    const seen = await net.predict({ data: rgba, width: 28, height: 28 });
    expect(apart(seen.probabilities, probabilities)).toBeLessThan(1e-6);
    // 3. A picture of another size is brought to the input's as the data set's are.
    const large = Uint8ClampedArray.from({ length: 4 * 70 * 45 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7919) % 256));
    const grey = toGrey(
      Float32Array.from({ length: 3 * 70 * 45 }, (_, i) => large[Math.floor(i / 3) * 4 + (i % 3)] as number),
    );
    const fitted = resize(grey, [45, 70, 1], [28, 28]).map((v) => v / 255);
    const [one, two] = [await net.predict({ data: large, width: 70, height: 45 }), await net.predict(fitted)];
    expect(apart(one.probabilities, two.probabilities)).toBeLessThan(1e-5);
    net.dispose();
    // 4. The example of the manual, in a Node of its own, with the module and weights where it says.
    await done(folder, 'compile', 'small.cnn', '-o', 'site', '--target', 'web', ...more);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/cnnc'));
    const manual = readFileSync(join(root, 'docs/web.md'), 'utf8');
    writeFileSync(join(folder, 'example.js'), /```js run\n([\s\S]*?)```/.exec(manual)?.[1] ?? '');
    const ran = spawnSync(process.execPath, ['example.js'], { cwd: folder, encoding: 'utf8' });
    expect(ran.stdout, ran.stderr).toBe('10\n');
  });
});
