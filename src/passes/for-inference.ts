// The forward pass as inference sees it: dropout does nothing.
import { type Graph, isOp, type Node } from '../ir/index.ts';
import { rewrite } from './rewrite.ts';

export const forInference = (graph: Graph): Graph =>
  rewrite(graph, (node) => (isOp(node, 'dropout') ? (node.inputs[0] as Node) : node));
