// One contender, one network, one figure, one process: trains or infers, and prints what it measured as JSON on the last line.
// Argument: {kind: 'train'|'infer', contender, name, batch, remedy, seconds, limit, spawned} as JSON.
import { readFileSync } from 'node:fs';
import { networks } from './networks.mjs';
import { contenders } from './support/contenders.mjs';

const job = JSON.parse(process.argv[2]);
const median = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  return (sorted[sorted.length >> 1] + sorted[(sorted.length - 1) >> 1]) / 2;
};

/** The greatest resident size of this process. What getrusage says counts the process that started this one too. */
function peakMegabytes() {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

/**
 * Milliseconds of single calls of `once`: for about `seconds` and `least` of them at least, but of what is so slow that
 * this takes longer than `limit` seconds two at least.
 */
async function times(least, once) {
  const all = [];
  const began = performance.now();
  for (;;) {
    const start = performance.now();
    await once();
    const now = performance.now();
    all.push(now - start);
    const passed = (now - began) / 1000;
    if (passed >= job.seconds && all.length >= least) return all;
    if (passed >= job.limit && all.length >= 2) return all;
  }
}

/**
 * Milliseconds of a call that has been made once before: one more to warm up. Of what is very slow that one counts too,
 * unless it took longer than the next: some compile kernels in a second step.
 */
async function measured(least, once) {
  const start = performance.now();
  await once();
  const took = performance.now() - start;
  if (took < 500 * job.limit) return times(least, once);
  const rest = await times(1, once);
  return took > 1.1 * median(rest) ? rest : [took, ...rest];
}

async function training(c) {
  let step = 0;
  const losses = [];
  const one = async () => losses.push(await c.train(step++, 1));
  await one();
  const first = Date.now() - job.spawned;
  const all = await measured(6, one);
  const synchronised = median(all);
  // As many steps a submission as take 120 ms, 64 at most: what cnnc's own training loop does.
  const group = Math.max(1, Math.min(64, Math.round(120 / synchronised)));
  let pipelined = synchronised;
  if (group > 1) {
    const many = async () => {
      losses.push(await c.train(step, group));
      step += group;
    };
    await many();
    pipelined = median(await times(3, many)) / group;
  }
  return {
    first,
    train: job.batch / (synchronised / 1000),
    pipelined: job.batch / (pipelined / 1000),
    measured: all.length,
    group,
    losses: losses.slice(0, 8),
    last: losses.at(-1),
    steps: step,
  };
}

async function inferring(c) {
  let i = 0;
  let output;
  const run = async () => {
    output = await c.infer(i++);
  };
  await run();
  const first = Date.now() - job.spawned;
  const values = Float32Array.from(output);
  const sum = values.reduce((a, b) => a + b, 0);
  if (values.length !== job.batch * 10 || !(Math.abs(sum / job.batch - 1) < 1e-3)) throw new Error('wrong output');
  const all = await measured(6, run);
  const infer = job.batch / (median(all) / 1000);
  // The probabilities of the first batch with the first weights, which all contenders share.
  return { first, infer, measured: all.length, output: Buffer.from(values.buffer).toString('base64') };
}

async function main() {
  const { file, provider } = contenders[job.contender];
  const { open } = await import(`./contenders/${file}`);
  const c = await open({ ...job, provider, network: networks[job.name] });
  const result = job.kind === 'train' ? await training(c) : await inferring(c);
  const { adapter, hardware, info, versions } = c;
  const cpu = process.cpuUsage();
  const used = (cpu.user + cpu.system) / 1e6;
  console.log(JSON.stringify({ ...result, megabytes: peakMegabytes(), used, adapter, hardware, info, versions }));
}

await main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
