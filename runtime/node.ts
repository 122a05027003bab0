// Opens a WebGPU device under Node (Dawn, package `webgpu`), waits for it without burning a core, and lets go of it.

export type AdapterKind = 'hardware' | 'software' | 'null';

export interface AdapterFacts {
  /** A name for people: the card, or the software renderer with its version. */
  readonly name: string;
  /** What the driver says of itself; may be empty. */
  readonly driver: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly kind: AdapterKind;
  /** The interface below: vulkan, metal, d3d12 or null. */
  readonly backend: string;
}

export interface OpenedDevice {
  readonly ok: true;
  readonly device: GPUDevice;
  readonly adapter: AdapterFacts;
  /** The limits of the device by their WebGPU names. Sizes are bytes. */
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
  /** Resolves with the driver's words when the device is lost. Does not resolve because of `close`. */
  readonly lost: Promise<string>;
  /** Destroys the device and everything made with it; afterwards nothing of it keeps the process alive. Repeatable. */
  close(): void;
}

/**
 * `no-binding`: the package `webgpu` cannot be loaded on this machine. `no-adapter`: Dawn finds nothing to run on.
 * `no-match`: adapters exist, but not the one asked for. `no-device`: the adapter refuses to give a device.
 */
export interface NotOpened {
  readonly ok: false;
  readonly reason: 'no-binding' | 'no-adapter' | 'no-match' | 'no-device';
  /** What the layer below said. */
  readonly detail: string;
  /** The adapters there are, when the one asked for is not among them. */
  readonly available: readonly string[];
}

export interface OpenOptions {
  /** `auto` (hardware if there is any, else software), `software`, `hardware`, or a part of an adapter's name. */
  readonly adapter?: string;
  /** `null`: a device that validates shaders and commands and computes nothing. Needs no GPU and no driver. */
  readonly backend?: 'null';
  /** Dawn toggles to switch on, or with a leading `-` off. */
  readonly toggles?: readonly string[];
  /** Called around each synchronous question to Dawn: a place to hide what native code prints. */
  readonly around?: Around;
}

export type Around = <T>(ask: () => T) => T;
const plainly: Around = (ask) => ask();

/** Limits that a plan may need more of than WebGPU promises; a device gets what its adapter has. */
const wanted = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxUniformBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;
/** The last is there under Dawn's toggle allow_unsafe_apis alone. */
const wantedFeatures: readonly string[] = [
  'timestamp-query',
  'shader-f16',
  'subgroups',
  'chromium-experimental-subgroup-matrix',
];

type Binding = typeof import('webgpu');

/** Dawn's instances by their flags. They stay: a device whose instance was collected takes the process down. */
const instances = new Map<string, GPU>();

function instance(binding: Binding, flags: readonly string[]): GPU {
  const key = flags.join('\n');
  const gpu = instances.get(key) ?? binding.create([...flags]);
  instances.set(key, gpu);
  return gpu;
}

/** Mesa's drivers of cards, which all are reached through /dev/dri, or kgsl. Those of others (NVIDIA's, WSL's) are not named. */
const cardsOfMesa =
  '*intel*,*radeon*,*nouveau*,*virtio*,*gfxstream*,*freedreno*,*panfrost*,*broadcom*,*asahi*,*powervr*';

/** On Linux without a card, keeps Vulkan's loader from loading every driver of cards: 8 MB and a part of the start. */
async function skipDriversOfCards(): Promise<void> {
  const env = process.env;
  if (process.platform !== 'linux' || Object.keys(env).some((name) => /^VK_(LOADER_|DRIVER_FILES|ICD_)/.test(name)))
    return;
  const { existsSync } = await import('node:fs');
  if (!existsSync('/dev/dri') && !existsSync('/dev/kgsl-3d0')) env.VK_LOADER_DRIVERS_DISABLE = cardsOfMesa;
}

async function loadBinding(): Promise<Binding> {
  const env = process.env;
  // Mesa complains on stderr without this folder, and Node's process.env reaches native code.
  env.XDG_RUNTIME_DIR ??= env.TMPDIR ?? '/tmp';
  await skipDriversOfCards();
  const binding = await import('webgpu');
  // GPUBufferUsage and the like, which browsers have as globals and the runtime takes from there.
  for (const [name, value] of Object.entries(binding.globals)) {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
  return binding;
}

const failed = (reason: NotOpened['reason'], detail: unknown, available: readonly string[] = []): NotOpened => ({
  ok: false,
  reason,
  detail: detail instanceof Error ? detail.message : String(detail),
  available,
});

/** Name and backend of every adapter: Dawn lists them only when asked for one that is not there. */
async function list(binding: Binding, around: Around): Promise<{ name: string; backend: string }[]> {
  try {
    await around(() => instance(binding, ['adapter=:list:']).requestAdapter());
  } catch (error) {
    const lines = String(error).matchAll(/backend: '([^']*)', name: '(.*)'/g);
    return [...lines].map(([, backend = '', name = '']) => ({ name, backend }));
  }
  return [];
}

