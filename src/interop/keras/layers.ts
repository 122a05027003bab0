// Layers of Keras that are no windows: dense layers, normalisation, activations, shapes, noise and joins.
import { sizeOf } from '../../ir/index.ts';
import { type Line, newLine, numberText, sidesText } from '../network/line.ts';
import {
  activationWord,
  type Importer,
  type Importing,
  initial,
  lineOf,
  penalties,
  withActivation,
} from './context.ts';
import { type Json, listOf } from './read.ts';
import { spatial, windows } from './windows.ts';

const frozen = (c: Importing): string[] => (c.flag('trainable', true) ? [] : ['frozen']);

/** Of a picture or signal each position is multiplied: a 1x1 convolution. */
const dense: Importer = (c) => {
  const units = c.number('units', c.number('output_dim', 0)) || c.refuse('it has no "units"');
  const rest = [...(c.flag('use_bias', true) ? [] : ['nobias']), ...frozen(c), ...penalties(c), ...initial(c)];
  const { shape } = c.x;
  const line =
    shape.length === 1
      ? lineOf(c, 'dense', [units], [`${units}`, ...rest])
      : lineOf(c, 'conv', [...shape.slice(0, -1), units], [`${units}`, shape.length === 2 ? '1' : '1x1', ...rest]);
  return withActivation(c, line);
};

/** The channels must be what is normalised, or what statistics are kept of. */
function onChannels(c: Importing): void {
  const { shape } = c.x;
  const given = c.config.axis;
  const axes = (typeof given === 'number' ? [given] : (listOf(given) ?? [-1])) as readonly Json[];
  const fits = axes.length === 1 && (axes[0] === -1 || axes[0] === shape.length);
  if (!fits) c.refuse(`axis ${JSON.stringify(given)}; cnnc normalises over the channels, the last axis`);
}

const normal =
  (op: string): Importer =>
  (c) => {
    onChannels(c);
    const momentum = c.number('momentum', 0.99);
    const epsilon = c.number('epsilon', 1e-3);
    const groups = c.number('groups', 32);
    const each = op === 'groupnorm' && groups === -1;
    return lineOf(c, each ? 'instancenorm' : op, c.x.shape, [
      ...(op === 'groupnorm' && !each ? [`${groups}`] : []),
      ...(op === 'batchnorm' && momentum !== 0.9 ? [`momentum ${numberText(momentum)}`] : []),
      ...(epsilon === 1e-5 ? [] : [`epsilon ${numberText(epsilon)}`]),
      ...(c.flag('scale', true) ? [] : ['noscale']),
      ...(c.flag('center', true) ? [] : ['nocenter']),
      ...penalties(c, ''),
      ...frozen(c),
    ]);
  };

/** A line for an activation of its own, or the value itself for `linear`. */
function activated(c: Importing, word: string): Line {
  if (word === '') return c.x;
  const [op = '', ...words] = word.split(' ');
  return lineOf(c, op, c.x.shape, words);
}

const relu: Importer = (c) => {
  const [max, slope, threshold] = [
    c.number('max_value', Number.POSITIVE_INFINITY),
    c.number('negative_slope', 0),
    c.number('threshold', 0),
  ];
  if (threshold !== 0) c.refuse(`the threshold ${threshold}`);
  if (max === Number.POSITIVE_INFINITY) return activated(c, slope === 0 ? 'relu' : `leaky_relu ${numberText(slope)}`);
  return max === 6 && slope === 0
    ? activated(c, 'relu6')
    : c.refuse(`max_value ${max} and negative_slope ${slope}; cnnc has relu6`);
};

const softmax: Importer = (c) => {
  const axis = c.number('axis', -1);
  const rank = c.x.shape.length;
  const at = axis < 0 ? axis + rank : axis - 1;
  const names = rank === 3 ? ['rows', 'columns', 'channels'] : rank === 2 ? ['columns', 'channels'] : ['channels'];
  const name = names[at] ?? c.refuse(`axis ${axis}`);
  return lineOf(c, 'softmax', c.x.shape, name === 'channels' ? [] : [`axis ${name}`]);
};

