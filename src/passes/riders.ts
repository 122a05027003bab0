// The gradient of a bias rides along with the gradient of its weights, which reads the same dy.
import { type Graph, isDepthwise, isOp, type Node, storageOf } from '../ir/index.ts';

/** Is `sum` the sum over all but the last axis of the right operand of `host`, and `host` a weight gradient? */
function ridesAlong(sum: Node<'sum'>, host: Node): boolean {
  const weights = isOp(host, 'conv2d_dw') || (isOp(host, 'matmul') && host.attrs.transposeA && !host.attrs.transposeB);
  if (!weights || isDepthwise(host)) return false;
  const dy = sum.inputs[0] as Node;
  const last = dy.type.shape.length - 1;
  return (
    sum.attrs.axes.length === last &&
    !sum.attrs.axes.includes(last) &&
    sum.type.shape[0] === host.type.shape[host.type.shape.length - 1]
  );
}

/** Sums that need no kernel of their own, with the weight gradients whose kernels make them: one each. */
export function riders(graph: Graph): ReadonlyMap<Node, Node> {
  const found = new Map<Node, Node>();
  const taken = new Set<Node>();
  /** Products by what is on their right. */
  const hosts = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    if (!isOp(node, 'conv2d_dw') && !isOp(node, 'matmul')) continue;
    const dy = storageOf(node.inputs[1] as Node);
    const known = hosts.get(dy);
    if (known) known.push(node);
    else hosts.set(dy, [node]);
  }
  for (const node of graph.nodes) {
    if (!isOp(node, 'sum')) continue;
    const host = hosts.get(storageOf(node.inputs[0] as Node))?.find((h) => !taken.has(h) && ridesAlong(node, h));
    if (!host) continue;
    taken.add(host);
    found.set(node as unknown as Node, host);
  }
  return found;
}
