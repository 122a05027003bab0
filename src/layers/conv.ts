// conv: filters that slide over a picture, or along a signal.
import { emit } from '../ir/index.ts';
import { flagArg, numberArg } from './args.ts';
import { biasOption, checkBias, complete, groupsOf, groupsOption, kernelOption } from './conv-parts.ts';
import { kernelOf, weightOf } from './kernels.ts';
import { type LayerDef, weightOptions } from './layer.ts';
import { asPicture, slidOver } from './signal.ts';
import { windowAttrs, windowOptions } from './windows.ts';

export const conv: LayerDef = {
  name: 'conv',
  doc: 'Convolution (a cross-correlation, as in every framework, unless `flip` turns the kernel) with a bias a filter, over a picture or along a signal. The output is o = floor((i + 2p - d(k - 1) - 1)/s) + 1 high and wide. Weights are height x width x channels/groups x filters; along a signal, length x channels/groups x filters.',
  example: 'conv 32 5x5 relu',
  positional: ['filters', 'kernel'],
  required: ['filters', 'kernel'],
  args: {
    filters: { kind: 'count', max: 65536, doc: 'how many filters, which is the channels of the output' },
    kernel: kernelOption,
    ...windowOptions,
    groups: groupsOption,
    bias: biasOption,
    flip: { kind: 'flag', doc: 'turns the kernel by half before it slides: the convolution of mathematics' },
    ...weightOptions,
  },
  activated: true,
  build: (c) => {
    const filters = numberArg(c.args, 'filters') as number;
    const over = slidOver(c);
    const kernel = over && kernelOf(c, filters);
    const attrs = kernel && windowAttrs(c, kernel.arg, kernel.size, [1, 1], false);
    const groups = over && groupsOf(c, over[2], filters);
    if (!over || !kernel || !attrs || groups === undefined || !checkBias(c)) return undefined;
    const given = weightOf(c, kernel, {
      suffix: 'weight',
      last: [over[2] / groups, filters],
      filterOf: (_, filter) => filter,
    });
    const weight = flagArg(c.args, 'flip')
      ? emit(c.b, 'reverse', [given], { axes: [0, 1] }, `${c.name}.weight.flipped`)
      : given;
    const x = asPicture(c.b, c.x, c.name);
    return complete(c, (name) => emit(c.b, 'conv2d', [x, weight], { ...attrs, groups }, name));
  },
};
