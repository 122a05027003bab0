// A plan on a device: buffers, pipelines and bind groups made once; then programs run, and nothing more is created.
import { dataOnDevice } from './data.ts';
import { storedBytes, storedValues } from './half.ts';
import { initialValues } from './init.ts';
import type { Access, BufferRole, DispatchSpec, ParameterSpec, Plan, ProgramName, View } from './plan.ts';
import { type StepValues, stepNumber } from './step.ts';

/** Pictures and labels as they are uploaded: NHWC, one value a channel; the network sees value * scale. */
export interface Pictures {
  readonly values: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  readonly scale: number;
  /** As the plan's `labels` says, one picture after the other; not needed where that is null. */
  readonly labels?: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
}

/** A set of pictures on the device, or as much of it as there is room for. */
export interface DeviceData {
  readonly count: number;
  readonly scale: number;
  /** Sets the order in which batches are gathered: indices into the pictures. */
  setOrder(order: Uint32Array<ArrayBuffer>): void;
  /** Brings the pictures from place `start` of the order to the device, if they are not there: up to the place returned. */
  ready(start: number): number;
  /** Brings the pictures behind those to the device, while it works. */
  prefetch(): void;
  destroy(): void;
  /** Dispatches that load a batch of the part that is ready, and the place of the order where that begins. */
  readonly load: readonly Ready[];
  readonly first: number;
}

/** A dispatch with everything it needs. */
export interface Ready {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly groups: readonly [number, number, number];
  /** Does it read the step uniform? */
  readonly step: boolean;
  /** Bytes to copy to textures first. */
  readonly copies: readonly {
    readonly source: GPUTexelCopyBufferInfo;
    readonly target: GPUTexelCopyTextureInfo;
    readonly rows: number;
  }[];
}

export interface Session {
  readonly device: GPUDevice;
  readonly plan: Plan;
  /** With more than `memory` bytes, or than the device binds, pictures come in parts; an error when two batches are too many. */
  upload(pictures: Pictures, memory?: number): DeviceData;
  /** Values of all parameters for a seed; optimizer slots become what they start as. */
  initialise(seed: number): void;
  /** Replaces parameters by name; lengths must be those of the plan. */
  setParameters(values: ReadonlyMap<string, Float32Array<ArrayBuffer>>): void;
  parameters(): Promise<Map<string, Float32Array<ArrayBuffer>>>;
  /** Writes a batch directly: `batch` pictures, zeros where there are fewer. */
  setInput(values: Float32Array<ArrayBuffer>): void;
  /**
   * Runs a program for each step, all in one submit. With `data`, each step gathers its batch first. `part` cuts the
   * dispatches of a step (those that gather included), for a look at what each leaves. With `watch`, each dispatch is a
   * pass of its own, described by it (the first is 0): a place for timestamps.
   */
  run(
    program: ProgramName,
    steps: readonly StepValues[],
    data?: DeviceData,
    part?: readonly [number, number],
    watch?: (dispatch: number) => GPUComputePassDescriptor,
  ): void;
  /** Sums since the last call, in the order of plan.metrics; they start again at zero. */
  readMetrics(): Promise<Float32Array<ArrayBuffer>>;
  /** What `infer` or `evaluate` left: batch x classes. */
  readOutput(): Promise<Float32Array<ArrayBuffer>>;
  /** Any bytes of a buffer, for checks. */
  read(view: View): Promise<ArrayBuffer>;
  /** Puts back bytes that were read. */
  write(view: View, bytes: ArrayBuffer): void;
  dispose(): void;
}

/** Most steps of one submit: rows of the step uniform. */
export const MOST_STEPS = 64;

const STORAGE = 0x80 | 0x8 | 0x4; // GPUBufferUsage.STORAGE | COPY_DST | COPY_SRC
const UNIFORM = 0x40 | 0x8; // UNIFORM | COPY_DST
const READ = 0x1 | 0x8; // MAP_READ | COPY_DST
const WRITE = 0x2 | 0x4; // MAP_WRITE | COPY_SRC

const ROW_TEXELS = 1024;
/** Bytes of a row of a texture of fours: of floats, or of halves. */
const rowBytes = (role: BufferRole): number => (role.startsWith('half') ? 8 : 16) * ROW_TEXELS;

const bufferLayout = (access: Access): GPUBufferBindingLayout =>
  access === 'step'
    ? { type: 'uniform', hasDynamicOffset: true }
    : { type: access === 'read' ? 'read-only-storage' : 'storage' };

