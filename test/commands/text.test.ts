// check, fmt, summary and compile: what they print, what they write, and that they write all or nothing.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runCnnc } from '../support/io.ts';
import { done, lastJson, smallModel, workFolder, write } from './support.ts';

const folder = workFolder();
write(folder, 'small.cnn', smallModel);
const bad = smallModel.replace('relu', 'rellu').replace('dense 10', 'dnse 10');
write(folder, 'bad.cnn', bad);
write(folder, 'plain.cnn', smallModel.slice(0, smallModel.indexOf('train')).trimEnd().concat('\n'));
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

describe('check', () => {
  test('says all that is wrong with all files, in JSON with places', async () => {
    const ran = await runCnnc(['check', 'small.cnn', 'bad.cnn', 'missing.cnn', '--json'], folder);
    expect(ran.code).toBe(1);
    const { ok, diagnostics } = lastJson(ran);
    expect(ok).toBe(false);
    expect(diagnostics.map((d: { code: string }) => d.code)).toEqual(['E0110', 'E0101', 'E0401']);
    expect(diagnostics[0]).toEqual({
      code: 'E0110',
      severity: 'error',
      message: 'conv does not know the word "rellu"; did you mean "relu"?',
      file: 'bad.cnn',
      line: 4,
      column: 23,
      length: 5,
      help: [expect.stringContaining('activations: relu, '), expect.stringContaining('options: stride, pad, ')],
    });
    expect(lastJson(await done(folder, 'check', 'small.cnn', '--json'))).toEqual({ ok: true, diagnostics: [] });
    expect((await done(folder, 'check', 'small.cnn')).stdout).toBe('small.cnn: ok, 1,518 parameters\n');
  });
});

describe('fmt', () => {
  test('writes the canonical form once, and leaves it alone afterwards', async () => {
    write(folder, 'loose.cnn', smallModel.replace(/ {2,}/g, ' ').replace('conv 4', 'conv   4'));
    const checked = await runCnnc(['fmt', '--check', 'loose.cnn', 'small.cnn'], folder);
    expect([checked.code, checked.stdout]).toEqual([1, 'loose.cnn is not formatted\n']);
    expect((await done(folder, 'fmt', 'loose.cnn', 'small.cnn')).stdout).toBe('formatted loose.cnn\n');
    expect(read('loose.cnn')).toBe(smallModel);
    expect((await done(folder, 'fmt', 'loose.cnn')).stdout).toBe('');
    expect((await done(folder, 'fmt', '--check', 'loose.cnn')).stdout).toBe('');
  });

  test('does not touch a file with syntax errors, and goes on with the others', async () => {
    write(folder, 'broken.cnn', 'model m {\n input 8x8x1;\n}\n');
    write(folder, 'loose.cnn', smallModel.replace(/ {2,}/g, ' '));
    const ran = await runCnnc(['fmt', 'broken.cnn', 'loose.cnn'], folder);
    expect([ran.code, ran.stdout]).toEqual([1, 'formatted loose.cnn\n']);
    expect(ran.stderr).toContain('error[E0001]: `;` does not belong here');
    expect(read('broken.cnn')).toBe('model m {\n input 8x8x1;\n}\n');
  });
});

describe('summary', () => {
  test('has the keys that programs rely on', async () => {
    const facts = lastJson(await done(folder, 'summary', 'small.cnn', '--json'));
    expect(facts).toMatchObject({
      model: 'small',
      parameters: 1518,
      trainable: 1518,
      multiply_adds: 7 * 7 * 4 * 16 + 1440,
    });
    expect(facts.layers[0]).toMatchObject({ name: 'conv1', op: 'conv', output: [7, 7, 4], parameters: 68 });
    expect(facts.layers.map((l: { name: string }) => l.name)).toEqual(['conv1', 'maxpool1', 'flatten1', 'dense1']);
    expect(facts.training_arena_bytes).toBeGreaterThan(0);
    expect(facts.receptive_field).toEqual([8, 8]);
  });

  test('takes a model without a train section, and a batch', async () => {
    const facts = lastJson(await done(folder, 'summary', 'plain.cnn', '--batch', '1', '--json'));
    expect(facts.training_arena_bytes).toBeNull();
    expect(facts.layers[0].activation_bytes).toBe(4 * 7 * 7 * 4);
    expect((await done(folder, 'summary', 'plain.cnn')).stdout).toContain('for inference at batch 32');
  });
});

