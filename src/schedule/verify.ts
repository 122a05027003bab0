// Checks the grouping: every value that is stored is computed once, before it is read.
import { isFree, isOp, type Node, opDef, storageOf } from '../ir/index.ts';
import type { FusedGraph } from './types.ts';

export function verifyGroups({ graph, groups }: FusedGraph): void {
  const found: string[] = [];
  const made = new Set<Node>();
  const computed = new Map<Node, string>();
  const stores = new Set(groups.flatMap((g) => g.outputs));
  for (const group of groups) {
    for (const input of group.inputs) {
      if (!isFree(input) && !made.has(input)) found.push(`${group.name} reads %${input.id} before a kernel made it`);
    }
    for (const node of group.nodes) {
      const first = computed.get(node);
      const stored = stores.has(node) || opDef(node.op).pointwise !== true;
      if (first !== undefined && group.family !== 'update' && stored)
        found.push(`%${node.id} is computed by ${first} and by ${group.name}`);
      computed.set(node, group.name);
    }
    for (const output of group.outputs) made.add(output);
  }
  for (const e of graph.effects) {
    const needed = storageOf(e.kind === 'assign' ? e.gradient : e.value);
    if (!isFree(needed) && !made.has(needed)) found.push(`%${needed.id} is needed by an effect and never stored`);
    if (e.kind === 'output' && (isOp(needed, 'input') || isOp(needed, 'parameter')))
      found.push(`the output is %${needed.id} itself`);
  }
  if (found.length > 0) throw new Error(`the groups of ${graph.name} are broken:\n  ${found.join('\n  ')}`);
}
