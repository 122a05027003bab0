// Pooling over signals, pictures and volumes: the largest, the mean, the norm; over windows and over everything.
import { type Node, sizeOf } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';
import type { Value } from '../value.ts';
import { maxOver, sumOver, takeRows } from './axes.ts';
import {
  type Along,
  alongAxes,
  deep,
  extentOf,
  outputOf,
  picture,
  planar,
  result,
  rowsSeen,
  type Windowed,
} from './windows.ts';

interface Pool {
  /** With what rounding up adds behind the padding. */
  readonly axes: readonly Along[];
  /** As the file has it: what a mean counts when it counts padding. */
  readonly plain: readonly Along[];
}

/** With ceil_mode windows may hang over the end, if they begin before it. */
export function poolOf(c: Windowed, x: Pick<Value, 'dims'>): Pool {
  const kernel = c.numberList('kernel_shape') ?? c.refuse('no kernel_shape');
  const plain = alongAxes(c, x, kernel);
  if (c.number('ceil_mode', 0) === 0) return { axes: plain, plain };
  const axes = plain.map((a) => {
    let out = Math.ceil((a.size + a.before + a.after - extentOf(a)) / a.stride) + 1;
    if ((out - 1) * a.stride >= a.size + a.before) out--;
    return { ...a, after: Math.max(a.after, (out - 1) * a.stride + extentOf(a) - a.size - a.before) };
  });
  return { axes, plain };
}

/** Pools of pictures one after the other: over the planes of a volume, then along its depth. */
function pooled(
  c: Convert,
  x: Value,
  start: Node,
  { axes, plain }: Pool,
  pool: (y: Node, axes: readonly Along[], plain: readonly Along[], suffix: string) => Node,
  finish: (y: Node) => Node = (y) => y,
): Value {
  const planes = pool(start, axes.slice(-2), plain.slice(-2), axes.length === 3 ? '.planes' : '');
  if (axes.length < 3) return result(c, x, finish(planes));
  const depth = axes[0] as Along;
  const flat = (a: Along): Along[] => [a, { size: 0, kernel: 1, stride: 1, dilation: 1, before: 0, after: 0 }];
  const y = finish(pool(deep(c, planes, depth.size), flat(depth), flat(plain[0] as Along), ''));
  const outputs = outputOf(depth);
  const [, h, w, ch] = planes.type.shape as [number, number, number, number];
  const shape = [(x.dims[0] as number) * outputs, h, w, ch];
  return result(c, x, c.emit('reshape', [y], { shape }, '.pictures'), outputs);
}

const maxPool: Converter = (c) => {
  const x = c.input(0);
  const pool = poolOf(c, x);
  const y = pooled(c, x, picture(c, x), pool, (v, axes, _, suffix) => c.emit('maxpool2d', [v], planar(axes), suffix));
  return (c.node.outputs[1] ?? '') === '' ? y : [y, indices(c, x, y, pool.axes)];
};

/**
 * Where the largest elements stand in x, as flat indices; of several the first. Each element of the window is compared
 * with the largest by itself.
 */
