// Weights of PyTorch and Keras as those of a model that is there.
import { basename, dirname, join, resolve } from 'node:path';
import { matchedInOrder, weightsNotImported } from '../../diagnostics/catalog/imports.ts';
import { refuse } from '../../diagnostics/index.ts';
import { readArrays } from '../../interop/arrays.ts';
import { guessOrder, matchWeights } from '../../interop/orders/match.ts';
import { type Order, unitsOf } from '../../interop/orders/units.ts';
import { writeSafetensors } from '../../interop/safetensors.ts';
import { activationNames } from '../../layers/activations.ts';
import { writeArtifacts } from '../artifacts.ts';
import type { Io } from '../io.ts';
import { report } from '../io.ts';
import { openModel } from '../model.ts';
import { weightsName } from './output.ts';

export const orders = ['pytorch', 'keras', 'cnnc'] as const satisfies readonly Order[];
const called = { pytorch: 'PyTorch', keras: 'Keras', cnnc: 'cnnc' } as const;

export interface WeightsOutput {
  readonly weights: string;
  readonly order: Order;
  readonly parameters: number;
  readonly pairs: readonly { readonly module: string; readonly layer: string }[];
}

/** Converts `bytes` of `file` for the model; the order is what their names say unless it is given. */
export async function importWeights(
  io: Io,
  {
    bytes,
    file,
    model,
    out,
    asked,
    set,
  }: {
    readonly bytes: Uint8Array;
    readonly file: string;
    readonly model: string;
    readonly out: string;
    readonly asked: Order | undefined;
    readonly set: Readonly<Record<string, number>>;
  },
): Promise<WeightsOutput> {
  const arrays = readArrays(bytes, file);
  const { compiled } = await openModel(io, model, { inferOnly: true, batch: 1, set });
  const own = compiled.plan.parameters.every((p) => arrays.get(p.name)?.shape.join() === p.shape.join());
  const order = asked ?? (own ? 'cnnc' : (guessOrder(arrays.keys()) ?? 'pytorch'));
  const { tensors, pairs, left } = matchWeights(unitsOf(compiled, order, new Set(activationNames)), arrays);
  if (left.modules.length > 0 || left.layers.length > 0)
    refuse(weightsNotImported(file, compiled.plan.model, called[order], left.modules, left.layers));
  const byName = new Map(tensors.map((t) => [t.name, t]));
  const ordered = compiled.plan.parameters.flatMap((p) => byName.get(p.name) ?? []);
  const metadata = { format: 'cnnc', model: compiled.plan.model, imported_from: basename(file) };
  const path = /\.safetensors$/i.test(out) ? out : join(out, weightsName);
  await writeArtifacts(io, dirname(path), new Map([[basename(path), writeSafetensors(ordered, metadata)]]));
  const byPlace = pairs.filter(({ by }) => by === 'order').map(({ module, layer }) => `${module} -> ${layer}`);
  if (byPlace.length > 0) report(io, [matchedInOrder(file, byPlace)]);
  const parameters = ordered.reduce((n, { values }) => n + values.length, 0);
  return { weights: path, order, parameters, pairs: pairs.map(({ module, layer }) => ({ module, layer })) };
}

/** The folder that a path is read from. */
export const at = (io: Io, file: string): string => resolve(io.cwd, file);
