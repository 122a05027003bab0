// npm run bench: cnnc and its WebGPU peers on the same adapter, in alternating rounds, one process for each figure.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, platform, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { multiplyAdds, networks } from './networks.mjs';
import { distFolder } from './support/dist.mjs';
import { busySeconds, DISTURBED, load, quiet } from './support/load.mjs';
import { page } from './support/table.mjs';

const { values: options } = parseArgs({
  options: {
    networks: { type: 'string', default: 'digits,mnist' },
    contenders: { type: 'string', default: 'cnnc,tfjs,jax' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    batch: { type: 'string' },
    wait: { type: 'string', default: '60' },
    'without-remedy': { type: 'boolean', default: false },
    retries: { type: 'string', default: '1' },
    out: { type: 'string', default: 'results' },
  },
});
const here = fileURLToPath(new URL('.', import.meta.url));
const env = { ...process.env, MESA_SHADER_CACHE_DISABLE: 'true' };
const contenders = options.contenders.split(',');
const chosen = options.networks.split(',');
for (const name of chosen)
  if (!networks[name]) throw new Error(`no network ${name}; there are ${Object.keys(networks)}`);

/** Measures, and again when others disturbed it; the least disturbed counts. */
async function measure(script, job) {
  let best;
  for (let i = 0; i <= Number(options.retries); i++) {
    const result = await measureOnce(script, job);
    if (!best || result.others < best.others) best = result;
    if (best.others <= DISTURBED) break;
    console.log(
      `  others used ${result.others.toFixed(2)} cores during ${script} ${job ? `${job.name} ${job.contender}` : ''}`,
    );
  }
  return best;
}

/** Runs a script in a process of its own; what it printed as JSON, and the cores that others used meanwhile. */
async function measureOnce(script, job) {
  const before = await quiet(Number(options.wait));
  const [busy, mine, start] = [busySeconds(), process.cpuUsage(), performance.now()];
  const args = job ? [JSON.stringify({ ...job, spawned: Date.now() })] : [];
  const child = spawn(process.execPath, [script, ...args], { cwd: here, env, timeout: 300_000 });
  let out = '';
  let err = '';
  child.stdout.on('data', (d) => (out += d));
  child.stderr.on('data', (d) => (err += d));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const wall = (performance.now() - start) / 1000;
  if (code !== 0)
    throw new Error(`${script} ${args} ended with ${code}: ${err.trim().split('\n').slice(-6).join(' | ')}`);
  const result = JSON.parse(out.trim().split('\n').at(-1));
  const own = process.cpuUsage(mine);
  const others = Math.max(0, (busySeconds() - busy - result.used - (own.user + own.system) / 1e6) / wall);
  return { ...job, ...result, wall, others, busyBefore: before };
}

const runs = [];
const failures = [];
const ceilings = [];
let adapter;
const loadBefore = load();
const batchOf = (name) => Number(options.batch ?? networks[name].batch ?? 128);

async function one(job) {
  try {
    const r = await measure('child.mjs', { ...job, batch: batchOf(job.name), seconds: Number(options.seconds) });
    if (!adapter.startsWith(r.adapter) && !r.adapter.startsWith(adapter))
      throw new Error(`${job.contender} ran on ${r.adapter}, not on ${adapter}`);
    if (!(r.last < r.losses[0])) throw new Error(`the loss does not fall: ${r.losses[0]} to ${r.last}`);
    runs.push(r);
    const figures = `train ${r.train.toFixed(0)}, pipelined ${r.pipelined.toFixed(0)} (${r.group} a submit)${r.infer ? `, infer ${r.infer.toFixed(0)}` : ''} images/s, first step ${(r.first / 1000).toFixed(1)} s, ${r.trainMegabytes.toFixed(0)} MB`;
    console.log(
      `${job.name} ${job.contender}${job.remedy ? '' : ' without remedy'}: ${figures}, others ${r.others.toFixed(2)} cores, ${r.wall.toFixed(0)} s`,
    );
  } catch (error) {
    failures.push(`${job.name} ${job.contender}: ${error.message}`);
    console.log(`${job.name} ${job.contender}: FAILED ${error.message}`);
  }
  report();
}

const webgpu = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('webgpu/package.json'), 'utf8')).version;
const macs = Object.fromEntries(chosen.map((n) => [n, multiplyAdds(networks[n])]));
const batches = Object.fromEntries(chosen.map((n) => [n, batchOf(n)]));
/** Writes the table and all raw figures so far; after each figure, so that a run that is stopped leaves what it found. */
function report() {
  const info = Object.fromEntries(
    contenders.flatMap((c) => {
      const own = runs.filter((r) => r.contender === c);
      return own.length > 0
        ? [[c, [...new Set(own.map((r) => (c === 'cnnc' ? `${r.name}: ${r.info}` : r.info)))].join('; ')]]
        : [];
    }),
  );
  const machine = {
    date: new Date().toISOString().slice(0, 10),
    adapter,
    cpu: cpus()[0].model,
    cores: cpus().length,
    platform: `${platform()} ${release()}`,
    node: process.versions.node,
    webgpu,
    rounds: Number(options.rounds),
    loadBefore,
    info,
    versions: Object.assign({}, ...runs.map((r) => r.versions)),
  };
  const text = page({ runs, failures, ceilings, machine, macs, batches });
  const slug = adapter
    .replace(/[:(].*/, '')
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  const file = `${here}${options.out}/${machine.date}-${slug}`;
  mkdirSync(`${here}${options.out}`, { recursive: true });
  writeFileSync(`${file}.md`, `${text}\n`);
  writeFileSync(`${file}.json`, `${JSON.stringify({ machine, options, ceilings, macs, runs, failures }, null, 1)}\n`);
  return { text, file };
}

for (let round = 1; round <= Number(options.rounds); round++) {
  const top = await measure('ceiling.mjs');
  adapter ??= top.adapter.driver || top.adapter.name;
  ceilings.push(top.gflops);
  console.log(`round ${round}: ceiling ${top.gflops.toFixed(0)} GFLOP/s, others ${top.others.toFixed(2)} cores`);
  for (const name of chosen) {
    for (const contender of contenders) await one({ name, contender, round, remedy: true });
  }
}
if (options['without-remedy']) {
  for (const name of chosen) {
    for (const contender of contenders.filter((c) => c !== 'cnnc'))
      await one({ name, contender, round: 1, remedy: false, trainOnly: true });
  }
}

const { text, file } = report();
console.log(`\n${text}\nbuilt cnnc: ${distFolder}\nwrote ${file}.md and .json`);
process.exit(failures.length > 0 ? 1 : 0);
