// Pools that join the kernel of the convolution before them.
import { isDepthwise, isOp, liesSideBySide, type Node, sameShape } from '../ir/index.ts';
import { attrsKey } from '../ir/key.ts';
import type { Family } from '../schedule/index.ts';

/** May the kernel of the convolution go on with the pool? A matter of the target: what a kernel can hold, and what is faster. */
export type JoinsPool = (convolution: Node<'conv2d'>, pool: Node<'maxpool2d'> | Node<'avgpool2d'>) => boolean;

const isPool = (n: Node): n is Node<'maxpool2d'> | Node<'avgpool2d'> => isOp(n, 'maxpool2d') || isOp(n, 'avgpool2d');

/** Does `winner` say which places of its windows `pool` took? */
const winnerOf = (pool: Node, winner: Node): boolean =>
  isOp(pool, 'maxpool2d') &&
  isOp(winner, 'maxpool2d_winner') &&
  pool.inputs[0] === winner.inputs[0] &&
  attrsKey(pool.attrs) === attrsKey(winner.attrs);

/** Is the pool one of windows side by side, of what a kernel of these nodes, a convolution and elementwise work, makes? */
function mayJoin(nodes: readonly Node[], pool: Node, joinsPool: JoinsPool): boolean {
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

/** What fusion knows while it goes through the graph. */
interface Known<Draft> {
  readonly draftOf: ReadonlyMap<Node, Draft>;
  readonly readers: ReadonlyMap<Node, readonly Node[]>;
  readonly isOutput: (node: Node, inside: ReadonlySet<Node>) => boolean;
  readonly fits: (nodes: readonly Node[]) => boolean;
}

/**
 * The kernel that a pool joins, or the places that won, if there is one: that of a convolution whose values only the pool
 * and its winners read; that of the pool for its winners.
 */
export const poolJoiner =
  <Draft extends { readonly family: Family; readonly nodes: readonly Node[] }>(
    { draftOf, readers, isOutput, fits }: Known<Draft>,
    joinsPool: JoinsPool | undefined,
  ) =>
  (node: Node): Draft | undefined => {
    const x = node.inputs[0] as Node;
    const others = readers.get(x) ?? [];
    if (isOp(node, 'maxpool2d_winner')) {
      const pool = others.find((r) => winnerOf(r, node));
      return pool && draftOf.get(pool);
    }
    const d = draftOf.get(x);
    if (!d || !joinsPool || d.family !== 'contraction' || !mayJoin(d.nodes, node, joinsPool)) return undefined;
    const all = [...d.nodes, node, ...others.filter((w) => winnerOf(node, w) && !draftOf.has(w))];
    const inside = new Set(all);
    return d.nodes.every((n) => !isOutput(n, inside)) && fits(all) ? d : undefined;
  };
