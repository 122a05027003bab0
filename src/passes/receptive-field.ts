// How much of the input one output of a layer sees (Araujo, Norris & Sim 2019, "Computing Receptive Fields", eq. 1 and 2).
import type { WindowAttrs } from '../ir/attrs.ts';
import { extent, type Graph, isOp, type Node } from '../ir/index.ts';

/** Rows and columns of the input that one value sees, and how far apart those of neighbouring values are. */
export interface ReceptiveField {
  readonly size: readonly [number, number];
  readonly jump: readonly [number, number];
}

/** The window that slides over the first input of the node; undefined when there is none. */
function windowOf(node: Node): { kernel: readonly [number, number]; attrs: WindowAttrs } | undefined {
  if (isOp(node, 'conv2d')) {
    const [rows, columns] = (node.inputs[1] as Node).type.shape as [number, number];
    return { kernel: [rows, columns], attrs: node.attrs };
  }
  if (isOp(node, 'maxpool2d') || isOp(node, 'avgpool2d')) return { kernel: node.attrs.window, attrs: node.attrs };
  return undefined;
}

/**
 * The field of every picture that a forward graph computes: a window of extent e = d(k - 1) + 1 and stride s makes
 * r + (e - 1) j of r, and s j of the jump j. Where branches meet, the largest counts.
 */
export function receptiveFields(forward: Graph): Map<Node, ReceptiveField> {
  const fields = new Map<Node, ReceptiveField>();
  for (const node of forward.nodes) {
    if (node.type.shape.length !== 4) continue;
    if (isOp(node, 'input')) fields.set(node, { size: [1, 1], jump: [1, 1] });
    const sources = node.inputs.map((n) => fields.get(n)).filter((f) => f !== undefined);
    if (sources.length === 0) continue;
    const most = (of: (f: ReceptiveField) => number): number => Math.max(...sources.map(of));
    const size = [most((f) => f.size[0]), most((f) => f.size[1])] as const;
    const jump = [most((f) => f.jump[0]), most((f) => f.jump[1])] as const;
    const window = windowOf(node);
    if (!window) {
      fields.set(node, { size, jump });
      continue;
    }
    const { kernel, attrs } = window;
    const grown = (axis: 0 | 1): number => size[axis] + (extent(kernel[axis], attrs.dilation[axis]) - 1) * jump[axis];
    fields.set(node, {
      size: [grown(0), grown(1)],
      jump: [jump[0] * attrs.stride[0], jump[1] * attrs.stride[1]],
    });
  }
  return fields;
}
