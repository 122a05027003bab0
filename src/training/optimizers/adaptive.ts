// Optimizers that divide by a sum or mean of squared gradients: Adagrad, Adadelta, RMSprop, Ftrl.
import { decay, epsilon, lr, type OptimizerDef } from './optimizer.ts';

const accumulatorStart = { kind: 'number', min: 0, doc: 'what the sum of squares starts with' } as const;

export const adagrad: OptimizerDef = {
  name: 'adagrad',
  doc: 'Adagrad (Duchi et al. 2011), as Keras: a <- a + g^2, w <- w - lr g / sqrt(a + epsilon).',
  example: 'optimizer adagrad lr 0.01',
  args: { lr, initial_accumulator_value: accumulatorStart, epsilon },
  defaults: { lr: 0.001, initial_accumulator_value: 0.1, epsilon: 1e-7 },
  slots: (hyper) => ({ accumulator: hyper('initial_accumulator_value') }),
  update: ({ c, p, g, slot, lr, hyper }) => {
    const accumulator = c.add(slot('accumulator'), c.mul(g, g, 'square'), 'accumulator.new');
    const root = c.sqrt(c.add(accumulator, hyper('epsilon'), 'safe'), 'root');
    return { accumulator, '': c.sub(p, c.div(c.mul(g, lr, 'scaled'), root, 'step'), 'new') };
  },
};

export const adadelta: OptimizerDef = {
  name: 'adadelta',
  doc: 'Adadelta (Zeiler 2012, algorithm 1), as Keras: a <- rho a + (1 - rho) g^2, d = -g sqrt(u + epsilon) / sqrt(a + epsilon), u <- rho u + (1 - rho) d^2, w <- w + lr d. The paper has lr 1.',
  example: 'optimizer adadelta lr 1',
  args: { lr, rho: decay('decay of both means of squares'), epsilon },
  defaults: { lr: 0.001, rho: 0.95, epsilon: 1e-7 },
  slots: () => ({ square: 0, delta: 0 }),
  update: ({ c, p, g, slot, lr, hyper }) => {
    const [rho, safe] = [hyper('rho'), hyper('epsilon')];
    const square = c.mean(slot('square'), c.mul(g, g, 'g2'), rho, 'square');
    const above = c.sqrt(c.add(slot('delta'), safe, 'delta.safe'), 'delta.root');
    const below = c.sqrt(c.add(square, safe, 'square.safe'), 'square.root');
    const down = c.div(c.mul(g, above, 'scaled'), below, 'down');
    const delta = c.mean(slot('delta'), c.mul(down, down, 'd2'), rho, 'delta');
    return { square, delta, '': c.sub(p, c.mul(down, lr, 'step'), 'new') };
  },
};

export const rmsprop: OptimizerDef = {
  name: 'rmsprop',
  doc: 'RMSprop (Hinton 2012, lecture 6e), as Keras: v <- rho v + (1 - rho) g^2, step = lr g / sqrt(v + epsilon), w <- w - step. `centered` divides by sqrt(v - a^2 + epsilon), where a is the decaying mean of g. With momentum m: s <- m s + step, w <- w - s.',
  example: 'optimizer rmsprop lr 0.001 momentum 0.9',
  args: {
    lr,
    rho: decay('decay of the mean of squares'),
    momentum: decay('how much of the last step is kept'),
    epsilon,
    centered: { kind: 'flag', doc: 'divides by an estimate of the deviation: the mean is taken off' },
  },
  defaults: { lr: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7 },
  slots: (hyper) => ({
    square: 0,
    ...(hyper('centered') === 0 ? {} : { mean: 0 }),
    ...(hyper('momentum') === 0 ? {} : { velocity: 0 }),
  }),
  update: ({ c, p, g, slot, lr, hyper }) => {
    const [rho, momentum] = [hyper('rho'), hyper('momentum')];
    const square = c.mean(slot('square'), c.mul(g, g, 'g2'), rho, 'square');
    const mean = hyper('centered') === 0 ? undefined : c.mean(slot('mean'), g, rho, 'mean');
    const variance = mean ? c.sub(square, c.mul(mean, mean, 'mean2'), 'variance') : square;
    const root = c.sqrt(c.add(variance, hyper('epsilon'), 'safe'), 'root');
    const step = c.div(c.mul(g, lr, 'scaled'), root, 'step');
    const velocity =
      momentum === 0 ? undefined : c.add(c.mul(slot('velocity'), momentum, 'kept'), step, 'velocity.new');
    return {
      square,
      ...(mean ? { mean } : {}),
      ...(velocity ? { velocity } : {}),
      '': c.sub(p, velocity ?? step, 'new'),
    };
  },
};

export const ftrl: OptimizerDef = {
  name: 'ftrl',
  doc: 'Follow the regularised leader (McMahan et al. 2013), as Keras. With k = -learning_rate_power: n = a + g^2, z <- z + g + 2 l2_shrinkage w - (n^k - a^k) / lr w, w <- (clip(z, -l1, l1) - z) / (n^k / lr + 2 l2 + beta / lr), a <- n.',
  example: 'optimizer ftrl lr 0.05 l1 0.001',
  args: {
    lr,
    learning_rate_power: { kind: 'number', max: 0, doc: 'how fast the learning rate falls; 0 keeps it' },
    initial_accumulator_value: accumulatorStart,
    l1: { kind: 'number', min: 0, doc: 'l1 penalty: makes weights exactly 0' },
    l2: { kind: 'number', min: 0, doc: 'l2 penalty' },
    l2_shrinkage: { kind: 'number', min: 0, doc: 'l2 penalty on the size of the weights, added to the gradient' },
    beta: { kind: 'number', min: 0, doc: 'beta of the paper' },
  },
  defaults: {
    lr: 0.001,
    learning_rate_power: -0.5,
    initial_accumulator_value: 0.1,
    l1: 0,
    l2: 0,
    l2_shrinkage: 0,
    beta: 0,
  },
  slots: (hyper) => ({ accumulator: hyper('initial_accumulator_value'), linear: 0 }),
  update: ({ c, p, g, slot, lr, hyper, once }) => {
    const [power, l1] = [-hyper('learning_rate_power'), hyper('l1')];
    const accumulator = c.add(slot('accumulator'), c.mul(g, g, 'g2'), 'accumulator.new');
    const now = c.pow(accumulator, power, 'now');
    const before = c.pow(slot('accumulator'), power, 'before');
    const shrinkage = 2 * hyper('l2_shrinkage');
    const shrunk = shrinkage === 0 ? g : c.add(g, c.mul(p, shrinkage, 'shrinkage'), 'g.shrunk');
    const sigma = c.div(c.sub(now, before, 'grown'), lr, 'sigma');
    const linear = c.sub(c.add(slot('linear'), shrunk, 'linear.sum'), c.mul(sigma, p, 'pull'), 'linear.new');
    const penalty = once('penalty', (s) => s.add(s.div(hyper('beta'), lr, 'beta.part'), 2 * hyper('l2'), 'penalty'));
    const quadratic = c.add(c.div(now, lr, 'now.part'), penalty, 'quadratic');
    const clipped = l1 === 0 ? 0 : c.max(c.min(linear, l1, 'linear.low'), -l1, 'linear.clipped');
    return { accumulator, linear, '': c.div(c.sub(clipped, linear, 'lead'), quadratic, 'new') };
  },
};
