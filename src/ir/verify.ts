// Checks that a graph is one: run after every pass. What it finds is a bug of ours, never the user's.
import { opDef } from './builder.ts';
import type { Graph, Node } from './types.ts';
import { sameShape, showShape } from './types.ts';

/** Nodes in which nothing is wrong: they never change, and most are in the graphs of many stages. */
const sound = new WeakSet<Node>();

/** What is wrong with a node, whatever graph it is in. */
function problemsOf(node: Node): string[] {
  const at = `%${node.id}`;
  const def = opDef(node.op);
  if (def.inputs !== 'many' && node.inputs.length !== def.inputs.length)
    return [`${at}: ${node.op} takes ${def.inputs.length} inputs, has ${node.inputs.length}`];
  const type = def.infer(
    node.inputs.map((n) => n.type),
    node.attrs,
  );
  if (typeof type === 'string') return [`${at}: ${type}`];
  if (type.dtype === node.type.dtype && sameShape(type.shape, node.type.shape)) return [];
  return [
    `${at} says ${node.type.dtype} ${showShape(node.type.shape)}, its rule ${type.dtype} ${showShape(type.shape)}`,
  ];
}

/** Sentences about what is wrong; empty for a good graph. */
export function problems(graph: Graph): string[] {
  const found: string[] = [];
  const ids = new Set<string>();
  const defined = new Set<Node>();
  const seen = (node: Node): boolean => defined.has(node);
  for (const node of graph.nodes) {
    if (ids.size === ids.add(node.id).size) found.push(`%${node.id} is defined twice`);
    for (const input of node.inputs)
      if (!seen(input)) found.push(`%${node.id} uses %${input.id} before its definition`);
    const wrong = sound.has(node) ? [] : problemsOf(node);
    if (wrong.length === 0) sound.add(node);
    found.push(...wrong);
    defined.add(node);
  }
  const targets = new Set<string>();
  for (const effect of graph.effects) {
    if (!seen(effect.value)) found.push(`${effect.kind} of %${effect.value.id}, which the graph does not define`);
    if (effect.kind !== 'assign') continue;
    if (targets.has(effect.target.id)) found.push(`%${effect.target.id} is assigned twice`);
    targets.add(effect.target.id);
    if (!seen(effect.gradient))
      found.push(`assign %${effect.target.id} begins at %${effect.gradient.id}, which the graph does not define`);
    if (!seen(effect.target)) found.push(`assign to %${effect.target.id}, which the graph does not define`);
    if (!sameShape(effect.target.type.shape, effect.value.type.shape)) {
      found.push(
        `assign %${effect.target.id}: ${showShape(effect.target.type.shape)} from ${showShape(effect.value.type.shape)}`,
      );
    }
  }
  return found;
}

/** Graphs without problems: a pass that changes nothing returns the graph it was given. */
const good = new WeakSet<Graph>();

/** Returns the graph, or throws with all that is wrong. `stage` names the pass that made it. */
export function verify(graph: Graph, stage: string): Graph {
  if (good.has(graph)) return graph;
  const found = problems(graph);
  if (found.length > 0) throw new Error(`after ${stage}, graph ${graph.name} is broken:\n  ${found.join('\n  ')}`);
  good.add(graph);
  return graph;
}
