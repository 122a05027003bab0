// Losses on values: how far the output is from what it should be. The mean over all numbers of a picture, as in Keras.
import { type Node, sizeOf } from '../../ir/index.ts';
import { calculator, type LossContext, type LossDef, meanOfPicture, numberOption } from './loss.ts';

type Calculator = ReturnType<typeof calculator>;

/** Keras' `epsilon()`: keeps logarithms and divisions finite. */
const EPSILON = 1e-7;

interface ValueLoss {
  readonly name: string;
  readonly doc: string;
  readonly args?: LossDef['args'];
  readonly example?: string;
  /** Above it a single number means class 1. */
  readonly threshold?: number;
  /** The loss of each number of the output. */
  readonly each: (calculate: Calculator, output: Node, c: LossContext) => Node;
  /** Sums over the last dimension before the mean over the others. */
  readonly sumsLast?: true;
}

const onValues = ({ name, doc, args = {}, example, threshold = 0.5, each, sumsLast }: ValueLoss): LossDef => ({
  name,
  doc,
  example: example ?? `loss ${name}`,
  args,
  reads: (output) => ({ outputIs: output.op === 'softmax' ? 'probabilities' : 'values', threshold }),
  build: (c) => {
    const { b, output } = c;
    const values = each(calculator(b, name), output, c);
    const { shape } = values.type;
    const last = sumsLast ? (shape[shape.length - 1] ?? 1) : 1;
    const n = sizeOf(shape.slice(1)) / last;
    return { perPicture: meanOfPicture(b, values, name, n), masked: false };
  },
});

const mse = onValues({
  name: 'mse',
  doc: 'The mean squared error: the mean of (output - target)^2.',
  each: ({ sub, mul }, output, { target }) => {
    const e = sub(output, target(), 'error');
    return mul(e, e, 'square');
  },
});

const mae = onValues({
  name: 'mae',
  doc: 'The mean absolute error: the mean of |output - target|.',
  each: ({ sub, abs }, output, { target }) => abs(sub(output, target(), 'error'), 'size'),
});

const huber = onValues({
  name: 'huber',
  doc: 'The Huber loss: e^2 / 2 where |e| <= delta, else delta |e| - delta^2 / 2, of e = output - target.',
  args: { delta: { kind: 'number', above: 0, doc: 'where the parabola becomes a line; 1 unless given' } },
  example: 'loss huber delta 1.5',
  each: ({ sub, abs, min, mul }, output, { target, options }) => {
    const size = abs(sub(output, target(), 'error'), 'size');
    const near = min(size, numberOption(options, 'delta', 1), 'near');
    return mul(near, sub(size, mul(near, 0.5, 'half'), 'reach'), 'each');
  },
});

const kl_divergence = onValues({
  name: 'kl_divergence',
  doc: 'The Kullback-Leibler divergence: the sum over the last dimension of t log(t / p), target and output (probabilities, as after `softmax`) kept from 1e-7 to 1.',
  sumsLast: true,
  each: ({ max, min, sub, log, mul }, output, { target }) => {
    const t = min(max(target(), EPSILON, 'target.above'), 1, 'target.kept');
    const p = min(max(output, EPSILON, 'above'), 1, 'kept');
    return mul(t, sub(log(t, 'target.log'), log(p, 'log'), 'ratio'), 'each');
  },
});

const poisson = onValues({
  name: 'poisson',
  doc: 'The Poisson loss: the mean of p - t log(p + 1e-7). The output p is a rate, above 0.',
  each: ({ add, log, mul, sub }, output, { target }) =>
    sub(output, mul(target(), log(add(output, EPSILON, 'safe'), 'log'), 'part'), 'each'),
});

/** Targets of -1 and 1: of classes, 1 at the class; values are taken as they are. */
const signed = ({ mul, sub }: Calculator, { labels, target }: LossContext): Node =>
  labels ? sub(mul(target(), 2, 'twice'), 1, 'signed') : target();

const margin = (calculate: Calculator, output: Node, c: LossContext): Node => {
  const { mul, sub, max } = calculate;
  return max(sub(1, mul(signed(calculate, c), output, 'right'), 'short'), 0, 'margin');
};

const hinge = onValues({
  name: 'hinge',
  doc: 'The hinge loss: the mean of max(1 - t p, 0) with targets of 1 (the class) and -1 (the others).',
  threshold: 0,
  each: margin,
});

const squared_hinge = onValues({
  name: 'squared_hinge',
  doc: 'The squared hinge loss: the mean of max(1 - t p, 0)^2 with targets of 1 and -1.',
  threshold: 0,
  each: (calculate, output, c) => {
    const m = margin(calculate, output, c);
    return calculate.mul(m, m, 'each');
  },
});

export const valueLosses: readonly LossDef[] = [mse, mae, huber, kl_divergence, poisson, hinge, squared_hinge];
