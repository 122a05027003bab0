// Devices: opening and choosing, what is said when there is none, waiting without burning a core, and letting go.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { type OpenedDevice, openDevice, waiting } from '../runtime/node.ts';
import { adapterRemedy, parseAptSources, parseOsRelease } from '../scripts/lib/system.mjs';
import { explainNotOpened, remedyHere } from '../src/cli/device.ts';
import * as say from '../src/diagnostics/catalog/device.ts';
import { type Diagnostic, renderAll } from '../src/diagnostics/index.ts';
import { nullDevice, withDevice } from './support/adapter.ts';
import { expectGolden } from './support/golden.ts';
import { root } from './support/need.ts';

const opened = await withDevice();
const none = await nullDevice();

describe('messages about devices', () => {
  const debian12 = {
    platform: 'linux',
    os: parseOsRelease('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'),
    aptEntries: parseAptSources('sources.list', 'deb http://mirror.example.org/debian bookworm main\n'),
  };
  const ubuntu = { ...debian12, os: parseOsRelease('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n') };
  const fedora = { ...debian12, os: parseOsRelease('ID=fedora\nVERSION_ID=42\n') };
  const failure = { ok: false, detail: 'nothing', available: [] } as const;
  const lavapipe = 'llvmpipe (LLVM 15.0.6, 256 bits)';
  const cases: Record<string, readonly Diagnostic[]> = {
    'E0601-no-adapter': [debian12, ubuntu, fedora].map((system) =>
      explainNotOpened({ ...failure, reason: 'no-adapter' }, 'auto', remedyHere(system)),
    ),
    'E0602-adapter-not-found': ['hardware', 'geforce'].map((wanted) =>
      explainNotOpened({ ...failure, reason: 'no-match', available: [lavapipe] }, wanted, []),
    ),
    'E0603-device-lost': [say.deviceLost(lavapipe, 'VK_ERROR_DEVICE_LOST')],
    'E0604-plan-too-large': [
      say.planTooLarge(
        'vgg16',
        'the arena of train at batch 256',
        'maxBufferSize',
        9_663_676_416,
        4_294_967_295,
        'bytes',
        lavapipe,
        113,
      ),
      say.planTooLarge(
        'huge',
        'the parameters',
        'maxStorageBufferBindingSize',
        553_430_176,
        134_217_728,
        'bytes',
        lavapipe,
        undefined,
      ),
    ],
    'E0605-out-of-memory': [say.outOfMemory(lavapipe, 3_221_225_472)],
    'E0606-no-binding': [say.noBinding('libstdc++.so.6: version GLIBCXX_3.4.30 not found', 'linux x64')],
    'E0607-no-device': [say.noDevice('the adapter is consumed')],
    'N0601-on-the-reference': [say.onTheReference(remedyHere(ubuntu))],
  };
  for (const [name, diagnostics] of Object.entries(cases)) {
    test(name, () => expectGolden(`test/diagnostics/${name}/expected.txt`, renderAll(diagnostics)));
  }

  test('each system that the set-up knows has a remedy', () => {
    for (const platform of ['darwin', 'win32', 'freebsd']) {
      expect(adapterRemedy({ ...debian12, platform }).explain.length).toBeGreaterThan(0);
    }
  });
});

test('the null backend validates and says what is wrong', async () => {
  expect(none.adapter.kind).toBe('null');
  none.device.pushErrorScope('validation');
  none.device.createShaderModule({ code: '@compute @workgroup_size(1) fn main() { let a: u32 = 1.5; }' });
  const error = await none.device.popErrorScope();
  expect(error?.message).toContain('u32');
});

