// `cnnc doctor`: what this machine has for training, what is missing, and the command that mends it.
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { listAdapters, type OpenedDevice, openDevice } from '../../../runtime/node.ts';
import { mesaTooOld } from '../../../scripts/lib/system.mjs';
import { thisSystem } from '../../../scripts/lib/this-system.mjs';
import { command } from '../args.ts';
import { explainNotOpened, remedyHere } from '../device.ts';
import { type Io, printJson, report } from '../io.ts';
import { quietly } from '../quietly.ts';
import { dataFolders, holds } from '../sets/home.ts';
import { version } from '../version.ts';

const limitsShown: readonly (readonly [name: string, unit: string])[] = [
  ['maxBufferSize', 'bytes'],
  ['maxStorageBufferBindingSize', 'bytes'],
  ['maxStorageBuffersPerShaderStage', ''],
  ['maxComputeWorkgroupStorageSize', 'bytes'],
  ['maxComputeInvocationsPerWorkgroup', ''],
  ['maxComputeWorkgroupsPerDimension', ''],
];
const featuresShown = ['shader-f16', 'subgroups', 'timestamp-query'];
const sets = ['digits', 'mnist', 'fashion', 'cifar10'];

const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/** The installed version of Mesa's Vulkan drivers, where a package manager knows it. */
async function mesaVersion(): Promise<string | null> {
  const asked = promisify(execFile)('dpkg-query', ['-W', `-f=\${Version}`, 'mesa-vulkan-drivers']);
  return asked.then(({ stdout }) => stdout.trim() || null).catch(() => null);
}

/** Which sets CNNC_DATA and the cache of downloads hold; null when there is neither folder. */
async function dataSets(
  io: Io,
): Promise<{ folder: string; folders: string[]; found: string[]; missing: string[] } | null> {
  const there = await Promise.all(
    dataFolders(io).map((folder) =>
      stat(resolve(io.cwd, folder)).then(
        () => [folder],
        () => [],
      ),
    ),
  );
  const folders = there.flat();
  const [folder] = folders;
  if (folder === undefined) return null;
  const found: string[] = [];
  const missing: string[] = [];
  for (const name of sets) {
    const places = await Promise.all(folders.map((one) => holds(io, one, name)));
    (places.includes(true) ? found : missing).push(name);
  }
  return { folder, folders, found, missing };
}

/** Whether the device really computes: one small kernel and its result. */
async function computes({ device }: OpenedDevice): Promise<boolean> {
  const module = device.createShaderModule({
    code: '@group(0) @binding(0) var<storage, read_write> o: array<u32>;\n@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) i: vec3u) { o[i.x] = i.x * i.x; }',
  });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const out = device.createBuffer({ size: 256, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const back = device.createBuffer({ size: 256, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const layout = pipeline.getBindGroupLayout(0);
  const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: out } }] });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(out, 0, back, 0, 256);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  return new Uint32Array(back.getMappedRange()).every((value, i) => value === i * i);
}

export const doctor = command({
  name: 'doctor',
  summary: 'show adapters, versions and data sets, and what is missing',
  usage: 'cnnc doctor\ncnnc doctor --json',
  positionals: { name: '', doc: '', min: 0, max: 0 },
  options: {
    device: {
      type: 'string',
      value: 'NAME',
      doc: 'look at this adapter: auto, hardware, software, or a part of its name',
    },
    json: { type: 'boolean', doc: 'print the findings as one JSON object on the last line' },
  },
  async run({ io, values }) {
    const line = (head: string, text: string) => io.stdout(`${head.padEnd(10)} ${text}\n`);
    const system = thisSystem();
    const osName = system.platform === 'linux' ? system.os.name : system.platform;
    line('cnnc', `${version} on Node ${process.versions.node}, ${osName} (${process.platform} ${process.arch})`);

    const wanted = values.device ?? 'auto';
    const opened = await openDevice({ adapter: wanted, around: quietly });
    const adapters = await listAdapters(quietly);
    for (const { name, backend } of adapters) line('adapter', `${name} (${backend})`);
    const missing: string[] = [];
    let works = false;
    if (opened.ok) {
      const { adapter, limits, features } = opened;
      works = await computes(opened);
      opened.close();
      line(
        'using',
        `${adapter.name}: ${adapter.kind}, ${adapter.backend}${works ? '' : '; it computes WRONG results'}`,
      );
      if (adapter.driver !== '' && adapter.driver !== adapter.name) line('driver', adapter.driver);
      for (const [name, unit] of limitsShown) line('limit', `${name} ${grouped(limits[name] ?? 0)} ${unit}`.trimEnd());
      for (const name of featuresShown) line('feature', `${name}: ${features.includes(name) ? 'yes' : 'no'}`);
      if (!works) missing.push('a driver that computes correctly: update it, or choose another adapter with --device');
    }
    const mesa = system.platform === 'linux' ? await mesaVersion() : null;
    if (mesa !== null) line('mesa', mesa);
    if (mesa !== null && !opened.ok && mesaTooOld(mesa)) {
      missing.push(`a newer Mesa (25 is known to work): the software adapter of ${mesa} lacks what WebGPU needs`);
    }

    const data = await dataSets(io);
    if (data) {
      line('data', `${data.folders.join(' and ')}: ${data.found.join(', ') || 'none of the known sets'}`);
      if (data.missing.length > 0) line('', `not there: ${data.missing.join(', ')}; \`cnnc data get\` downloads them`);
    } else if (!io.env.CNNC_DATA)
      line('data', 'none; `cnnc data get mnist` downloads a set, and "drawn" needs no files');
    if (io.env.CNNC_DATA && data?.folders.includes(io.env.CNNC_DATA) !== true) {
      line('data', `CNNC_DATA names ${io.env.CNNC_DATA}, which does not exist`);
    }

    for (const what of missing) line('missing', what);
    if (!opened.ok) report(io, [explainNotOpened(opened, wanted, remedyHere(system))]);
    else if (works)
      line('', `ready: training runs on ${opened.adapter.kind === 'hardware' ? 'this card' : 'the processor'}`);
    if (values.json) {
      printJson(io, {
        ok: opened.ok && works,
        cnnc: version,
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        system: osName,
        adapters,
        adapter: opened.ok ? opened.adapter : null,
        limits: opened.ok ? opened.limits : null,
        features: opened.ok ? opened.features : null,
        mesa,
        data,
        missing: opened.ok ? missing : [...missing, 'a WebGPU adapter'],
        remedy: opened.ok ? [] : remedyHere(system),
      });
    }
    return opened.ok && works ? 0 : 1;
  },
});
