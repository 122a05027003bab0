// The networks of the ONNX backend tests, imported: the .cnn file with its weights gives their outputs. Dense layers that are
// larger than what the adapter binds are computed by the reference.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exceededLimits } from '../../runtime/index.ts';
import { readCase } from '../../src/cli/onnx-case.ts';
import type { Imported } from '../../src/interop/network/imported.ts';
import { compareTensors } from '../../src/interop/onnx/cases.ts';
import { importOnnx } from '../../src/interop/onnx/import/model.ts';
import { withDevice } from '../support/adapter.ts';
import { quietIo } from '../support/io.ts';
import { needConformance } from '../support/need.ts';
import { runnable, slow } from '../support/targets.ts';
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
});
