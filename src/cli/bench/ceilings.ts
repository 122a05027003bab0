// What the adapter can do at most, measured: multiply-adds, copy bandwidth, the cost of a dispatch; and how well it tells time.
import { COPY_EACH, COPY_GROUP, copyKernel, emptyKernel, FMA_GROUP, FMA_PER_ROUND, fmaKernel } from './microkernels.ts';

export interface Ceilings {
  /** Of multiply-adds in registers, two operations each. */
  readonly gflops: number;
  /** Of a copy between buffers larger than caches, reads and writes both counted. */
  readonly gb_per_s: number;
  /** Microseconds of a dispatch that does nothing, in a pass of many. */
  readonly dispatch_us: number;
}

const STORAGE = 0x80 | 0x8 | 0x4; // GPUBufferUsage.STORAGE | COPY_DST | COPY_SRC
const MIB = 2 ** 20;
/** Workgroups of the multiply-adds: enough for every core of a large card. */
const FMA_GROUPS = 4096;
/** Seconds that one measured submit should take, where there is time: far more than what waiting for it costs. */
const LONG = 0.04;

type Submit = (groups: number, times?: number) => void;

/** A pipeline over two buffers, what it writes and what it reads; gives what submits dispatches of it in one pass. */
async function submitter(device: GPUDevice, code: string, to: GPUBuffer, from: GPUBuffer): Promise<Submit> {
  const compute = { module: device.createShaderModule({ code }), entryPoint: 'main' };
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute });
  const entries = [to, from].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return (groups, times = 1) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    for (let i = 0; i < times; i++) pass.dispatchWorkgroups(groups);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
}

/** Seconds on the clock from a submit to its end; what `submit` waits for is counted too. */
export async function onTheClock(device: GPUDevice, submit: () => unknown): Promise<number> {
  const began = performance.now();
  const waiting = submit();
  await (waiting instanceof Promise ? waiting : device.queue.onSubmittedWorkDone());
  return (performance.now() - began) / 1000;
}

/** The shortest of at least three runs, and of more until `seconds` have passed: a ceiling is what can be reached. */
async function shortest(device: GPUDevice, seconds: number, submit: () => void): Promise<number> {
  const all: number[] = [];
  const began = performance.now();
  while (all.length < 3 || (performance.now() - began < 1000 * seconds && all.length < 50))
    all.push(await onTheClock(device, submit));
  return Math.min(...all);
}

/** Doubles the work until it takes long. */
async function longEnough(
  device: GPUDevice,
  long: number,
  most: number,
  submit: (size: number) => void,
): Promise<number> {
  let size = 1;
  submit(size);
  await device.queue.onSubmittedWorkDone();
  while (size < most) {
    const took = await onTheClock(device, () => submit(size));
    if (took >= long) break;
    size = Math.min(most, Math.ceil(size * Math.min(16, Math.max(2, (1.2 * long) / took))));
  }
  return size;
}

/** All three, in about `seconds`. Uses up to half a gigabyte of a card's memory, a quarter of that elsewhere. */
export async function measureCeilings(device: GPUDevice, hardware: boolean, seconds: number): Promise<Ceilings> {
  const share = seconds / 3;
  const long = Math.min(LONG, Math.max(0.004, share / 4));
  const buffers: GPUBuffer[] = [];
  const buffer = (size: number): GPUBuffer => {
    const made = device.createBuffer({ size, usage: STORAGE });
    buffers.push(made);
    return made;
  };
  try {
    // 1. Multiply-adds.
    const rounds = buffer(4);
    const sums = buffer(4 * FMA_GROUPS * FMA_GROUP);
    const add = await submitter(device, fmaKernel(), sums, rounds);
    const addRounds = (n: number): void => {
      device.queue.writeBuffer(rounds, 0, new Uint32Array([n]));
      add(FMA_GROUPS);
    };
    const many = await longEnough(device, long, 2 ** 24, addRounds);
    const adding = await shortest(device, share, () => addRounds(many));
    const gflops = (2 * FMA_PER_ROUND * FMA_GROUPS * FMA_GROUP * many) / adding / 1e9;
    // 2. Bandwidth.
    const each = 16 * COPY_EACH * COPY_GROUP;
    const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = device.limits;
    const bytes = Math.min((hardware ? 256 : 64) * MIB, maxBufferSize, maxStorageBufferBindingSize);
    const groups = Math.min(Math.floor(bytes / each), maxComputeWorkgroupsPerDimension);
    const copy = await submitter(device, copyKernel(), buffer(groups * each), buffer(groups * each));
    const copies = await longEnough(device, long, 256, (n) => copy(groups, n));
    const copying = await shortest(device, share, () => copy(groups, copies));
    const gb_per_s = (2 * groups * each * copies) / copying / 1e9;
    // 3. Dispatches: what twice as many take more.
    const nothing = await submitter(device, emptyKernel(), sums, rounds);
    const dispatches = await longEnough(device, long, 2000, (n) => nothing(1, n));
    const [one, two] = [
      await shortest(device, share / 3, () => nothing(1, dispatches)),
      await shortest(device, share / 1.5, () => nothing(1, 2 * dispatches)),
    ];
    return { gflops, gb_per_s, dispatch_us: (1e6 * Math.max(two - one, two / 4)) / dispatches };
  } finally {
    for (const b of buffers) b.destroy();
  }
}

/** The better of two measurements: what one moment of a busy machine allowed is no ceiling. */
export const better = (a: Ceilings, b: Ceilings): Ceilings => ({
  gflops: Math.max(a.gflops, b.gflops),
  gb_per_s: Math.max(a.gb_per_s, b.gb_per_s),
  dispatch_us: Math.min(a.dispatch_us, b.dispatch_us),
});
