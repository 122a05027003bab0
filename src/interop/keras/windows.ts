// Layers of Keras that slide windows: convolutions and pooling.
import { type Line, sidesText } from '../network/line.ts';
import { kernelText } from '../network/write.ts';
import { type Importer, type Importing, initial, lineOf, penalties, withActivation } from './context.ts';

/** How many axes a class slides along, from its name. */
const axesOf = (c: Importing): number =>
  /1D$/.test(c.kind) ? 1 : /2D$/.test(c.kind) ? 2 : c.refuse('volumes; cnnc has signals and pictures');

/** The input, which must have so many axes and channels last. */
export function spatial(c: Importing, axes: number): readonly number[] {
  if (c.text('data_format', 'channels_last') === 'channels_first')
    c.refuse('data_format "channels_first"; build the model with channels_last, as cnnc lays pictures');
  const { shape } = c.x;
  return shape.length === axes + 1
    ? shape
    : c.refuse(`its input is ${shape.join('x')}; ${axes + 1} dimensions are needed`);
}

const sizeWord = (word: string, sizes: readonly number[], usual: readonly number[]): string[] =>
  sizes.every((v, i) => v === usual[i])
    ? []
    : [`${word} ${sizes.every((v) => v === sizes[0]) ? sizes[0] : kernelText(sizes)}`];

interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly words: readonly string[];
  readonly out: readonly number[];
}

/** Kernel, stride, padding and dilation of a layer, and the size of its output. */
function windowOf(c: Importing, key: string, usualStride: readonly number[] | undefined): Window {
  const axes = axesOf(c);
  const input = spatial(c, axes);
  const kernel = c.sizes(key, axes) ?? c.refuse(`it has no "${key}"`);
  const ones = kernel.map(() => 1);
  const stride = c.sizes('strides', axes) ?? usualStride ?? kernel;
  const dilation = c.sizes('dilation_rate', axes) ?? ones;
  const padding = c.text('padding', c.text('border_mode', 'valid'));
  const extent = kernel.map((k, i) => (dilation[i] as number) * (k - 1) + 1);
  const causal = padding === 'causal';
  if (!['valid', 'same', 'causal'].includes(padding)) c.refuse(`the padding "${padding}"`);
  const out = extent.map((k, i) => {
    const [n, s] = [input[i] as number, stride[i] as number];
    return padding === 'valid' ? Math.floor((n - k) / s) + 1 : Math.ceil(n / s);
  });
  const words = [
    ...sizeWord('stride', stride, usualStride ?? kernel),
    ...(padding === 'same'
      ? ['pad same']
      : causal
        ? [`pad ${sidesText([0, 0, (extent[0] as number) - 1, 0], true)}`]
        : []),
    ...sizeWord('dilation', dilation, ones),
  ];
  return { kernel, stride, words, out };
}

const frozen = (c: Importing): string[] => (c.flag('trainable', true) ? [] : ['frozen']);
const biasWord = (c: Importing): string[] => (c.flag('use_bias', c.flag('bias', true)) ? [] : ['nobias']);
const ones = (n: number): number[] => new Array<number>(n).fill(1);

const conv: Importer = (c) => {
  const filters = c.number('filters', c.number('nb_filter', 0)) || c.refuse('it has no "filters"');
  const w = windowOf(c, 'kernel_size', ones(axesOf(c)));
  const groups = c.number('groups', 1);
  const line = lineOf(
    c,
    'conv',
    [...w.out, filters],
    [
      `${filters}`,
      kernelText(w.kernel),
      ...w.words,
      ...(groups === 1 ? [] : [`groups ${groups}`]),
      ...biasWord(c),
      ...frozen(c),
      ...penalties(c),
      ...initial(c),
    ],
  );
  return withActivation(c, line);
};

const depthwise: Importer = (c) => {
  const w = windowOf(c, 'kernel_size', ones(axesOf(c)));
  const multiplier = c.number('depth_multiplier', 1);
  const channels = (c.x.shape[c.x.shape.length - 1] as number) * multiplier;
  const line = lineOf(
    c,
    'depthwise',
    [...w.out, channels],
    [
      kernelText(w.kernel),
      ...(multiplier === 1 ? [] : [`multiplier ${multiplier}`]),
      ...w.words,
      ...biasWord(c),
      ...frozen(c),
      ...penalties(c, 'depthwise_regularizer'),
      ...initial(c, 'depthwise_initializer'),
    ],
  );
  return withActivation(c, line);
};

