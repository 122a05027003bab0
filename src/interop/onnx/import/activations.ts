// Activations, by the words that cnnc has for them.
import { numberText } from '../../network/line.ts';
import { affine, channelAtoms, filled } from './affine.ts';
import { activated, checkBatch, type Importer, type Importing, layer } from './context.ts';
import { type Atom, type Flow, laid, lying } from './flow.ts';
import { alongAtoms, vectorOf, weightsOf } from './weights.ts';

const word =
  (text: string): Importer =>
  (c) =>
    activated(c, c.flow(0), text);

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b));

/** `leaky_relu`, `elu` with their number where it is not the usual one. */
const withAlpha =
  (text: string, usual: number, otherwise: number): Importer =>
  (c) => {
    const alpha = c.number('alpha', otherwise);
    if (alpha < 0) c.refuse(`alpha ${alpha}, which is below 0`);
    return activated(c, c.flow(0), alpha === usual ? text : `${text} ${numberText(alpha)}`);
  };

/** min(max(alpha x + beta, 0), 1): cnnc's has alpha 1/6 and beta 1/2; others scale and shift x before. */
const hardSigmoid: Importer = (c) => {
  const x = c.flow(0);
  const [alpha, beta] = [c.number('alpha', 0.2), c.number('beta', 0.5)];
  const scale = near(6 * alpha, 1) ? 1 : 6 * alpha;
  const shift = near(beta, 0.5) ? 0 : 6 * beta - 3;
  return activated(c, affine(c, x, { scale: filled(x, scale), shift: filled(x, shift) }), 'hard_sigmoid');
};

/** Values kept between two bounds: relu and relu6, which others are made of. */
const clip: Importer = (c) => {
  const x = c.flow(0);
  const bound = (i: number, name: string, otherwise: number): number =>
    c.opset < 11
      ? c.number(name, otherwise)
      : c.has(i)
        ? (c.numbers(i, `the bound ${name}`)[0] ?? otherwise)
        : otherwise;
  const min = bound(1, 'min', Number.NEGATIVE_INFINITY);
  const max = bound(2, 'max', Number.POSITIVE_INFINITY);
  const [low, high] = [min <= -3.4e38, max >= 3.4e38];
  if (low && high) return x;
  const moved = (y: Flow, scale: number, shift: number): Flow =>
    affine(c, y, { scale: filled(y, scale), shift: filled(y, shift) });
  if (high) return moved(activated(c, moved(x, 1, -min), 'relu'), 1, min);
  if (low) return moved(activated(c, moved(x, -1, max), 'relu'), -1, max);
  if (!(max > min)) c.refuse(`bounds from ${min} to ${max}`);
  const width = (max - min) / 6;
  return moved(activated(c, moved(x, 1 / width, -min / width), 'relu6'), width, min);
};

const prelu: Importer = (c) => {
  const x = c.flow(0);
  const slope = weightsOf(c, 1, 'the slopes');
  const channels = channelAtoms(x);
  const n = x.line.shape[x.line.shape.length - 1] as number;
  // One number for all, one a channel (before version 7 without the ones behind it), or C x 1 x 1.
  const perChannel = slope.values.length === 1 || slope.values.length === n;
  const onnx = x.dims[1] as Atom[];
  const fits =
    slope.dims.filter((d) => d !== 1).length <= 1 &&
    onnx.length === channels.length &&
    onnx.every((a) => channels.includes(a));
  const last = slope.dims.length > 0 && slope.dims[slope.dims.length - 1] !== 1 && x.dims.length > 2 && c.opset >= 7;
  if (slope.values.length > 1 && (!perChannel || !fits || last)) c.refuse('slopes that are not one a channel');
  const y = activated(c, x, 'prelu');
  const alpha = vectorOf(c, slope, n, 'the slope');
  y.line.tensors.set('alpha', slope.values.length === 1 ? alpha : alongAtoms(alpha, channels, onnx));
  return y;
};

/** Along the atoms of one axis; before version 13 along those of all axes from `axis` on. */
const softmax =
  (op: 'softmax' | 'log_softmax'): Importer =>
  (c) => {
    const x = c.flow(0);
    const rank = x.dims.length;
    const axis = (c.number('axis', c.opset >= 13 ? -1 : 1) + rank) % rank;
    checkBatch(c, x);
    const along = c.opset >= 13 ? (x.dims[axis] as Atom[]) : x.dims.slice(axis).flat();
    if (along.some(({ batch }) => batch)) c.refuse('a softmax over the batch');
    const rest = x.order.filter((atom) => !along.includes(atom));
    if (rest.length === 0) {
      const input = laid(c.made, x, [x.order], c.origin);
      const flat = { ...x, line: input };
      const y = activated(c, flat, op);
      return { ...y, sole: true };
    }
    // Along an axis of the picture as it lies.
    const here = lying(x);
    const at = here.findIndex((dim) => dim.length === along.length && dim.every((atom) => along.includes(atom)));
    const names = here.length === 3 ? ['rows', 'columns', 'channels'] : ['columns', 'channels'];
    if (at >= 0 && here.length > 1) {
      if (at === here.length - 1) return activated(c, x, op);
      const { line } = layer(c, op, [x.line], x.line.shape, [`axis ${names[at]}`]);
      return { ...x, line, sole: true };
    }
    const input = laid(c.made, x, [rest, along], c.origin);
    const { line } = layer(c, op, [input], input.shape, []);
    return { line, order: [...rest, ...along], dims: x.dims, sole: true };
  };

const selu: Importer = (c) => {
  const [alpha, gamma] = [c.number('alpha', 1.6732632423543772), c.number('gamma', 1.0507009873554805)];
  // Version 1 has fewer digits of both.
  if (Math.abs(alpha - 1.6732632) > 1e-4 || Math.abs(gamma - 1.050701) > 1e-4)
    c.refuse(`alpha ${alpha} and gamma ${gamma}; cnnc has those of the paper`);
  return activated(c, c.flow(0), 'selu');
};

const only = (c: Importing, attribute: string, value: number): void => {
  const found = c.number(attribute, value);
  if (found !== value) c.refuse(`${attribute} ${found}; cnnc has ${value}`);
};

export const activations: Readonly<Record<string, Importer>> = {
  Relu: word('relu'),
  Sigmoid: word('sigmoid'),
  Tanh: word('tanh'),
  Softplus: word('softplus'),
  Softsign: word('softsign'),
  Mish: word('mish'),
  HardSwish: word('hard_swish'),
  LeakyRelu: withAlpha('leaky_relu', 0.2, 0.01),
  Elu: withAlpha('elu', 1, 1),
  Celu: (c) => {
    only(c, 'alpha', 1);
    return activated(c, c.flow(0), 'elu');
  },
  Selu: selu,
  Gelu: (c) => activated(c, c.flow(0), c.text('approximate', 'none') === 'tanh' ? 'gelu_tanh' : 'gelu'),
  Swish: (c) => {
    only(c, 'alpha', 1);
    return activated(c, c.flow(0), 'silu');
  },
  HardSigmoid: hardSigmoid,
  Clip: clip,
  PRelu: prelu,
  Softmax: softmax('softmax'),
  LogSoftmax: softmax('log_softmax'),
};
