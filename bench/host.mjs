// What a training step of digits spends outside the device's work: timestamps around each submit against the clock. JSON on the last line.
//   node host.mjs ['{"seconds": 2, "name": "digits", "batch": 128}']
import { readFileSync } from 'node:fs';
import { pictures, weights } from './data.mjs';
import { cnncText, networks } from './networks.mjs';
import { dist } from './support/dist.mjs';
import { median, percent } from './support/stats.mjs';

const { compile, targetFor } = await import(`${dist}/index.js`);
const { createSession, trainEpoch } = await import(`${dist}/runtime.js`);
const { openDevice } = await import(`${dist}/runtime-node.js`);

const { seconds = 2, name = 'digits', batch = 128, target: wanted } = JSON.parse(process.argv[2] ?? '{}');
/** Pictures of an epoch: that of mnist is 469 steps of 128. */
const STEPS = 128;
const MOST_SUBMITS = 1024;

const opened = await openDevice({ toggles: ['-timestamp_quantization'] });
if (!opened.ok) throw new Error(opened.detail);
const { device } = opened;
if (!device.features.has('timestamp-query')) throw new Error('the adapter has no timestamps');
const target = wanted ?? targetFor(opened);
const network = networks[name];
const { plan, diagnostics } = compile({ file: `${name}.cnn`, text: cnncText(name, network, batch) }, { target });
if (!plan) throw new Error(diagnostics.map((d) => d.message).join('\n'));
const session = await createSession(device, plan, ['train']);
session.setParameters(new Map([...weights(network)].map(([key, w]) => [key, w.values])));
const data = session.upload(pictures(network, STEPS * batch));

/** Nanoseconds that the main thread has computed; undefined where the system does not say. */
function mainThread() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    return undefined;
  }
}

// --- A pass that only notes the time, before and behind the commands of each submit ----------------------------------
const querySet = device.createQuerySet({ type: 'timestamp', count: 2 * MOST_SUBMITS });
const resolved = device.createBuffer({ size: 16 * MOST_SUBMITS, usage: 0x200 | 0x4 }); // QUERY_RESOLVE | COPY_SRC
const readable = device.createBuffer({ size: 16 * MOST_SUBMITS, usage: 0x1 | 0x8 }); // MAP_READ | COPY_DST
const submit = device.queue.submit.bind(device.queue);
/** The end of an empty pass comes when all before it is done, and before anything behind it begins. */
function note(index) {
  const encoder = device.createCommandEncoder();
  encoder.beginComputePass({ timestampWrites: { querySet, endOfPassWriteIndex: index } }).end();
  return encoder.finish();
}

/** Trains epochs for `seconds`; what of that time the device worked, and what the main thread computed. */
async function measured() {
  let submits = 0;
  let steps = 0;
  device.queue.submit = (commands) => {
    if (submits >= MOST_SUBMITS) return submit(commands);
    const at = 2 * submits++;
    return submit([note(at), ...commands, note(at + 1)]);
  };
  const [cpu, main, began] = [process.cpuUsage(), mainThread(), performance.now()];
  while (performance.now() - began < 1000 * seconds && submits < MOST_SUBMITS / 2) {
    for await (const r of trainEpoch(session, data, { ...epoch, firstStep: done })) done = r.step;
    steps += STEPS;
  }
  const wall = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  const own = main === undefined ? undefined : (mainThread() - main) / 1e9;
  device.queue.submit = submit;
  const encoder = device.createCommandEncoder();
  encoder.resolveQuerySet(querySet, 0, 2 * submits, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, readable, 0, 16 * submits);
  submit([encoder.finish()]);
  await readable.mapAsync(1);
  const stamps = new BigUint64Array(readable.getMappedRange(0, 16 * submits).slice(0));
  readable.unmap();
  let device_s = 0;
  for (let i = 0; i < submits; i++) device_s += Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e9;
  return { wall, steps, submits, device: device_s, own, cpu: (used.user + used.system) / 1e6 };
}

const epoch = { epoch: 0, seed: 1, lr: 0.001, epochs: 1, pace: { size: 1 } };
let done = 0;
for (let i = 0; i < 2; i++)
  for await (const r of trainEpoch(session, data, { ...epoch, firstStep: done })) done = r.step;
const runs = [];
for (let i = 0; i < 5; i++) runs.push(await measured());
const of = (pick) => median(runs.map(pick));
const step = of((r) => r.wall / r.steps);
const outside = of((r) => 1 - r.device / r.wall);
const rows = [
  ['a step on the clock, ms', (1000 * step).toFixed(3)],
  ['of it the device works, ms', (1000 * of((r) => r.device / r.steps)).toFixed(3)],
  ["outside the device's work", percent(outside)],
  ['steps a submit', of((r) => r.steps / (r.submits / 2)).toFixed(1)],
];
if (runs[0].own !== undefined)
  rows.push(
    ['the main thread computes, of the clock', percent(of((r) => r.own / r.wall))],
    ['of all processor time of the process', percent(of((r) => r.own / r.cpu))],
  );
const used = process.cpuUsage();
console.log(
  JSON.stringify({
    outside,
    note: `${(1000 * step).toFixed(2)} ms a step; the main thread computes ${rows[4]?.[1] ?? 'unknown'} of the time`,
    explained: `${name}, batch ${batch}, target ${target}: epochs of ${STEPS} steps as the runtime trains them, medians of ${runs.length} times ${seconds} s. The device works from the first command of a submit to the end of its last, by timestamps; read-backs are submits too. What the main thread computes (encoding, submitting, waiting) happens beside the device's work, except where that is not under way.`,
    rows,
    used: (used.user + used.system) / 1e6,
  }),
);
process.exit(0);
