// Pooling: windows, and everything at once; also as reductions over the spatial axes.

import { numberText } from '../../network/line.ts';
import { kernelText } from '../../network/write.ts';
import { poolOf } from '../operators/pools.ts';
import { outputOf } from '../operators/windows.ts';
import { affine, filled } from './affine.ts';
import { type Importer, type Importing, layer, spatial } from './context.ts';
import { padWord, sizeWord } from './convolutions.ts';
import { type Atom, dimsOf, type Flow, laid, lying, sizeOfAtoms } from './flow.ts';

const pool =
  (op: 'maxpool' | 'avgpool'): Importer =>
  (c) => {
    const x = c.flow(0);
    if ((c.node.outputs[1] ?? '') !== '') c.refuse('the indices of the largest elements, which cnnc has not');
    const dims = dimsOf(x);
    const picture = spatial(c, x);
    const { axes, plain } = poolOf(c, { dims });
    const kernel = plain.map((a) => a.kernel);
    const ceil = c.number('ceil_mode', 0) !== 0;
    const counts =
      op === 'avgpool' && c.number('count_include_pad', 0) !== 0 && plain.some((a) => a.before + a.after > 0);
    const words = [
      kernelText(kernel),
      ...sizeWord(
        'stride',
        plain.map((a) => a.stride),
        kernel,
      ),
      ...padWord(c, plain),
      ...sizeWord(
        'dilation',
        plain.map((a) => a.dilation),
        plain.map(() => 1),
      ),
      ...(ceil ? ['ceil'] : []),
      ...(counts ? ['include_pad'] : []),
    ];
    const channels = picture.shape[picture.shape.length - 1] as number;
    return layer(c, op, [picture], [...axes.map(outputOf), channels], words).flow;
  };

/** The mean or the largest over some atoms; what is kept becomes features, and `dims` says where it stands in ONNX. */
function over(c: Importing, x: Flow, axes: readonly number[], op: string, keep: boolean): Flow {
  const gone = axes.flatMap((axis) => x.dims[axis] as Atom[]);
  if (gone.some(({ batch }) => batch)) c.refuse('a reduction over the batch');
  const dims = x.dims.map((dim, i) => (axes.includes(i) ? [] : dim)).filter((_, i) => keep || !axes.includes(i));
  if (gone.length === 0) return { ...x, dims };
  const kept = x.order.filter((atom) => !gone.includes(atom));
  const shape = lying(x);
  const asItLies =
    shape.length > 1 &&
    gone.length === shape.slice(0, -1).flat().length &&
    shape
      .slice(0, -1)
      .flat()
      .every((a) => gone.includes(a));
  const all = x.order.filter((atom) => gone.includes(atom));
  const input = laid(c.made, x, asItLies ? shape : [all, kept], c.origin);
  const { line } = layer(c, op, [input], [sizeOfAtoms(kept)], []);
  return { line, order: kept, dims, sole: true };
}

const global =
  (op: string): Importer =>
  (c) => {
    const x = c.flow(0);
    return over(c, x, x.dims.map((_, i) => i).slice(2), op, true);
  };

const reduce =
  (op: string, sum = false): Importer =>
  (c) => {
    const x = c.flow(0);
    const rank = x.dims.length;
    const given = c.has(1) ? c.numbers(1, 'the axes') : c.numberList('axes');
    const none = given === undefined || given.length === 0;
    if (none && c.number('noop_with_empty_axes', 0) !== 0) return x;
    const axes = none ? x.dims.map((_, i) => i) : given.map((axis) => (axis + rank) % rank);
    if (axes.includes(0)) c.refuse('a reduction over the batch');
    const y = over(c, x, axes, op, c.number('keepdims', 1) !== 0);
    const count = sizeOfAtoms(axes.flatMap((axis) => x.dims[axis] as Atom[]));
    return sum ? affine(c, y, { scale: filled(y, count) }) : y;
  };

/** Channels around a channel; `atoms` only where the value is a picture. */
const lrn: Importer = (c) => {
  const x = c.flow(0);
  const picture = spatial(c, x);
  const size = c.number('size', 1);
  if (size % 2 === 0) c.refuse(`a neighbourhood of ${size} channels; cnnc and ONNX put an even one on other sides`);
  const words = [
    ...(size === 5 ? [] : [`size ${size}`]),
    `alpha ${numberText(c.number('alpha', 1e-4) / size)}`,
    ...(c.number('beta', 0.75) === 0.75 ? [] : [`beta ${numberText(c.number('beta', 0.75))}`]),
    ...(c.number('bias', 1) === 2 ? [] : [`k ${numberText(c.number('bias', 1))}`]),
  ];
  return layer(c, 'lrn', [picture], picture.shape, words).flow;
};

export const pools: Readonly<Record<string, Importer>> = {
  MaxPool: pool('maxpool'),
  AveragePool: pool('avgpool'),
  GlobalAveragePool: global('global_avgpool'),
  GlobalMaxPool: global('global_maxpool'),
  ReduceMean: reduce('global_avgpool'),
  ReduceMax: reduce('global_maxpool'),
  ReduceSum: reduce('global_avgpool', true),
  LRN: lrn,
};
