// The forward pass as inference sees it: dropout does nothing, and running means stand for those of the batch.
import { type Graph, isOp, type Node } from '../ir/index.ts';
import type { Statistic } from '../layers/index.ts';
import { rewrite } from './rewrite.ts';

export function forInference(graph: Graph, statistics: readonly Statistic[] = []): Graph {
  const running = new Map(statistics.map((s) => [s.value.id, s.parameter]));
  return rewrite(graph, (node) => {
    if (isOp(node, 'dropout')) return node.inputs[0] as Node;
    return running.get(node.id) ?? node;
  });
}
