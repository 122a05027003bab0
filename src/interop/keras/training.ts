// How a Keras model was compiled, as a train section: loss, optimizer and metrics.
import { optimizers } from '../../training/optimizers.ts';
import { numberText } from '../network/line.ts';
import { objectOf } from './context.ts';
import { isList, isObject, type Json, type JsonObject } from './read.ts';

const snake = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();

/** Losses, by the names of functions and of classes; `values` where the target is no class. */
const losses: Readonly<Record<string, readonly [loss: string, target?: 'values']>> = {
  sparse_categorical_crossentropy: ['cross_entropy'],
  categorical_crossentropy: ['cross_entropy'],
  binary_crossentropy: ['binary_cross_entropy'],
  mean_squared_error: ['mse', 'values'],
  mse: ['mse', 'values'],
  mean_absolute_error: ['mae', 'values'],
  mae: ['mae', 'values'],
  huber: ['huber', 'values'],
  huber_loss: ['huber', 'values'],
  kl_divergence: ['kl_divergence', 'values'],
  kldivergence: ['kl_divergence', 'values'],
  kullback_leibler_divergence: ['kl_divergence', 'values'],
  poisson: ['poisson', 'values'],
  hinge: ['hinge'],
  categorical_hinge: ['hinge'],
  squared_hinge: ['squared_hinge'],
};

const metricNames: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  acc: 'accuracy',
  sparse_categorical_accuracy: 'accuracy',
  categorical_accuracy: 'accuracy',
  binary_accuracy: 'binary_accuracy',
  mae: 'mae',
  mean_absolute_error: 'mae',
  mse: 'mse',
  mean_squared_error: 'mse',
};

/** cnnc's names for the numbers of Keras' optimizers. */
const numbers: Readonly<Record<string, string>> = {
  momentum: 'momentum',
  rho: 'rho',
  beta_1: 'beta1',
  beta_2: 'beta2',
  epsilon: 'epsilon',
  weight_decay: 'weight_decay',
  initial_accumulator_value: 'initial_accumulator_value',
  clipnorm: 'clip_norm',
  clipvalue: 'clip_value',
  global_clipnorm: 'global_clip_norm',
};

function optimizerLine(given: Json | undefined, remark: (text: string) => void): string | undefined {
  const found = objectOf(given);
  if (!found) return undefined;
  const name = snake(found.name)
    .replace(/_/g, '')
    .replace(/^custom>/, '');
  const def = Object.hasOwn(optimizers, name) ? optimizers[name] : undefined;
  if (!def) {
    remark(`the optimizer ${found.name} has no counterpart`);
    return undefined;
  }
  const { config } = found;
  const words: string[] = [name];
  const rate = config.learning_rate ?? config.lr;
  const start = isObject(rate) && isObject(rate.config) ? rate.config.initial_learning_rate : rate;
  if (isObject(rate)) remark(`the schedule ${String(rate.class_name)} of the learning rate is left out`);
  if (typeof start === 'number') words.push(`lr ${numberText(start)}`);
  for (const [theirs, ours] of Object.entries(numbers)) {
    const value = config[theirs];
    if (typeof value !== 'number' || !Object.hasOwn(def.args, ours) || value === (def.defaults[ours] ?? 0)) continue;
    words.push(`${ours} ${numberText(value)}`);
  }
  for (const flag of ['nesterov', 'amsgrad', 'centered'])
    if (config[flag] === true && Object.hasOwn(def.args, flag)) words.push(flag);
  return `optimizer ${words.join(' ')}`;
}

const flat = (v: Json | undefined): Json[] => (isList(v) ? v.flatMap(flat) : v === undefined || v === null ? [] : [v]);

/** Settings of a train section; none where there is no loss that cnnc has. */
export function trainingOf(config: JsonObject | undefined, remark: (text: string) => void): string[] {
  if (!config) return [];
  const given =
    isObject(config.loss) && config.loss.class_name === undefined ? Object.values(config.loss)[0] : config.loss;
  const found = objectOf(isList(given) ? given[0] : given);
  if (!found) return [];
  const known = losses[snake(found.name)];
  if (!known) {
    remark(`the loss ${found.name} has no counterpart: there is no train section`);
    return [];
  }
  const [loss, target] = known;
  const smoothing = found.config.label_smoothing;
  const smooth = typeof smoothing === 'number' && smoothing > 0 ? ` label_smoothing ${numberText(smoothing)}` : '';
  const delta =
    loss === 'huber' && typeof found.config.delta === 'number' ? ` delta ${numberText(found.config.delta)}` : '';
  const optimizer = optimizerLine(config.optimizer ?? config.optimizer_config, remark);
  const metrics = flat(config.metrics).flatMap((m) => {
    const one = objectOf(m);
    if (!one) return [];
    const name = snake(one.name);
    const k = /^(sparse_)?top_?k_categorical_accuracy$/.test(name)
      ? `top${Number(one.config.k ?? 5)}`
      : metricNames[name];
    if (k === undefined) remark(`the metric ${one.name} has no counterpart`);
    return k === undefined ? [] : [k];
  });
  const own = [...new Set(metrics)].filter((m) => m !== loss);
  return [
    `loss ${loss}${smooth}${delta}`,
    ...(target ? [`target ${target}`] : []),
    ...(own.length > 0 ? [`metrics ${own.join(' ')}`] : []),
    ...(optimizer ? [optimizer] : []),
  ];
}
