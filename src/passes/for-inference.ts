// The forward pass as inference sees it: dropout and noise do nothing.
import type { Graph, Node } from '../ir/index.ts';
import { isRandom } from '../ir/ops/dropout.ts';
import { rewrite } from './rewrite.ts';

export const forInference = (graph: Graph): Graph =>
  rewrite(graph, (node) => (isRandom(node.op) ? (node.inputs[0] as Node) : node));
