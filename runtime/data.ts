// A data set on the device: all of it, or, where it is too large, two parts of the epoch's order, of which one is filled
// while batches are gathered from the other. The network sees the same bits either way.
import type { BufferRole, DispatchSpec, Plan } from './plan.ts';
import type { DeviceData, Pictures, Ready } from './session.ts';

/** Elements of a shape. */
const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * How many pictures lie on the device at a time: all of the set, or as many as two buffers hold with `memory` bytes and
 * `most` bytes a buffer, in whole batches; 0 when that is not one batch.
 */
export function picturesHeld(plan: Plan, { values, labels }: Pictures, most: number, memory: number): number {
  const count = values.length / product(plan.input.shape.slice(1));
  const sizes = [values.byteLength, plan.labels && labels ? labels.byteLength : 0];
  const [pixels, marks] = sizes as [number, number];
  if (Math.max(pixels, marks, 4 * count) <= most && pixels + marks <= memory) return count;
  const fits = Math.min(memory / 2 / ((pixels + marks) / count), most / (Math.max(pixels, marks, 4 * count) / count));
  return Math.floor(fits / plan.batch) * plan.batch;
}

/** Uploads a set, or makes room for parts of it. `ready` binds the dispatches that gather a batch. */
export function dataOnDevice(
  device: GPUDevice,
  plan: Plan,
  ready: (d: DispatchSpec, own: ReadonlyMap<BufferRole, GPUBuffer>) => Ready,
  pictures: Pictures,
  memory: number,
): DeviceData {
  const { values, scale, labels } = pictures;
  const count = values.length / product(plan.input.shape.slice(1));
  const needed = plan.labels ? count * product(plan.labels.shape) : 0;
  if (plan.labels && labels?.length !== needed)
    throw new Error(`${count} pictures need ${needed} labels, not ${labels?.length ?? 0}`);
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const held = picturesHeld(plan, pictures, Math.min(maxBufferSize, maxStorageBufferBindingSize), memory);
  if (held < 1) throw new Error(`${memory} bytes hold no two batches of pictures`);
  // 1. The buffers: of the pictures and what is known of them, and the order in which they are gathered.
  const make = (label: BufferRole, size: number): GPUBuffer => device.createBuffer({ label, size, usage: 0x8c });
  const stored = [['pictures', values] as const, ...(plan.labels && labels ? [['labels', labels] as const] : [])];
  const order = make('order', 4 * held);
  const load = plan.programs[values instanceof Uint8Array ? 'load_u8' : 'load_f32'];
  const parts = Array.from({ length: held < count ? 2 : 1 }, () => {
    const own = new Map<BufferRole, GPUBuffer>([['order', order]]);
    for (const [role, { byteLength }] of stored)
      own.set(role, make(role, Math.ceil(((byteLength / count) * held) / 4) * 4));
    return { own, load: load.map((d) => ready(d, own)), chunk: -1 };
  });
  /** Writes whole words; those of the last one that are no bytes of the set are zeros. */
  const write = (buffer: GPUBuffer, { buffer: from, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): void => {
    const whole = byteLength - (byteLength % 4);
    device.queue.writeBuffer(buffer, 0, from, byteOffset, whole);
    if (whole === byteLength) return;
    const tail = new Uint8Array(4);
    tail.set(new Uint8Array(from, byteOffset + whole, byteLength - whole));
    device.queue.writeBuffer(buffer, whole, tail);
  };
  const destroy = (): void => {
    for (const { own } of parts) for (const b of own.values()) b.destroy();
  };
  let at = parts[0]!;
  if (parts.length === 1) {
    for (const [role, view] of stored) write(at.own.get(role)!, view);
    return {
      count,
      scale,
      first: 0,
      load: at.load,
      setOrder: (o) => device.queue.writeBuffer(order, 0, o),
      ready: () => count,
      prefetch: () => undefined,
      destroy,
    };
  }
  // 2. Parts of the order: each lies in its buffers as it is gathered, one picture after the other.
  device.queue.writeBuffer(
    order,
    0,
    Uint32Array.from({ length: held }, (_, i) => i),
  );
  let wanted = Uint32Array.from({ length: count }, (_, i) => i);
  const room = stored.map(([, view]) => view.slice(0, (view.length / count) * held));
  const fill = (chunk: number): void => {
    const part = parts[chunk % 2]!;
    if (part.chunk === chunk) return;
    part.chunk = chunk;
    const here = wanted.subarray(chunk * held, (chunk + 1) * held);
    stored.forEach(([role, view], k) => {
      const size = view.length / count;
      const to = room[k]!;
      here.forEach((from, i) => void to.set(view.subarray(from * size, (from + 1) * size), i * size));
      write(part.own.get(role)!, to.subarray(0, here.length * size));
    });
  };
  return {
    count,
    scale,
    get first() {
      return at.chunk * held;
    },
    get load() {
      return at.load;
    },
    setOrder(o) {
      wanted = o;
      for (const part of parts) part.chunk = -1;
    },
    ready(start) {
      const chunk = Math.floor(start / held);
      fill(chunk);
      at = parts[chunk % 2]!;
      return Math.min(count, (chunk + 1) * held);
    },
    prefetch() {
      if ((at.chunk + 1) * held < count) fill(at.chunk + 1);
    },
    destroy,
  };
}
