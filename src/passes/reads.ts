// What a kernel of some nodes binds.
import { isOp, isTextConstant, type Node, storageOf } from '../ir/index.ts';

/** What the nodes read from outside: storage, each once; not small constants and step numbers, which are text. */
export function inputsOf(nodes: readonly Node[]): Node[] {
  const inside = new Set(nodes);
  const found = new Set<Node>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      const storage = storageOf(input);
      const text = isOp(storage, 'step') || isTextConstant(storage);
      if (!inside.has(storage) && !text) found.add(storage);
    }
  }
  return [...found];
}
