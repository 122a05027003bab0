// Kernels that may write their result where an operand lies that nobody needs any more: each invocation reads all that it needs of
// the operand before it writes, and no invocation reads what another writes.
import { isOp, liesSideBySide, type Node, opDef, sameShape, storageOf } from '../ir/index.ts';
import type { Group, MemoryPlan } from './types.ts';

export interface InPlace {
  readonly output: Node;
  readonly operand: Node;
}

/**
 * The gradient of a max pooling whose windows do not overlap: one invocation computes a whole window, of which it has read every
 * element before. Elementwise work behind it may read the operand too, at the element that it writes. Only this is worth it:
 * other operands that a kernel reads element by element seldom die where a program takes most memory.
 */
export function inPlaceOf(group: Group): InPlace | undefined {
  const root = group.nodes[0];
  const [output, more] = group.outputs;
  if (group.family !== 'window' || !root || !isOp(root, 'maxpool2d_dx') || !output || more) return undefined;
  if (!liesSideBySide(root.attrs)) return undefined;
  const operand = storageOf(root.inputs[0] as Node);
  const { dtype, shape } = operand.type;
  const byElement = group.nodes
    .slice(1)
    .filter((n) => n.inputs.some((i) => storageOf(i) === operand))
    .every(
      (n) =>
        opDef(n.op).pointwise === true &&
        !isOp(n, 'broadcast') &&
        n.inputs.every((i) => i !== operand || sameShape(n.type.shape, shape)) &&
        n.inputs.every((i) => i === operand || storageOf(i) !== operand),
    );
  return byElement && output.type.dtype === dtype && sameShape(output.type.shape, shape) && root.inputs[0] === operand
    ? { output, operand }
    : undefined;
}

/** The same, where the plan of memory makes use of it. */
export function sharedPlace(group: Group, { places }: MemoryPlan): InPlace | undefined {
  const found = inPlaceOf(group);
  const [p, q] = [found && places.get(found.output), found && places.get(found.operand)];
  return p && q && p.buffer === q.buffer && p.offset === q.offset ? found : undefined;
}
