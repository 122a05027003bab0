// The runtime inside the module that `cnnc compile --web` writes. Built ahead, minified, in the variants that the flags
// below give; the command puts the packed plan before it as `$`. Small matters more here than elsewhere.
import { initialValues } from './init.ts';
import type { InitSpec, StepField } from './plan.ts';
import { permutation, streamOf, uniform } from './random.ts';
import { learningRate, type ScheduleSpec } from './schedule.ts';
import { stepNumber } from './step.ts';
import { type Picture, valuesOf } from './web-pictures.ts';

/** Is training in? */
declare const TRAIN: boolean;
/** Are all ways to start a parameter, all schedules and all optimizers in, or only uniform and constant, none, and the usual? */
declare const FULL: boolean;
declare const $: WebPlan;

/** Buffers by number: 0 arena, 1 parameters, 2 state, 3 metrics, 4 step, 5 pictures, 6 order, 7 labels. */
export type WebView = readonly [buffer: number, offset: number, bytes: number];
/** A kernel, its workgroups, and a view for each binding; -1 where the kernel does not use the binding. */
export type WebDispatch = readonly [kernel: number, groups: readonly number[], ...views: number[]];
/** Name, shape, offset in bytes, and how it starts: the limit of uniform numbers, or [constant], or any other way. */
export type WebParameter = readonly [
  name: string,
  shape: readonly number[],
  offset: number,
  init?: number | readonly [number] | InitSpec,
];
/** A plan as the module holds it. */
export type WebPlan = readonly [
  /** The weights' file beside the module. */
  file: string,
  batch: number,
  /** Of an input, without the batch. */
  shape: readonly number[],
  inputOffset: number,
  outputOffset: number,
  /** Values of an output, and what they are called. */
  width: number,
  output: string,
  /** Bytes of the buffers 0 to 4. */
  sizes: readonly number[],
  /** Limits of the device above WebGPU's defaults. */
  limits: Readonly<Record<string, number>>,
  parameters: readonly WebParameter[],
  views: readonly WebView[],
  kernels: readonly string[],
  infer: readonly WebDispatch[],
  training?: readonly [
    dispatches: readonly WebDispatch[],
    /** Values a picture has as labels: 0 for none; below 0 for floats. */
    labels: number,
    /** Numbers of the step: the place in `names`, or the base of 1 - base^step, or any other. */
    fields: readonly (number | readonly [number] | StepField)[],
    metrics: readonly string[],
    /** Parts of the state that do not start as zeros: offset, bytes, value. */
    fills: readonly (readonly [number, number, number])[],
    lr: number,
    epochs: number,
    seed: number,
    schedule?: ScheduleSpec,
  ],
];

interface LoadOptions {
  readonly weights?: string | URL | ArrayBuffer | ArrayBufferView<ArrayBuffer>;
  readonly device?: GPUDevice;
  readonly signal?: AbortSignal;
  readonly seed?: number;
  onProgress?(done: number): void;
}
interface TrainOptions {
  readonly epochs?: number;
  readonly lr?: number;
  readonly signal?: AbortSignal;
}
type Ready = readonly [GPUComputePipeline, GPUBindGroup, readonly number[]];

