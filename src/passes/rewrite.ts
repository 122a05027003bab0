// Rebuilds a graph node by node: what most passes are made of.

import { type Effect, type Graph, type Node, opDef } from '../ir/index.ts';
import { attrsKey } from '../ir/key.ts';

/**
 * Visits the nodes in order. `replace` gets each node with its inputs already replaced and returns the node that stands
 * for it from here on: the same one, an earlier one, or a new one (given to `add` first unless it is the returned one).
 * A graph in which nothing is replaced is returned itself.
 */
export function rewrite(graph: Graph, replace: (node: Node, add: (n: Node) => Node) => Node): Graph {
  const map = new Map<Node, Node>();
  const nodes: Node[] = [];
  const present = new Set<Node>();
  const add = (n: Node): Node => {
    if (!present.has(n)) {
      present.add(n);
      nodes.push(n);
    }
    return n;
  };
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((i) => map.get(i) as Node);
    const same = inputs.every((n, i) => n === node.inputs[i]);
    map.set(node, add(replace(same ? node : withInputs(node, inputs), add)));
  }
  if (nodes.length === graph.nodes.length && graph.nodes.every((n) => map.get(n) === n)) return graph;
  const effects = graph.effects.map((e): Effect => {
    const value = map.get(e.value) as Node;
    if (e.kind !== 'assign') return { ...e, value };
    return { ...e, value, target: map.get(e.target) as typeof e.target, gradient: map.get(e.gradient) as Node };
  });
  return { name: graph.name, nodes, effects };
}

/** The same operation on other inputs; its type is inferred anew. */
export function withInputs(node: Node, inputs: readonly Node[]): Node {
  const type = opDef(node.op).infer(
    inputs.map((n) => n.type),
    node.attrs,
  );
  if (typeof type === 'string') throw new Error(`%${node.id} cannot take other inputs: ${type}`);
  return { ...node, inputs, type };
}

/** Keys that are equal exactly when two nodes compute the same from the same inputs. */
export const keyOf = (node: Node, idOf: (n: Node) => string): string =>
  `${node.op}(${node.inputs.map(idOf).join(',')})${attrsKey(node.attrs)}`;