const prelu: Importer = (c) => {
  const shared = (listOf(c.config.shared_axes) ?? []).map(Number);
  const places = c.x.shape.slice(0, -1);
  if (!places.every((size, i) => size === 1 || shared.includes(i + 1)))
    c.refuse('a slope for each place; cnnc has one a channel (shared_axes [1, 2])');
  return lineOf(c, 'prelu', c.x.shape);
};

/** Keras 2 calls the slope alpha, and starts from 0.3. */
const leaky: Importer = (c) => {
  const slope = c.number('negative_slope', c.number('alpha', 0.3));
  return activated(c, slope === 0.2 ? 'leaky_relu' : `leaky_relu ${numberText(slope)}`);
};

const noise =
  (op: string, key: string): Importer =>
  (c) => {
    const rate = c.number(key, c.number('p', 0));
    if (c.config.noise_shape) c.refuse('a "noise_shape"');
    return rate === 0 ? c.x : lineOf(c, op, c.x.shape, [numberText(rate)]);
  };

const flatten: Importer = (c) => {
  if (c.text('data_format', 'channels_last') === 'channels_first') c.refuse('data_format "channels_first"');
  return c.x.shape.length === 1 ? c.x : lineOf(c, 'flatten', [sizeOf(c.x.shape)]);
};

const reshape: Importer = (c) => {
  const given = (listOf(c.config.target_shape) ?? c.refuse('it has no "target_shape"')).map(Number);
  const rest = given.reduce((a, v) => (v === -1 ? a : a * v), 1);
  const shape = given.map((v) => (v === -1 ? sizeOf(c.x.shape) / rest : v));
  if (shape.length > 3 || shape.length === 0) c.refuse(`a shape of ${shape.length} dimensions`);
  return shape.join() === c.x.shape.join() ? c.x : lineOf(c, 'reshape', shape, [shape.join('x')]);
};

const permute: Importer = (c) => {
  const order = (listOf(c.config.dims) ?? c.refuse('it has no "dims"')).map((v) => Number(v) - 1);
  return lineOf(
    c,
    'transpose',
    order.map((i) => c.x.shape[i] as number),
    [`[${order.join(', ')}]`],
  );
};

/** Rows and columns before and after: one number, one an axis, or a pair an axis. */
function sidesOf(c: Importing, key: string, axes: number): number[] {
  const v = c.config[key];
  const list = typeof v === 'number' ? new Array<Json>(axes).fill(v) : (listOf(v) ?? c.refuse(`it has no "${key}"`));
  const pairs = axes === 1 && list.every((n) => typeof n === 'number') && list.length === 2 ? [list as Json] : list;
  return pairs.flatMap((one) => {
    const pair = listOf(one) ?? [one, one];
    return [Number(pair[0]), Number(pair[1])];
  });
}

const bordered =
  (op: 'pad' | 'crop', key: string, axes: number): Importer =>
  (c) => {
    const input = spatial(c, axes);
    const sides = sidesOf(c, key, axes);
    if (sides.every((n) => n === 0)) return c.x;
    const shape = input.map((n, i) =>
      i < axes ? n + (op === 'pad' ? 1 : -1) * ((sides[2 * i] as number) + (sides[2 * i + 1] as number)) : n,
    );
    return lineOf(c, op, shape, [sidesText(axes === 1 ? [0, 0, ...sides] : sides, axes === 1)]);
  };

const upsample =
  (axes: number): Importer =>
  (c) => {
    const input = spatial(c, axes);
    const size = c.sizes('size', axes) ?? c.refuse('it has no "size"');
    const mode = c.text('interpolation', 'nearest');
    if (mode !== 'nearest' && mode !== 'bilinear')
      c.refuse(`the interpolation "${mode}"; cnnc has nearest and bilinear`);
    const shape = input.map((n, i) => n * (size[i] ?? 1));
    return lineOf(c, 'upsample', shape, [size.join('x'), ...(mode === 'nearest' ? [] : [mode])]);
  };

const merged = (c: Importing, op: string, shape: readonly number[], words: readonly string[] = []): Line =>
  c.inputs.length < 2 ? c.x : newLine(op, c.inputs, shape, c.origin, words);

