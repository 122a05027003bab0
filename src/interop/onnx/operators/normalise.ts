// Normalisations: batch, layer, instance, group, local response; and dropout as inference has it.
import { type Node, sizeOf } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';
import type { Order, Value } from '../value.ts';
import { axisOf, reshapeTo, sumOver } from './axes.ts';

/** Mean and variance over axes, kept as sizes of 1. */
function moments(c: Convert, x: Node, axes: readonly number[]): { mean: Node; centred: Node; variance: Node } {
  const n = sizeOf(axes.map((axis) => x.type.shape[axis] as number));
  const mean = c.emit('mul', [sumOver(c, x, axes, true), c.b.scalar(1 / n)], {}, '.mean');
  const centred = c.emit('sub', [x, mean], {}, '.centred');
  const squares = c.emit('mul', [centred, centred], {}, '.squares');
  const variance = c.emit('mul', [sumOver(c, squares, axes, true, '.squares.sum'), c.b.scalar(1 / n)], {}, '.variance');
  return { mean, centred, variance };
}
const deviation = (c: Convert, variance: Node, epsilon: number): Node =>
  c.emit('sqrt', [c.emit('add', [variance, c.b.scalar(epsilon)], {}, '.safe')], {}, '.deviation');

/** A vector of channels as C x 1 x 1, which broadcasts over N x C x H x W. */
const perChannel = (c: Convert, v: Node, rank: number, suffix: string): Node =>
  reshapeTo(c, v, [v.type.shape[0] as number, ...new Array<number>(Math.max(0, rank - 2)).fill(1)], suffix);

/** A vector of channels beside a value in an order. */
const channels = (c: Convert, v: Value, rank: number, order: Order, suffix: string): Node => {
  const after = order.length - 1 - order.indexOf(Math.min(1, rank - 1));
  return reshapeTo(c, v.plain(), [v.dims[0] as number, ...new Array<number>(after).fill(1)], suffix);
};

/** What the file gives is put together once: x factor + offset. */
function foldedBatch(c: Convert, x: Value, given: readonly Value[], epsilon: number): Value {
  const [scale, bias, mean, variance] = given.map(({ known }) => known) as ArrayLike<number>[];
  const n = given[0]!.dims;
  const factors = Float64Array.from(scale!, (s, i) => s / Math.sqrt((variance![i] as number) + epsilon));
  const offsets = Float64Array.from(bias!, (v, i) => v - (mean![i] as number) * (factors[i] as number));
  const vector = (values: Float64Array, suffix: string): Node =>
    channels(c, c.known({ dims: n, type: 'float', values }, suffix), x.dims.length, x.order, `${suffix}.shape`);
  const scaled = c.emit('mul', [x.ordered(x.order), vector(factors, '.factor')], {}, '.scaled');
  return c.ordered(c.emit('add', [scaled, vector(offsets, '.offset')], {}), x.order);
}

const batch: Converter = (c) => {
  const x = c.input(0);
  const { order } = x;
  const rank = x.dims.length;
  const epsilon = c.number('epsilon', 1e-5);
  if (c.opset < 9 && c.number('spatial', 1) === 0 && rank > 2) c.refuse('statistics of each element (spatial = 0)');
  // Before version 7 is_test says which way; between 7 and 14 a node trains when it has outputs for the statistics.
  const statistics = c.node.outputs.slice(1).some((name) => name !== '');
  const training =
    c.opset >= 14
      ? c.number('training_mode', 0) !== 0
      : c.opset >= 7
        ? statistics
        : c.number('is_test', 0) === 0 && statistics;
  const given = [1, 2, 3, 4].map((i) => c.input(i)) as [Value, Value, Value, Value];
  if (!training && given.every(({ known, fixed }) => known && fixed)) return foldedBatch(c, x, given, epsilon);
  const [scale, bias, mean, variance] = given;
  const node = x.ordered(order);
  const at = (v: Value, suffix: string): Node => channels(c, v, rank, order, suffix);
  const finish = (centred: Node, spread: Node): Node => {
    const scaled = c.emit('mul', [c.emit('div', [centred, spread], {}, '.unit'), at(scale, '.scale')], {}, '.scaled');
    return c.emit('add', [scaled, at(bias, '.bias')], {});
  };
  if (!training) {
    const centred = c.emit('sub', [node, at(mean, '.mean')], {}, '.centred');
    return c.ordered(finish(centred, deviation(c, at(variance, '.variance'), epsilon)), order);
  }
  const momentum = c.number('momentum', 0.9);
  const channel = order.indexOf(Math.min(1, rank - 1));
  const m = moments(
    c,
    node,
    order.map((_, i) => i).filter((i) => i !== channel),
  );
  const y = finish(m.centred, deviation(c, m.variance, epsilon));
  const running = (old: Value, now: Node, suffix: string): Value => {
    const flat = reshapeTo(c, now, old.dims, `${suffix}.flat`);
    const kept = c.emit('mul', [old.plain(), c.b.scalar(momentum)], {}, `${suffix}.kept`);
    return c.plain(
      c.emit('add', [kept, c.emit('mul', [flat, c.b.scalar(1 - momentum)], {}, `${suffix}.part`)], {}, suffix),
    );
  };
  const saved = (v: Node, suffix: string): Value => c.plain(reshapeTo(c, v, mean.dims, suffix));
  return [
    c.ordered(y, order),
    running(mean, m.mean, '.running_mean'),
    running(variance, m.variance, '.running_var'),
    saved(m.mean, '.saved_mean'),
    saved(m.variance, '.saved_var'),
  ];
};

