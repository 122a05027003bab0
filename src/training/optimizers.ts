// The optimizers, written as graph: how a parameter and its slots change by a gradient. No kernel knows their names.
import type { ArgSpec } from '../layers/args.ts';
import { adam, adamax, adamw, nadam } from './optimizers/adam.ts';
import { adadelta, adagrad, ftrl, rmsprop } from './optimizers/adaptive.ts';
import { lion, sgd } from './optimizers/momentum.ts';
import type { OptimizerDef } from './optimizers/optimizer.ts';

export type { OptimizerDef, UpdateContext } from './optimizers/optimizer.ts';

/** What may bound the gradients; at most one of them. */
export const clips = ['clip_value', 'clip_norm', 'global_clip_norm'] as const;

/** Arguments that every optimizer has; without them nothing decays and nothing is clipped. */
export const commonArgs: Readonly<Record<string, ArgSpec>> = {
  weight_decay: {
    kind: 'number',
    min: 0,
    doc: 'decoupled weight decay: w <- w - lr weight_decay w before each step, for all parameters',
  },
  clip_value: { kind: 'number', above: 0, doc: 'every element of a gradient is clipped to [-clip_value, clip_value]' },
  clip_norm: {
    kind: 'number',
    above: 0,
    doc: 'the gradient of each parameter is scaled down to this norm where it is larger',
  },
  global_clip_norm: {
    kind: 'number',
    above: 0,
    doc: 'all gradients are scaled down together where the norm of all of them is larger than this',
  },
};

export const optimizers: Readonly<Record<string, OptimizerDef>> = Object.fromEntries(
  [sgd, adagrad, adadelta, rmsprop, adam, adamw, adamax, nadam, ftrl, lion].map((o) => [
    o.name,
    { ...o, args: { ...o.args, ...commonArgs } },
  ]),
);
