// Which convolutions Winograd's tiles of 2x2 results can compute, and their sizes.
import { isOp, type Node } from '../../ir/index.ts';

/** The convolution that is computed: of a picture, or of dy with the window turned round and its channels and filters exchanged. */
export interface Shapes {
  readonly a: Node;
  readonly w: Node;
  readonly pictures: number;
  /** Height and width of a and of the result, and rows and columns of tiles. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly tiles: readonly [number, number];
  /** Length of the sums: channels of a. */
  readonly k: number;
  /** Channels of the result. */
  readonly n: number;
  /** Zeros above and left of a; negative where what lies outside the result is cut off. */
  readonly top: number;
  readonly left: number;
  readonly turned: boolean;
}

export function shapesOf(root: Node): Shapes {
  const [a, w] = root.inputs as [Node, Node];
  if (!isOp(root, 'conv2d') && !isOp(root, 'conv2d_dx')) throw new Error(`%${root.id}: ${root.op} has no tiles of 2x2`);
  const [pictures, height, width, n] = root.type.shape as [number, number, number, number];
  const [, h, v, k] = a.type.shape as [number, number, number, number];
  const { padding } = root.attrs;
  const turned = isOp(root, 'conv2d_dx');
  const outside = (p: number): number => (turned ? 2 - p : p);
  const tiles = [Math.ceil(height / 2), Math.ceil(width / 2)] as const;
  const [top, left] = [outside(padding[0]), outside(padding[2])];
  return { a, w, pictures, from: [h, v], to: [height, width], tiles, k, n, top, left, turned };
}

/** How many tiles it takes, where tiles can compute it: a 3x3 window that goes over every pixel and reads all channels. */
export function winogradTiles(node: Node): number | undefined {
  if (!isOp(node, 'conv2d') && !isOp(node, 'conv2d_dx')) return undefined;
  const { stride, dilation, groups } = node.attrs;
  const [kh, kw] = (node.inputs[1] as Node).type.shape;
  if (kh !== 3 || kw !== 3 || ![...stride, ...dilation, groups].every((v) => v === 1)) return undefined;
  const { pictures, tiles } = shapesOf(node);
  return pictures * tiles[0] * tiles[1];
}
