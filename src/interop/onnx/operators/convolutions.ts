// Convolutions and transposed convolutions over signals, pictures and volumes.
import type { Node } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';
import { reshapeTo, takeRows } from './axes.ts';
import {
  type Along,
  alongAxes,
  extentOf,
  kernels,
  outputOf,
  picture,
  planar,
  result,
  rowsSeen,
  type Windowed,
} from './windows.ts';

const summed = (c: Convert, parts: readonly Node[]): Node =>
  parts.reduce((a, b) => c.emit('add', [a, b], {}, '.slices'));

const biased = (c: Convert, y: Node): Node => (c.has(2) ? c.emit('add', [y, c.input(2).plain()], {}) : y);

/** Depth by itself: a volume's convolution is a sum over the kernel's slices, each one of pictures. */
const conv: Converter = (c) => {
  const [x, w] = [c.input(0), c.input(1)];
  const all = alongAxes(c, x, w.dims.slice(2));
  const { window: _, ...attrs } = { ...planar(all), groups: c.number('group', 1) };
  if (all.length < 3) {
    const [kernel] = kernels(c, w) as [Node];
    return result(c, x, biased(c, c.emit('conv2d', [picture(c, x), kernel], attrs, '.conv')));
  }
  const depth = all[0] as Along;
  const outputs = outputOf(depth);
  const volume = x.channelsLast();
  const [n, , ...plane] = volume.type.shape as [number, number, ...number[]];
  const parts = kernels(c, w).map((kernel, k) => {
    const seen = takeRows(c, volume, 1, rowsSeen(depth, outputs, k), `.depth${k}`);
    return c.emit('conv2d', [reshapeTo(c, seen, [n * outputs, ...plane], '.pictures'), kernel], attrs, `.slice${k}`);
  });
  return result(c, x, biased(c, summed(c, parts)), outputs);
};

/** An axis of a transposed convolution: its output, and how many rows of it no input reaches. */
interface Spread {
  readonly along: Along;
  readonly output: number;
  readonly unreached: number;
}

/** o = s (i - 1) + output padding + d (k - 1) + 1 - pads (ONNX, ConvTranspose). */
export function spreadOf(c: Windowed, a: Along, i: number, rank: number): Spread {
  const more = c.numberList('output_padding')?.[i] ?? 0;
  const shape = c.numberList('output_shape');
  const auto = c.text('auto_pad', 'NOTSET');
  const same = auto === 'SAME_UPPER' || auto === 'SAME_LOWER';
  const wanted = shape ? (shape[shape.length - rank + i] as number) : same ? a.size * a.stride : undefined;
  const reached = a.stride * (a.size - 1) + extentOf(a);
  let { before, after } = a;
  if (wanted !== undefined) {
    const total = Math.max(0, reached + more - wanted);
    const less = Math.floor(total / 2);
    before = auto === 'SAME_UPPER' ? less : total - less;
    after = total - before;
  }
  const output = wanted ?? reached + more - before - after;
  if (output < 1) c.refuse(`an output of ${output} along axis ${i + 2}`);
  // A convolution that goes the other way has rows left over, up to its stride; what is more is zeros.
  const unreached = Math.max(0, output - (reached - before - after + a.stride - 1));
  return { along: { ...a, before, after }, output, unreached };
}

/** The transposed convolution is the gradient of the convolution that goes the other way. */
const convTranspose: Converter = (c) => {
  const [x, w] = [c.input(0), c.input(1)];
  const rank = x.dims.length - 2;
  const spread = alongAxes(c, x, w.dims.slice(2)).map((a, i) => spreadOf(c, a, i, rank));
  const groups = c.number('group', 1);
  const filters = (w.dims[1] as number) * groups;
  const { window: _, ...attrs } = planar(spread.map(({ along }) => along));
  const plane = spread.slice(-2);
  const reached = plane.map(({ output, unreached }) => output - unreached);
  const pictures = picture(c, x);
  const shape = [pictures.type.shape[0] as number, ...(rank === 1 ? [1] : []), ...reached, filters];
  const slices = kernels(c, w).map((kernel, k) =>
    c.emit('conv2d_dx', [pictures, kernel], { ...attrs, groups, shape }, `.transposed${k}`),
  );
  const end = plane.map(({ unreached }) => unreached);
  const extended = (y: Node): Node =>
    end.every((n) => n === 0)
      ? y
      : c.emit('pad_zeros', [y], { before: [0, 0, 0, 0], after: [0, ...(rank === 1 ? [0] : []), ...end, 0] }, '.zeros');
  if (rank < 3) return result(c, x, biased(c, extended(slices[0] as Node)));
  const depth = spread[0] as Spread;
  const parts = slices.map((y, k) => {
    const volume = reshapeTo(c, y, [x.dims[0] as number, depth.along.size, ...shape.slice(1)], `.volume${k}`);
    // Input row i goes to output row s i + d k - before.
    const goes = rowsSeen({ ...depth.along, size: depth.output }, depth.along.size, k);
    const from = Array.from({ length: depth.output }, (_, o) => {
      const row = goes.indexOf(o);
      return row === -1 ? undefined : row;
    });
    const placed = takeRows(c, volume, 1, from, `.depth${k}`);
    return reshapeTo(c, placed, [(x.dims[0] as number) * depth.output, ...shape.slice(1)], `.pictures${k}`);
  });
  return result(c, x, biased(c, extended(summed(c, parts))), depth.output);
};

export const convolutions: Readonly<Record<string, Converter>> = { Conv: conv, ConvTranspose: convTranspose };
