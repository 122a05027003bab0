// The forward pass as inference sees it: dropout and noise do nothing, and running means stand for those of the batch.
import type { Graph, Node } from '../ir/index.ts';
import { isRandom } from '../ir/ops/dropout.ts';
import type { Statistic } from '../layers/index.ts';
import { rewrite } from './rewrite.ts';

export function forInference(graph: Graph, statistics: readonly Statistic[] = []): Graph {
  const running = new Map(statistics.map((s) => [s.value.id, s.parameter]));
  return rewrite(graph, (node) => {
    if (isRandom(node.op)) return node.inputs[0] as Node;
    return running.get(node.id) ?? node;
  });
}
