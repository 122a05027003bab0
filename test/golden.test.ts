// The outputs of every stage for small models, kept side by side in test/golden/<case>/. CNNC_UPDATE_GOLDEN=1 deletes
// and rewrites them all; otherwise a difference fails. Every kernel in them is accepted by Dawn's null backend.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { printPlan } from '../src/codegen/print-plan.ts';
import { targetNames } from '../src/codegen/schedules.ts';
import { type Compiled, type CompileOptions, compile } from '../src/compile.ts';
import { printGraph } from '../src/ir/index.ts';
import { print } from '../src/parser/index.ts';
import { printSchedule } from '../src/schedule/index.ts';
import { nullDevice } from './support/adapter.ts';
import { root } from './support/need.ts';
import { compileFor, targets } from './support/targets.ts';
import { refused } from './support/validate.ts';

const home = join(root, 'test/golden');
const updating = process.env.CNNC_UPDATE_GOLDEN === '1';
const cases = readdirSync(home).sort();
const opened = await nullDevice();
/** The contractions of graphics processors are long, and alike in all models. */
const withTiles = ['conv-pool-dense-adam', 'mixed'];
/** Options of the compiler that a case is about. */
const optionsOf: Readonly<Record<string, CompileOptions>> = { mixed: { precision: 'mixed' } };

/** Every file of a case but model.cnn, by its path in the case's folder. */
function outputs(compiled: Compiled): Map<string, string> {
  const { stages, graphs, emitted, plan } = compiled;
  if (!stages || !graphs || !emitted || !plan) throw new Error(compiled.diagnostics.map((d) => d.message).join('\n'));
  const files = new Map<string, string>();
  // 1. The forward graph, and each pass that changes something: `after-infer-dce.txt`, `after-train-autodiff.txt` ...
  const forward = stages.get('forward');
  if (forward) files.set('ir.txt', printGraph(forward));
  let before = forward && printGraph(forward);
  let program = '';
  for (const [name, graph] of stages) {
    if (name === 'forward') continue;
    const [of = '', pass = ''] = name.split(' after ');
    if (of !== program) before = forward && printGraph(forward);
    program = of;
    const text = printGraph(graph);
    if (text !== before) files.set(`after-${of}-${pass}.txt`, text);
    before = text;
  }
  if (graphs.train) files.set('train-ir.txt', printGraph(graphs.train));
  // 2. Kernels in order, memory, the plan.
  const programs = Object.entries(emitted.scheduled).map(([key, s]) => printSchedule(key, s));
  files.set('schedule.txt', programs.join('\n'));
  files.set('plan.txt', printPlan(plan));
  // 3. The kernels of each target; those of `cpu` and `gpu` only where they differ.
  for (const { name, wgsl } of plan.kernels) files.set(`kernels/${name}.wgsl`, wgsl);
  return files;
}

/** Paths of all files below a folder, without model.cnn. */
const present = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(txt|wgsl)$/.test(path))
    .sort();

describe.each(cases)('test/golden/%s', (name) => {
  const folder = join(home, name);
  const source = { file: `test/golden/${name}/model.cnn`, text: readFileSync(join(folder, 'model.cnn'), 'utf8') };

  test('every stage gives what is kept', () => {
    const options = optionsOf[name] ?? {};
    const compiled = compile(source, options);
    const files = outputs(compiled);
    const cpu = compileFor('cpu', source, options).plan;
    for (const { name: kernel, wgsl } of cpu?.kernels ?? []) {
      if (files.get(`kernels/${kernel}.wgsl`) !== wgsl) files.set(`kernels/cpu/${kernel}.wgsl`, wgsl);
    }
    if (cpu) files.set('plan-cpu.txt', printPlan(cpu));
    const gpu = withTiles.includes(name) ? compileFor('gpu', source, options).plan : undefined;
    for (const { name: kernel, wgsl } of gpu?.kernels ?? []) {
      if (files.get(`kernels/${kernel}.wgsl`) !== wgsl) files.set(`kernels/gpu/${kernel}.wgsl`, wgsl);
    }
    if (gpu) files.set('plan-gpu.txt', printPlan(gpu));
    // Lanes that share, for any adapter, and matrix units, as some have them: the contractions alone, which differ.
    for (const [folder, units] of [
      ['gpu-subgroups', []],
      ['matrices', [{ type: 'f32', m: 8, n: 8, k: 8 }]],
    ] as const) {
      if (!gpu) continue;
      const { plan } = compileFor('gpu-subgroups', source, { subgroups: { least: 4, most: 32, units } });
      for (const { name: kernel, wgsl } of plan?.kernels ?? [])
        if (/quadBroadcast|subgroupMatrix/.test(wgsl)) files.set(`kernels/${folder}/${kernel}.wgsl`, wgsl);
    }
    if (updating) {
      for (const path of present(folder)) rmSync(join(folder, path));
      for (const [path, text] of files) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    }
    const advice = 'npm run golden writes the files again; look at the difference before committing it';
    for (const [path, text] of files) {
      const file = join(folder, path);
      expect(text, `${path}: ${advice}`).toBe(existsSync(file) ? readFileSync(file, 'utf8') : `no file ${path}`);
    }
    expect(present(folder), `files that no stage makes: ${advice}`).toEqual([...files.keys()].sort());
  });

  test('the model is written as the formatter writes it', () => {
    expect(print(compile(source).file)).toBe(source.text);
  });

  test.each(withTiles.includes(name) ? targetNames : targets)(
    'the null backend accepts the plan for %s',
    async (target) => {
      expect(await refused(opened.device, compileFor(target, source, optionsOf[name]).plan!)).toEqual([]);
    },
  );
});

test('there are at least six cases', () => expect(cases.length).toBeGreaterThanOrEqual(6));
