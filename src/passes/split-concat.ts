// A concat of more values than one kernel can read becomes a concat of concats.
import { type Graph, isOp, type Node } from '../ir/index.ts';
import { rewrite, withInputs } from './rewrite.ts';

/** A kernel may bind eight buffers on every adapter: the result, one more for the epilogue, and these. */
const MOST = 6;

export function splitConcat(graph: Graph): Graph {
  if (!graph.nodes.some((n) => isOp(n, 'concat') && n.inputs.length > MOST)) return graph;
  return rewrite(graph, (node, add) => (isOp(node, 'concat') ? split(node as unknown as Node, add) : node));
}

/** The inputs in as few parts as there must be, of about the same length. */
function split(node: Node, add: (n: Node) => Node): Node {
  const count = node.inputs.length;
  if (count <= MOST) return node;
  const parts = Math.ceil(count / MOST);
  const bounds = Array.from({ length: parts + 1 }, (_, i) => Math.round((i * count) / parts));
  const made = bounds.slice(1).map((end, i) => {
    const inputs = node.inputs.slice(bounds[i], end);
    return inputs.length === 1
      ? (inputs[0] as Node)
      : add(withInputs({ ...node, id: `${node.id}.${i + 1}of${parts}` }, inputs));
  });
  return split(withInputs(node, made), add);
}
