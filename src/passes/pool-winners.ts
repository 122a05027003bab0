// The gradient of a max pool needs which place of each window won, not the values: they are forgotten once they are pooled.
import { type Graph, isOp, liesSideBySide, MOST_PLACES, type Node, opDef, storageOf, winnersOf } from '../ir/index.ts';
import { attrsKey } from '../ir/key.ts';
import { removeDeadCode } from './dce.ts';
import { rewrite } from './rewrite.ts';

/** A pool, and the gradients that read what it pooled. */
interface Pooled {
  readonly pool: Node<'maxpool2d'>;
  readonly gradient: Node<'maxpool2d_dx'>;
  /** The gradient of an activation before the pool, which reads the value and the pool's gradient. */
  readonly through?: Node;
}

/**
 * Where windows lie side by side and nothing but the pool and its gradient reads x:
 * `maxpool2d_dx(x, dy)` becomes `unpool2d(maxpool2d_winner(x), dy)`; and with an activation y = f(.) = x whose gradient is
 * a function of y, `f_dx(y, maxpool2d_dx(y, dy))` becomes `unpool2d(winner, f_dx(maxpool2d(y), dy))`: y at the winner is
 * what was pooled, and elsewhere there is no gradient.
 */
export function poolWinners(graph: Graph): Graph {
  const found = pooledIn(graph);
  if (found.length === 0) return graph;
  const ofPool = new Map<Node, Pooled>();
  const ofLast = new Map<Node, Pooled>();
  for (const one of found) {
    ofPool.set(one.pool as unknown as Node, one);
    ofLast.set(one.through ?? (one.gradient as unknown as Node), one);
  }
  const originals = new Map<string, Node>(graph.nodes.map((n) => [n.id, n]));
  const winners = new Map<Pooled, { readonly pool: Node; readonly winner: Node }>();
  const rewritten = rewrite(graph, (node, add) => {
    const original = originals.get(node.id) as Node;
    const pooled = ofPool.get(original);
    if (pooled) {
      const x = node.inputs[0] as Node;
      const winner: Node = {
        id: `${node.id}.winner`,
        op: 'maxpool2d_winner',
        inputs: [x],
        attrs: node.attrs,
        type: { dtype: 'u32', shape: winnersOf(node.type.shape) },
        ...(node.layer ? { layer: node.layer } : {}),
      };
      add(node);
      add(winner);
      winners.set(pooled, { pool: node, winner });
      return node;
    }
    const last = ofLast.get(original);
    const here = last && winners.get(last);
    if (!last || !here) return node;
    const { gradient, through } = last;
    const { pool, winner } = here;
    const layer = pool.layer ? { layer: pool.layer } : {};
    const shape = node.type.shape;
    // 1. The gradient that comes from above, times the derivative of the activation.
    const dy = (through ? (node.inputs[1] as Node).inputs[1] : node.inputs[1]) as Node;
    const small = through ? activated(node, `${gradient.id}.pooled`, pool, dy, add) : dy;
    // 2. It goes to where the winner stood.
    return {
      id: node.id,
      op: 'unpool2d',
      inputs: [winner, small],
      attrs: { ...gradient.attrs, shape },
      type: node.type,
      ...layer,
    };
  });
  return removeDeadCode(rewritten);
}

/**
 * `node`, the gradient of an activation, of what was pooled. Where dy is a view (of the rows of a dense layer), it is computed in
 * the shape of what is viewed, so that the kernel that makes it can go on with it.
 */
function activated(node: Node, id: string, pool: Node, dy: Node, add: (n: Node) => Node): Node {
  if (!isOp(dy, 'reshape')) return add({ ...node, id, inputs: [pool, dy], type: pool.type });
  const rows = dy.inputs[0] as Node;
  const view = (of: Node, name: string, type: Node['type']): Node =>
    add({ ...(dy as unknown as Node), id: name, inputs: [of], attrs: { shape: type.shape }, type });
  const seen = view(pool, `${id}.y`, rows.type);
  const made = add({ ...node, id, inputs: [seen, rows], type: rows.type });
  return view(made, `${id}.view`, pool.type);
}

/** Is the operation the gradient of an activation, by its result? */
const byResult = (n: Node): boolean => n.op.endsWith('_dx') && (opDef(n.op).inputs as readonly string[])[0] === 'y';

function pooledIn(graph: Graph): Pooled[] {
  const readers = new Map<Node, Node[]>();
  for (const node of graph.nodes)
    for (const i of new Set(node.inputs)) {
      const known = readers.get(i);
      if (known) known.push(node);
      else readers.set(i, [node]);
    }
  const needed = new Set(
    graph.effects.flatMap((e) => (e.kind === 'assign' ? [e.value, e.gradient] : [e.value]).map(storageOf)),
  );
  return graph.nodes.flatMap((gradient): Pooled[] => {
    if (!isOp(gradient, 'maxpool2d_dx') || !liesSideBySide(gradient.attrs)) return [];
    if (gradient.attrs.window[0] * gradient.attrs.window[1] > MOST_PLACES) return [];
    const x = gradient.inputs[0] as Node;
    const all = readers.get(x) ?? [];
    const pool = all.find((n) => isOp(n, 'maxpool2d') && attrsKey(n.attrs) === attrsKey(gradient.attrs));
    if (!pool || needed.has(storageOf(x))) return [];
    const own = gradient as unknown as Node;
    const others = all.filter((n) => n !== pool && n !== own);
    const [through] = others;
    const users = readers.get(own) ?? [];
    if (!through) return [{ pool: pool as unknown as Node<'maxpool2d'>, gradient }];
    const may =
      others.length === 1 &&
      users.length === 1 &&
      users[0] === through &&
      byResult(through) &&
      through.inputs[0] === x &&
      through.inputs[1] === own &&
      !needed.has(own);
    return may ? [{ pool: pool as unknown as Node<'maxpool2d'>, gradient, through }] : [];
  });
}
