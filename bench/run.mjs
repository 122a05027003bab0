// npm run bench: the whole table of bars. cnnc and its peers on the same adapter, in alternating rounds, one process for each figure.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, platform, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { multiplyAdds, networks } from './networks.mjs';
import { dump, exportOnnx } from './support/bundle.mjs';
import { contenders as known } from './support/contenders.mjs';
import { distFolder } from './support/dist.mjs';
import { minutes, seconds as secondsOf } from './support/estimate.mjs';
import { growthJobs } from './support/growth.mjs';
import { load } from './support/load.mjs';
import { measure, stopCurrent } from './support/process.mjs';
import { page } from './support/table.mjs';

const { values: options } = parseArgs({
  options: {
    networks: { type: 'string', default: 'digits,mnist,cifar10,fashion_cnn,resnet20' },
    contenders: { type: 'string', default: 'cnnc,tfjs,jax,ort-webgpu,ortweb-webgpu,ort-cpu,ortweb-wasm' },
    parts: { type: 'string', default: 'plans,table,host,growth' },
    kinds: { type: 'string', default: 'train,infer' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1.5' },
    limit: { type: 'string', default: '12' },
    minutes: { type: 'string', default: '40' },
    slow: { type: 'string', default: '40' },
    most: { type: 'string', default: '420' },
    batch: { type: 'string', default: '128' },
    target: { type: 'string' },
    wait: { type: 'string', default: '60' },
    patience: { type: 'string', default: '300' },
    retries: { type: 'string', default: '1' },
    'without-remedy': { type: 'boolean', default: false },
    resume: { type: 'string' },
    out: { type: 'string', default: 'results' },
  },
});
const list = (text) => text.split(',').filter((s) => s);
const among = (what, chosen, there) => {
  const wrong = chosen.find((name) => !there.includes(name));
  if (!wrong) return chosen;
  console.error(`bench: no ${what} '${wrong}'; there are ${there.join(', ')}`);
  process.exit(2);
};
const contenders = among('contender', list(options.contenders), Object.keys(known));
const chosen = among('network', list(options.networks), Object.keys(networks));
const parts = among('part', list(options.parts), ['plans', 'table', 'host', 'growth', 'kernels']);
const kinds = among('kind', list(options.kinds), ['train', 'infer']);
const number = (name) => {
  const value = Number(options[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  console.error(`bench: --${name} takes a number, not '${options[name]}'`);
  return process.exit(2);
};
const [rounds, batch, seconds, limit] = ['rounds', 'batch', 'seconds', 'limit'].map(number);
const allowed = number('minutes');
const [slow, most, wait, patience, retries] = ['slow', 'most', 'wait', 'patience', 'retries'].map(number);

const here = fileURLToPath(new URL('.', import.meta.url));
const webgpu = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('webgpu/package.json'), 'utf8')).version;
const before = options.resume ? JSON.parse(readFileSync(options.resume, 'utf8')) : undefined;
const macs = Object.fromEntries(Object.entries(networks).map(([name, n]) => [name, multiplyAdds(n)]));
/** Everything that was found so far; the page is made of it. `references`: outputs and losses that others are held against. */
const state = {
  runs: [],
  ceilings: [],
  references: {},
  ...before,
  failures: [],
  macs,
  options,
  stopped: false,
};
let adapter = before?.machine.adapter;
let hardware = before?.machine.hardware;
const loadBefore = load();

// --- Stopping --------------------------------------------------------------------------------------------------------
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    state.stopped = true;
    stopCurrent();
  });
const patient = { wait, patience, most, retries, stopped: () => state.stopped };

