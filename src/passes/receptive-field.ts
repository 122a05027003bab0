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
  if (isOp(node, 'conv2d') || isOp(node, 'conv2d_dx')) {
    const [rows, columns] = (node.inputs[1] as Node).type.shape as [number, number];
    return { kernel: [rows, columns], attrs: node.attrs };
  }
  if (isOp(node, 'maxpool2d') || isOp(node, 'avgpool2d')) return { kernel: node.attrs.window, attrs: node.attrs };
  return undefined;
}

/** From a picture to one in another size that has the same pixels: how many of the first lie along one of the second. */
function ratioOf(node: Node): readonly [number, number] | undefined {
  const from = isOp(node, 'resize2d') ? node.inputs[0] : isOp(node, 'reshape') ? beforeBlocks(node) : undefined;
  if (!from) return undefined;
  const [, h, w] = from.type.shape as [number, number, number];
  const [, oh, ow] = node.type.shape as [number, number, number];
  return [h / oh, w / ow];
}

/** The picture that a reshape back from blocks of pixels (depth_to_space and its reverse) began with. */
function beforeBlocks(node: Node): Node | undefined {
  let at = node.inputs[0];
  while (at && at.type.shape.length === 6) at = at.inputs[0];
  return at !== node.inputs[0] && at?.type.shape.length === 4 ? at : undefined;
}

/** Is the value a picture, or on its way from one to another: a signal as one row is, and so are blocks of pixels? */
const hasField = ({ type: { shape } }: Node): boolean => shape.length === 4 || shape.length === 3 || shape.length === 6;

/**
 * The field of every picture that a forward graph computes: a window of extent e = d(k - 1) + 1 and stride s makes
 * r + (e - 1) j of r, and s j of the jump j. A transposed convolution sees at most ceil(e/s) neighbours, which makes
 * r + (ceil(e/s) - 1) j, and j/s of j. Where branches meet, the largest counts. Of a picture made n times as large,
 * the jump is j / n, and a field that is no whole number covers the next one. Where rows and columns are no longer those of
 * a picture (`reshape`, `transpose`), it ends.
 */
export function receptiveFields(forward: Graph): Map<Node, ReceptiveField> {
  const fields = new Map<Node, ReceptiveField>();
  for (const node of forward.nodes) {
    if (!hasField(node) || node.layer?.op === 'reshape' || node.layer?.op === 'transpose') continue;
    if (isOp(node, 'input')) fields.set(node, { size: [1, 1], jump: [1, 1] });
    const sources = node.inputs.map((n) => fields.get(n)).filter((f) => f !== undefined);
    if (sources.length === 0) continue;
    const most = (of: (f: ReceptiveField) => number): number => Math.max(...sources.map(of));
    const size = [most((f) => f.size[0]), most((f) => f.size[1])] as const;
    const jump = [most((f) => f.jump[0]), most((f) => f.jump[1])] as const;
    const window = windowOf(node);
    const ratio = ratioOf(node);
    if (window) {
      const { kernel, attrs } = window;
      const transposed = isOp(node, 'conv2d_dx');
      const grown = (axis: 0 | 1): number => {
        const e = extent(kernel[axis], attrs.dilation[axis]);
        return size[axis] + ((transposed ? Math.ceil(e / attrs.stride[axis]) : e) - 1) * jump[axis];
      };
      const stepped = (axis: 0 | 1): number =>
        transposed ? jump[axis] / attrs.stride[axis] : jump[axis] * attrs.stride[axis];
      fields.set(node, { size: [grown(0), grown(1)], jump: [stepped(0), stepped(1)] });
    } else if (ratio) {
      const taps = (axis: 0 | 1): number => tapsOf(node, ratio[axis]);
      fields.set(node, {
        size: [size[0] + (taps(0) - 1) * jump[0], size[1] + (taps(1) - 1) * jump[1]],
        jump: [jump[0] * ratio[0], jump[1] * ratio[1]],
      });
    } else fields.set(node, { size, jump });
  }
  const whole = ({ size, jump }: ReceptiveField): ReceptiveField => ({
    size: [Math.ceil(size[0]), Math.ceil(size[1])],
    jump,
  });
  return new Map([...fields].map(([node, field]) => [node, whole(field)]));
}

/** How many neighbours along an axis one pixel is made of. */
function tapsOf(node: Node, ratio: number): number {
  if (isOp(node, 'resize2d')) return node.attrs.mode === 'bilinear' && ratio !== 1 ? 2 : 1;
  return Math.max(1, ratio);
}
