// Which values need a place in memory of their own, and which are views of others.
import { opDef } from './builder.ts';
import { isOp, type Node } from './types.ts';

/** Values that take no kernel: leaves, scalar constants, and views of other values. */
export const isFree = (node: Node): boolean =>
  opDef(node.op).reference === 'leaf' || isOp(node, 'constant') || isOp(node, 'step') || isOp(node, 'reshape');

/** The node whose storage a view shares. */
export function storageOf(node: Node): Node {
  let at = node;
  while (isOp(at, 'reshape')) at = at.inputs[0] as Node;
  return at;
}
