// dropout and noise: what training adds so that no feature relies on a single other one. For inference they do nothing.
import * as say from '../diagnostics/catalog/variants.ts';
import { emit, type Node } from '../ir/index.ts';
import { type ArgSpec, numberArg } from './args.ts';
import { type LayerContext, type LayerDef, pictureOf } from './layer.ts';

const rate: ArgSpec = { kind: 'number', min: 0, below: 1, doc: 'the probability of a value to be dropped' };

/** A layer with one number; `build` gets it, and the operands of an operation that draws random numbers. */
function noisy(
  name: string,
  argument: string,
  spec: ArgSpec,
  doc: string,
  example: string,
  build: (c: LayerContext, inputs: readonly Node[], value: number) => Node | undefined,
): LayerDef {
  return {
    name,
    doc: `${doc} For inference it does nothing.`,
    example,
    positional: [argument],
    required: [argument],
    args: { [argument]: spec },
    activated: false,
    build: (c) => {
      const { seed, step } = c.random();
      return build(c, [c.x, seed, step], numberArg(c.args, argument) as number);
    },
  };
}

export const dropout = noisy(
  'dropout',
  'rate',
  rate,
  'While training, each value is 0 with probability rate, else divided by 1 - rate (Srivastava et al. 2014).',
  'dropout 0.5',
  (c, inputs, value) => emit(c.b, 'dropout', inputs, { rate: value, stream: c.stream }, c.name),
);

const spatial_dropout = noisy(
  'spatial_dropout',
  'rate',
  { ...rate, doc: 'the probability of a channel to be dropped' },
  'While training, each whole channel of a picture or a signal is 0 with probability rate, else divided by 1 - rate (Tompson et al. 2015).',
  'spatial_dropout 0.2',
  (c, inputs, value) => {
    const shape = pictureOf(c.x);
    if (shape.length === 1) {
      c.report(say.noChannels(c.spanOf(''), 'spatial_dropout', shape[0] as number));
      return undefined;
    }
    return emit(c.b, 'dropout', inputs, { rate: value, stream: c.stream, whole: 'channel' }, c.name);
  },
);

const alpha_dropout = noisy(
  'alpha_dropout',
  'rate',
  rate,
  'While training, each value is -1.7581 with probability rate, and all are scaled and shifted so that mean and variance stay 0 and 1: the dropout of `selu` networks (Klambauer et al. 2017).',
  'alpha_dropout 0.1',
  (c, inputs, value) => emit(c.b, 'alpha_dropout', inputs, { rate: value, stream: c.stream }, c.name),
);

const gaussian_dropout = noisy(
  'gaussian_dropout',
  'rate',
  rate,
  'While training, each value is multiplied with a normal number of mean 1 and deviation sqrt(rate / (1 - rate)) (Srivastava et al. 2014).',
  'gaussian_dropout 0.3',
  (c, inputs, value) =>
    emit(
      c.b,
      'gaussian',
      inputs,
      { deviation: Math.sqrt(value / (1 - value)), stream: c.stream, way: 'multiply' },
      c.name,
    ),
);

const gaussian_noise = noisy(
  'gaussian_noise',
  'deviation',
  { kind: 'number', min: 0, doc: 'the standard deviation of what is added' },
  'While training, a normal number of mean 0 is added to each value.',
  'gaussian_noise 0.1',
  (c, inputs, value) => emit(c.b, 'gaussian', inputs, { deviation: value, stream: c.stream, way: 'add' }, c.name),
);

/** All of them, by name. A model cannot end in one. */
export const dropoutLayers: Readonly<Record<string, LayerDef>> = {
  dropout,
  spatial_dropout,
  alpha_dropout,
  gaussian_dropout,
  gaussian_noise,
};
