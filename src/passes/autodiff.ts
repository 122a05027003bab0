// Reverse-mode differentiation, graph to graph: adds the gradient of a scalar to every trainable parameter.
import { builder, emit, type Graph, isOp, type Node, opDef } from '../ir/index.ts';

export interface Differentiated {
  readonly graph: Graph;
  /** Gradients by parameter. Parameters that the objective does not depend on have none. */
  readonly gradients: ReadonlyMap<Node<'parameter'>, Node>;
}

/** `wanted` chooses the leaves whose gradients are needed; trainable parameters unless given. `seed`: the gradient of the objective, 1 unless given. */
export function differentiate(
  graph: Graph,
  objective: Node,
  wanted: (leaf: Node) => boolean = (n) => isOp(n, 'parameter') && n.attrs.trainable,
  seed?: Node,
): Differentiated {
  const b = builder(graph);
  // 1. What depends on a wanted leaf: everything else needs no gradient.
  const active = new Set<Node>();
  for (const node of graph.nodes) if (wanted(node) || node.inputs.some((n) => active.has(n))) active.add(node);
  // 2. Backwards through the graph; each node's gradient is complete when it is reached.
  const gradients = new Map<Node, Node>();
  const contribute = (node: Node, gradient: Node): void => {
    const sofar = gradients.get(node);
    gradients.set(node, sofar ? emit(b, 'add', [sofar, gradient], {}, `d_${node.id}.sum`) : gradient);
  };
  if (active.has(objective)) contribute(objective, seed ?? b.scalar(1));
  for (const node of [...graph.nodes].reverse()) {
    const dy = gradients.get(node);
    if (!dy || node.inputs.length === 0) continue;
    const { vjp } = opDef(node.op);
    if (vjp === 'nondifferentiable') throw new Error(`%${node.id}: ${node.op} has no gradient`);
    const needs = node.inputs.map((n) => active.has(n));
    if (!needs.some(Boolean)) continue;
    b.at(node.layer);
    const found = vjp(b, node, dy, needs);
    node.inputs.forEach((input, i) => {
      const gradient = found[i];
      if (needs[i] && gradient) contribute(input, gradient);
    });
  }
  b.at(undefined);
  const leaves = graph.nodes.filter((n) => wanted(n) && gradients.has(n)) as Node<'parameter'>[];
  return { graph: b.finish(graph.name), gradients: new Map(leaves.map((n) => [n, gradients.get(n) as Node])) };
}
