// depthwise: every channel has filters of its own. separable: that, and then a 1x1 convolution over the channels.
import { emit, type Node } from '../ir/index.ts';
import { numberArg } from './args.ts';
import { biasOption, checkBias, complete, kernelOption } from './conv-parts.ts';
import { kernelOf, weightOf } from './kernels.ts';
import { type LayerContext, type LayerDef, weightOptions } from './layer.ts';
import { asPicture, slidOver } from './signal.ts';
import { windowAttrs, windowOptions } from './windows.ts';

const multiplierOption = {
  kind: 'count',
  max: 65536,
  doc: 'filters of each channel, 1 unless given',
} as const;

/** The depthwise convolution of a line, to be emitted under a name, and its filters; undefined after a report. */
function depthwiseOf(
  c: LayerContext,
  suffix: string,
): { readonly emit: (name: string) => Node; readonly filters: number } | undefined {
  const multiplier = numberArg(c.args, 'multiplier') ?? 1;
  const over = slidOver(c);
  const filters = (over?.[2] ?? 0) * multiplier;
  const kernel = over && kernelOf(c, filters);
  const attrs = kernel && windowAttrs(c, kernel.arg, kernel.size, [1, 1], false);
  if (!over || !kernel || !attrs || !checkBias(c)) return undefined;
  const groups = over[2];
  const weight = weightOf(c, kernel, {
    suffix,
    last: [groups, multiplier],
    filterOf: (channel, own) => channel * multiplier + own,
    as: [1, filters],
  });
  const x = asPicture(c.b, c.x, c.name);
  return { filters, emit: (name) => emit(c.b, 'conv2d', [x, weight], { ...attrs, groups }, name) };
}

export const depthwise: LayerDef = {
  name: 'depthwise',
  doc: 'Depthwise convolution: every channel is convolved with filters of its own, `multiplier` each, and a bias a filter. Weights are height x width x channels x multiplier, as in Keras.',
  example: 'depthwise 3x3 pad same nobias',
  positional: ['kernel'],
  required: ['kernel'],
  args: { kernel: kernelOption, multiplier: multiplierOption, ...windowOptions, bias: biasOption, ...weightOptions },
  activated: true,
  build: (c) => {
    const made = depthwiseOf(c, 'weight');
    return made && complete(c, made.emit);
  },
};

export const separable: LayerDef = {
  name: 'separable',
  doc: 'Depthwise separable convolution: a depthwise convolution (`depthwise_weight`), then a 1x1 convolution over all channels (`pointwise_weight`), with one bias a filter at the end, as in Keras.',
  example: 'separable 64 3x3 pad same relu',
  positional: ['filters', 'kernel'],
  required: ['filters', 'kernel'],
  args: {
    filters: { kind: 'count', max: 65536, doc: 'how many filters, which is the channels of the output' },
    kernel: kernelOption,
    multiplier: multiplierOption,
    ...windowOptions,
    bias: biasOption,
    ...weightOptions,
  },
  activated: true,
  build: (c) => {
    const made = depthwiseOf(c, 'depthwise_weight');
    if (!made) return undefined;
    const filters = numberArg(c.args, 'filters') as number;
    const each = made.emit(`${c.name}.depthwise`);
    const weight = weightOf(
      c,
      { size: [1, 1], arg: 'kernel' },
      { suffix: 'pointwise_weight', last: [made.filters, filters], filterOf: (_, filter) => filter },
    );
    const attrs = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
    return complete(c, (name) => emit(c.b, 'conv2d', [each, weight], attrs, name));
  },
};
