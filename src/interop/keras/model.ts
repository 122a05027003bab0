// A Keras model as JSON, with or without its weights, as a model of cnnc.
import { matchedInOrder, weightsNotImported } from '../../diagnostics/catalog/imports.ts';
import { type Diagnostic, refuse } from '../../diagnostics/index.ts';
import { activationNames } from '../../layers/activations.ts';
import { finish, type Imported } from '../network/imported.ts';
import { type Given, matchWeights } from '../orders/match.ts';
import { unitsOf } from '../orders/units.ts';
import { networkOf } from './network.ts';

export interface KerasWeights {
  readonly file: string;
  readonly arrays: ReadonlyMap<string, Given>;
}

/** `name` is the model's, `file` what messages call the JSON, `beside` the name of the weights' file beside the model. */
export function importKeras(
  source: string,
  name: string,
  file: string,
  weights?: KerasWeights,
  beside = 'weights.safetensors',
): Imported {
  const { network, named } = networkOf(source, name, file);
  const made = finish(network, weights ? beside : undefined, file, true);
  if (!weights) return made;
  const aliases = new Map(
    [...named].flatMap(([line, keras]) => {
      const own = made.names.get(line);
      return own === undefined ? [] : [[own, keras] as const];
    }),
  );
  const units = unitsOf(made.compiled, 'keras', new Set(activationNames));
  const { tensors, pairs, left } = matchWeights(units, weights.arrays, aliases);
  if (left.modules.length > 0 || left.layers.length > 0)
    refuse(weightsNotImported(weights.file, name, 'Keras', left.modules, left.layers));
  const order = new Map(tensors.map((t) => [t.name, t]));
  const byPlace = pairs.filter(({ by }) => by === 'order').map(({ module, layer }) => `${module} -> ${layer}`);
  const notes: Diagnostic[] = byPlace.length > 0 ? [matchedInOrder(weights.file, byPlace)] : [];
  return {
    ...made,
    tensors: made.plan.parameters.flatMap((p) => order.get(p.name) ?? []),
    warnings: [...made.warnings, ...notes],
  };
}