// --- Writing ---------------------------------------------------------------------------------------------------------
const slug = (name) =>
  name
    .replace(/[:(].*/, '')
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
const folder = join(here, options.out);
const day = new Date().toISOString().slice(0, 10);
const write = (file, text) => {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
};

/** Writes the table and all raw figures so far; after each figure, so that a run that is stopped leaves what it found. */
function report() {
  const info = {};
  for (const c of contenders) {
    const own = state.runs.filter((r) => r.contender === c && r.part === 'table');
    const said = own.map((r) => (c === 'cnnc' ? `${r.name}: ${r.info}` : r.info));
    if (own.length > 0) info[c] = [...new Set(said)].join('; ');
  }
  state.machine = {
    date: day,
    adapter,
    hardware,
    cpu: cpus()[0].model,
    cores: cpus().length,
    platform: `${platform()} ${release()}`,
    node: process.versions.node,
    webgpu,
    rounds,
    loadBefore: before?.machine.loadBefore ?? loadBefore,
    info,
    versions: Object.assign({}, ...state.runs.map((r) => r.versions)),
  };
  const text = page(state);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${day}-${slug(adapter ?? 'no adapter')}`);
  write(`${file}.md`, `${text}\n`);
  write(`${file}.json`, `${JSON.stringify(state, null, 1)}\n`);
  return { text, file };
}

// --- One figure ------------------------------------------------------------------------------------------------------
const scratch = mkdtempSync(join(tmpdir(), 'cnnc-bench-'));
const cache = join(scratch, 'shaders');
mkdirSync(cache);
const started = performance.now();
const elapsed = () => (performance.now() - started) / 60_000;
const files = new Map();
/** The files of a network for contenders that read files; made when the first asks. */
function filesOf(name, contender) {
  if (!files.has(name)) files.set(name, exportOnnx(scratch, name, batch));
  return { ...files.get(name), ...(known[contender].python ? { base: dump(scratch, name, batch) } : {}) };
}

/** Refuses a figure whose numbers are not those of the first contender that had them. */
function check(r) {
  const key = `${r.kind} ${r.name} ${r.batch}`;
  if (r.kind === 'train') {
    // Fewer steps see other pictures each.
    if (r.steps >= 20 && !(r.last < r.losses[0]))
      throw new Error(`the loss does not fall: ${r.losses[0]} to ${r.last}`);
    state.references[key] ??= r.losses.slice(0, 2);
    for (const [i, want] of state.references[key].entries()) {
      const apart = Math.abs(r.losses[i] / want - 1);
      if (!(apart < [1e-3, 3e-2][i]))
        throw new Error(`other mathematics: loss ${i + 1} is ${r.losses[i]}, not ${want}`);
    }
    return;
  }
  const floats = (text) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
  state.references[key] ??= r.output;
  const [a, b] = [floats(r.output), floats(state.references[key])];
  r.difference = a.reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i])), 0);
  delete r.output;
  if (!(r.difference < 1e-3)) throw new Error(`other mathematics: probabilities differ by ${r.difference}`);
}

const same = (a, b) => ['part', 'kind', 'name', 'contender', 'batch', 'round', 'remedy'].every((k) => a[k] === b[k]);

const titleOf = ({ part, name, batch: size, contender, kind, remedy }) =>
  `${part === 'growth' ? 'growth of ' : ''}${name} ${size} ${contender} ${kind}${remedy ? '' : ' without remedy'}`;

async function one(job) {
  const { kind, name, contender, round } = job;
  const label = titleOf(job);
  try {
    const { python, file } = known[contender];
    const fromFiles = python || file.startsWith('ort') ? filesOf(name, contender) : {};
    const whole = { ...job, seconds, limit, ...fromFiles, ...(options.target ? { target: options.target } : {}) };
    const [command, args] = python ? [process.env.PYTHON ?? 'python3', [python]] : [process.execPath, ['child.mjs']];
    const cold = isCold(job);
    const how = { ...patient, job: whole, cache: cold ? undefined : cache };
    const r = { ...job, cold, ...(await measure(command, args, how)) };
    if (!cold) {
      delete r.first;
      delete r.megabytes;
    }
    const elsewhere = r.adapter && adapter && !adapter.startsWith(r.adapter) && !r.adapter.startsWith(adapter);
    if (elsewhere && known[contender].webgpu) throw new Error(`ran on ${r.adapter}, not on ${adapter}`);
    check(r);
    if (contender === 'cnnc') {
      hardware ??= r.hardware;
      adapter ??= r.adapter;
    }
    state.runs.push(r);
    const said =
      kind === 'train'
        ? `${r.train.toFixed(0)} images/s, pipelined ${r.pipelined.toFixed(0)} (${r.group} a submit), ${cold ? `first step ${(r.first / 1000).toFixed(1)} s, ${r.megabytes.toFixed(0)} MB` : 'kernels from the cache'}`
        : `${r.infer.toFixed(0)} images/s, off by ${r.difference.toExponential(0)}`;
    console.log(
      `${label}: ${said}, ${r.measured} measured, others ${r.others.toFixed(2)} cores, ${r.wall.toFixed(0)} s`,
    );
  } catch (error) {
    if (state.stopped) return;
    state.failures.push(`${label}, round ${round}: ${error.message}`);
    console.log(`${label}: FAILED ${error.message}`);
  }
  report();
}

/**
 * Whether a process compiles all its kernels. Only training in the table tells times to the first step and memory, and
 * where that takes long the first round tells them; all others take what an earlier process left on disk.
 */
function isCold({ part, kind, name, contender, batch: size, round: now }) {
  if (part !== 'table' || kind !== 'train') return false;
  const first = state.runs.find(
    (r) =>
      r.part === part && r.kind === kind && r.name === name && r.cold && r.contender === contender && r.batch === size,
  );
  return now === 1 || !first || first.wall <= slow;
}

/** Whether a job has its turn: not twice after --resume, nor again and again what failed, is slow, or is for scale only. */
function wanted(job) {
  if (state.runs.some((r) => same(r, job))) return false;
  const own = state.runs.filter((r) => same({ ...r, round: 0 }, { ...job, round: 0 }));
  if (known[job.contender].once && own.length > 0) return false;
  const quickest = Math.min(...own.map((r) => r.wall));
  if ((own.length >= 2 && quickest > slow) || (own.length >= 1 && quickest > 2.5 * slow)) return false;
  return state.failures.filter((f) => f.startsWith(`${titleOf(job)},`)).length < 2;
}

const tableJobs = (round) =>
  chosen.flatMap((name) =>
    kinds.flatMap((kind) =>
      contenders
        .filter((c) => kind === 'infer' || known[c].trains)
        .map((contender) => ({ part: 'table', kind, name, contender, batch, round, remedy: true })),
    ),
  );
const bareJobs = chosen.flatMap((name) =>
  contenders
    .filter((c) => known[c].trains && known[c].webgpu && c !== 'cnnc')
    .map((contender) => ({ part: 'table', kind: 'train', name, contender, batch, round: 1, remedy: false })),
);
const grown = (round) =>
  growthJobs.map((job) => ({ part: 'growth', kind: 'train', contender: 'cnnc', round, remedy: true, ...job }));
const all = Array.from({ length: rounds }, (_, i) => i + 1).flatMap((round) => [
  ...(parts.includes('table') ? tableJobs(round) : []),
  ...(parts.includes('growth') ? grown(round) : []),
  ...(parts.includes('table') && options['without-remedy'] && round === 1 ? bareJobs : []),
]);

/** About how long the jobs from `at` on take. */
const left = (at) => {
  const ceiling = state.ceilings[0] ?? 150;
  const guess = (job) => {
    if (known[job.contender].once && job.round > 1) return 0;
    const s = secondsOf({ ...job, seconds }, state.runs, macs, ceiling);
    return (s > slow && job.round > 2) || (s > 2.5 * slow && job.round > 1) ? 0 : s;
  };
  const rest = all.slice(at).reduce((sum, job) => sum + (wanted(job) ? guess(job) : 0), 0);
  const first = all.slice(at).reduce((sum, job) => sum + (job.round === 1 && wanted(job) ? guess(job) : 0), 0);
  return Math.min(rest, Math.max(first, 60 * allowed - 60 * elapsed()));
};

/** A script that belongs to no contender: what it found, or a line among the failures. */
async function extra(name, job) {
  if (state.stopped) return undefined;
  try {
    const found = await measure(process.execPath, [`${name}.mjs`], {
      ...patient,
      retries: name === 'host' ? retries : 0,
      job,
    });
    return found;
  } catch (error) {
    if (!state.stopped) {
      state.failures.push(`${name}: ${error.message}`);
      console.log(`${name}: FAILED ${error.message}`);
    }
    return undefined;
  }
}

async function ceiling() {
  const top = await extra('ceiling', undefined);
  if (!top) return;
  adapter ??= top.adapter.driver || top.adapter.name;
  hardware ??= top.adapter.kind === 'hardware';
  state.ceilings.push(top.gflops);
  console.log(`ceiling ${top.gflops.toFixed(0)} GFLOP/s, others ${top.others.toFixed(2)} cores`);
}

// --- The run ---------------------------------------------------------------------------------------------------------
await ceiling();
report();
console.log(`${adapter}: about ${minutes(left(0) + 40)} on a quiet machine, ${all.length} processes`);
if (parts.includes('plans') && !state.plans) {
  state.plans = await extra('plans', { target: hardware ? 'gpu' : 'cpu' });
  report();
}
if (parts.includes('host') && !state.host) {
  state.host = await extra('host', { seconds, target: options.target });
  report();
}
let round = 1;
let counted = 0;
for (const [at, job] of all.entries()) {
  if (state.stopped) break;
  // The first round is always whole; time that is over takes the others.
  if (!wanted(job) || (job.round > 1 && elapsed() > allowed)) continue;
  if (job.round !== round) {
    round = job.round;
    await ceiling();
    console.log(`round ${round}: about ${minutes(left(at))} left`);
  }
  await one(job);
  if (++counted % 10 === 0) console.log(`  about ${minutes(left(at + 1))} left`);
}
if (parts.includes('kernels') && !state.kernels) state.kernels = await extra('kernels', { seconds, hardware });

rmSync(scratch, { recursive: true, force: true });
const { text, file } = report();
const took = minutes(60 * elapsed());
console.log(`\n${text}\nbuilt cnnc: ${distFolder}\nwrote ${file}.md and .json after ${took}`);
if (!existsSync(`${file}.md`)) throw new Error('nothing was written');
process.exit(state.stopped ? 130 : state.failures.length > 0 ? 1 : 0);
