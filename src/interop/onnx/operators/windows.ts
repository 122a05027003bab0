// Sliding windows: strides, dilations and pads in all their forms, and pictures, signals and volumes as the graph has them.
import { emit, type Node, type WindowAttrs } from '../../../ir/index.ts';
import type { Convert } from '../convert.ts';
import { lastDims, type Value } from '../value.ts';
import { reshapeTo } from './axes.ts';

/** A window along one spatial axis. */
export interface Along {
  /** Size of the input along the axis. */
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

/** Elements from the first to the last that a window sees. */
export const extentOf = ({ kernel, dilation }: Along): number => dilation * (kernel - 1) + 1;
export const outputOf = (a: Along): number => Math.floor((a.size + a.before + a.after - extentOf(a)) / a.stride) + 1;

/** What reading the windows of a node takes of it. */
export type Windowed = Pick<Convert, 'number' | 'numberList' | 'text' | 'refuse'>;

/** The windows of a node, axis by axis, whatever way the file says them. */
export function alongAxes(c: Windowed, x: Pick<Value, 'dims'>, kernel: readonly number[]): Along[] {
  const rank = x.dims.length - 2;
  if (rank < 1 || rank > 3) c.refuse(`${Math.max(0, rank)} spatial dimensions; cnnc has one, two and three`);
  if (kernel.length !== rank) c.refuse(`a kernel of ${kernel.length} dimensions over ${rank}`);
  const auto = c.text('auto_pad', 'NOTSET');
  const [strides, dilations, pads] = [c.numberList('strides'), c.numberList('dilations'), c.numberList('pads')];
  return kernel.map((k, i): Along => {
    const a = {
      size: x.dims[i + 2] as number,
      kernel: k,
      stride: strides?.[i] ?? 1,
      dilation: dilations?.[i] ?? 1,
      before: auto === 'NOTSET' || auto === '' ? (pads?.[i] ?? 0) : 0,
      after: auto === 'NOTSET' || auto === '' ? (pads?.[i + rank] ?? 0) : 0,
    };
    if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER') return a;
    const total = Math.max(0, (Math.ceil(a.size / a.stride) - 1) * a.stride + extentOf(a) - a.size);
    const less = Math.floor(total / 2);
    const before = auto === 'SAME_UPPER' ? less : total - less;
    return { ...a, before, after: total - before };
  });
}

const single: Along = { size: 1, kernel: 1, stride: 1, dilation: 1, before: 0, after: 0 };

/** The last two axes as attributes of an operation on pictures; a signal is a picture of one row. */
export function planar(all: readonly Along[]): WindowAttrs & { readonly window: readonly [number, number] } {
  const [h, w] = all.length === 1 ? [single, all[0] as Along] : (all.slice(-2) as [Along, Along]);
  return {
    window: [h.kernel, w.kernel],
    stride: [h.stride, w.stride],
    dilation: [h.dilation, w.dilation],
    padding: [h.before, h.after, w.before, w.after],
  };
}

/** N x H x W x C; the slices of a volume are pictures of a larger batch. */
export function picture(c: Convert, x: Value): Node {
  const [n, ...rest] = lastDims(x.dims) as [number, ...number[]];
  const shape =
    rest.length === 2
      ? [n, 1, ...rest]
      : rest.length === 4
        ? [n * (rest[0] as number), ...rest.slice(1)]
        : [n, ...rest];
  return reshapeTo(c, x.channelsLast(), shape, '.picture');
}

/** Pictures as a value of x's rank again; `depth` is the size of a volume's first axis. */
export function result(c: Convert, x: Value, y: Node, depth = 1): Value {
  const [n, h, w, ch] = y.type.shape as [number, number, number, number];
  const rank = x.dims.length;
  const shape = rank === 3 ? [n, w, ch] : rank === 5 ? [n / depth, depth, h, w, ch] : [n, h, w, ch];
  return c.channelsLast(reshapeTo(c, y, shape, '.spatial'));
}

/** The slices of a volume in rows: N x D x (H W) x C of pictures (N D) x H x W x C, for windows along the depth. */
export function deep(c: Convert, y: Node, depth: number): Node {
  const [nd, h, w, ch] = y.type.shape as [number, number, number, number];
  return reshapeTo(c, y, [nd / depth, depth, h * w, ch], '.deep');
}

/** ONNX keeps kernels filters x channels x spatial, cnnc height x width x channels x filters: one for each slice of depth. */
export function kernels(c: Convert, w: Value): Node[] {
  const rank = w.dims.length - 2;
  const order = [...Array.from({ length: rank }, (_, i) => i + 2), 1, 0];
  const node = w.ordered(order);
  const { shape } = node.type;
  if (rank === 1) return [emit(c.b, 'reshape', [node], { shape: [1, ...shape] }, `${c.name}.kernel`)];
  if (rank === 2) return [node];
  const one = [1, ...shape.slice(1)];
  return Array.from({ length: shape[0] as number }, (_, k) => {
    const part = emit(c.b, 'slice', [node], { begin: [k, 0, 0, 0, 0], size: one }, `${c.name}.kernel${k}`);
    return reshapeTo(c, part, one.slice(1), `.kernel${k}.slice`);
  });
}

/** Which input row each output row sees through element k of the kernel; undefined outside. */
export const rowsSeen = (a: Along, outputs: number, k: number): (number | undefined)[] =>
  Array.from({ length: outputs }, (_, o) => {
    const at = o * a.stride + k * a.dilation - a.before;
    return at >= 0 && at < a.size ? at : undefined;
  });
