// Weight gradients sum over all pictures but have few elements: for a device with many workgroups each is made in parts, one
// for each run of pictures, and their sum.
import { type Graph, isDepthwise, isOp, type Node } from '../ir/index.ts';
import { rewrite } from './rewrite.ts';

/** Tiles of 32 x 32 that a device should have at hand at once. */
const WANTED = 512;
/** Each part sums at least so many terms. */
const SHORTEST = 256;

/** In how many parts a gradient of `rows` x `columns` is made from `pictures` of `positions` each; 1 to leave it whole. */
export function partsOf(rows: number, columns: number, pictures: number, positions: number): number {
  const tiles = Math.ceil(rows / 32) * Math.ceil(columns / 32);
  let parts = 1;
  for (let p = 2; p <= pictures; p++) {
    const fits = pictures % p === 0 && (pictures / p) * positions >= SHORTEST;
    if (fits && tiles * parts < WANTED) parts = p;
  }
  return parts < 4 ? 1 : parts;
}

export const splitProducts = (graph: Graph): Graph =>
  rewrite(graph, (node, add) => {
    if (!isOp(node, 'conv2d_dw') || isDepthwise(node)) return node;
    const [x, dy] = node.inputs as [Node, Node];
    const [kh = 1, kw = 1, c = 1, f = 1] = node.type.shape;
    const [n = 1, oh = 1, ow = 1] = dy.type.shape;
    const { groups } = node.attrs;
    const parts = partsOf(kh * kw * c, f / groups, n, oh * ow);
    if (parts === 1) return node;
    const { layer } = node;
    const whole: Node = {
      id: `${node.id}.parts`,
      op: 'conv2d_dw_parts',
      inputs: [x, dy],
      attrs: { ...node.attrs, parts },
      type: { dtype: 'f32', shape: [parts, ...node.type.shape] },
      ...(layer ? { layer } : {}),
    };
    return {
      id: node.id,
      op: 'sum',
      inputs: [add(whole)],
      attrs: { axes: [0] },
      type: node.type,
      ...(layer ? { layer } : {}),
    };
  });