describe('compile', () => {
  test('writes a plan, its shaders, and a module that holds both', async () => {
    const ran = await done(folder, 'compile', 'small.cnn', '-o', 'out/small');
    expect(ran.stdout).toMatch(
      /^out\/small: plan\.json, small\.js, small\.d\.ts and \d+ kernels, batch 32; dispatches: infer/,
    );
    expect(readdirSync(join(folder, 'out/small')).sort()).toEqual(['kernels', 'plan.json', 'small.d.ts', 'small.js']);
    const plan = JSON.parse(read('out/small/plan.json'));
    const module = (await import(pathToFileURL(join(folder, 'out/small/small.js')).href)) as { plan: typeof plan };
    for (const kernel of module.plan.kernels) {
      const path = `kernels/${kernel.name}.wgsl`;
      expect(read(`out/small/${path}`).trimEnd()).toBe(kernel.wgsl.trimEnd());
      kernel.wgsl = path;
    }
    expect(module.plan).toEqual(plan);
    expect(readdirSync(join(folder, 'out/small/kernels'))).toHaveLength(plan.kernels.length);
    expect(read('out/small/small.d.ts')).toContain('"conv1.weight"');
  });

  test('replaces an earlier compilation whole, and keeps other files', async () => {
    write(folder, 'out/small/notes.txt', 'mine');
    writeFileSync(join(folder, 'out/small/kernels/stale.wgsl'), '');
    await done(folder, 'compile', 'small.cnn', '-o', 'out/small', '--infer-only', '--batch', '1');
    const plan = JSON.parse(read('out/small/plan.json'));
    expect(plan).toMatchObject({ batch: 1, train: null });
    expect(plan.programs.train).toEqual([]);
    expect(readdirSync(join(folder, 'out/small')).sort()).toEqual([
      'kernels',
      'notes.txt',
      'plan.json',
      'small.d.ts',
      'small.js',
    ]);
    expect(existsSync(join(folder, 'out/small/kernels/stale.wgsl'))).toBe(false);
  });

  test('writes nothing when it cannot write all', async () => {
    mkdirSync(join(folder, 'blocked'));
    write(folder, 'blocked/plan.json', 'old');
    mkdirSync(join(folder, 'blocked/small.js'));
    write(folder, 'file', '');
    expect((await runCnnc(['compile', 'small.cnn', '-o', 'file'], folder)).stderr).toContain('E0403');
    expect((await runCnnc(['compile', 'bad.cnn', '-o', 'never'], folder)).code).toBe(1);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  test('prints each stage', async () => {
    const first = async (stage: string) => (await done(folder, 'compile', 'small.cnn', '--emit', stage)).stdout;
    expect(JSON.parse(await first('ast'))).toHaveLength(2);
    expect(await first('ir')).toMatch(/^graph small \{\n {2}%x: f32 32x28x28x1 = input\(\)\n/);
    expect(await first('train-ir')).toContain('assign %conv1.weight = ');
    expect(await first('after:autodiff')).toMatch(/^\/\/ train after autodiff\ngraph small \{/);
    expect((await first('after:dce')).match(/^graph /gm)).toHaveLength(3);
    expect(await first('schedule')).toMatch(/contraction conv1[\s\S]*places train \{/);
    expect(await first('wgsl')).toMatch(/^\/\/ ===== .*\.wgsl: computes .*\n[\s\S]*@compute/);
    expect(JSON.parse(await first('plan'))).toMatchObject({ format: 'cnnc-plan', model: 'small' });
    const wrong = await runCnnc(['compile', 'small.cnn', '--emit', 'after:autodif'], folder);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('did you mean --emit after:autodiff?');
  });
});
