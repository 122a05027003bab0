// Optimizers that scale no element by its history: gradient descent with its momenta, and Lion.
import { decay, lr, type OptimizerDef } from './optimizer.ts';

export const sgd: OptimizerDef = {
  name: 'sgd',
  doc: "Gradient descent: w <- w - lr g. With momentum m, as Keras: v <- m v - lr g, w <- w + v; with `nesterov`, w <- w + m v - lr g with the new v (Sutskever et al. 2013, Nesterov's accelerated gradient).",
  example: 'optimizer sgd lr 0.01 momentum 0.9 nesterov',
  args: {
    lr,
    momentum: decay('how much of the last step is kept'),
    nesterov: { kind: 'flag', doc: "Nesterov's momentum: looks ahead by one step" },
  },
  defaults: { lr: 0.01, momentum: 0 },
  slots: (hyper): Record<string, number> => (hyper('momentum') === 0 ? {} : { velocity: 0 }),
  update: ({ c, p, g, slot, lr, hyper }) => {
    const momentum = hyper('momentum');
    const step = c.mul(g, lr, 'step');
    if (momentum === 0) return { '': c.sub(p, step, 'new') };
    const velocity = c.sub(c.mul(slot('velocity'), momentum, 'kept'), step, 'velocity.new');
    const ahead = hyper('nesterov') === 0 ? velocity : c.sub(c.mul(velocity, momentum, 'ahead'), step, 'look');
    return { velocity, '': c.add(p, ahead, 'new') };
  },
};

export const lion: OptimizerDef = {
  name: 'lion',
  doc: 'Lion (Chen et al. 2023): w <- w - lr sign(b1 m + (1 - b1) g), m <- b2 m + (1 - b2) g. Every element moves by lr, so lr is smaller than for Adam, and weight decay larger.',
  example: 'optimizer lion lr 0.0001 weight_decay 0.01',
  args: {
    lr,
    beta1: decay('how much of the mean the step is made of'),
    beta2: decay('decay of the mean of the gradient'),
  },
  defaults: { lr: 0.001, beta1: 0.9, beta2: 0.99 },
  slots: () => ({ m: 0 }),
  update: ({ c, p, g, slot, lr, hyper }) => {
    const direction = c.sign(c.mean(slot('m'), g, hyper('beta1'), 'blend'), 'direction');
    return {
      m: c.mean(slot('m'), g, hyper('beta2'), 'm'),
      '': c.sub(p, c.mul(direction, lr, 'step'), 'new'),
    };
  },
};
