// cnnc verify: a model that is right passes, and each kind of mistake is found where it is.
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../runtime/index.ts';
import { compileSource, type ModelFile } from '../../src/cli/model.ts';
import { verifyGradients } from '../../src/cli/verify/gradients.ts';
import { compare, type KernelRow, verifyKernels } from '../../src/cli/verify/kernels.ts';
import { targetFor } from '../../src/codegen/target-for.ts';
import { verifyTakesLong } from '../../src/diagnostics/catalog/finite.ts';
import { renderAll } from '../../src/diagnostics/index.ts';
import { done, lastJson, workFolder, write } from '../commands/support.ts';
import { withDevice } from '../support/adapter.ts';
import { expectGolden } from '../support/golden.ts';
import { runCnnc } from '../support/io.ts';

const text = `model small {
  input 9x9x2
  conv 5 3x3 relu l2 1e-2  => 7x7x5
  maxpool 2x2 stride 1     => 6x6x5
  dropout 0.25
  flatten                  => 180
  dense 4 softmax
}

train {
  loss      cross_entropy
  optimizer adam lr 0.01
  batch     32
}
`;
const folder = workFolder();
write(folder, 'small.cnn', text);
const opened = await withDevice();

const compiled = (target: ModelFile['options']['target']): ModelFile =>
  compileSource({ file: 'small.cnn', text }, { batch: 3, ...(target ? { target } : {}) });

describe.skipIf(!opened)('on an adapter', () => {
  if (!opened) return;
  const { emitted } = compiled(targetFor(opened)).compiled;
  const rowsOf = async (plan?: Plan): Promise<KernelRow[]> => {
    const rows: KernelRow[] = [];
    const options = { seed: 1, tolerance: 1e-5, ...(plan ? { plan } : {}) };
    for await (const row of verifyKernels(opened.device, emitted, options)) rows.push(row);
    return rows;
  };
  const wrongOf = async (plan: Plan): Promise<string[]> =>
    (await rowsOf(plan)).filter((r) => !r.ok).map((r) => `${r.program} ${r.kernel}`);
  /** The plan with one kernel's text changed. */
  const with_ = (kernel: string, from: string | RegExp, to: string): Plan => {
    const kernels = emitted.plan.kernels.map((k) =>
      k.name === kernel ? { ...k, wgsl: k.wgsl.replaceAll(from, to) } : k,
    );
    expect(kernels.some((k, i) => k.wgsl !== emitted.plan.kernels[i]?.wgsl)).toBe(true);
    return { ...emitted.plan, kernels };
  };

  test('every kernel is right, each once a program', async () => {
    const rows = await rowsOf();
    expect(rows.filter((r) => !r.ok)).toEqual([]);
    const { programs } = emitted.plan;
    expect(rows).toHaveLength(1 + programs.infer.length + programs.evaluate.length + programs.train.length);
    expect(rows.some((r) => r.relative_error > 0)).toBe(true);
  });

  test('a wrong activation is found in its kernel, and nowhere else', async () => {
    const relu = emitted.plan.kernels.find((k) => /= max\((\w+), T\(0\.0\)\)/.test(k.wgsl) && /conv1/.test(k.name));
    const wrong = await wrongOf(with_(relu?.name ?? '', /= max\((\w+), T\(0\.0\)\)/g, '= max($1, T(0.001))'));
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.every((name) => /^(infer|evaluate|train) (conv1|dropout1|maxpool1)$/.test(name))).toBe(true);
  });

  test('an update that is half as long', async () => {
    expect(await wrongOf(with_('update', 'step.lr', '(0.5 * step.lr)'))).toEqual(['train update']);
  });

  test('a value whose place another kernel takes too early', async () => {
    // The kernel after the pooling writes over what the pooling read, which its gradient reads again.
    const { train } = emitted.plan.programs;
    const scheduled = emitted.scheduled.train;
    const place = (id: string) =>
      [...(scheduled?.memory.places ?? [])].find(([n]) => n.id === id)?.[1] ?? {
        offset: -1,
        buffer: 'arena',
        bytes: 0,
      };
    const [kept, taken] = [place('conv1'), place('d_dense1.z')];
    const move = train.map((d) => ({
      ...d,
      bindings: d.bindings.map((v) =>
        v.buffer === 'arena' && v.offset === taken.offset && v.bytes === taken.bytes
          ? { ...v, offset: kept.offset }
          : v,
      ),
    }));
    const wrong = await wrongOf({ ...emitted.plan, programs: { ...emitted.plan.programs, train: move } });
    expect(wrong.length).toBeGreaterThan(0);
  });

  test('the command prints a table and JSON', async () => {
    const ran = await done(folder, 'verify', 'small.cnn');
    expect(ran.stdout).toMatch(/^on .*, kernels for (cpu|portable), batch 3\nprogram +kernel +family/);
    expect(ran.stdout).toMatch(/\d+ kernels and 4 gradients: all within tolerance\n$/);
    const json = lastJson(await done(folder, 'verify', 'small.cnn', '--json', '--batch', '1', '--samples', '2'));
    expect(json).toMatchObject({ ok: true, model: 'small', batch: 1, seed: 1 });
    expect(json.gradients[0]).toMatchObject({ parameter: 'conv1.weight', samples: 2, ok: true });
    const strict = await runCnnc(['verify', 'small.cnn', '--tolerance', '1e-12'], folder);
    expect(strict.code).toBe(1);
    expect(strict.stdout).toMatch(/OUT OF TOLERANCE\n$/);
    expect(strict.stdout).toContain('WRONG');
  });
});

test('gradients are right, and a wrong one is found', () => {
  const model = compiled(undefined).compiled;
  const options = { seed: 1, samples: 6, tolerance: 1e-4 };
  const rows = [...verifyGradients(model, options)];
  expect(rows.map((r) => r.parameter).sort()).toEqual(['conv1.bias', 'conv1.weight', 'dense1.bias', 'dense1.weight']);
  expect(rows.filter((r) => !r.ok)).toEqual([]);
  // The penalty of conv1's weights left out of what is minimised: their gradient is no longer its gradient.
  const training = { objective: 'loss', gradients: model.training?.gradients ?? new Map() };
  const wrong = [...verifyGradients({ ...model, training }, options)].filter((r) => !r.ok);
  expect(wrong.map((r) => r.parameter)).toEqual(['conv1.weight']);
});

test('without a device only gradients are checked', async () => {
  const ran = await runCnnc(['verify', 'small.cnn', '--device', 'reference', '--samples', '1'], folder);
  expect([ran.code, ran.stdout.includes('kernel  '), ran.stdout.includes('gradient of')]).toEqual([0, false, true]);
});

test('what counts as a difference', () => {
  expect(compare([1, 2], [1, 2], 0)).toEqual({ max: 0, relative: 0, ok: true });
  expect(compare([1, Number.NaN], [1, 2], 1).ok).toBe(false);
  expect(compare([1], [1, 2], 1).ok).toBe(false);
  // One element of many that is quite wrong hides in the norm, not in the largest difference.
  const many = new Float64Array(1e6).fill(1);
  const one = many.slice();
  one[5] = 1.005;
  expect(compare(one, many, 1e-5)).toMatchObject({ ok: false });
  expect(compare(one, many, 1e-5).relative).toBeLessThan(1e-5);
});

test('W0640: how long the reference will take', () => {
  const said = [verifyTakesLong('models/vgg16.cnn', '2 h 10 min', 3), verifyTakesLong('models/vgg16.cnn', '40 min', 1)];
  expectGolden('test/diagnostics/W0640-verify-takes-long/expected.txt', renderAll(said));
});
