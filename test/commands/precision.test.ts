// --precision mixed on the command line: what is said, what is kept, and what is refused.

import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSession } from '../../runtime/index.ts';
import { compileSource } from '../../src/cli/model.ts';
import { checkFeatures } from '../../src/cli/precision.ts';
import { mixedNeedsHalves } from '../../src/diagnostics/catalog/precision.ts';
import { Failure, renderAll } from '../../src/diagnostics/index.ts';
import { expectGolden } from '../support/golden.ts';
import { runCnnc } from '../support/io.ts';
import { root } from '../support/need.ts';
import { devices, done, lastJson, smallModel, workFolder, write } from './support.ts';

const folder = workFolder();
write(folder, 'small.cnn', smallModel.replace('maxpool', 'batchnorm\n  maxpool'));
copyFileSync(join(root, 'models/drawn-sample.png'), join(folder, 'seven.png'));
const available = await devices();

describe.each(available)('on %s', (device) => {
  const train = (out: string, ...more: string[]): string[] => [
    ...['train', 'small.cnn', '-o', out, '--device', device, '--precision', 'mixed'],
    ...['--loss-scale', '16777216', ...more],
  ];

  test('skipped steps are told, kept in the history, and a training goes on bit for bit', async () => {
    const out = `mixed-${device}`;
    const whole = await done(folder, ...train(out, '--epochs', '3', '--json'));
    const result = lastJson(whole);
    expect(result.precision).toBe('mixed');
    expect(result.skipped_steps).toBeGreaterThan(0);
    expect(result.loss_scale).toBe(2 ** (24 - result.skipped_steps));
    expect(whole.stderr).toMatch(/mixed precision/);
    expect(whole.stderr).toMatch(/skipped \d/);
    const history = JSON.parse(readFileSync(join(folder, out, 'history.json'), 'utf8'));
    expect(history.epochs.at(-1)).toMatchObject({ skipped_steps: result.skipped_steps, loss_scale: result.loss_scale });
    const again = lastJson(await done(folder, ...train(`${out}-again`, '--epochs', '3', '--json')));
    expect(again.weights_sha256).toBe(result.weights_sha256);
    await done(folder, ...train(`${out}-parts`, '--epochs', '1'));
    const resumed = lastJson(await done(folder, ...train(`${out}-parts`, '--epochs', '3', '--resume', '--json')));
    expect(resumed).toMatchObject({ skipped_steps: result.skipped_steps, loss_scale: result.loss_scale });
    expect(resumed.weights_sha256).toBe(result.weights_sha256);
    const other = await runCnnc(['train', 'small.cnn', '-o', `${out}-parts`, '--device', device, '--resume'], folder);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('precision: mixed in the checkpoint, f32 now');
  });

  test('eval and predict compute with halves too', async () => {
    await done(folder, ...train(`e-${device}`, '--epochs', '1'));
    const weights = `e-${device}/small.safetensors`;
    const evaluate = (...more: string[]) =>
      done(folder, 'eval', 'small.cnn', '-w', weights, '--device', device, '--json', ...more).then(lastJson);
    const [f32, mixed] = [await evaluate(), await evaluate('--precision', 'mixed')];
    expect(Math.abs(mixed.loss - f32.loss)).toBeLessThan(0.01 * f32.loss);
    expect(mixed.loss).not.toBe(f32.loss);
    const predict = (...more: string[]): Promise<number[]> =>
      done(folder, 'predict', 'small.cnn', '-w', weights, 'seven.png', '--device', device, '--json', ...more).then(
        (ran) => lastJson(ran)[0].probabilities,
      );
    const [single, halves] = [await predict(), await predict('--precision', 'mixed')];
    expect(halves.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    halves.forEach((p, i) => expect(p).toBeCloseTo(single[i] as number, 2));
    expect(halves).not.toEqual(single);
  });
});

test.skipIf(!available.includes('auto'))(
  'verify finds kernels that leave halves, all within what rounding allows',
  async () => {
    const verified = lastJson(await done(folder, 'verify', 'small.cnn', '--precision', 'mixed', '--json'));
    expect(verified.ok).toBe(true);
    expect(verified.kernels.some((k: { kernel: string }) => k.kernel.endsWith('.half'))).toBe(true);
  },
);

test.skipIf(!available.includes('auto'))('bench measures kernels that leave halves, in a smaller arena', async () => {
  const words = ['bench', 'small.cnn', '--precision', 'mixed', '--batch', '8', '--seconds', '0.1', '--json'];
  const { programs, target } = lastJson(await done(folder, ...words));
  const source = { file: 'small.cnn', text: readFileSync(join(folder, 'small.cnn'), 'utf8') };
  const { scheduled } = compileSource(source, { batch: 8, target }).compiled.emitted;
  for (const { program, kernels, memory } of programs) {
    expect(kernels.some((k: { kernel: string }) => k.kernel.endsWith('.half'))).toBe(true);
    expect(memory.arena_bytes).toBeLessThan(scheduled[program as 'train' | 'infer']?.memory.arenaBytes ?? 0);
  }
  expect(programs.map((p: { program: string }) => p.program)).toEqual(['train', 'infer']);
});

test('compile: the plan says which feature its device needs, and kernels ask for it; that of f32 does not', async () => {
  await done(folder, 'compile', 'small.cnn', '-o', 'out', '--precision', 'mixed');
  const plan = JSON.parse(readFileSync(join(folder, 'out/plan.json'), 'utf8'));
  expect(plan.features).toEqual(['shader-f16']);
  const first = plan.kernels.find((k: { name: string }) => k.name.endsWith('.half'));
  expect(readFileSync(join(folder, 'out', first.wgsl), 'utf8')).toMatch(/^enable f16;\n/);
  await done(folder, 'compile', 'small.cnn', '-o', 'out32', '--precision', 'f32');
  expect(JSON.parse(readFileSync(join(folder, 'out32/plan.json'), 'utf8')).features).toBeUndefined();
  await done(folder, 'compile', 'small.cnn', '-o', 'web', '--precision', 'mixed', '--target', 'web', '--infer-only');
  expect(readFileSync(join(folder, 'web/small.js'), 'utf8')).toContain('enable f16;');
});

test('a device that was not asked for halves is refused by the runtime', async () => {
  const { plan } = compileSource({ file: 'small.cnn', text: smallModel }, { precision: 'mixed' }).compiled;
  const device = { features: new Set(['subgroups']) } as unknown as GPUDevice;
  await expect(createSession(device, plan)).rejects.toThrow('the plan needs a device with shader-f16');
});

test('an adapter without halves is refused, with the way out', () => {
  const model = compileSource({ file: 'small.cnn', text: smallModel }, { precision: 'mixed' });
  const adapter = { adapter: { name: 'SwiftShader Device' }, features: ['subgroups'] } as never;
  expect(() => checkFeatures(model, adapter)).toThrow(Failure);
  expect(() => checkFeatures(compileSource({ file: 'small.cnn', text: smallModel }, {}), adapter)).not.toThrow();
  expectGolden(
    'test/diagnostics/E0670-mixed-needs-halves/expected.txt',
    renderAll([mixedNeedsHalves('SwiftShader Device')]),
  );
});
