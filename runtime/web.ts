// The runtime inside the module that `cnnc compile --target web` writes. Built ahead, minified, in the variants that the flags
// below give; the command puts the packed plan before it as `$`. Small matters more here than elsewhere.
import { initialValues } from './init.ts';
import type { InitSpec, StepField } from './plan.ts';
import { permutation, streamOf, uniform } from './random.ts';
import { learningRate, type ScheduleSpec } from './schedule.ts';
import { stepNumber } from './step.ts';
import { breathe, type Picture, product, readerOf } from './web-pictures.ts';

/** Is training in? */
declare const TRAIN: boolean;
/** Are all ways to start a parameter, all schedules and all optimizers in, or only uniform and constant, none, and the usual? */
declare const FULL: boolean;
declare const $: WebPlan;

/** Buffers by number: 0 arena, 1 parameters, 2 state, 3 metrics, 4 step, 5 pictures, 6 order, 7 labels. */
export type WebView = readonly [buffer: number, offset?: number, bytes?: number];
/** A kernel, its workgroups, and for each binding a parameter or a view behind them; -1 where the kernel does not use the binding. */
export type WebDispatch = readonly [kernel: number, groups: readonly number[], ...views: number[]];
/**
 * Name, shape, offset in bytes, and how it starts: the limit of uniform numbers, or [constant], or any other way. Where
 * nothing starts, the type in the file when it is not F32.
 */
export type WebParameter = readonly [
  name: string,
  shape: readonly number[],
  offset: number,
  init?: number | readonly [number] | InitSpec | 'F16' | 'I8',
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
  /** From here on for training only. */
  train: readonly WebDispatch[],
  /** Values a picture has as labels: 0 for none; below 0 for floats. */
  labels: number,
  /** Numbers of the step: the place in `webFields`, or the base of 1 - base^step, or any other. */
  fields: readonly (number | readonly [number] | StepField)[],
  metrics: readonly string[],
  /** Parts of the state that do not start as zeros: offset, bytes, value. */
  fills: readonly (readonly [number, number, number])[],
  lr: number,
  epochs: number,
  seed: number,
  schedule?: ScheduleSpec,
];