const separable: Importer = (c) => {
  const filters = c.number('filters', 0) || c.refuse('it has no "filters"');
  const w = windowOf(c, 'kernel_size', ones(axesOf(c)));
  const multiplier = c.number('depth_multiplier', 1);
  const line = lineOf(
    c,
    'separable',
    [...w.out, filters],
    [
      `${filters}`,
      kernelText(w.kernel),
      ...(multiplier === 1 ? [] : [`multiplier ${multiplier}`]),
      ...w.words,
      ...biasWord(c),
      ...frozen(c),
      ...penalties(c, 'pointwise_regularizer'),
      ...initial(c, 'pointwise_initializer'),
    ],
  );
  return withActivation(c, line);
};

/** s i with `same`, else s(i - 1) + k, and at least s i. */
const transposed: Importer = (c) => {
  const axes = axesOf(c);
  const input = spatial(c, axes);
  const filters = c.number('filters', 0) || c.refuse('it has no "filters"');
  const kernel = c.sizes('kernel_size', axes) ?? c.refuse('it has no "kernel_size"');
  const stride = c.sizes('strides', axes) ?? ones(axes);
  const dilation = c.sizes('dilation_rate', axes) ?? ones(axes);
  const extent = kernel.map((k, i) => (dilation[i] as number) * (k - 1) + 1);
  const same = c.text('padding', 'valid') === 'same';
  const given = c.sizes('output_padding', axes);
  if (given && same) c.refuse('"output_padding" together with padding "same"');
  const added = extent.map((k, i) => given?.[i] ?? (same ? 0 : Math.max(0, (stride[i] as number) - k)));
  if (added.some((a) => a > 0) && added.includes(0)) c.refuse(`rows added along one axis only (${added.join('x')})`);
  const out = input.slice(0, axes).map((v, i) => {
    const s = stride[i] as number;
    return same ? v * s : s * (v - 1) + (extent[i] as number) + (added[i] as number);
  });
  const line = lineOf(
    c,
    'conv_transpose',
    [...out, filters],
    [
      `${filters}`,
      kernelText(kernel),
      ...sizeWord('stride', stride, ones(axes)),
      ...(same ? ['pad same'] : []),
      ...(added.some((a) => a > 0)
        ? sizeWord(
            'output_pad',
            added,
            added.map(() => 0),
          )
        : []),
      ...sizeWord('dilation', dilation, ones(axes)),
      ...biasWord(c),
      ...frozen(c),
      ...penalties(c),
      ...initial(c),
    ],
  );
  return withActivation(c, line);
};

const pool =
  (op: 'maxpool' | 'avgpool'): Importer =>
  (c) => {
    const w = windowOf(c, 'pool_size', undefined);
    return lineOf(c, op, [...w.out, c.x.shape[c.x.shape.length - 1] as number], [kernelText(w.kernel), ...w.words]);
  };

const global =
  (op: string): Importer =>
  (c) => {
    const axes = axesOf(c);
    spatial(c, axes);
    const channels = c.x.shape[axes] as number;
    const keep = c.flag('keepdims', false);
    return lineOf(c, op, keep ? [...ones(axes), channels] : [channels], keep ? ['keep'] : []);
  };

/** Both dimensions of a class, under its old and new names. */
const both = (name: string, importer: Importer): [string, Importer][] => [
  [`${name}1D`, importer],
  [`${name}2D`, importer],
];

export const windows: Readonly<Record<string, Importer>> = Object.fromEntries([
  ...both('Conv', conv),
  ...both('Convolution', conv),
  ...both('DepthwiseConv', depthwise),
  ...both('SeparableConv', separable),
  ...both('MaxPooling', pool('maxpool')),
  ...both('AveragePooling', pool('avgpool')),
  ...both('GlobalAveragePooling', global('global_avgpool')),
  ...both('GlobalMaxPooling', global('global_maxpool')),
  ['Conv1DTranspose', (c: Importing): Line => transposed({ ...c, kind: 'Conv1D' })],
  ['Conv2DTranspose', (c: Importing): Line => transposed({ ...c, kind: 'Conv2D' })],
]);
