// `normalise per_channel`: training finds the numbers in its pictures, and keeps them with the weights.
import { normaliseParameters } from '../../data/measure.ts';
import type { DataSet } from '../../data/types.ts';
import { NORMALISE } from '../../passes/lower/normalise.ts';
import type { CompiledModel } from '../model.ts';

/**
 * Mean and variance of each channel of the pictures to train on, by the names of the parameters; empty for other models, and
 * for what `given`, the weights to start from, have already: the layers that they are for have learnt with those.
 */
export function measured(
  { data }: CompiledModel,
  set: DataSet,
  given: ReadonlyMap<string, unknown> = new Map(),
): Map<string, Float32Array<ArrayBuffer>> {
  const finds = data?.normalise?.kind === 'per_channel' && !given.has(`${NORMALISE}.mean`);
  return finds ? normaliseParameters(set) : new Map();
}
