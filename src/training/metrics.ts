// Metrics: what is reported beside the loss, each one value a picture, summed on the device.
import { emit, type Node } from '../ir/index.ts';
import { classesOf } from './losses/classes.ts';
import { calculator, type LossContext, meanOfPicture } from './losses/loss.ts';

export interface MetricContext extends LossContext {
  /** From where on a single number means class 1. */
  readonly threshold: number;
}

/** The metric's value for each picture, N, and whether pictures from count on are 0 already. */
type Built = { readonly perPicture: Node; readonly masked: boolean };

export interface MetricDef {
  readonly name: string;
  readonly doc: string;
  /** Does it need classes as targets? */
  readonly classes: boolean;
  readonly build: (c: MetricContext) => Built;
}

const topOf = (k: number): MetricDef['build'] => {
  const name = k === 1 ? 'correct' : `top${k}`;
  return ({ b, output, labels, count }) => {
    if (!labels) throw new Error(`${name} needs classes`);
    const rows = emit(b, 'correct', [output, labels, count], k === 1 ? {} : { k }, name);
    return { perPicture: meanOfPicture(b, rows, `${name}.mean`), masked: true };
  };
};

/** Output and target are both above their thresholds, or both not. */
const agree: MetricDef['build'] = ({ b, output, target, threshold }) => {
  const { greater, sub, abs } = calculator(b, 'agree');
  const differ = sub(greater(output, threshold, 'yes'), greater(target(), 0.5, 'wanted'), 'difference');
  return { perPicture: meanOfPicture(b, sub(1, abs(differ, 'size'), 'each'), 'agree'), masked: false };
};

const accuracy: MetricDef = {
  name: 'accuracy',
  doc: 'the part of pictures (of pixels, where each has a class) whose largest score is that of the right class',
  classes: true,
  build: (c) => (classesOf(c.output.type.shape) === 1 ? agree(c) : topOf(1)(c)),
};

const binary_accuracy: MetricDef = {
  name: 'binary_accuracy',
  doc: 'the part of all numbers of the output that are on the right side: a probability of 0.5, a logit of 0',
  classes: false,
  build: agree,
};

const mae: MetricDef = {
  name: 'mae',
  doc: 'the mean absolute error of all numbers of the output',
  classes: false,
  build: ({ b, output, target }) => {
    const { sub, abs } = calculator(b, 'mae');
    return { perPicture: meanOfPicture(b, abs(sub(output, target(), 'error'), 'size'), 'mae'), masked: false };
  },
};

const mse: MetricDef = {
  name: 'mse',
  doc: 'the mean squared error of all numbers of the output',
  classes: false,
  build: ({ b, output, target }) => {
    const { sub, mul } = calculator(b, 'mse');
    const e = sub(output, target(), 'error');
    return { perPicture: meanOfPicture(b, mul(e, e, 'square'), 'mse'), masked: false };
  },
};

/** Metrics by name; `topK` stands for top2, top3 ... */
export const metrics: Readonly<Record<string, MetricDef>> = { accuracy, binary_accuracy, mae, mse };

/** What messages and the manual name. */
export const metricNames: readonly string[] = [...Object.keys(metrics), 'top5'];

/** The k of `top5`; undefined for other words. */
export const topK = (name: string): number | undefined => {
  const digits = /^top([1-9]\d{0,4})$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** The metric of a name; `topK` for any k. */
export function metricOf(name: string): MetricDef | undefined {
  if (Object.hasOwn(metrics, name)) return metrics[name];
  const k = topK(name);
  if (k === undefined) return undefined;
  return {
    name,
    doc: `the part of pictures (or pixels) whose right class is among the ${k} largest scores`,
    classes: true,
    build: topOf(k),
  };
}
