// Normalisations with the numbers of the file; dropout, which inference does not see.
import { type Line, newLine, numberText, type Tensor } from '../../network/line.ts';
import { checkBatch, elementwise, type Importer, type Importing, spatial } from './context.ts';
import { type Atom, dimsOf, type Flow, flowOf, laid, sizeOfAtoms } from './flow.ts';
import { alongAtoms, vectorOf, weightsOf } from './weights.ts';

const epsilonWord = (epsilon: number): string[] =>
  numberText(epsilon) === '0.00001' ? [] : [`epsilon ${numberText(epsilon)}`];

/** N x C x spatial as cnnc has it; of two dimensions features in the order in which they lie. */
function byChannel(c: Importing, x: Flow): { input: Line; flowFrom: (line: Line) => Flow; order: readonly Atom[] } {
  if (x.dims.length > 2) {
    const input = spatial(c, x);
    return { input, flowFrom: (line) => flowOf(line, c.batch), order: flowOf(input, c.batch).dims[1] as Atom[] };
  }
  checkBatch(c, x);
  const input = laid(c.made, x, [x.order], c.origin);
  return { input, flowFrom: (line) => ({ ...x, line, sole: true }), order: x.order };
}

const batch: Importer = (c) => {
  const x = c.flow(0);
  if (c.opset < 9 && c.number('spatial', 1) === 0 && x.dims.length > 2)
    c.refuse('statistics of each element (spatial = 0)');
  const statistics = c.node.outputs.slice(1).some((name) => name !== '');
  const training = c.opset >= 14 ? c.number('training_mode', 0) !== 0 : statistics && c.number('is_test', 0) === 0;
  if (training) c.refuse('training mode: export the model for inference (model.eval() in PyTorch)');
  const { input, flowFrom, order } = byChannel(c, x);
  const channels = input.shape[input.shape.length - 1] as number;
  const momentum = c.number('momentum', 0.9);
  const words = [
    ...(numberText(momentum) === '0.9' || momentum < 0 || momentum >= 1 ? [] : [`momentum ${numberText(momentum)}`]),
    ...epsilonWord(c.number('epsilon', 1e-5)),
  ];
  const line = newLine('batchnorm', [input], input.shape, c.origin, words);
  const names = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
  const what = ['the scale', 'the offset', 'the mean', 'the variance'];
  const onnx = x.dims.length > 2 ? order : (x.dims[1] as Atom[]);
  names.forEach((name, i) => {
    const given = vectorOf(c, weightsOf(c, i + 1, what[i] as string), channels, what[i] as string);
    line.tensors.set(name, alongAtoms(given, order, onnx));
  });
  return flowFrom(line);
};

const isAll = (t: Tensor, value: number): boolean => t.values.every((v) => v === value);

/** Scale and offset of a line, left out where they change nothing and `without` says so. */
function scaled(line: Line, gamma: Tensor, beta: Tensor | undefined, plain: boolean): Line {
  if (plain && isAll(gamma, 1)) line.words.push('noscale');
  else line.tensors.set('gamma', gamma);
  if (!beta || (plain && isAll(beta, 0))) line.words.push('nocenter');
  else line.tensors.set('beta', beta);
  return line;
}

