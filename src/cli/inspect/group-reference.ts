// What a kernel should compute: the references of its nodes, in double precision, from values that it is given.
import { isOp, type Node, opDef, referenceOf, sizeOf, storageOf, type Tensor } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';

type Numbers = ReadonlyMap<string, number>;

/** Every node of the group, in order, from the values of its inputs (by storage) and the numbers of the step. */
export function computeGroup(
  group: Group,
  given: ReadonlyMap<Node, ArrayLike<number>>,
  step: Numbers,
): Map<Node, Tensor> {
  const values = new Map<Node, Tensor>();
  for (const node of group.nodes) {
    const inputs = node.inputs.map((n) => operandOf(n, values, given, step));
    values.set(node, {
      shape: node.type.shape,
      data: referenceOf(opDef(node.op))(inputs, node.attrs, node.type, { step }),
    });
  }
  return values;
}

/** The value of an operand: computed in the group, given, or written in the graph; views take the shape of their own. */
export function operandOf(
  node: Node,
  values: ReadonlyMap<Node, Tensor>,
  given: ReadonlyMap<Node, ArrayLike<number>>,
  step: Numbers,
): Tensor {
  const known = values.get(node);
  if (known) return known;
  const storage = storageOf(node);
  const { shape } = node.type;
  const inside = values.get(storage);
  if (inside) return { shape, data: inside.data };
  const from = given.get(storage);
  if (from) return { shape, data: from instanceof Float64Array ? from : Float64Array.from(from) };
  if (isOp(storage, 'step') || isOp(storage, 'constant'))
    return { shape, data: referenceOf(opDef(storage.op))([], storage.attrs as never, storage.type, { step }) };
  throw new Error(`%${storage.id}, ${sizeOf(shape)} values, is not given`);
}
