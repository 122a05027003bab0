// Pools that join the kernel of the convolution before them.
import { isDepthwise, isOp, liesSideBySide, type Node, sameShape } from '../ir/index.ts';
import { attrsKey } from '../ir/key.ts';

/** May the kernel of the convolution go on with the pool? A matter of the target: what a kernel can hold, and what is faster. */
export type JoinsPool = (convolution: Node<'conv2d'>, pool: Node<'maxpool2d'> | Node<'avgpool2d'>) => boolean;

const isPool = (n: Node): n is Node<'maxpool2d'> | Node<'avgpool2d'> => isOp(n, 'maxpool2d') || isOp(n, 'avgpool2d');

/** Does `winner` say which places of its windows `pool` took? */
export const winnerOf = (pool: Node, winner: Node): boolean =>
  isOp(pool, 'maxpool2d') &&
  isOp(winner, 'maxpool2d_winner') &&
  pool.inputs[0] === winner.inputs[0] &&
  attrsKey(pool.attrs) === attrsKey(winner.attrs);

/** Is the pool one of windows side by side, of what a kernel of these nodes, a convolution and elementwise work, makes? */
export function mayJoinPool(nodes: readonly Node[], pool: Node, joinsPool: JoinsPool): boolean {
  const [root] = nodes as [Node, ...Node[]];
  const x = pool.inputs[0] as Node;
  return (
    isOp(root, 'conv2d') &&
    !isDepthwise(root as unknown as Node) &&
    isPool(pool) &&
    liesSideBySide(pool.attrs) &&
    !nodes.some(isPool) &&
    sameShape(x.type.shape, root.type.shape) &&
    joinsPool(root, pool)
  );
}
