// What convolution and pooling share: padding modes, and the messages about windows that do not fit.
import * as pieces from '../diagnostics/catalog/pieces.ts';
import * as say from '../diagnostics/catalog/shapes.ts';
import { ceilRows, emptyWindow, extent, outputSize, showArithmetic, unreadRows } from '../ir/geometry.ts';
import type { WindowAttrs } from '../ir/index.ts';
import { type ArgSpec, flagArg, type PaddingArg } from './args.ts';
import { type LayerContext, pictureOf } from './layer.ts';
import { isSignal, paddingAlong, showSize, sizeAlong } from './signal.ts';

export const windowOptions: Readonly<Record<string, ArgSpec>> = {
  stride: { kind: 'size', doc: 'rows and columns from one window to the next' },
  pad: {
    kind: 'padding',
    doc: 'zeros around the picture: a number, `same`, `valid` (none), `full`, a pair, or [top, bottom, left, right]',
  },
  dilation: { kind: 'size', doc: 'distance between the rows and columns that a window reads' },
};

/**
 * Padding of one axis, before and after. `same` gives ceil(i/s) outputs, the odd one at the end, as Keras does;
 * `full` is k - 1 on both sides (Dumoulin & Visin 2016, relationship 4).
 */
export function padAxis(
  arg: PaddingArg,
  axis: 0 | 1,
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
): [number, number] {
  const k = extent(kernel, dilation);
  switch (arg.mode) {
    case 'valid':
      return [0, 0];
    case 'full':
      return [k - 1, k - 1];
    case 'same': {
      const total = Math.max(0, (Math.ceil(input / stride) - 1) * stride + k - input);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    }
    case 'sides':
      return [arg.sides[2 * axis] as number, arg.sides[2 * axis + 1] as number];
  }
}

/** Stride, padding and dilation of a line for a kernel on a picture, or on a signal as one row; undefined after a report. */
export function windowAttrs(
  c: LayerContext,
  kernelArg: string,
  kernel: readonly [number, number],
  defaultStride: readonly [number, number],
  pooling: boolean,
): WindowAttrs | undefined {
  const signal = isSignal(c.x);
  const [h, w] = (signal ? [1, ...pictureOf(c.x)] : pictureOf(c.x)) as [number, number];
  const stride = sizeAlong(c, 'stride') ?? defaultStride;
  const dilation = sizeAlong(c, 'dilation') ?? ([1, 1] as const);
  const pad = paddingAlong(c.args, signal);
  const rows = padAxis(pad, 0, h, kernel[0], stride[0], dilation[0]);
  const columns = padAxis(pad, 1, w, kernel[1], stride[1], dilation[1]);
  const { op } = c;
  let ok = true;
  /** What is never read along each axis: said once when it is the same for both. */
  const lostAlong: { axis: 'row' | 'column' | 'value'; lost: number; arithmetic: string; exact: number }[] = [];
  for (const [axis, input, sides] of [
    [0, h, rows],
    [1, w, columns],
  ] as const) {
    const k = extent(kernel[axis], dilation[axis]);
    if (pooling && Math.max(...sides) >= k && Math.max(...sides) > 0) {
      c.report(say.paddingTooLarge(c.spanOf('pad'), op, Math.max(...sides), k));
      return undefined;
    }
    if (pooling && flagArg(c.args, 'ceil'))
      sides[1] += ceilRows(input, kernel[axis], stride[axis], sides, dilation[axis]);
    const total = sides[0] + sides[1];
    const o = outputSize(input, kernel[axis], stride[axis], total, dilation[axis]);
    const arithmetic = showArithmetic(input, kernel[axis], stride[axis], sides[0], sides[1], dilation[axis]);
    const empty = pooling && emptyWindow(input, kernel[axis], stride[axis], sides[0], dilation[axis], o);
    if (empty) {
      const [what, from] = signal
        ? (['values', 'value'] as const)
        : axis === 0
          ? (['rows', 'row'] as const)
          : (['columns', 'column'] as const);
      c.report(
        pieces.emptyWindow(c.spanOf(kernelArg), op, `${what} ${empty.join(' and ')}`, `${from}s 0 to ${input - 1}`),
      );
      return undefined;
    }
    if (o < 1 && ok) {
      const fits = [
        Math.floor((h + rows[0] + rows[1] - 1) / dilation[0]) + 1,
        Math.floor((w + columns[0] + columns[1] - 1) / dilation[1]) + 1,
      ] as const;
      const before = c.x.layer;
      const label = before && { span: before.span, text: `gives ${pictureOf(c.x).join('x')}` };
      c.report(
        say.windowTooLarge(
          c.spanOf(kernelArg),
          op,
          showSize(kernel, signal),
          signal ? `signal of length ${w}` : `${h}x${w} picture`,
          `${arithmetic} = ${o} ${signal ? 'values' : axis === 0 ? 'rows' : 'columns'}`,
          showSize(fits, signal),
          label,
        ),
      );
      ok = false;
    }
    const unread = unreadRows(input, kernel[axis], stride[axis], total, dilation[axis]);
    const lost = unread - sides[1];
    // A window smaller than its stride leaves rows out everywhere: then those at the end are no surprise.
    if (o >= 1 && lost > Math.max(0, stride[axis] - k)) {
      const exact = (input + total - k) / stride[axis] + 1;
      const name = signal ? 'value' : axis === 0 ? 'row' : 'column';
      lostAlong.push({ axis: name, lost, arithmetic, exact: Number(exact.toFixed(3)) });
    }
  }
  const [first, second] = lostAlong;
  const both = first !== undefined && first.lost === second?.lost && first.arithmetic === second.arithmetic;
  for (const { axis, lost, arithmetic, exact } of both ? [first] : lostAlong) {
    c.report(say.unreadRows(c.spanOf(kernelArg), op, both ? ['row', 'column'] : [axis], lost, arithmetic, exact));
  }
  return ok ? { stride, padding: [...rows, ...columns], dilation } : undefined;
}