/** Every adapter that Dawn can use here, best first. Empty when there is none or `webgpu` cannot be loaded. */
export async function listAdapters(around: Around = plainly): Promise<{ name: string; backend: string }[]> {
  try {
    return await list(await loadBinding(), around);
  } catch {
    return [];
  }
}

const nameOfSoftware = /llvmpipe|lavapipe|swiftshader|basic render|warp/i;

function describe(info: GPUAdapterInfo, backend: string | undefined): AdapterFacts {
  const software = info.isFallbackAdapter || info.architecture === 'software' || nameOfSoftware.test(info.device);
  const kind: AdapterKind = backend === 'null' ? 'null' : software ? 'software' : 'hardware';
  const driver = info.description.trim();
  if (kind === 'null') return { name: 'null backend', driver, vendor: '', architecture: '', kind, backend: 'null' };
  const name = kind === 'software' ? driver.replace(/ 0\.0\.1$/, '') : info.device.replace(/-+$/, '');
  const usual: Record<string, string> = { darwin: 'metal', win32: 'd3d12' };
  return {
    name: name || driver || info.vendor || 'unnamed adapter',
    driver,
    vendor: info.vendor,
    architecture: info.architecture,
    kind,
    backend: backend ?? usual[process.platform] ?? 'vulkan',
  };
}

async function chooseAdapter(
  binding: Binding,
  options: OpenOptions,
): Promise<{ adapter: GPUAdapter; facts: AdapterFacts } | NotOpened> {
  const { around = plainly } = options;
  const on = (options.toggles ?? []).filter((toggle) => !toggle.startsWith('-'));
  const off = (options.toggles ?? []).filter((toggle) => toggle.startsWith('-')).map((toggle) => toggle.slice(1));
  const flags = [
    ...(on.length > 0 ? [`enable-dawn-features=${on.join(',')}`] : []),
    ...(off.length > 0 ? [`disable-dawn-features=${off.join(',')}`] : []),
  ];
  const ask = async (more: string[], request: GPURequestAdapterOptions, backend?: string) => {
    const adapter = await around(() => instance(binding, [...more, ...flags]).requestAdapter(request));
    return adapter ? { adapter, facts: describe(adapter.info, backend) } : undefined;
  };
  const want = options.adapter ?? 'auto';
  const fast: GPURequestAdapterOptions = { powerPreference: 'high-performance' };
  try {
    if (options.backend === 'null') {
      return (
        (await ask(['backend=null'], {}, 'null')) ?? failed('no-adapter', 'Dawn was built without its null backend')
      );
    }
    if (want === 'auto') return (await ask([], fast)) ?? failed('no-adapter', 'requestAdapter gave nothing');
    if (want === 'hardware' || want === 'software') {
      const first = await ask([], want === 'software' ? { forceFallbackAdapter: true } : fast);
      if (first?.facts.kind === want) return first;
    }
    const there = await list(binding, around);
    const match = there.find(({ name }) =>
      want === 'hardware' || want === 'software'
        ? nameOfSoftware.test(name) === (want === 'software')
        : name.toLowerCase().includes(want.toLowerCase()),
    );
    const names = there.map(({ name }) => name);
    if (!match) return failed(names.length > 0 ? 'no-match' : 'no-adapter', `no adapter matches '${want}'`, names);
    const found = await ask([`adapter=${match.name}`], fast, match.backend);
    return found ?? failed('no-adapter', `Dawn lists '${match.name}' and does not give it`, names);
  } catch (error) {
    return failed('no-adapter', error);
  }
}

/**
 * Opens a device with the adapter's own limits for buffers and workgroups, and with timestamp-query, shader-f16 and
 * subgroups where the adapter has them. What cannot be opened is a result, not an exception.
 *
 * A process ends by itself while a device is open and idle: Dawn keeps Node alive only as long as something is
 * awaited. `close` frees the memory of the device at once instead of at the next garbage collection.
 */
export async function openDevice(options: OpenOptions = {}): Promise<OpenedDevice | NotOpened> {
  let binding: Binding;
  try {
    binding = await loadBinding();
  } catch (error) {
    return failed('no-binding', error);
  }
  const chosen = await chooseAdapter(binding, options);
  if ('ok' in chosen) return chosen;
  const { adapter, facts } = chosen;
  const release = waitWell(binding);
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)) as GPUFeatureName[],
      requiredLimits: Object.fromEntries(wanted.map((name) => [name, adapter.limits[name]])),
    });
  } catch (error) {
    release();
    return failed('no-device', error);
  }
  const limits: Record<string, number> = {};
  const supported = device.limits as unknown as Record<string, unknown>;
  for (const name in supported) {
    const value = supported[name];
    if (typeof value === 'number') limits[name] = value;
  }
  let closed = false;
  const lost = new Promise<string>((resolve) => {
    void device.lost.then((info) => {
      if (!closed) resolve(info.message || 'the driver gives no reason');
    });
  });
  const close = () => {
    if (closed) return;
    closed = true;
    device.destroy();
    release();
  };
  return { ok: true, device, adapter: facts, limits, features: [...device.features].sort(), lost, close };
}

