// Conv and ConvTranspose: filters x channels x spatial becomes spatial x channels x filters.

import { type Line, sidesText } from '../../network/line.ts';
import { kernelText } from '../../network/write.ts';
import { spreadOf } from '../operators/convolutions.ts';
import { type Along, alongAxes, outputOf } from '../operators/windows.ts';
import { type Importer, type Importing, layer, spatial } from './context.ts';
import { dimsOf } from './flow.ts';
import { turned, vectorOf, weightsOf } from './weights.ts';

/** `stride 2`, `stride 1x2`; nothing where all are the usual ones. */
export function sizeWord(word: string, sizes: readonly number[], usual: readonly number[]): string[] {
  if (sizes.every((n, i) => n === usual[i])) return [];
  return [`${word} ${sizes.every((n) => n === sizes[0]) ? sizes[0] : kernelText(sizes)}`];
}

/** `pad same`, `pad 1`, `pad [0, 1, 0, 1]`; nothing without padding. */
export function padWord(c: Importing, axes: readonly Along[]): string[] {
  if (axes.some((a) => a.before < 0 || a.after < 0)) c.refuse('a padding below 0');
  if (axes.every((a) => a.before === 0 && a.after === 0)) return [];
  const same = axes.every(({ size, kernel, stride, dilation, before, after }) => {
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + dilation * (kernel - 1) + 1 - size);
    return before === Math.floor(total / 2) && after === Math.ceil(total / 2);
  });
  if (same) return ['pad same'];
  return [`pad ${sidesText(sidesOf(axes), axes.length === 1)}`];
}

/** Top, bottom, left, right; a signal has no rows. */
export const sidesOf = (axes: readonly Along[]): number[] =>
  axes.length === 1 ? [0, 0, axes[0]!.before, axes[0]!.after] : axes.flatMap((a) => [a.before, a.after]);

const ones = (n: number): number[] => new Array<number>(n).fill(1);

function addBias(c: Importing, line: Line, filters: number): void {
  if (c.has(2)) line.tensors.set('bias', vectorOf(c, weightsOf(c, 2, 'the biases'), filters, 'the bias'));
  else line.words.push('nobias');
}

const conv: Importer = (c) => {
  const x = c.flow(0);
  const w = weightsOf(c, 1, 'the weights');
  const dims = dimsOf(x);
  const rank = dims.length - 2;
  const [filters, each, ...kernel] = w.dims as [number, number, ...number[]];
  if (rank > 2) c.refuse(`${rank} spatial dimensions; cnnc has signals and pictures`);
  const axes = alongAxes(c, { dims }, kernel);
  const picture = spatial(c, x);
  const channels = dims[1] as number;
  const groups = c.number('group', 1);
  if (each * groups !== channels) c.refuse(`${groups} groups of ${each} channels, where the value has ${channels}`);
  const out = axes.map(outputOf);
  if (out.some((n) => n < 1)) c.refuse(`a kernel of ${kernel.join('x')} on ${dims.slice(2).join('x')}`);
  const window = [
    ...sizeWord(
      'stride',
      axes.map((a) => a.stride),
      ones(rank),
    ),
    ...padWord(c, axes),
    ...sizeWord(
      'dilation',
      axes.map((a) => a.dilation),
      ones(rank),
    ),
  ];
  const space = Array.from({ length: rank }, (_, i) => i + 2);
  const depthwise = groups === channels && groups > 1 && filters % groups === 0;
  const multiplier = filters / groups;
  const { line, flow } = depthwise
    ? layer(
        c,
        'depthwise',
        [picture],
        [...out, filters],
        [kernelText(kernel), ...(multiplier === 1 ? [] : [`multiplier ${multiplier}`]), ...window],
      )
    : layer(
        c,
        'conv',
        [picture],
        [...out, filters],
        [`${filters}`, kernelText(kernel), ...window, ...(groups === 1 ? [] : [`groups ${groups}`])],
      );
  line.tensors.set(
    'weight',
    depthwise ? turned(w, [...space, 0, 1], [...kernel, groups, multiplier]) : turned(w, [...space, 1, 0]),
  );
  addBias(c, line, filters);
  return flow;
};

const convTranspose: Importer = (c) => {
  const x = c.flow(0);
  const w = weightsOf(c, 1, 'the weights');
  const dims = dimsOf(x);
  const rank = dims.length - 2;
  const [channels, each, ...kernel] = w.dims as [number, number, ...number[]];
  if (rank > 2) c.refuse(`${rank} spatial dimensions; cnnc has signals and pictures`);
  const spread = alongAxes(c, { dims }, kernel).map((a, i) => spreadOf(c, a, i, rank));
  const axes = spread.map(({ along }) => along);
  const groups = c.number('group', 1);
  const filters = each * groups;
  if (channels !== dims[1]) c.refuse(`weights of ${channels} channels, where the value has ${dims[1]}`);
  // What the output has beyond the places that the sum of kernels reaches.
  const added = spread.map(({ along: a, output }) => {
    const reached = a.stride * (a.size - 1) + a.dilation * (a.kernel - 1) + 1 - a.before - a.after;
    return output - reached;
  });
  if (added.some((n, i) => n < 0 || n >= (axes[i] as Along).stride))
    c.refuse(`an output of ${spread.map(({ output }) => output).join('x')}, which stride and padding do not give`);
  const pads = axes.some((a) => a.before !== 0 || a.after !== 0);
  if (axes.some((a) => a.before < 0 || a.after < 0)) c.refuse('a padding below 0');
  const { line, flow } = layer(
    c,
    'conv_transpose',
    [spatial(c, x)],
    [...spread.map(({ output }) => output), filters],
    [
      `${filters}`,
      kernelText(kernel),
      ...sizeWord(
        'stride',
        axes.map((a) => a.stride),
        ones(rank),
      ),
      ...(pads ? [`pad ${sidesText(sidesOf(axes), rank === 1)}`] : []),
      ...(added.some((n) => n > 0) ? [addedWord(c, added)] : []),
      ...sizeWord(
        'dilation',
        axes.map((a) => a.dilation),
        ones(rank),
      ),
      ...(groups === 1 ? [] : [`groups ${groups}`]),
    ],
  );
  const space = Array.from({ length: rank }, (_, i) => i + 2);
  line.tensors.set('weight', turned(w, [...space, 1, 0]));
  addBias(c, line, filters);
  return flow;
};

/** Sizes in cnnc begin at 1: rows can be added along both axes, or along none. */
function addedWord(c: Importing, added: readonly number[]): string {
  if (added.includes(0)) c.refuse(`an output padding of ${added.join('x')}; cnnc adds rows along both axes or none`);
  return sizeWord(
    'output_pad',
    added,
    added.map(() => 0),
  )[0] as string;
}

export const convolutions: Readonly<Record<string, Importer>> = { Conv: conv, ConvTranspose: convTranspose };
