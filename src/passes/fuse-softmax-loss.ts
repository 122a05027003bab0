// cross_entropy(softmax(z)) becomes softmax_cross_entropy(z): one kernel, exact for any logits, gradient softmax - onehot.
// The count of right answers is taken from the logits too, so that training needs no probabilities at all.
import { type Graph, isOp, type Node } from '../ir/index.ts';
import { rewrite } from './rewrite.ts';

export function fuseSoftmaxLoss(graph: Graph): Graph {
  const outputs = new Set(graph.effects.flatMap((e) => (e.kind === 'output' ? [e.value] : [])));
  return rewrite(graph, (node): Node => {
    const [p, ...rest] = node.inputs;
    if (!p || !isOp(p, 'softmax') || (node.op !== 'cross_entropy' && node.op !== 'correct')) return node;
    const inputs = [p.inputs[0] as Node, ...rest];
    if (node.op === 'cross_entropy') return { ...node, op: 'softmax_cross_entropy', inputs };
    return outputs.has(p) ? node : { ...node, inputs };
  });
}
