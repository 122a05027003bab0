// Normalisation: batchnorm, layernorm, groupnorm, instancenorm. They differ in what a mean is taken over.
import * as say from '../diagnostics/catalog/normal.ts';
import { emit, type Node } from '../ir/index.ts';
import { moments } from '../ir/ops/normalize.ts';
import { activate } from './activations.ts';
import { type ArgSpec, flagArg, numberArg } from './args.ts';
import { type LayerContext, type LayerDef, ones, pictureOf, zeros } from './layer.ts';

const scaling: Readonly<Record<string, ArgSpec>> = {
  epsilon: { kind: 'number', above: 0, doc: 'is added to the variance, so that the division stays finite; 1e-5' },
  noscale: { kind: 'flag', doc: 'without gamma' },
  nocenter: { kind: 'flag', doc: 'without beta' },
  frozen: { kind: 'flag', doc: 'training does not change gamma and beta; batchnorm uses its running means then' },
};

const epsilonOf = (c: LayerContext): number => numberArg(c.args, 'epsilon') ?? 1e-5;

interface Scales {
  readonly gamma: Node | undefined;
  readonly beta: Node | undefined;
}

/** gamma and beta, one a channel, unless the line does without them. */
function scales(c: LayerContext): Scales {
  const channels = c.x.type.shape.slice(-1);
  return {
    gamma: flagArg(c.args, 'noscale') ? undefined : c.parameter('gamma', channels, ones, false),
    beta: flagArg(c.args, 'nocenter') ? undefined : c.parameter('beta', channels, zeros, false),
  };
}

/** gamma x + beta, then the activations of the line. The last node gets the layer's name. */
function scaleAndShift(c: LayerContext, x: Node, { gamma, beta }: Scales): Node {
  const last = c.args.activations.length === 0;
  const id = (suffix: string, end: boolean): string => (last && end ? c.name : `${c.name}.${suffix}`);
  const y = gamma ? emit(c.b, 'mul', [x, gamma], {}, id('scaled', !beta)) : x;
  return activate(c, beta ? emit(c.b, 'add', [y, beta], {}, id('z', true)) : y);
}

/** The name of the standardized values: the layer's, where nothing follows. */
const standardName = (c: LayerContext): string =>
  flagArg(c.args, 'noscale') && flagArg(c.args, 'nocenter') && c.args.activations.length === 0
    ? c.name
    : `${c.name}.normal`;

/** x with mean and variance of its own over `axes`, seen as `shape` meanwhile. */
function standardized(c: LayerContext, axes: readonly number[], shape?: readonly number[]): Node {
  const x = shape ? emit(c.b, 'reshape', [c.x], { shape }, `${c.name}.groups`) : c.x;
  const { mean, variance } = moments(c.b, x, axes, true, c.name);
  const attrs = { axes, epsilon: epsilonOf(c) };
  const name = standardName(c);
  const y = emit(c.b, 'standardize', [x, mean, variance], attrs, shape ? `${name}.groups` : name);
  return shape ? emit(c.b, 'reshape', [y], { shape: c.x.type.shape }, name) : y;
}

const batchnorm: LayerDef = {
  name: 'batchnorm',
  doc: 'Batch normalisation (Ioffe & Szegedy 2015): y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and variance of each channel over the batch and all positions. Training keeps running means of both, m <- momentum m + (1 - momentum) batch, which inference uses (and training, where the layer is frozen). gamma and beta are trained. (Keras starts from momentum 0.99 and epsilon 1e-3; PyTorch calls 1 - momentum momentum.)',
  example: 'batchnorm relu',
  positional: [],
  required: [],
  args: {
    momentum: { kind: 'number', min: 0, below: 1, doc: 'how much of the running means a step keeps; 0.9' },
    ...scaling,
  },
  activated: true,
  build: (c) => {
    const { x } = c;
    const channels = x.type.shape.slice(-1);
    const axes = x.type.shape.slice(0, -1).map((_, axis) => axis);
    const momentum = numberArg(c.args, 'momentum') ?? 0.9;
    const scaling = scales(c);
    const movingMean = c.statistic('moving_mean', channels, zeros);
    const movingVariance = c.statistic('moving_variance', channels, ones);
    if (c.frozen) {
      const given = { axes: [], epsilon: epsilonOf(c) };
      const y = emit(c.b, 'standardize', [x, movingMean, movingVariance], given, standardName(c));
      return scaleAndShift(c, y, scaling);
    }
    const { mean, variance } = moments(c.b, x, axes, false, c.name);
    c.running({ parameter: movingMean, value: mean, momentum });
    c.running({ parameter: movingVariance, value: variance, momentum });
    const attrs = { axes, epsilon: epsilonOf(c) };
    return scaleAndShift(c, emit(c.b, 'standardize', [x, mean, variance], attrs, standardName(c)), scaling);
  },
};

