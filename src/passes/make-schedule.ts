// From the graphs of a model to its schedule: groups, merged updates, one layout of parameters, places for every value.
import { type Graph, isOp, leavesOf, type Node, verify } from '../ir/index.ts';
import {
  type ModelGraphs,
  type ModelSchedule,
  type ProgramKey,
  type Scheduled,
  verifyGroups,
} from '../schedule/index.ts';
import { fuse } from './fuse.ts';
import { mergeUpdates } from './merge-updates.ts';
import { bytesOf, layOutParameters, planMemory } from './plan-memory.ts';
import type { JoinsPool } from './pooled.ts';
import { recomputeActivations } from './recompute-activations.ts';
import { splitConcat } from './split-concat.ts';

/** `most`: bytes that the values of a training step may take; as much as can be is computed again where they take more. */
export function makeSchedule(
  graphs: ModelGraphs,
  joinsPool?: JoinsPool,
  most = Number.POSITIVE_INFINITY,
): ModelSchedule {
  const given = (['infer', 'evaluate', 'train'] as const).flatMap((key): (readonly [ProgramKey, Graph])[] => {
    const graph = graphs[key];
    return graph ? [[key, graph]] : [];
  });
  const fused = new Map(given.map(([key, graph]) => [key, fuse(splitConcat(graph), joinsPool)]));
  const whole = fused.get('train');
  const less =
    whole && most < Number.POSITIVE_INFINITY
      ? recomputeActivations(whole, mergeUpdates(whole.groups), most)
      : undefined;
  if (less) {
    verify(less.fused.graph, 'recompute-activations');
    fused.set('train', less.fused);
  }
  for (const one of fused.values()) verifyGroups(one);
  // The layout follows the updates of training and serves all programs.
  const updates = mergeUpdates(fused.get('train')?.groups ?? []);
  const all = [graphs.train, graphs.infer].flatMap((g) => g?.nodes.filter((n) => isOp(n, 'parameter')) ?? []);
  const parameters = [...new Map(all.map((n): [string, Node] => [n.id, n])).values()];
  const layout = layOutParameters(parameters, updates);
  const labels = given.flatMap(([, graph]) => graph.nodes.filter((n) => isOp(n, 'labels')));
  const labelBytes = Math.max(0, ...labels.map(bytesOf));
  const scheduled = [...fused].map(([key, one]): [ProgramKey, Scheduled] => {
    const outputs = one.graph.effects.flatMap((e) => (e.kind === 'output' ? [e.value] : []));
    const mine = key === 'train' ? updates : [];
    const memory = planMemory(one.groups, mine, outputs, leavesOf(one.graph), layout, labelBytes);
    const recomputation = key === 'train' && less ? { recomputation: less.recomputation } : {};
    return [key, { fused: one, updates: mine, memory, ...recomputation }];
  });
  return { scheduled: Object.fromEntries(scheduled), updates, layout, parameters };
}
