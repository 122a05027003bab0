// dense: every unit reads every feature. flatten: a picture as features.
import * as say from '../diagnostics/catalog/shapes.ts';
import { emit } from '../ir/index.ts';
import { activate } from './activations.ts';
import { flagArg, numberArg } from './args.ts';
import { glorot, type LayerDef, pictureOf, weightOptions, zeros } from './layer.ts';

export const dense: LayerDef = {
  name: 'dense',
  doc: 'A fully connected layer: y = x W + b.',
  example: 'dense 10 softmax',
  positional: ['units'],
  required: ['units'],
  args: {
    units: { kind: 'count', max: 1 << 24, doc: 'how many units, which is the features of the output' },
    ...weightOptions,
  },
  activated: true,
  build: (c) => {
    const units = numberArg(c.args, 'units') as number;
    const shape = pictureOf(c.x);
    if (shape.length !== 1) {
      c.report(
        say.needsFeatures(
          c.spanOf(''),
          'dense',
          shape.join('x'),
          shape.reduce((a, b) => a * b, 1),
        ),
      );
      return undefined;
    }
    const features = shape[0] as number;
    const weight = c.parameter('weight', [features, units], glorot(features, units), true);
    const biased = !flagArg(c.args, 'nobias');
    const last = c.args.activations.length === 0;
    const attrs = { transposeA: false, transposeB: false };
    const product = emit(c.b, 'matmul', [c.x, weight], attrs, last && !biased ? c.name : `${c.name}.product`);
    const z = biased
      ? emit(c.b, 'add', [product, c.parameter('bias', [units], zeros, false)], {}, last ? c.name : `${c.name}.z`)
      : product;
    return activate(c, z);
  },
};

export const flatten: LayerDef = {
  name: 'flatten',
  doc: 'A picture as one row of features, row by row, channels last. Moves no data.',
  example: 'flatten => 1024',
  positional: [],
  required: [],
  args: {},
  activated: false,
  build: (c) => {
    const [batch, ...rest] = c.x.type.shape as [number, ...number[]];
    return emit(c.b, 'reshape', [c.x], { shape: [batch, rest.reduce((a, b) => a * b, 1)] }, c.name);
  },
};
