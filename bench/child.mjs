// One contender, one network, one process: trains, infers, and prints what it measured as JSON on the last line.
// Argument: {contender, name, batch, remedy, seconds, spawned} as JSON.
import { networks } from './networks.mjs';

const job = JSON.parse(process.argv[2]);
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const megabytes = () => process.resourceUsage().maxRSS / 1024;

/** Times of single calls of `once` for about `seconds`, at least `least` of them. */
async function times(seconds, least, once) {
  const all = [];
  const began = performance.now();
  while (all.length < least || performance.now() - began < seconds * 1000) {
    const start = performance.now();
    await once();
    all.push(performance.now() - start);
  }
  return all;
}

async function main() {
  const { open } = await import(`./contenders/${job.contender}.mjs`);
  const network = networks[job.name];
  const c = await open({ ...job, network });
  let step = 0;
  const losses = [];
  const one = async () => losses.push(await c.train(step++, 1));
  await one();
  const first = Date.now() - job.spawned;
  await one();
  const synchronised = median(await times(job.seconds, 6, one));
  // As many steps a submission as take 120 ms, 64 at most: what cnnc's own training loop does.
  const group = Math.max(1, Math.min(64, Math.round(120 / synchronised)));
  let pipelined = synchronised;
  if (group > 1) {
    const many = async () => {
      await c.train(step, group);
      step += group;
    };
    await many();
    pipelined = median(await times(job.seconds, 3, many)) / group;
  }
  const last = await c.train(step, 1);
  const trainMegabytes = megabytes();
  const result = { first, train: job.batch / (synchronised / 1000), pipelined: job.batch / (pipelined / 1000), group };
  let infer;
  if (!job.trainOnly) {
    let i = 0;
    let output;
    const run = async () => {
      output = await c.infer(i++);
    };
    await run();
    await run();
    infer = job.batch / (median(await times(job.seconds, 6, run)) / 1000);
    const sum = output.reduce((a, b) => a + b, 0);
    if (output.length !== job.batch * 10 || Math.abs(sum / job.batch - 1) > 1e-3) throw new Error('wrong output');
  }
  const { adapter, info, versions } = c;
  const cpu = process.cpuUsage();
  const used = (cpu.user + cpu.system) / 1e6;
  const more = { infer, losses: losses.slice(0, 8), last, steps: step, trainMegabytes, megabytes: megabytes(), used };
  console.log(JSON.stringify({ ...result, ...more, adapter, info, versions }));
}

await main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