describe.skipIf(!opened)('an adapter', () => {
  // Undefined when these tests are skipped.
  const { device, adapter, limits, features } = opened ?? ({} as OpenedDevice);

  test('gives its own limits and says what it is', () => {
    expect(adapter.name).not.toBe('');
    expect(['hardware', 'software']).toContain(adapter.kind);
    expect(limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
    expect(limits.maxBufferSize).toBeGreaterThanOrEqual(268_435_456);
    expect(features).toContain('core-features-and-limits');
  });

  test('is found by a part of its name, and another is refused with a list', async () => {
    const part = await openDevice({ adapter: adapter.kind === 'software' ? 'software' : 'hardware' });
    expect(part.ok && part.adapter.name).toBe(adapter.name);
    if (part.ok) part.close();
    const other = await openDevice({ adapter: 'no such card' });
    expect(other.ok).toBe(false);
    if (!other.ok) expect([other.reason, other.available.length > 0]).toEqual(['no-match', true]);
  });

  /** A kernel that multiplies and adds `rounds` x 32 times in each of 16,384 invocations. */
  async function busy(rounds: number): Promise<() => Promise<number>> {
    const code = `@group(0) @binding(0) var<storage, read_write> o: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  var a = f32(g.x);
  for (var i = 0u; i < ${rounds}u; i++) { ${'a = fma(a, 0.999, 0.001); '.repeat(32)} }
  o[g.x] = a;
}`;
    const compute = { module: device.createShaderModule({ code }) };
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute });
    const out = device.createBuffer({ size: 65_536, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    const back = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const layout = pipeline.getBindGroupLayout(0);
    const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: out } }] });
    return async () => {
      const started = performance.now();
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(256);
      pass.end();
      encoder.copyBufferToBuffer(out, 0, back, 0, 4);
      device.queue.submit([encoder.finish()]);
      await back.mapAsync(GPUMapMode.READ);
      back.unmap();
      return performance.now() - started;
    };
  }

  test('is waited for without burning a core, while timers go on', async () => {
    // Doubles the work until a run takes 100 ms, on a processor or on a large card.
    let run = await busy(64);
    let took = 0;
    let polls = 0;
    let ticks = 0;
    for (let rounds = 64; took < 100 && rounds < 1 << 24; rounds *= 2) {
      run = await busy(rounds);
      await run();
      const before = waiting.polls;
      const timer = setInterval(() => ticks++, 5);
      ticks = 0;
      took = await run();
      clearInterval(timer);
      polls = waiting.polls - before;
    }
    expect(took).toBeGreaterThan(100);
    // Dawn alone polls over 100 times a millisecond.
    expect(polls).toBeLessThan(200 + 2 * took);
    expect(ticks).toBeGreaterThan(took / 40);
  });

  test('is waited for by asking again at once when that is enough', async () => {
    const run = await busy(1);
    await run();
    // A machine with much else to do keeps a short dispatch waiting too: the best of some rounds is not of its making.
    let sleeps = 50;
    for (let round = 0; round < 8 && sleeps >= 25; round++) {
      const before = waiting.timers;
      for (let i = 0; i < 50; i++) await run();
      sleeps = Math.min(sleeps, waiting.timers - before);
    }
    expect(sleeps).toBeLessThan(25);
  });
});

describe('setImmediate of everyone else', () => {
  test('passes arguments, orders, clears and promisifies as in Node', async () => {
    const seen: unknown[] = [];
    const order = new Promise<void>((resolve) => {
      setImmediate((a: number, b: string) => seen.push(a, b), 1, 'b');
      setImmediate(function (this: unknown) {
        seen.push('anonymous');
      });
      const cleared = setImmediate(() => seen.push('cleared'));
      expect(cleared.hasRef()).toBe(true);
      clearImmediate(cleared);
      setImmediate(resolve);
    });
    await order;
    expect(seen).toEqual([1, 'b', 'anonymous']);
    await expect(promisify(setImmediate)('value')).resolves.toBe('value');
    expect(() => setImmediate(undefined as never)).toThrow(TypeError);
  });
});

test.skipIf(!opened)('a process ends by itself, closed or not, and gives setImmediate back', async () => {
  const folder = mkdtempSync(join(root, 'node_modules', '.cnnc-test-'));
  try {
    const script = `import { openDevice } from ${JSON.stringify(join(root, 'runtime/node.ts'))};
const real = globalThis.setImmediate;
const opened = await openDevice();
if (!opened.ok) throw new Error(opened.detail);
const changed = globalThis.setImmediate !== real;
globalThis.kept = opened;
if (process.argv[2] === 'close') { opened.close(); opened.close(); }
console.log(changed, globalThis.setImmediate === real);`;
    const outfile = join(folder, 'program.mjs');
    const stdin = { contents: script, resolveDir: tmpdir(), loader: 'ts' } as const;
    await build({
      stdin,
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['webgpu'],
      logLevel: 'error',
    });
    const run = (how: string) =>
      execFileSync(process.execPath, [outfile, how], { encoding: 'utf8', timeout: 30_000, stdio: 'pipe' }).trim();
    expect(run('close')).toBe('true true');
    expect(run('keep')).toBe('true false');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
