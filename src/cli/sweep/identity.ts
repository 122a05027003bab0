// What makes two calls one sweep: what the table in a folder must agree on before a sweep goes on from it.
import type { Split } from '../../data/types.ts';
import type { ModelFile } from '../model.ts';
import { identityOf } from '../train/identity.ts';
import type { SweepIdentity } from './record.ts';

export function identityOfSweep(
  model: ModelFile,
  split: Split,
  facts: {
    readonly data: string;
    readonly grid: string;
    readonly random: string;
    readonly epochs: number;
    readonly seed: number;
    readonly seeds: number;
  },
): SweepIdentity {
  const { plan } = model.compiled;
  const { data, seed, epochs } = facts;
  const { optimizer = '', lr = 0 } = plan.train ?? {};
  const one = identityOf(model, { model: plan.model, data, optimizer, lr, batch: plan.batch, seed }, split, epochs);
  return { ...one, grid: facts.grid, random: facts.random, epochs: String(epochs), seeds: String(facts.seeds) };
}