const add: Importer = (c) => {
  const differ = c.inputs.find(({ shape }) => shape.join() !== c.x.shape.join());
  if (differ) c.refuse(`a sum of ${c.x.shape.join('x')} and ${differ.shape.join('x')}; cnnc adds equal shapes`);
  return merged(c, 'add', c.x.shape);
};

const multiply: Importer = (c) => {
  const largest = c.inputs.reduce((a, b) => (sizeOf(b.shape) > sizeOf(a.shape) ? b : a));
  return merged(c, 'multiply', largest.shape);
};

const concat: Importer = (c) => {
  const rank = c.x.shape.length;
  const axis = c.number('axis', c.number('concat_axis', -1));
  const at = axis < 0 ? axis + rank : axis - 1;
  const names = rank === 3 ? ['height', 'width', 'channels'] : rank === 2 ? ['height', 'channels'] : ['channels'];
  const name = names[at] ?? c.refuse(`axis ${axis}`);
  const total = c.inputs.reduce((n, { shape }) => n + (shape[at] as number), 0);
  const shape = c.x.shape.map((n, i) => (i === at ? total : n));
  return merged(c, 'concat', shape, name === 'channels' ? [] : [`axis ${name}`]);
};

/** Behind the input, cnnc's own: pictures are from 0 to 1, where Keras has them from 0 to 255. */
const rescaling: Importer = (c) => {
  const [scale, offset] = [c.number('scale', 1), c.number('offset', 0)];
  const first = c.x.op === 'input';
  const factor = first ? scale * 255 : scale;
  if (first)
    c.remark(
      `cnnc gives pictures from 0 to 1: the scale ${numberText(scale)} of "${c.origin.name}" is ${numberText(factor)} of that`,
    );
  if (Math.abs(factor - 1) < 1e-6 && offset === 0) return c.x;
  const ones = c.x.shape.slice(0, -1).map(() => 1);
  if (ones.length === 0) c.refuse('factors of features');
  if (offset !== 0) c.refuse(`the offset ${offset}: a model file has no numbers for it; normalise the data instead`);
  const kernel = ones.length === 1 ? `[${numberText(factor)}]` : `[[${numberText(factor)}]]`;
  return lineOf(c, 'depthwise', c.x.shape, [`kernel ${kernel}`, 'nobias', 'frozen']);
};

/** What changes pictures while training only. */
const augmentation: Importer = (c) => {
  c.remark(`"${c.origin.name}" (${c.kind}) is left out: it changes pictures while training only`);
  return c.x;
};

export const importers: Readonly<Record<string, Importer>> = {
  ...windows,
  Dense: dense,
  BatchNormalization: normal('batchnorm'),
  LayerNormalization: normal('layernorm'),
  GroupNormalization: normal('groupnorm'),
  Activation: (c) => activated(c, activationWord(c, c.config.activation)),
  ReLU: relu,
  LeakyReLU: leaky,
  PReLU: prelu,
  ELU: (c) => activated(c, c.number('alpha', 1) === 1 ? 'elu' : `elu ${numberText(c.number('alpha', 1))}`),
  Softmax: softmax,
  Dropout: noise('dropout', 'rate'),
  SpatialDropout1D: noise('spatial_dropout', 'rate'),
  SpatialDropout2D: noise('spatial_dropout', 'rate'),
  AlphaDropout: noise('alpha_dropout', 'rate'),
  GaussianDropout: noise('gaussian_dropout', 'rate'),
  GaussianNoise: noise('gaussian_noise', 'stddev'),
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  ZeroPadding1D: bordered('pad', 'padding', 1),
  ZeroPadding2D: bordered('pad', 'padding', 2),
  Cropping1D: bordered('crop', 'cropping', 1),
  Cropping2D: bordered('crop', 'cropping', 2),
  UpSampling1D: upsample(1),
  UpSampling2D: upsample(2),
  Add: add,
  Multiply: multiply,
  Concatenate: concat,
  Rescaling: rescaling,
  ActivityRegularization: (c) => {
    c.remark(`the penalty of "${c.origin.name}" is left out`);
    return c.x;
  },
  ...Object.fromEntries(
    ['RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomTranslation', 'RandomContrast', 'RandomBrightness'].map(
      (name) => [name, augmentation],
    ),
  ),
};
