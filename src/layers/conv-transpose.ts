// conv_transpose: what a strided convolution shrank grows again; its gradient and it are each other's.
import * as say from '../diagnostics/catalog/conv.ts';
import { emit, extent, showTransposedArithmetic, transposedSize } from '../ir/index.ts';
import { numberArg, paddingArg } from './args.ts';
import { biasOption, checkBias, complete, groupsOf, groupsOption, kernelOption } from './conv-parts.ts';
import { kernelOf, weightOf } from './kernels.ts';
import { type LayerContext, type LayerDef, weightOptions } from './layer.ts';
import { asPicture, isSignal, paddingAlong, showSize, sizeAlong, slidOver } from './signal.ts';
import { padAxis } from './windows.ts';

interface Grown {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
  /** Height and width of the result. */
  readonly size: readonly [number, number];
}

export const convTranspose: LayerDef = {
  name: 'conv_transpose',
  doc: 'Transposed convolution, also called fractionally strided: every value of the input adds a kernel, times itself, to the output, `stride` apart. The output is o = s(i - 1) + d(k - 1) + 1 - 2p + output_pad high and wide (Dumoulin & Visin 2016, relationships 8 to 14), with `pad same` s i. Weights are height x width x filters/groups x channels, as in Keras.',
  example: 'conv_transpose 16 4x4 stride 2 pad same relu',
  positional: ['filters', 'kernel'],
  required: ['filters', 'kernel'],
  args: {
    filters: { kind: 'count', max: 65536, doc: 'how many filters, which is the channels of the output' },
    kernel: kernelOption,
    stride: { kind: 'size', doc: 'rows and columns of the output from one value of the input to the next' },
    pad: {
      kind: 'padding',
      doc: 'rows and columns that are cut off the output: a number, `same` (the output is stride times the input), `valid` (none), `full`, a pair, or [top, bottom, left, right]',
    },
    output_pad: { kind: 'size', doc: 'rows and columns added at the end of the output, fewer than the stride' },
    dilation: { kind: 'size', doc: 'distance between the rows and columns that a kernel adds to' },
    groups: groupsOption,
    bias: biasOption,
    ...weightOptions,
  },
  activated: true,
  build: (c) => {
    const filters = numberArg(c.args, 'filters') as number;
    const over = slidOver(c);
    const kernel = over && kernelOf(c, filters);
    const grown = kernel && grow(c, over, kernel.size);
    const groups = over && groupsOf(c, over[2], filters);
    if (!over || !kernel || !grown || groups === undefined || !checkBias(c)) return undefined;
    const each = filters / groups;
    const weight = weightOf(c, kernel, {
      suffix: 'weight',
      last: [each, over[2]],
      filterOf: (own, channel) => Math.floor(channel / (over[2] / groups)) * each + own,
    });
    const x = asPicture(c.b, c.x, c.name);
    const { size, ...window } = grown;
    const attrs = { ...window, groups, shape: [c.x.type.shape[0] as number, ...size, filters] };
    return complete(c, (name) => emit(c.b, 'conv2d_dx', [x, weight], attrs, name));
  },
};

/** Window and size of the result; undefined after a report. */
function grow(
  c: LayerContext,
  input: readonly [number, number, number],
  kernel: readonly [number, number],
): Grown | undefined {
  const signal = isSignal(c.x);
  const stride = sizeAlong(c, 'stride') ?? ([1, 1] as const);
  const dilation = sizeAlong(c, 'dilation') ?? ([1, 1] as const);
  const added = sizeAlong(c, 'output_pad');
  const pad = paddingAlong(c.args, signal);
  const extra = added ? ([signal ? 0 : added[0], added[1]] as const) : ([0, 0] as const);
  if (added && paddingArg(c.args, 'pad')?.mode === 'same') {
    c.report(say.outputPadWithSame(c.spanOf('output_pad'), c.op, c.spanOf('pad')));
    return undefined;
  }
  if (extra[0] >= stride[0] || extra[1] >= stride[1]) {
    c.report(say.outputPadTooLarge(c.spanOf('output_pad'), c.op, showSize(extra, signal), showSize(stride, signal)));
    return undefined;
  }
  const size: number[] = [];
  const padding: number[] = [];
  for (const axis of [0, 1] as const) {
    const [i, k, s, d] = [input[axis], kernel[axis], stride[axis], dilation[axis]];
    // `same` is that of the convolution which this one transposes: it maps s i to i.
    const sides = padAxis(pad, axis, s * i, k, s, d);
    const a = pad.mode === 'same' ? Math.max(0, s - extent(k, d)) : extra[axis];
    const o = transposedSize(i, k, s, sides[0] + sides[1], d, a);
    if (o < 1) {
      const what = signal ? 'values' : axis === 0 ? 'rows' : 'columns';
      const arithmetic = `${showTransposedArithmetic(i, k, s, sides[0], sides[1], d, a)} = ${o} ${what}`;
      c.report(say.nothingLeft(c.spanOf('pad'), c.op, arithmetic, what));
      return undefined;
    }
    size.push(o);
    padding.push(...sides);
  }
  return {
    stride,
    padding: padding as unknown as Grown['padding'],
    dilation,
    size: size as unknown as Grown['size'],
  };
}
