// The gradients of the trained parameters on one batch, read from the backend without leaving a trace in the training.
import { isOp, storageOf } from '../../ir/index.ts';
import type { Backend, OneStep, Uploaded } from '../../reference/backend.ts';
import type { CompiledModel } from '../model.ts';

/**
 * Runs one step, reads what the loss (with its penalties) gives each parameter, and puts everything back. Gradients are those
 * before clipping. By parameter.
 */
export async function gradientsOf(
  { emitted, graphs, training }: CompiledModel,
  backend: Backend,
  set: Uploaded,
  step: OneStep,
): Promise<Map<string, ArrayLike<number>>> {
  const graph = backend.kind === 'reference' ? graphs.train : emitted.scheduled.train?.fused.graph;
  // Running means are assigned too, and have no gradient.
  const owners = new Map(
    (graph?.effects ?? []).flatMap((e) =>
      e.kind === 'assign' && isOp(e.target, 'parameter') && training?.gradients.has(e.target.id)
        ? [[storageOf(e.gradient).id, e.target.id] as const]
        : [],
    ),
  );
  const found = new Map<string, ArrayLike<number>>();
  // What lies in memory is multiplied with the scale of the loss.
  const scale = (await backend.scaling())?.scale ?? 1;
  const before = await backend.snapshot();
  for await (const { outputs } of set.trace(step, new Set(owners.keys()))) {
    for (const [{ id }, values] of outputs) {
      const owner = owners.get(id);
      if (owner !== undefined) found.set(owner, scale === 1 ? values : Float64Array.from(values, (v) => v / scale));
    }
  }
  before.restore();
  // In the order of the parameters, whatever the order of the kernels.
  return new Map([...owners.values()].flatMap((name) => (found.has(name) ? [[name, found.get(name) ?? []]] : [])));
}
