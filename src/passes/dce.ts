// Dead code: values that no effect needs are dropped. The input stays, so that every graph can be given a batch.
import { type Graph, isOp, type Node } from '../ir/index.ts';

export function removeDeadCode(graph: Graph): Graph {
  const live = new Set<Node>();
  const visit = (node: Node): void => {
    if (live.has(node)) return;
    live.add(node);
    node.inputs.forEach(visit);
  };
  for (const effect of graph.effects) {
    visit(effect.value);
    if (effect.kind === 'assign') [effect.target, effect.gradient].forEach(visit);
  }
  const nodes = graph.nodes.filter((n) => live.has(n) || isOp(n, 'input'));
  return nodes.length === graph.nodes.length ? graph : { ...graph, nodes };
}