interface LoadOptions {
  readonly weights?: string | URL | Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer>;
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

type Bytes = Uint8Array<ArrayBuffer>;

const MOST_STEPS = 64;
/** Values that are made at a time. */
const PART = 1 << 14;
const SHUFFLE = 0x5eed;

/** The bytes of a weights file; names of files are seen from the module. */
async function bytesOf(
  weights: NonNullable<LoadOptions['weights']>,
  signal = null as AbortSignal | null,
): Promise<Bytes> {
  const named = typeof weights === 'string' || weights instanceof URL;
  const answer = named ? await fetch(new URL(weights, import.meta.url), { signal }) : new Response(weights);
  if (!answer.ok) throw Error(`${answer.url}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Makes the network ready on a device. Rejects when there is no WebGPU, weights do not fit, or `signal` says so. */
export async function load({ weights, device: given, signal, onProgress, seed: asked }: LoadOptions = {}) {
  const [
    file,
    batch,
    shape,
    inputOffset,
    outputOffset,
    width,
    output,
    sizes,
    limits,
    parameters,
    views,
    kernels,
    infer,
    dispatches,
    labelled,
    fields,
    metrics,
    fills,
    planLr,
    planEpochs,
    planSeed,
    schedule,
  ] = $;
  const seed = asked ?? planSeed;
  let device = given as GPUDevice;
  if (!given) {
    const adapter = await globalThis.navigator?.gpu?.requestAdapter();
    if (!adapter) throw Error('WebGPU is not available');
    // The pictures of a training lie on the device.
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    const large = TRAIN ? { maxBufferSize, maxStorageBufferBindingSize } : {};
    // Kernels that compute with halves begin by saying so.
    const half = kernels.some((code) => code.startsWith('enable f16'));
    if (half && !adapter.features.has('shader-f16')) throw Error('WebGPU has no shader-f16 here');
    device = await adapter.requestDevice({
      requiredFeatures: half ? ['shader-f16'] : [],
      requiredLimits: { ...limits, ...large },
    });
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
    const aborted = new Promise<never>((_, reject) => {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
    const [bytes, ...pipelines] = await Promise.race([
      aborted,
      Promise.all([
        source && bytesOf(source, signal).then(tick),
        ...kernels.map((code) =>
          device
            .createComputePipelineAsync({ layout: 'auto', compute: { module: device.createShaderModule({ code }) } })
            .then(tick),
        ),
      ]),
    ]);
    // 2. Buffers.
    device.pushErrorScope('out-of-memory');
    sizes.forEach((size, i) => buffers.push(make(size, i === 4 ? 0x48 : 0x8c))); // step: UNIFORM | COPY_DST
    if (await device.popErrorScope()) throw Error('out of memory');
    const [arena, values] = buffers as [GPUBuffer, GPUBuffer];
    if (bytes) {
      const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
      for (const [name, dims, offset, type] of parameters) {
        const wanted = TRAIN ? 'F32' : (type ?? 'F32');
        const { dtype, shape: found, data_offsets: at } = header[name] ?? {};
        if (dtype !== wanted || `${found}` !== `${dims}`) throw Error(`no weights ${name}: ${wanted} [${dims}]`);
        // Whole words are written; a new array begins with zeros.
        const words = new Uint8Array((at[1] - at[0] + 3) & ~3);
        words.set(bytes.subarray(start + at[0], start + at[1]));
        queue.writeBuffer(values, offset, words);
        await breathe();
      }
    } else if (TRAIN) {
      for (const [name, dims, offset, init] of parameters) {
        const stream = streamOf(name);
        if (FULL && !Array.isArray(init) && typeof init === 'object')
          queue.writeBuffer(
            values,
            offset,
            initialValues({ name, shape: dims, init: init as InitSpec, offset, trainable: true }, seed),
          );
        else
          for (let at = 0; at < product(dims); at += PART) {
            const part = Float32Array.from({ length: Math.min(PART, product(dims) - at) }, (_, i) =>
              typeof init === 'number' ? (2 * uniform(seed, stream, at + i) - 1) * init : (init as [number])[0],
            );
            queue.writeBuffer(values, offset + 4 * at, part);
            await breathe();
          }
      }
    }
    const places = [...parameters.map(([, , offset]): WebView => [1, offset]), ...views];
    const bind = (list: readonly WebDispatch[]): Ready[] =>
      list.map(([kernel, groups, ...bound]) => {
        const pipeline = pipelines[kernel]!;
        const entries = bound.flatMap((v, binding): GPUBindGroupEntry[] => {
          if (v < 0) return [];
          const [b, offset, size] = places[v]!;
          return [{ binding, resource: { buffer: buffers[b]!, offset, size } as GPUBufferBinding }];
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
      try {
        await from.mapAsync(1);
        return new Float32Array(from.getMappedRange().slice(0));
      } finally {
        from.destroy();
      }
    };
    const inferring = bind(infer);
    const size = product(shape);
    let [step, epoch] = [0, 0];
    if (TRAIN) {
      for (const [offset, n, value] of fills)
        queue.writeBuffer(buffers[2]!, offset, new Float32Array(n / 4).fill(value));
    }
    // 3. What the page sees.
    return {
      device,
      lost: device.lost,
      async predict(picture: Picture | GPUBuffer) {
        const own = 'mapState' in picture;
        const [n, read] = own ? [picture.size / 4 / size] : await readerOf(picture, shape);
        const staging = make(4 * n * width, 9); // MAP_READ | COPY_DST
        for (let at = 0; at < n; at += batch) {
          const count = Math.min(batch, n - at);
          const encoder = device.createCommandEncoder();
          if (read) queue.writeBuffer(arena, inputOffset, read(at, at + count));
          else encoder.copyBufferToBuffer(picture as GPUBuffer, 4 * at * size, arena, inputOffset, 4 * count * size);
          run(encoder, inferring);
          encoder.copyBufferToBuffer(arena, outputOffset, staging, 4 * at * width, 4 * count * width);
          queue.submit([encoder.finish()]);
          await breathe();
        }
        return { [output]: await take(staging) };
      },
      dispose: close,
      ...(TRAIN
        ? {
            async *train(pictures: Picture, labels: ArrayLike<number>, options: TrainOptions = {}) {
              const { epochs = planEpochs, lr: base = planLr, signal: stop } = options;
              const [n, read] = await readerOf(pictures, shape);
              const y = labelled < 0 ? Float32Array.from(labels) : Uint32Array.from(labels ?? []);
              const wanted = n * Math.abs(labelled);
              if (y.length !== wanted) throw Error(`${wanted} labels are needed`);
              const bytes = 4 * n * size;
              const most = device.limits.maxStorageBufferBindingSize;
              if (bytes > most) throw Error(`the pictures take ${bytes} bytes; this device has ${most}`);
              const stride = sizes[4]!;
              if (buffers[5]) throw Error('a training is under way');
              buffers.push(...[bytes, 4 * n, y.byteLength || 4, MOST_STEPS * stride].map((b) => make(b)));
              const [images, order, answers, rows] = buffers.slice(5) as [GPUBuffer, GPUBuffer, GPUBuffer, GPUBuffer];
              try {
                for (let at = 0; at < n; at += batch) {
                  queue.writeBuffer(images, 4 * at * size, read(at, at + batch));
                  await breathe();
                }
                queue.writeBuffer(answers, 0, y);
                const stepping = bind(dispatches);
                const steps = Math.ceil(n / batch);
                const last = step + epochs * steps;
                for (let e = 0; e < epochs; e++) {
                  queue.writeBuffer(order, 0, permutation(seed, SHUFFLE + epoch++, n) as Uint32Array<ArrayBuffer>);
                  let together = 1;
                  for (let start = 0; start < n; ) {
                    stop?.throwIfAborted();
                    const began = performance.now();
                    const encoder = device.createCommandEncoder();
                    let [now, counted, lr] = [0, 0, base];
                    for (; now < together && start < n; now++, start += batch) {
                      const count = Math.min(batch, n - start);
                      if (FULL) {
                        const moment = { step: step - last + epochs * steps, stepsPerEpoch: steps, epochs };
                        lr = learningRate(schedule, base, moment);
                      }
                      counted += count;
                      step++;
                      const floats = new Float32Array(stride / 4);
                      const words = new Uint32Array(floats.buffer);
                      fields.forEach((f, i) => {
                        // In the order of `webFields`: whole numbers first.
                        const all = [start, count, step, seed, count, 1, lr];
                        if (typeof f === 'number') (f < 4 ? words : floats)[i] = all[f]!;
                        else
                          floats[i] =
                            FULL && !Array.isArray(f)
                              ? stepNumber(f as StepField, { start, count, step, seed, scale: 1, lr })
                              : -Math.expm1(step * Math.log((f as [number])[0]));
                      });
                      queue.writeBuffer(rows, now * stride, floats);
                      encoder.copyBufferToBuffer(rows, now * stride, buffers[4]!, 0, stride);
                      run(encoder, stepping);
                    }
                    const staging = make(sizes[3]!, 9);
                    encoder.copyBufferToBuffer(buffers[3]!, 0, staging, 0, sizes[3]!);
                    encoder.clearBuffer(buffers[3]!);
                    queue.submit([encoder.finish()]);
                    const sums = await take(staging);
                    const means = Object.fromEntries(metrics.map((name, i) => [name, sums[i]! / counted]));
                    // The next report is about 50 ms away.
                    const fit = Math.round((now * 50) / (performance.now() - began));
                    together = Math.max(1, Math.min(MOST_STEPS, 4 * together, fit));
                    yield { epoch, step, steps: last, lr, ...means } as Record<string, number>;
                  }
                }
              } finally {
                for (const b of buffers.splice(5)) b.destroy();
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