const MOST_STEPS = 64;
const SHUFFLE = 0x5eed;

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The bytes of a weights file; names of files are seen from the module. */
async function bytesOf(
  weights: NonNullable<LoadOptions['weights']>,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (ArrayBuffer.isView(weights)) return new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength);
  if (weights instanceof ArrayBuffer) return new Uint8Array(weights);
  const url = new URL(weights, import.meta.url);
  const answer = await fetch(url, { signal: signal ?? null });
  if (!answer.ok) throw Error(`${url}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Makes the network ready on a device. Rejects when there is no WebGPU, weights do not fit, or `signal` says so. */
export async function load({ weights, device: given, signal, onProgress, seed }: LoadOptions = {}) {
  const [file, batch, shape, inputOffset, outputOffset, width, output, sizes, limits, parameters, views] = $;
  const [, , , , , , , , , , , kernels, infer, training] = $;
  let device = given as GPUDevice;
  if (!given) {
    const adapter = await globalThis.navigator?.gpu?.requestAdapter();
    if (!adapter) throw Error('WebGPU is not available');
    device = await adapter.requestDevice({ requiredLimits: limits });
  }
  const { queue } = device;
  const make = (size: number, usage = 0x8c): GPUBuffer => device.createBuffer({ size, usage }); // STORAGE | COPY
  const buffers: GPUBuffer[] = [];
  const close = (): void => {
    for (const b of buffers) b.destroy();
    if (!given) device.destroy();
  };
  try {
    // 1. Pipelines and weights, at the same time.
    let done = 0;
    const tick = <T>(made: T): T => {
      onProgress?.(++done / (kernels.length + 1));
      return made;
    };
    const source = weights ?? (TRAIN ? undefined : file);
    const [bytes, ...pipelines] = await Promise.all([
      source && bytesOf(source, signal).then(tick),
      ...kernels.map((code) =>
        device
          .createComputePipelineAsync({ layout: 'auto', compute: { module: device.createShaderModule({ code }) } })
          .then(tick),
      ),
    ]);
    signal?.throwIfAborted();
    // 2. Buffers.
    device.pushErrorScope('out-of-memory');
    sizes.forEach((size, i) => buffers.push(make(size, i === 4 ? 0x48 : 0x8c))); // step: UNIFORM | COPY_DST
    if (await device.popErrorScope()) throw Error('out of memory');
    const [arena, values] = buffers as [GPUBuffer, GPUBuffer];
    if (bytes) {
      const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
      for (const [name, dims, offset] of parameters) {
        const { dtype, shape: found, data_offsets: at } = header[name] ?? {};
        if (dtype !== 'F32' || `${found}` !== `${dims}`) throw Error(`no weights ${name}: F32 [${dims}]`);
        queue.writeBuffer(values, offset, bytes, start + at[0], at[1] - at[0]);
      }
    } else if (TRAIN && training) {
      for (const [name, dims, offset, init] of parameters) {
        const from = seed ?? training[7];
        const stream = streamOf(name);
        queue.writeBuffer(
          values,
          offset,
          FULL && !Array.isArray(init) && typeof init === 'object'
            ? initialValues({ name, shape: dims, init: init as InitSpec, offset, trainable: true }, from)
            : Float32Array.from({ length: product(dims) }, (_, i) =>
                typeof init === 'number' ? (2 * uniform(from, stream, i) - 1) * init : (init as [number])[0],
              ),
        );
      }
    }
    const bind = (list: readonly WebDispatch[]): Ready[] =>
      list.map(([kernel, groups, ...bound]) => {
        const pipeline = pipelines[kernel]!;
        const entries = bound.flatMap((v, binding): GPUBindGroupEntry[] => {
          if (v < 0) return [];
          const [b, offset, size] = views[v]!;
          const buffer = buffers[b]!;
          return [{ binding, resource: size ? { buffer, offset, size } : { buffer } }];
        });
        return [pipeline, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }), groups];
      });
    const run = (encoder: GPUCommandEncoder, list: readonly Ready[]): void => {
      const pass = encoder.beginComputePass();
      for (const [pipeline, group, [x, y, z]] of list) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(x!, y, z);
      }
      pass.end();
    };
    /** Reads a buffer that nothing else uses, and destroys it. */
    const take = async (from: GPUBuffer): Promise<Float32Array<ArrayBuffer>> => {
      await from.mapAsync(1);
      const copy = new Float32Array(from.getMappedRange().slice(0));
      from.destroy();
      return copy;
    };
    const inferring = bind(infer);
    const size = product(shape);
    let [step, epoch] = [0, 0];
    if (TRAIN && training) {
      for (const [offset, n, value] of training[4])
        queue.writeBuffer(buffers[2]!, offset, new Float32Array(n / 4).fill(value));
    }
    // 3. What the page sees.
    return {
      device,
      lost: device.lost,
      async predict(picture: Picture | GPUBuffer) {
        const own = 'mapState' in picture;
        const x = own ? undefined : valuesOf(picture, shape);
        const n = x ? x.length / size : (picture as GPUBuffer).size / 4 / size;
        const staging = make(4 * n * width, 9); // MAP_READ | COPY_DST
        for (let at = 0; at < n; at += batch) {
          const count = Math.min(batch, n - at);
          const encoder = device.createCommandEncoder();
          if (x) queue.writeBuffer(arena, inputOffset, x, at * size, count * size);
          else encoder.copyBufferToBuffer(picture as GPUBuffer, 4 * at * size, arena, inputOffset, 4 * count * size);
          run(encoder, inferring);
          encoder.copyBufferToBuffer(arena, outputOffset, staging, 4 * at * width, 4 * count * width);
          queue.submit([encoder.finish()]);
        }
        return { [output]: await take(staging) };
      },
      dispose: close,
      ...(TRAIN && training
        ? {
            async *train(pictures: Picture, labels: ArrayLike<number>, options: TrainOptions = {}) {
              const [dispatches, labelled, fields, metrics, , planLr, planEpochs, planSeed, schedule] = training;
              const { epochs = planEpochs, lr: base = planLr, signal: stop } = options;
              const from = seed ?? planSeed;
              const x = valuesOf(pictures, shape);
              const n = x.length / size;
              const y = labelled < 0 ? Float32Array.from(labels) : Uint32Array.from(labels ?? []);
              if (y.length !== n * Math.abs(labelled)) throw Error(`${n * Math.abs(labelled)} labels are needed`);
              const stride = sizes[4]!;
              const rows = make(MOST_STEPS * stride);
              const own = [x, new Uint32Array(n), y].map((v) => make(v.byteLength || 4));
              const [images, order, answers] = own as [GPUBuffer, GPUBuffer, GPUBuffer];
              buffers.splice(5, 3, ...own);
              try {
                queue.writeBuffer(images, 0, x);
                queue.writeBuffer(answers, 0, y);
                const stepping = bind(dispatches);
                const steps = Math.ceil(n / batch);
                const last = step + epochs * steps;
                const first = step;
                for (let e = 0; e < epochs; e++) {
                  queue.writeBuffer(order, 0, permutation(from, SHUFFLE + epoch++, n) as Uint32Array<ArrayBuffer>);
                  let most = 1;
                  for (let start = 0; start < n; ) {
                    stop?.throwIfAborted();
                    const began = performance.now();
                    const encoder = device.createCommandEncoder();
                    let [now, counted, lr] = [0, 0, base];
                    for (; now < most && start < n; now++, start += batch) {
                      const count = Math.min(batch, n - start);
                      if (FULL) {
                        const moment = { step: step - first, stepsPerEpoch: steps, epochs };
                        lr = learningRate(schedule, base, moment);
                      }
                      counted += count;
                      const names = { start, count, step: ++step, seed: from, scale: 1, lr };
                      const floats = new Float32Array(stride / 4);
                      const words = new Uint32Array(floats.buffer);
                      fields.forEach((f, i) => {
                        // In the order of `webFields`: whole numbers first.
                        const all = [start, count, step, from, count, 1, lr];
                        if (typeof f === 'number') (f < 4 ? words : floats)[i] = all[f]!;
                        else
                          floats[i] =
                            FULL && !Array.isArray(f)
                              ? stepNumber(f as StepField, names)
                              : -Math.expm1(step * Math.log((f as [number])[0]));
                      });
                      queue.writeBuffer(rows, now * stride, floats);
                      encoder.copyBufferToBuffer(rows, now * stride, buffers[4]!, 0, stride);
                      run(encoder, stepping);
                    }
                    const bytes = sizes[3]!;
                    const staging = make(bytes, 9);
                    encoder.copyBufferToBuffer(buffers[3]!, 0, staging, 0, bytes);
                    encoder.clearBuffer(buffers[3]!);
                    queue.submit([encoder.finish()]);
                    const sums = await take(staging);
                    const means = Object.fromEntries(metrics.map((name, i) => [name, sums[i]! / counted]));
                    yield { epoch, step, steps: last, lr, ...means } as Record<string, number>;
                    const took = performance.now() - began;
                    most = Math.max(1, Math.min(MOST_STEPS, 4 * most, Math.round((now * 50) / took)));
                  }
                }
              } finally {
                for (const b of [rows, ...buffers.splice(5)]) b.destroy();
              }
            },
            async save() {
              const staging = make(sizes[1]!, 9);
              const encoder = device.createCommandEncoder();
              encoder.copyBufferToBuffer(values, 0, staging, 0, sizes[1]!);
              queue.submit([encoder.finish()]);
              const all = await take(staging);
              let end = 0;
              const entries = parameters.map(([name, dims]) => {
                const begin = end;
                end += 4 * product(dims);
                return [name, { dtype: 'F32', shape: dims, data_offsets: [begin, end] }];
              });
              const text = JSON.stringify(Object.fromEntries(entries));
              const header = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
              return new Blob([
                new BigUint64Array([BigInt(header.length)]),
                header,
                ...parameters.map(([, dims, offset]) => all.subarray(offset / 4, offset / 4 + product(dims))),
              ]);
            },
          }
        : {}),
    };
  } catch (error) {
    close();
    throw error;
  }
}