function indices(c: Convert, x: Value, y: Value, axes: readonly Along[]): Value {
  const window = axes.reduce((n, { kernel }) => n * kernel, 1);
  if (window > 64) c.refuse(`indices of the largest of ${window} elements; 64 is the most`);
  if (sizeOf(x.dims) > 2 ** 24) c.refuse('indices beyond 2^24, which float32 cannot tell apart');
  const outputs = y.dims.slice(2);
  const spatial = x.dims.slice(2);
  const plane = sizeOf(spatial);
  const stride = (i: number): number =>
    c.number('storage_order', 0) === 0 ? sizeOf(spatial.slice(i + 1)) : sizeOf(spatial.slice(0, i));
  const largest = y.plain();
  let free: Node | undefined;
  let sum: Node | undefined;
  for (let e = 0; e < window; e++) {
    const k = axes.map(
      (_, i) => Math.floor(e / sizeOf(axes.slice(i + 1).map(({ kernel }) => kernel))) % axes[i]!.kernel,
    );
    let seen = x.plain();
    axes.forEach((a, i) => {
      seen = takeRows(c, seen, i + 2, rowsSeen(a, outputs[i] as number, k[i] as number), `.seen${e}.${i}`);
    });
    const inside = new Float32Array(sizeOf(y.dims));
    const flat = new Float32Array(inside.length);
    for (let o = 0; o < inside.length; o++) {
      let rest = o;
      let within = true;
      let at = 0;
      for (let i = axes.length - 1; i >= 0; i--) {
        const a = axes[i]!;
        const place = (rest % (outputs[i] as number)) * a.stride + (k[i] as number) * a.dilation - a.before;
        rest = Math.floor(rest / (outputs[i] as number));
        if (place < 0 || place >= a.size) within = false;
        at += place * stride(i);
      }
      inside[o] = within ? 1 : 0;
      flat[o] = within ? rest * plane + at : 0;
    }
    const numbers = (values: Float32Array, suffix: string): Node =>
      c.known({ dims: y.dims, type: 'float', values }, `${suffix}${e}`).plain();
    const less = c.emit('greater', [largest, seen], {}, '.less');
    const is = c.emit('mul', [c.emit('sub', [c.b.scalar(1), less], {}, '.is'), numbers(inside, '.inside')], {}, '.hit');
    const first = free ? c.emit('mul', [is, free], {}, '.first') : is;
    const rest = c.emit('sub', [c.b.scalar(1), is], {}, '.rest');
    free = free ? c.emit('mul', [free, rest], {}, '.free') : rest;
    const part = c.emit('mul', [first, numbers(flat, '.index')], {}, '.part');
    sum = sum ? c.emit('add', [sum, part], {}, '.indices') : part;
  }
  return c.plain(sum as Node);
}

/** The mean of a volume's window is the mean of the means of its planes: what is counted is a box. */
const averagePool: Converter = (c) => {
  const x = c.input(0);
  const include = c.number('count_include_pad', 0) !== 0;
  return pooled(c, x, picture(c, x), poolOf(c, x), (v, axes, plain, suffix) => {
    const attrs = planar(axes);
    return c.emit('avgpool2d', [v], include ? { ...attrs, counted: planar(plain).padding } : attrs, suffix);
  });
};

/** |x|^p, and the root of it. */
const powerOf = (c: Convert, x: Node, p: number): Node =>
  p === 1 ? c.emit('abs', [x], {}, '.abs') : c.emit('pow', [c.emit('abs', [x], {}, '.abs')], { exponent: p }, '.power');
const rootOf = (c: Convert, y: Node, p: number): Node =>
  p === 1 ? y : p === 2 ? c.emit('sqrt', [y], {}) : c.emit('pow', [y], { exponent: 1 / p });

/** (sum of |x|^p)^(1/p) of each window: the mean that counts all padding, times the size of the window. */
const lpPool: Converter = (c) => {
  const x = c.input(0);
  const p = c.number('p', 2);
  const pool = (y: Node, axes: readonly Along[], _: readonly Along[], suffix: string): Node => {
    const attrs = planar(axes);
    const mean = c.emit('avgpool2d', [y], { ...attrs, counted: attrs.padding }, `${suffix}.mean`);
    return c.emit('mul', [mean, c.b.scalar(attrs.window[0] * attrs.window[1])], {}, `${suffix}.sum`);
  };
  return pooled(c, x, powerOf(c, picture(c, x), p), poolOf(c, x), pool, (y) => rootOf(c, y, p));
};

/** Over all spatial dimensions, in the order in which the value lies. */
const globalPool =
  (fold: (c: Convert, x: Node, axes: readonly number[], count: number) => Node): Converter =>
  (c) => {
    const x = c.input(0);
    const axes = x.dims
      .map((_, i) => x.order.indexOf(i))
      .slice(2)
      .sort((a, b) => a - b);
    return c.ordered(fold(c, x.ordered(x.order), axes, sizeOf(x.dims.slice(2))), x.order);
  };

export const pools: Readonly<Record<string, Converter>> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  LpPool: lpPool,
  GlobalAveragePool: globalPool((c, x, axes, n) => c.emit('mul', [sumOver(c, x, axes, true), c.b.scalar(1 / n)], {})),
  GlobalMaxPool: globalPool((c, x, axes) => maxOver(c, x, axes, true)),
  GlobalLpPool: globalPool((c, x, axes) => {
    const p = c.number('p', 2);
    return rootOf(c, sumOver(c, powerOf(c, x, p), axes, true), p);
  }),
};