/** Creates everything that `programs` need; pipelines are compiled in parallel. Rejects when the device refuses one. */
export async function createSession(
  device: GPUDevice,
  plan: Plan,
  programs: readonly ProgramName[] = ['infer', 'evaluate', 'train'],
): Promise<Session> {
  for (const feature of plan.features ?? [])
    if (!device.features.has(feature))
      throw new Error(`the plan needs a device with ${feature}: ask for it with requestDevice({ requiredFeatures })`);
  device.pushErrorScope('out-of-memory');
  const buffers = new Map<BufferRole, GPUBuffer>();
  const textures = new Map<BufferRole, GPUTexture>();
  for (const { role, bytes } of plan.buffers) {
    if (/^(operand|half)/.test(role)) {
      const size = [ROW_TEXELS, bytes / rowBytes(role)];
      const format = role.startsWith('half') ? 'rgba16float' : 'rgba32float';
      textures.set(role, device.createTexture({ label: role, size, format, usage: 0x8 | 0x2 })); // STORAGE_BINDING | COPY_DST
    } else if (bytes > 0) buffers.set(role, device.createBuffer({ label: role, size: bytes, usage: STORAGE }));
  }
  const stride = plan.step.stride;
  buffers.set('step', device.createBuffer({ label: 'step', size: stride * MOST_STEPS, usage: UNIFORM }));
  const memory = await device.popErrorScope();
  if (memory) throw new Error(`the device has no memory for the plan: ${memory.message}`);

  // Pipelines of the kernels that the programs use, equal kernels once.
  const layouts = new Map<string, GPUBindGroupLayout>();
  const layoutOf = (bindings: readonly Access[]): GPUBindGroupLayout => {
    const key = bindings.join();
    const known = layouts.get(key);
    if (known) return known;
    const entries = bindings.map(
      (access, binding): GPUBindGroupLayoutEntry => ({
        binding,
        visibility: 4,
        ...(access === 'texture' || access === 'texture16'
          ? { storageTexture: { access: 'read-only', format: access === 'texture' ? 'rgba32float' : 'rgba16float' } }
          : { buffer: bufferLayout(access) }),
      }),
    );
    const made = device.createBindGroupLayout({ entries });
    layouts.set(key, made);
    return made;
  };
  const used = new Set(
    (['load_u8', 'load_f32', ...programs] as const).flatMap((p) => plan.programs[p].map((d) => d.kernel)),
  );
  const pipelines: GPUComputePipeline[] = [];
  await Promise.all(
    [...used].map(async (k) => {
      const { name, wgsl, bindings } = plan.kernels[k]!;
      pipelines[k] = await device.createComputePipelineAsync({
        label: name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layoutOf(bindings)] }),
        compute: { module: device.createShaderModule({ label: name, code: wgsl }), entryPoint: 'main' },
      });
    }),
  );

  const ready = (d: DispatchSpec, own?: ReadonlyMap<BufferRole, GPUBuffer>): Ready => {
    const { bindings } = plan.kernels[d.kernel]!;
    const entries = d.bindings.map((view, binding): GPUBindGroupEntry => {
      if (textures.has(view.buffer)) return { binding, resource: textures.get(view.buffer)!.createView() };
      const buffer = (own?.get(view.buffer) ?? buffers.get(view.buffer))!;
      if (bindings[binding] === 'step') return { binding, resource: { buffer, size: stepBytes } };
      return { binding, resource: view.bytes === 0 ? { buffer } : { buffer, offset: view.offset, size: view.bytes } };
    });
    const group = device.createBindGroup({ layout: layoutOf(bindings), entries });
    const copies = (d.copies ?? []).map(({ from, to }) => ({
      source: { buffer: buffers.get(from.buffer)!, offset: from.offset, bytesPerRow: rowBytes(to) },
      target: { texture: textures.get(to)! },
      rows: Math.ceil(from.bytes / rowBytes(to)),
    }));
    return { pipeline: pipelines[d.kernel]!, group, groups: d.groups, step: bindings.includes('step'), copies };
  };
  const { fields } = plan.step;
  const stepBytes = Math.ceil(fields.length / 4) * 16;
  const dispatches = new Map(programs.map((p) => [p, plan.programs[p].map((d) => ready(d))]));

  // A texture that is first written in part, Dawn clears, through memory that it keeps: so each is written whole once.
  const whole = device.createCommandEncoder();
  for (const { copies } of [...dispatches.values()].flat())
    for (const { source, target, rows } of copies)
      if (rows === target.texture.height) whole.copyBufferToTexture(source, target, [ROW_TEXELS, rows]);
  device.queue.submit([whole.finish()]);

  const row = new DataView(new ArrayBuffer(stride * MOST_STEPS));
  const writeStep = (at: number, v: StepValues): void => {
    fields.forEach((f, i) => {
      const value = stepNumber(f, v);
      if (f.type === 'u32') row.setUint32(at * stride + 4 * i, value, true);
      else row.setFloat32(at * stride + 4 * i, value, true);
    });
  };

  // Read-backs reuse their buffers: one for each size that is asked for.
  const staging = new Map<number, GPUBuffer[]>();
  const read = async (view: View, clear = false): Promise<ArrayBuffer> => {
    const buffer = buffers.get(view.buffer)!;
    const bytes = view.bytes || buffer.size;
    const free = staging.get(bytes) ?? [];
    staging.set(bytes, free);
    const target = free.pop() ?? device.createBuffer({ label: 'read-back', size: bytes, usage: READ });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, view.offset, target, 0, bytes);
    if (clear) encoder.clearBuffer(buffer, view.offset, bytes);
    device.queue.submit([encoder.finish()]);
    await target.mapAsync(1);
    const copy = target.getMappedRange().slice(0);
    target.unmap();
    free.push(target);
    return copy;
  };
  const write = (role: BufferRole, offset: number, values: Float32Array<ArrayBuffer>): void =>
    device.queue.writeBuffer(buffers.get(role)!, offset, values);
  const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  // Through a buffer that is gone afterwards: what Dawn stages writes in, it keeps.
  const put = ({ offset, stored }: ParameterSpec, values: Float32Array<ArrayBuffer>): void => {
    const { buffer, byteOffset, byteLength: size } = stored ? storedBytes(values, stored) : values;
    const source = device.createBuffer({ size, usage: WRITE, mappedAtCreation: true });
    new Uint8Array(source.getMappedRange()).set(new Uint8Array(buffer, byteOffset, size));
    source.unmap();
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, 0, buffers.get('parameters')!, offset, size);
    device.queue.submit([encoder.finish()]);
    source.destroy();
  };

  const session: Session = {
    device,
    plan,
    upload: (pictures, memory = Number.POSITIVE_INFINITY) => dataOnDevice(device, plan, ready, pictures, memory),
    initialise(seed) {
      for (const p of plan.parameters) put(p, initialValues(p, seed));
      const state = buffers.get('state');
      if (!state) return;
      const encoder = device.createCommandEncoder();
      encoder.clearBuffer(state);
      device.queue.submit([encoder.finish()]);
      for (const { fills = [] } of plan.buffers)
        for (const { offset, bytes, value } of fills) write('state', offset, new Float32Array(bytes / 4).fill(value));
    },
    setParameters(values) {
      for (const p of plan.parameters) {
        const given = values.get(p.name);
        if (!given) continue;
        if (given.length !== elements(p.shape))
          throw new Error(`${p.name} has ${elements(p.shape)} values, not ${given.length}`);
        put(p, given);
      }
    },
    async parameters() {
      const all = await read({ buffer: 'parameters', offset: 0, bytes: 0 });
      return new Map(
        plan.parameters.map(({ name, shape, offset, stored }) => {
          const count = elements(shape);
          const floats = () => new Float32Array(all.slice(offset, offset + 4 * count));
          return [name, stored ? storedValues(all, offset, count, stored) : floats()];
        }),
      );
    },
    setInput(values) {
      const { view } = plan.input;
      if (values.byteLength < view.bytes) {
        const padded = new Float32Array(view.bytes / 4);
        padded.set(values);
        write(view.buffer, view.offset, padded);
      } else write(view.buffer, view.offset, values.subarray(0, view.bytes / 4));
    },
    run(program, steps, data, part = [0, Number.POSITIVE_INFINITY], watch) {
      if (data && steps[0]) data.ready(steps[0].start);
      const first = data?.first ?? 0;
      const list = [...(data?.load ?? []), ...(dispatches.get(program) ?? [])].slice(...part);
      steps.forEach((step, i) => writeStep(i, { ...step, start: step.start - first }));
      device.queue.writeBuffer(buffers.get('step')!, 0, row.buffer, 0, stride * steps.length);
      const encoder = device.createCommandEncoder();
      let at = 0;
      let pass = encoder.beginComputePass(watch?.(0));
      let current: GPUComputePipeline | undefined;
      steps.forEach((_, i) => {
        for (const d of list) {
          if (d.copies.length > 0 || (watch && at > 0)) {
            pass.end();
            for (const { source, target, rows } of d.copies)
              encoder.copyBufferToTexture(source, target, [ROW_TEXELS, rows]);
            pass = encoder.beginComputePass(watch?.(at));
            current = undefined;
          }
          at++;
          if (d.pipeline !== current) pass.setPipeline(d.pipeline);
          current = d.pipeline;
          pass.setBindGroup(0, d.group, d.step ? [i * stride] : []);
          pass.dispatchWorkgroups(...d.groups);
        }
      });
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    readMetrics: async () => new Float32Array(await read({ buffer: 'metrics', offset: 0, bytes: 0 }, true)),
    readOutput: async () => new Float32Array(await read(plan.output.view)),
    read,
    write: ({ buffer, offset }, bytes) => device.queue.writeBuffer(buffers.get(buffer)!, offset, bytes),
    dispose() {
      for (const b of [...buffers.values(), ...textures.values()]) b.destroy();
      for (const list of staging.values()) for (const b of list) b.destroy();
    },
  };
  return session;
}
