// Which values need a place in memory of their own, and which are views of others.
import { opDef } from './builder.ts';
import { isOp, type Node, sizeOf } from './types.ts';

/** Values that take no kernel: leaves, scalar constants, and views of other values. */
export const isFree = (node: Node): boolean =>
  opDef(node.op).reference === 'leaf' || isOp(node, 'constant') || isOp(node, 'step') || isOp(node, 'reshape');

/** The node whose storage a view shares. */
export function storageOf(node: Node): Node {
  let at = node;
  while (isOp(at, 'reshape')) at = at.inputs[0] as Node;
  return at;
}

/** Most numbers of a constant that kernels hold as text: one a channel of a picture. */
export const TEXT_CONSTANT = 64;

/** Constants that kernels hold as text; they need no place in memory. */
export const isTextConstant = (node: Node): node is Node<'constant'> =>
  isOp(node, 'constant') && node.type.shape.length <= 1 && sizeOf(node.type.shape) <= TEXT_CONSTANT;