const layer: Converter = (c) => {
  const x = c.input(0).plain();
  const axis = axisOf(c, c.number('axis', -1), x.type.shape.length);
  const axes = x.type.shape.map((_, i) => i).slice(axis);
  const { mean, centred, variance } = moments(c, x, axes);
  const spread = deviation(c, variance, c.number('epsilon', 1e-5));
  let y = c.emit('mul', [c.emit('div', [centred, spread], {}, '.unit'), c.input(1).plain()], {}, '.scaled');
  if (c.has(2)) y = c.emit('add', [y, c.input(2).plain()], {});
  return [c.plain(y), c.plain(mean), c.plain(c.emit('div', [c.b.scalar(1), spread], {}, '.inverse'))];
};

const instance: Converter = (c) => {
  const x = c.input(0).plain();
  const rank = x.type.shape.length;
  const { centred, variance } = moments(c, x, x.type.shape.map((_, i) => i).slice(2));
  const unit = c.emit('div', [centred, deviation(c, variance, c.number('epsilon', 1e-5))], {}, '.unit');
  const scaled = c.emit('mul', [unit, perChannel(c, c.input(1).plain(), rank, '.scale')], {}, '.scaled');
  return c.plain(c.emit('add', [scaled, perChannel(c, c.input(2).plain(), rank, '.bias')], {}));
};

const group: Converter = (c) => {
  const x = c.input(0).plain();
  const { shape } = x.type;
  const [n, ch, ...spatial] = shape as [number, number, ...number[]];
  const groups = c.number('num_groups', 1);
  const rows = c.emit('reshape', [x], { shape: [n, groups, (ch / groups) * sizeOf(spatial)] }, '.groups');
  const { centred, variance } = moments(c, rows, [2]);
  const unit = c.emit('div', [centred, deviation(c, variance, c.number('epsilon', 1e-5))], {}, '.unit');
  const back = c.emit('reshape', [unit], { shape }, '.back');
  // Version 18 has a scale for each group, later ones for each channel.
  const each = (i: number): Node => {
    const v = c.input(i).plain();
    if (v.type.shape[0] === ch) return perChannel(c, v, shape.length, `.${i}`);
    const wide = c.emit('broadcast', [v], { shape: [groups, ch / groups], axes: [1] }, `.${i}.wide`);
    return reshapeTo(c, wide, [ch, ...spatial.map(() => 1)], `.${i}`);
  };
  return c.plain(c.emit('add', [c.emit('mul', [back, each(1)], {}, '.scaled'), each(2)], {}));
};

const meanVariance: Converter = (c) => {
  const x = c.input(0).plain();
  const axes = [...(c.numberList('axes') ?? [0, 2, 3])]
    .map((axis) => axisOf(c, axis, x.type.shape.length))
    .sort((a, b) => a - b);
  const { centred, variance } = moments(c, x, axes);
  const spread = c.emit('add', [c.emit('sqrt', [variance], {}, '.deviation'), c.b.scalar(1e-9)], {}, '.safe');
  return c.plain(c.emit('div', [centred, spread], {}));
};

/** x / (bias + alpha / size * sum over neighbouring channels of x^2)^beta. */
const lrn: Converter = (c) => {
  if (c.input(0).dims.length < 3) c.refuse('a value without spatial dimensions');
  const x = c.input(0).channelsLast();
  const size = c.number('size', 1);
  const squares = c.emit('mul', [x, x], {}, '.squares');
  const attrs = { before: Math.floor((size - 1) / 2), after: Math.ceil((size - 1) / 2) };
  const sum = c.emit('channel_sum', [squares], attrs, '.sum');
  const part = c.emit('mul', [sum, c.b.scalar(c.number('alpha', 1e-4) / size)], {}, '.part');
  const scale = c.emit('add', [part, c.b.scalar(c.number('bias', 1))], {}, '.scale');
  return c.channelsLast(
    c.emit('mul', [x, c.emit('pow', [scale], { exponent: -c.number('beta', 0.75) }, '.power')], {}),
  );
};

/** Inference leaves x as it is; its mask is all ones. Before version 7 is_test says that it is inference. */
const dropout: Converter = (c) => {
  const x = c.input(0);
  const training = c.opset >= 12 && c.has(2) && c.numbers(2, 'training_mode')[0] !== 0;
  const ratio = c.opset < 12 ? c.number('ratio', 0.5) : c.has(1) ? (c.numbers(1, 'the ratio')[0] as number) : 0.5;
  const drops = training || (c.opset < 7 && c.number('is_test', 0) === 0);
  if (drops && ratio !== 0) c.refuse('dropout while training, whose random numbers are its own');
  const ones = (): Value => c.known({ dims: x.dims, type: 'bool', values: new Float32Array(sizeOf(x.dims)).fill(1) });
  return [x, (c.node.outputs[1] ?? '') === '' ? undefined : ones()];
};

export const normalisations: Readonly<Record<string, Converter>> = {
  BatchNormalization: batch,
  LayerNormalization: layer,
  InstanceNormalization: instance,
  GroupNormalization: group,
  MeanVarianceNormalization: meanVariance,
  LRN: lrn,
  Dropout: dropout,
};
