// How random networks end, and what trains them: last lines, loss, target, optimizer.
import { type Pick, size } from './words.ts';

export interface Ending {
  readonly lines: readonly string[];
  readonly train: readonly string[];
}

/** A way to end behind a value of some shape, in a model with some input; undefined where there is none. */
type End = (shape: readonly number[], input: readonly number[], pick: Pick) => Ending | undefined;

const flat = (shape: readonly number[], last: string): readonly string[] =>
  shape.length > 1 ? ['flatten', last] : [last];

/** `dense n` and the loss of a few numbers. */
const dense =
  (losses: readonly string[], activations: readonly string[], targets: readonly string[] = ['']): End =>
  (shape, _, pick) => {
    const target = pick.of(targets);
    return {
      lines: flat(shape, `dense ${2 + pick.nat(5)}${pick.of(activations)}`),
      train: [`loss ${pick.of(losses)}`, ...(target === '' ? [] : [target])],
    };
  };

/** A 1x1 convolution and the loss of each pixel. */
const pixels =
  (activations: readonly string[], train: readonly string[]): End =>
  (shape, _, pick) =>
    shape.length === 1
      ? undefined
      : { lines: [`conv ${2 + pick.nat(3)} ${shape.length === 3 ? '1x1' : '1'}${pick.of(activations)}`], train };

/** Earlier ones are simpler. */
const ends: readonly End[] = [
  dense(['cross_entropy', 'cross_entropy label_smoothing 0.1'], ['', ' softmax', ' log_softmax']),
  pixels(['', ' softmax'], ['loss cross_entropy']),
  dense(['mse', 'mae', 'huber', 'huber delta 0.2'], ['', ' relu', ' tanh'], ['target values', '']),
  dense(['binary_cross_entropy', 'binary_cross_entropy label_smoothing 0.1'], [' sigmoid', ''], ['target values', '']),
  dense(['kl_divergence', 'cross_entropy'], [' softmax'], ['target values']),
  dense(['poisson'], [' softplus', ' sigmoid'], ['target values']),
  dense(['hinge', 'squared_hinge'], ['', ' tanh']),
  pixels([' sigmoid'], ['loss mse', 'target values']),
  pixels(['', ' sigmoid'], ['loss binary_cross_entropy', 'target values']),
  // An autoencoder.
  (shape, input) => ({ lines: flat(shape, `dense ${size(input)} sigmoid`), train: ['loss mse', 'target input'] }),
];

/** Optimizers whose steps do not jump where a gradient is 0 but for rounding: an epsilon far above it. */
const optimizers: readonly string[] = [
  'sgd lr 0.5',
  'sgd lr 0.5 momentum 0.9',
  'sgd lr 0.5 momentum 0.9 nesterov weight_decay 0.1',
  'sgd lr 0.5 global_clip_norm 0.1',
  'sgd lr 0.5 clip_norm 0.1',
  'sgd lr 0.5 clip_value 0.01',
  'adam lr 0.1 epsilon 0.01',
  'adam lr 0.1 epsilon 0.01 amsgrad',
  'adamw lr 0.1 epsilon 0.01 weight_decay 0.1',
  'adamax lr 0.1 epsilon 0.01',
  'nadam lr 0.1 epsilon 0.01',
  'adagrad lr 0.1 epsilon 0.01',
  'rmsprop lr 0.1 epsilon 0.01 momentum 0.5',
];

/** An end behind a value of this shape, classes where the drawn one does not go with it. */
export function endingOf(shape: readonly number[], input: readonly number[], pick: Pick): Ending {
  const drawn = pick.of(ends)(shape, input, pick) ?? ends[0]?.(shape, input, pick);
  if (!drawn) throw new Error('every shape has an end');
  return { ...drawn, train: [...drawn.train, `optimizer ${pick.of(optimizers)}`] };
}