const instance: Importer = (c) => {
  const x = c.flow(0);
  const sizes = dimsOf(x);
  const epsilon = epsilonWord(c.number('epsilon', 1e-5));
  const groups = sizes[1] as number;
  const [gamma, beta] = [1, 2].map((i) => vectorOf(c, weightsOf(c, i, 'the scale'), groups, 'the scale')) as [
    Tensor,
    Tensor,
  ];
  // Groups taken apart by a reshape: as PyTorch exports group normalisation.
  const [, first = [], second = []] = x.dims;
  const tail = x.order.slice(x.order.length - x.line.shape.length);
  const inGroups = x.dims.length === 3 && x.line.shape.length >= 2 && x.order.indexOf(first[0] as Atom) > 0;
  if (inGroups && tail.length > 0) {
    const at = x.order.indexOf(first[0] as Atom);
    const channels = x.order.slice(at);
    const own = channels.slice(first.length);
    const fits =
      sizeOfAtoms(channels) === x.line.shape[x.line.shape.length - 1] &&
      first.every((atom, i) => channels[i] === atom) &&
      own.every((atom, i) => second[i] === atom);
    if (fits && isAll(gamma, 1) && isAll(beta, 0)) {
      const line = newLine('groupnorm', [x.line], x.line.shape, c.origin, [`${groups}`, ...epsilon]);
      return { ...x, line: scaled(line, gamma, beta, true), sole: true };
    }
  }
  const input = spatial(c, x);
  const line = newLine('instancenorm', [input], input.shape, c.origin, epsilon);
  return flowOf(scaled(line, gamma, beta, false), c.batch);
};

const group: Importer = (c) => {
  const x = c.flow(0);
  const input = spatial(c, x);
  const channels = input.shape[input.shape.length - 1] as number;
  const groups = c.number('num_groups', 1);
  // Version 18 has a scale for each group, later ones for each channel.
  const wide = (i: number): Tensor => {
    const t = weightsOf(c, i, 'the scale');
    if (t.values.length !== groups || groups === channels) return vectorOf(c, t, channels, 'the scale');
    const each = channels / groups;
    return {
      shape: [channels],
      values: Float32Array.from({ length: channels }, (_, k) => t.values[Math.floor(k / each)] as number),
    };
  };
  const line = newLine('groupnorm', [input], input.shape, c.origin, [
    `${groups}`,
    ...epsilonWord(c.number('epsilon', 1e-5)),
  ]);
  return flowOf(scaled(line, wide(1), wide(2), false), c.batch);
};

const layerNorm: Importer = (c) => {
  const x = c.flow(0);
  const rank = x.dims.length;
  if (c.node.outputs.slice(1).some((name) => name !== '')) c.refuse('its second outputs');
  const axis = (c.number('axis', -1) + rank) % rank;
  checkBatch(c, x);
  const over = x.dims.slice(axis).flat();
  const before = x.dims.slice(1, axis);
  if (x.dims.slice(axis).filter((dim) => dim.length > 0).length > 1)
    c.refuse(`a normalisation over ${rank - axis} dimensions; cnnc's is over the channels`);
  if (before.length > 2) c.refuse(`a value of ${rank} dimensions`);
  const input = laid(c.made, x, [...before, over], c.origin);
  const channels = sizeOfAtoms(over);
  const line = newLine('layernorm', [input], input.shape, c.origin, epsilonWord(c.number('epsilon', 1e-5)));
  const gamma = vectorOf(c, weightsOf(c, 1, 'the scale'), channels, 'the scale');
  const beta = c.has(2) ? vectorOf(c, weightsOf(c, 2, 'the offset'), channels, 'the offset') : undefined;
  scaled(line, gamma, beta, false);
  return { line, order: [...before.flat(), ...over], dims: x.dims, sole: true };
};

/** For training: inference passes the value on. */
const dropout: Importer = (c) => {
  const x = c.flow(0);
  if ((c.node.outputs[1] ?? '') !== '' && c.uses(1) > 0) c.refuse('its mask, which cnnc does not give');
  const ratio = c.opset < 12 ? c.number('ratio', 0.5) : c.has(1) ? (c.numbers(1, 'the ratio')[0] as number) : 0.5;
  return ratio > 0 && ratio < 1 ? elementwise(c, x, 'dropout', [numberText(ratio)]) : x;
};

export const norms: Readonly<Record<string, Importer>> = {
  BatchNormalization: batch,
  InstanceNormalization: instance,
  GroupNormalization: group,
  LayerNormalization: layerNorm,
  Dropout: dropout,
};
