// conv: filters that slide over a picture.
import * as say from '../diagnostics/catalog/shapes.ts';
import { emit } from '../ir/index.ts';
import { activate } from './activations.ts';
import { flagArg, numberArg, sizeArg } from './args.ts';
import { glorot, type LayerDef, pictureOf, weightOptions, zeros } from './layer.ts';
import { windowAttrs, windowOptions } from './windows.ts';

export const conv: LayerDef = {
  name: 'conv',
  doc: 'Convolution (a cross-correlation, as in every framework) with a bias a filter. The output is o = floor((i + 2p - d(k - 1) - 1)/s) + 1 high and wide.',
  example: 'conv 32 5x5 relu',
  positional: ['filters', 'kernel'],
  required: ['filters', 'kernel'],
  args: {
    filters: { kind: 'count', max: 65536, doc: 'how many filters, which is the channels of the output' },
    kernel: { kind: 'size', doc: 'height and width of a filter, such as 5x5' },
    ...windowOptions,
    ...weightOptions,
  },
  activated: true,
  build: (c) => {
    const filters = numberArg(c.args, 'filters') as number;
    const kernel = sizeArg(c.args, 'kernel') as readonly [number, number];
    const shape = pictureOf(c.x);
    if (shape.length !== 3) {
      c.report(say.needsPicture(c.spanOf(''), 'conv', shape.join('x')));
      return undefined;
    }
    const attrs = windowAttrs(c, 'kernel', kernel, [1, 1], false);
    if (!attrs) return undefined;
    const channels = shape[2] as number;
    const area = kernel[0] * kernel[1];
    const weight = c.parameter('weight', [...kernel, channels, filters], glorot(area * channels, area * filters), true);
    const biased = !flagArg(c.args, 'nobias');
    const last = c.args.activations.length === 0;
    const product = emit(
      c.b,
      'conv2d',
      [c.x, weight],
      { ...attrs, groups: 1 },
      last && !biased ? c.name : `${c.name}.conv`,
    );
    const z = biased
      ? emit(c.b, 'add', [product, c.parameter('bias', [filters], zeros, false)], {}, last ? c.name : `${c.name}.z`)
      : product;
    return activate(c, z);
  },
};
