// Groups that compute the same from values of the same kind share one kernel, whatever their values are called: the text
// is written for the first of them, and bound to the values of each.
import { isOp, isTextConstant, type Node, showShape, storageOf } from '../ir/index.ts';
import { attrsKey } from '../ir/key.ts';
import type { Group } from '../schedule/index.ts';
import type { Bound, Kernel } from './kernel.ts';

/** What a group computes, without names; and the values it binds, in an order that equal keys share. */
export function shapeOf(group: Group): { readonly key: string; readonly values: readonly Node[] } {
  const values: Node[] = [...group.nodes];
  const numbers = new Map(values.map((n, i) => [n, i]));
  const kind = ({ type }: Node): string => `${type.dtype} ${showShape(type.shape)}`;
  const outside: string[] = [];
  const refer = (n: Node): string => {
    const storage = storageOf(n);
    if (isOp(storage, 'step') || isTextConstant(storage)) return attrsKey(storage.attrs);
    let number = numbers.get(storage);
    if (number === undefined) {
      number = values.length;
      values.push(storage);
      numbers.set(storage, number);
      outside.push(
        `${isOp(storage, 'parameter') ? `parameter ${storage.attrs.stored ?? ''}` : 'value'} ${kind(storage)}`,
      );
    }
    return n === storage ? `${number}` : `${number} as ${showShape(n.type.shape)}`;
  };
  const lines = group.nodes.map((n) => `${n.op}(${n.inputs.map(refer).join(', ')})${attrsKey(n.attrs)}: ${kind(n)}`);
  const results = group.outputs.map((n) => numbers.get(n));
  return { key: [group.family, ...lines, results.join(), ...outside].join('\n'), values };
}

/** Families whose kernels know more than their groups: where values lie, or which sums there are. */
const apart: ReadonlySet<Group['family']> = new Set(['accumulate', 'squares', 'update']);

/** Makes each kernel once. */
export function kernelCache(): (group: Group, make: () => Kernel, inPlace: boolean) => Kernel {
  const known = new Map<string, { readonly kernel: Kernel; readonly values: readonly Node[] }>();
  return (group, make, inPlace) => {
    if (apart.has(group.family)) return make();
    const { key: plain, values } = shapeOf(group);
    const key = inPlace ? `${plain}\nin place` : plain;
    const first = known.get(key);
    if (!first) {
      const kernel = make();
      known.set(key, { kernel, values });
      return kernel;
    }
    const moved = new Map(first.values.map((n, i) => [n, values[i] as Node]));
    const bindings = first.kernel.bindings.map(({ bound, access }) => ({ bound: rebound(bound, moved), access }));
    return { ...first.kernel, name: group.name, bindings };
  };
}

function rebound(bound: Bound, moved: ReadonlyMap<Node, Node>): Bound {
  if (bound.kind !== 'node') return bound;
  const node = moved.get(bound.node);
  if (!node) throw new Error(`%${bound.node.id} is bound by a kernel but not of its group`);
  return { kind: 'node', node };
}
