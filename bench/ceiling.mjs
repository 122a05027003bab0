// The most multiply-adds a second that the adapter does in a WGSL kernel without memory traffic, as JSON on the last line.
import { dist } from './support/dist.mjs';

const { openDevice } = await import(`${dist}/runtime-node.js`);
const opened = await openDevice();
if (!opened.ok) throw new Error(opened.detail);
const { device } = opened;

// Independent sums hide latency. Each takes part of its neighbour, or a compiler would compute one after the other.
const CHAINS = 12;
const UNROLL = 32;
const GROUPS = 256;
const SIZE = 64;
const chains = (line) => Array.from({ length: CHAINS }, (_, i) => line(i, (i + 1) % CHAINS)).join(' ');
const block = `{ ${chains((i, next) => `let d${i} = c${i} * x + c${next};`)} ${chains((i) => `c${i} = d${i};`)} }`;
const code = (rounds) => `
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(${SIZE}) fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = 0.5 + f32(id.x) * 1e-6;
  ${chains((i) => `var c${i} = ${i}f;`)}
  for (var r = 0u; r < ${rounds}u; r++) {
    ${Array(UNROLL).fill(block).join('\n    ')}
  }
  out[id.x] = ${Array.from({ length: CHAINS }, (_, i) => `c${i}`).join(' + ')};
}`;
const buffer = device.createBuffer({ size: 4 * GROUPS * SIZE, usage: 0x80 });

async function seconds(rounds) {
  const compute = { module: device.createShaderModule({ code: code(rounds) }), entryPoint: 'main' };
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute });
  const entries = [{ binding: 0, resource: { buffer } }];
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const all = [];
  for (let i = 0; i < 8; i++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(GROUPS);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    if (i > 0) all.push(performance.now() - start);
  }
  return all.sort((a, b) => a - b)[all.length >> 1] / 1000;
}

const flops = (rounds) => 2 * CHAINS * UNROLL * GROUPS * SIZE * rounds;
let rounds = 16;
let took = await seconds(rounds);
while (took < 0.08 && rounds < 2 ** 24) {
  rounds = Math.min(rounds * 32, Math.max(2 * rounds, Math.ceil((rounds * 0.12) / took)));
  took = await seconds(rounds);
}
const cpu = process.cpuUsage();
console.log(
  JSON.stringify({ gflops: flops(rounds) / took / 1e9, adapter: opened.adapter, used: (cpu.user + cpu.system) / 1e6 }),
);
process.exit(0);
