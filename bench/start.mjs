// How long cnnc takes before it does anything: `cnnc compile`, and the first training step, each from the start of the process.
//   node bench/start.mjs            prints the tables
//   node bench/start.mjs --write    and writes bench/results/start.md
//   node bench/start.mjs --runs 7 --no-step
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAll } from '../scripts/lib/build.mjs';
import { root, say, script } from '../scripts/lib/run.mjs';
import { quiet } from './support/load.mjs';

const cnnc = join(root, 'dist/cnnc.js');
const grouped = (n) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sorted(values)[values.length >> 1];
const quartiles = (values) => [0.25, 0.75].map((q) => sorted(values)[Math.floor(q * (values.length - 1))]);

/** Milliseconds of a process from its start to its end; refuses one that fails. */
function timed(words, env) {
  const start = performance.now();
  const done = spawnSync(process.execPath, words, { env: { ...process.env, ...env }, encoding: 'utf8' });
  const ms = performance.now() - start;
  if (done.status !== 0) throw new Error(`${words.join(' ')}: ${done.stderr}`);
  return { ms, stdout: done.stdout };
}

/** Milliseconds to the first training step, as bench/run.mjs measures it for all contenders. */
function firstStep(env) {
  const job = {
    kind: 'train',
    contender: 'cnnc',
    name: 'mnist',
    batch: 128,
    seconds: 0.1,
    limit: 1,
    spawned: Date.now(),
  };
  const { stdout } = timed([join(root, 'bench/child.mjs'), JSON.stringify(job)], env);
  return JSON.parse(stdout.trim().split('\n').at(-1)).first;
}

/** One line of a table: each case once a round, so that all meet the same load. */
function rounds(runs, cases) {
  const times = cases.map(() => []);
  for (let i = 0; i < runs; i++) cases.forEach(([, once], k) => times[k].push(once()));
  return cases.map(([name], k) => {
    const [low, high] = quartiles(times[k]);
    return `| ${name} | ${grouped(median(times[k]))} | ${grouped(low)} to ${grouped(high)} |`;
  });
}

await script(async (args) => {
  const at = args.indexOf('--runs');
  const runs = at === -1 ? 15 : Number(args[at + 1]);
  await buildAll();
  const folder = mkdtempSync(join(tmpdir(), 'cnnc-start-'));
  const cache = { XDG_CACHE_HOME: join(folder, 'cache') };
  const empty = join(folder, 'empty.cjs');
  writeFileSync(empty, '');
  const out = join(folder, 'out');
  const compile = (name, env) => () => timed([cnnc, 'compile', join(root, 'models', `${name}.cnn`), '-o', out], env).ms;
  const without = { NODE_DISABLE_COMPILE_CACHE: '1' };
  compile('mnist', cache)();
  const load = await quiet(30);
  const head = ['| | median, ms | quartiles |', '|---|---:|---:|'];
  const lines = [
    '# Before the first step',
    '',
    `Written by \`node bench/start.mjs --write\`: Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${load.toFixed(1)} of them used by others when it began. Each case once a round, ${runs} rounds.`,
    '',
    'From the start of the process to its end:',
    '',
    ...head,
    ...rounds(runs, [
      ['`node` with an empty file', () => timed([empty]).ms],
      ['`cnnc --version`', () => timed([cnnc, '--version'], cache).ms],
      ['`cnnc compile models/mnist.cnn`', compile('mnist', cache)],
      ['the same without the code cache', compile('mnist', without)],
      ['`cnnc compile models/resnet152.cnn`', compile('resnet152', cache)],
    ]),
    '',
  ];
  if (!args.includes('--no-step')) {
    const warm = { MESA_SHADER_CACHE_DIR: join(folder, 'shaders') };
    firstStep(warm);
    lines.push(
      'From the start of the process to the end of the first training step, mnist, batch 128, the library in `dist/` (compiling, device, pipelines, made-up data included):',
      '',
      ...head,
      ...rounds(Math.max(3, runs >> 2), [
        ["the driver's cache of shaders off", () => firstStep({ MESA_SHADER_CACHE_DISABLE: 'true' })],
        ['on, as it is unless said otherwise', () => firstStep(warm)],
      ]),
      '',
    );
  }
  rmSync(folder, { recursive: true });
  const text = lines.join('\n');
  say(text);
  if (args.includes('--write')) writeFileSync(join(root, 'bench/results/start.md'), text);
});
