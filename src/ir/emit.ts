// Emitting a node through a builder, with the result as a plain node: what operations and passes use.
import type { OpAttrs, OpName } from './attrs.ts';
import type { Builder } from './builder.ts';
import type { Node } from './types.ts';

/** The builder's `emit`, with the result as a plain node. */
export function emit<K extends OpName>(
  b: Builder,
  op: K,
  inputs: readonly Node[],
  attrs: OpAttrs[K],
  name: string,
): Node {
  return b.emit(op, inputs, attrs, name) as unknown as Node;
}