// --- Waiting ---------------------------------------------------------------------------------------------------------
// Dawn's binding asks "done yet?" from setImmediate for as long as anything is awaited: over 100,000 times a second, a
// core's worth, which a software adapter needs for computing. It looks setImmediate up on globalThis each time it asks,
// so a replacement there can choose when it asks again. All other callers get Node's own function. While waiting:
//   1. up to 0.3 ms: ask at once, as Dawn does, so that small read-backs stay fast;
//   2. up to 8 ms: sleep an eighth of the time waited so far (never under 0.05 ms), then ask. The event loop still turns
//      between any two sleeps, so that timers, signals and files are late by 1 ms at most;
//   3. then: ask from a timer, 1 ms apart. The thread is free for everything else.
// The time counts from the last call that made something to wait for.
// Windows sleeps no shorter than 1 to 16 ms, so that step 2 is left out there.
const spinMs = process.platform === 'win32' ? 8 : 0.3;
const timerMs = 8;

/** How often Dawn was asked and how the thread passed the time in between, since the process started. */
export const waiting = { polls: 0, sleeps: 0, timers: 0 };

type Immediate = typeof setImmediate;
let users = 0;
let uninstall: (() => void) | undefined;
let since = 0;
let sleeping: { timer: NodeJS.Timeout; ask: () => void } | undefined;

/** A function made by native code that is not a built-in and not bound: of these, setImmediate sees only Dawn's. */
function comesFromDawn(callback: unknown, args: number): boolean {
  if (typeof callback !== 'function' || args !== 0 || callback.name !== '' || callback.length !== 0) return false;
  return Object.hasOwn(callback, 'prototype') && Function.prototype.toString.call(callback).includes('[native code]');
}

/** Something new is awaited: start at the quick end again. */
function awaited(): void {
  since = performance.now();
  if (!sleeping) return;
  const { timer, ask } = sleeping;
  clearTimeout(timer);
  sleeping = undefined;
  setImmediate(ask);
}

function install(binding: Binding): () => void {
  const real = globalThis.setImmediate;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let asking = false;
  function patient(callback: (...args: unknown[]) => void, ...args: unknown[]): NodeJS.Immediate | NodeJS.Timeout {
    if (!comesFromDawn(callback, args.length)) return real(callback, ...args);
    const ask = () => {
      asking = true;
      waiting.polls++;
      try {
        callback();
      } finally {
        asking = false;
      }
    };
    const now = performance.now();
    if (!asking) since = now;
    const waited = now - since;
    if (waited >= timerMs) {
      waiting.timers++;
      const later = () => {
        sleeping = undefined;
        ask();
      };
      sleeping = { ask, timer: setTimeout(later, 1) };
      return sleeping.timer;
    }
    if (waited >= spinMs) {
      waiting.sleeps++;
      Atomics.wait(cell, 0, 0, Math.max(0.05, waited / 8));
    }
    return real(ask);
  }
  // util.promisify and the like find what they look for on the replacement too.
  const replacement = Object.defineProperties(patient, Object.getOwnPropertyDescriptors(real)) as unknown as Immediate;
  globalThis.setImmediate = replacement;
  const { GPUBuffer, GPUQueue } = binding.globals as {
    GPUBuffer: { prototype: GPUBuffer };
    GPUQueue: { prototype: GPUQueue };
  };
  const { mapAsync } = GPUBuffer.prototype;
  const { onSubmittedWorkDone } = GPUQueue.prototype;
  GPUBuffer.prototype.mapAsync = function (...args) {
    awaited();
    return mapAsync.apply(this, args);
  };
  GPUQueue.prototype.onSubmittedWorkDone = function () {
    awaited();
    return onSubmittedWorkDone.call(this);
  };
  return () => {
    // Whoever replaced it after us keeps the replacement, which still passes everything on.
    if (globalThis.setImmediate === replacement) globalThis.setImmediate = real;
    Object.assign(GPUBuffer.prototype, { mapAsync });
    Object.assign(GPUQueue.prototype, { onSubmittedWorkDone });
  };
}

/** Puts the patient wait in place for as long as any device is open. Returns the function that gives it up. */
function waitWell(binding: Binding): () => void {
  if (users++ === 0) uninstall = install(binding);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    if (--users === 0) uninstall?.();
  };
}