const layernorm: LayerDef = {
  name: 'layernorm',
  doc: 'Layer normalisation (Ba, Kiros & Hinton 2016), as Keras: each position of each picture is normalised over its channels, then gamma x + beta.',
  example: 'layernorm',
  positional: [],
  required: [],
  args: scaling,
  activated: true,
  build: (c) => scaleAndShift(c, standardized(c, [c.x.type.shape.length - 1]), scales(c)),
};

/** Axes of the positions of a picture or signal: all but batch and channels. */
const positions = (x: Node): number[] => x.type.shape.slice(1, -1).map((_, i) => i + 1);

const groupnorm: LayerDef = {
  name: 'groupnorm',
  doc: 'Group normalisation (Wu & He 2018): each group of channels of a picture is normalised over its channels and positions, then gamma x + beta for each channel.',
  example: 'groupnorm 4 relu',
  positional: ['groups'],
  required: ['groups'],
  args: {
    groups: { kind: 'count', doc: 'how many groups the channels are divided into' },
    ...scaling,
  },
  activated: true,
  build: (c) => {
    const groups = numberArg(c.args, 'groups') as number;
    const { shape } = c.x.type;
    const channels = shape[shape.length - 1] as number;
    if (channels % groups !== 0) {
      c.report(say.groupsDoNotDivide(c.spanOf('groups'), channels, groups));
      return undefined;
    }
    const axes = [...positions(c.x), shape.length];
    return scaleAndShift(c, standardized(c, axes, [...shape.slice(0, -1), groups, channels / groups]), scales(c));
  },
};

const instancenorm: LayerDef = {
  name: 'instancenorm',
  doc: 'Instance normalisation (Ulyanov et al. 2016): each channel of each picture is normalised over its positions, then gamma x + beta.',
  example: 'instancenorm relu',
  positional: [],
  required: [],
  args: scaling,
  activated: true,
  build: (c) => {
    const axes = positions(c.x);
    if (axes.length === 0) {
      c.report(say.noPositions(c.spanOf(''), pictureOf(c.x).join('x')));
      return undefined;
    }
    return scaleAndShift(c, standardized(c, axes), scales(c));
  },
};

const lrn: LayerDef = {
  name: 'lrn',
  doc: 'Local response normalisation (Krizhevsky, Sutskever & Hinton 2012, section 3.3): y_i = x_i / (k + alpha * sum of x_j^2)^beta over the `size` channels around i. alpha is not divided by size, as in the paper (PyTorch and Caffe divide it: multiply theirs by 1/size).',
  example: 'lrn',
  positional: [],
  required: [],
  args: {
    size: { kind: 'count', max: 65536, doc: 'channels of a neighbourhood; 5' },
    alpha: { kind: 'number', min: 0, doc: 'weight of their squares; 1e-4' },
    beta: { kind: 'number', min: 0, doc: 'the exponent; 0.75' },
    k: { kind: 'number', above: 0, doc: 'what is added to the sum; 2' },
  },
  activated: false,
  build: (c) => {
    const { b, x, name } = c;
    const number = (arg: string, otherwise: number): number => numberArg(c.args, arg) ?? otherwise;
    const size = number('size', 5);
    // An even neighbourhood reaches one further back.
    const attrs = { before: Math.floor(size / 2), after: Math.ceil(size / 2) - 1 };
    const squares = emit(b, 'mul', [x, x], {}, `${name}.squares`);
    const around = emit(b, 'channel_sum', [squares], attrs, `${name}.around`);
    const weighted = emit(b, 'mul', [around, b.scalar(number('alpha', 1e-4))], {}, `${name}.weighted`);
    const base = emit(b, 'add', [weighted, b.scalar(number('k', 2))], {}, `${name}.base`);
    const factor = emit(b, 'pow', [base], { exponent: -number('beta', 0.75) }, `${name}.factor`);
    return emit(b, 'mul', [x, factor], {}, name);
  },
};

export const normLayers = { batchnorm, layernorm, groupnorm, instancenorm, lrn };
