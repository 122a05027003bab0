// Common subexpressions: the second of two equal computations becomes the first. Dropout is equal only to itself.
import { type Graph, type Node, opDef } from '../ir/index.ts';
import { keyOf, rewrite } from './rewrite.ts';

export function shareCommon(graph: Graph): Graph {
  const known = new Map<string, Node>();
  return rewrite(graph, (node) => {
    if (opDef(node.op).reference === 'leaf') return node;
    const key = keyOf(node, (n) => n.id);
    const first = known.get(key);
    if (first) return first;
    known.set(key, node);
    return node;
  });
}
