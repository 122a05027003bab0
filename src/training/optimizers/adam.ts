// Adam and its relatives: decaying means of the gradient and of its square, corrected for their start at zero.
import type { Node } from '../../ir/index.ts';
import { decay, epsilon, lr, type OptimizerDef, type UpdateContext } from './optimizer.ts';

const betas = {
  lr,
  beta1: decay('decay of the mean of the gradient'),
  beta2: decay('decay of the mean of its square'),
  epsilon,
} as const;
const defaults = { lr: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const amsgrad = {
  kind: 'flag',
  doc: 'divides by the largest mean of squares so far (Reddi, Kale & Kumar 2018)',
} as const;

const slots: OptimizerDef['slots'] = (hyper) => ({ m: 0, v: 0, ...(hyper('amsgrad') === 0 ? {} : { largest: 0 }) });

/** Both means, new. */
const means = ({ c, g, slot, hyper }: UpdateContext): { m: Node; v: Node } => ({
  m: c.mean(slot('m'), g, hyper('beta1'), 'm'),
  v: c.mean(slot('v'), c.mul(g, g, 'square'), hyper('beta2'), 'v'),
});

const adamRule: OptimizerDef['update'] = (u) => {
  const { c, p, slot, lr, hyper, step, once } = u;
  const { m, v } = means(u);
  const largest = hyper('amsgrad') === 0 ? undefined : c.max(slot('largest'), v, 'largest.new');
  const alpha = once('alpha', (s) => {
    const above = s.sqrt(step.oneMinusPower(hyper('beta2'), 'correction2'), 'correction2.root');
    return s.mul(s.div(above, step.oneMinusPower(hyper('beta1'), 'correction1'), 'corrections'), lr, 'alpha');
  });
  const root = c.add(c.sqrt(largest ?? v, 'root'), hyper('epsilon'), 'root.safe');
  const change = c.div(c.mul(m, alpha, 'scaled'), root, 'step');
  return { m, v, ...(largest ? { largest } : {}), '': c.sub(p, change, 'new') };
};

export const adam: OptimizerDef = {
  name: 'adam',
  doc: 'Adam (Kingma & Ba 2015, the form before section 2.1), as Keras: m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, alpha = lr sqrt(1 - b2^t) / (1 - b1^t), w <- w - alpha m / (sqrt(v) + epsilon).',
  example: 'optimizer adam lr 0.001',
  args: { ...betas, amsgrad },
  defaults,
  slots,
  update: adamRule,
};

export const adamw: OptimizerDef = {
  name: 'adamw',
  doc: 'Adam with decoupled weight decay (Loshchilov & Hutter 2019): w <- w - lr weight_decay w before the step of `adam`.',
  example: 'optimizer adamw lr 0.001 weight_decay 0.01',
  args: { ...betas, amsgrad },
  defaults: { ...defaults, weight_decay: 0.004 },
  slots,
  update: adamRule,
};

export const adamax: OptimizerDef = {
  name: 'adamax',
  doc: 'Adamax (Kingma & Ba 2015, algorithm 2), as Keras: m <- b1 m + (1 - b1) g, u <- max(b2 u, |g|), w <- w - lr / (1 - b1^t) m / (u + epsilon).',
  example: 'optimizer adamax lr 0.002',
  args: { ...betas, beta2: decay('decay of the largest size of the gradient') },
  defaults,
  slots: () => ({ m: 0, u: 0 }),
  update: ({ c, p, g, slot, lr, hyper, step, once }) => {
    const m = c.mean(slot('m'), g, hyper('beta1'), 'm');
    const u = c.max(c.mul(slot('u'), hyper('beta2'), 'u.kept'), c.abs(g, 'size'), 'u.new');
    const alpha = once('alpha', (s) => s.div(lr, step.oneMinusPower(hyper('beta1'), 'correction1'), 'alpha'));
    const change = c.div(c.mul(m, alpha, 'scaled'), c.add(u, hyper('epsilon'), 'u.safe'), 'step');
    return { m, u, '': c.sub(p, change, 'new') };
  },
};

export const nadam: OptimizerDef = {
  name: 'nadam',
  doc: "Adam with Nesterov's momentum (Dozat 2016), as Keras: with mu_t = b1 (1 - 0.96^t / 2) and M_t = mu_1 ... mu_t, the mean is mu_(t+1) m / (1 - M_(t+1)) + (1 - mu_t) g / (1 - M_t), and w <- w - lr mean / (sqrt(v / (1 - b2^t)) + epsilon).",
  example: 'optimizer nadam lr 0.002',
  args: betas,
  defaults,
  slots: () => ({ m: 0, v: 0 }),
  update: (u) => {
    const { c, p, g, lr, hyper, step } = u;
    const { m, v } = means(u);
    const beta = hyper('beta1');
    const mean = c.add(
      c.mul(m, step.nadam(beta, 'mean', 'nadam_mean'), 'm.ahead'),
      c.mul(g, step.nadam(beta, 'gradient', 'nadam_gradient'), 'g.ahead'),
      'm.hat',
    );
    const vHat = c.div(v, step.oneMinusPower(hyper('beta2'), 'correction2'), 'v.hat');
    const root = c.add(c.sqrt(vHat, 'root'), hyper('epsilon'), 'root.safe');
    return { m, v, '': c.sub(p, c.div(c.mul(mean, lr, 'scaled'), root, 'step'), 'new') };
  },
};
