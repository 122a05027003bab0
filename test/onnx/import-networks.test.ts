// The networks of the ONNX backend tests, imported: the .cnn file with its weights gives their outputs. Dense layers that are
// larger than what the adapter binds are computed by the reference.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exceededLimits } from '../../runtime/index.ts';
import { readCase } from '../../src/cli/onnx-case.ts';
import type { Imported } from '../../src/interop/network/imported.ts';
import { finish } from '../../src/interop/network/imported.ts';
import { compareTensors } from '../../src/interop/onnx/cases.ts';
import { convertModel } from '../../src/interop/onnx/convert.ts';
import type { OnnxModel } from '../../src/interop/onnx/decode.ts';
import { execute } from '../../src/interop/onnx/execute.ts';
import { importOnnx } from '../../src/interop/onnx/import/model.ts';
import { networkOf } from '../../src/interop/onnx/import/network.ts';
import { withDevice } from '../support/adapter.ts';
import { quietIo } from '../support/io.ts';
import { needConformance } from '../support/need.ts';
import { runnable, slow } from '../support/targets.ts';
import { random } from './import-cases.ts';
import { channelsLast, halves, onDevice, onReference } from './imported.ts';

const folder = needConformance();
const opened = await withDevice();
const target = runnable(opened).includes('cpu') ? 'cpu' : undefined;
const networks = folder ? readdirSync(join(folder, 'onnx-light')).filter((n) => n.endsWith('.onnx')) : [];

describe.skipIf(!folder || !opened)('imported networks give the outputs of the published ones', () => {
  test('there are nine', () => {
    expect(networks.length).toBe(9);
  });

  // All of them take some minutes on a software adapter: CNNC_SLOW=1.
  const run = networks.filter((name) => slow || /squeezenet|shufflenet|resnet50/.test(name));
  test.each(run)('%s', { timeout: 300_000 }, async (name) => {
    const one = await readCase(quietIo(folder!), join('onnx-light', name));
    const [set] = one.sets;
    const [input] = set!.inputs.values();
    const imported = importOnnx(readFileSync(join(folder!, 'onnx-light', name)), 'network', name);
    const run = (model: Imported, x: Float32Array<ArrayBuffer>) => onDevice(model, x, opened!.device, target);
    const large = exceededLimits(imported.plan, opened!.device.limits).length > 0;
    const [head, tail] = large ? halves(imported) : [imported, undefined];
    const before = await run(head, channelsLast(input!));
    const found = tail ? await onReference(tail, Float32Array.from(before)) : before;
    const expected = set!.expected[0]!;
    expect(compareTensors(name, expected.dims, found, expected)).toMatchObject({ ok: true });
  });

  // The published weights are all the same number: orders do not show.
  const drawn = networks.filter((name) => (slow ? /^(?!.*(vgg|alexnet|zfnet))/ : /shufflenet/).test(name));
  test.each(drawn)('%s with weights that differ, as run-onnx computes it', { timeout: 300_000 }, async (name) => {
    const one = await readCase(quietIo(folder!), join('onnx-light', name));
    const model = withWeights(one.model);
    const imported = finish(networkOf(model, 'network', name), 'weights.safetensors', name);
    const [set] = one.sets;
    const [input] = set!.inputs.values();
    const found = await onDevice(imported, channelsLast(input!), opened!.device, target);
    const wanted = await execute(convertModel(model, set!.inputs, name), opened!.device, target);
    const [values = []] = wanted.values();
    const expected = { ...set!.expected[0]!, values };
    expect(Math.max(...Array.from(values)) / Math.min(...Array.from(values))).toBeGreaterThan(1.01);
    expect(compareTensors(name, expected.dims, found, expected, { rtol: 2e-3, atol: 1e-6 })).toMatchObject({
      ok: true,
    });
  });
});

/** The same network, its weights drawn so that values stay of the same size. */
function withWeights(model: OnnxModel): OnnxModel {
  const initializers = new Map(model.initializers);
  const nodes = model.nodes.filter((node) => {
    if (node.op !== 'ConstantOfShape') return true;
    const [shape = '', output = ''] = [node.inputs[0], node.outputs[0]];
    const dims = Array.from(initializers.get(shape)!.values);
    const [, ...rest] = dims;
    const fan = rest.reduce((a, b) => a * b, 1);
    const positive = /_(riv|var|s|scale)_\d+$/.test(output);
    const { values } = random(output, dims, { positive });
    const scale = dims.length > 1 ? Math.sqrt(3 / fan) : positive ? 1 : 0.1;
    initializers.set(output, {
      name: output,
      dims,
      type: 'float',
      values: Float32Array.from(values, (v) => v * scale),
    });
    return false;
  });
  return { ...model, nodes, initializers };
}
