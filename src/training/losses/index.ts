// All losses by name.
import { binary_cross_entropy, cross_entropy } from './classes.ts';
import type { LossDef } from './loss.ts';
import { valueLosses } from './values.ts';

export type { LossContext, LossDef, LossOptions } from './loss.ts';

export const losses: Readonly<Record<string, LossDef>> = Object.fromEntries(
  [cross_entropy, binary_cross_entropy, ...valueLosses].map((def) => [def.name, def]),
);
