// Mixed precision: what the heavy kernels read of each other lies in memory in half precision. Everything is still computed
// in f32: a product of two halves is exact there, and so are sums, statistics and losses as precise as before.
import {
  type Graph,
  isFree,
  isOp,
  liesSideBySide,
  type Node,
  type OpName,
  opDef,
  sameShape,
  storageOf,
} from '../ir/index.ts';
import type { JoinsPool } from './pooled.ts';
import { withInputs } from './rewrite.ts';

/** What moves the bytes of a network: these read their operands as they lie in memory, several times each. */
const heavy: ReadonlySet<OpName> = new Set([
  'conv2d',
  'conv2d_dx',
  'conv2d_dw',
  'conv2d_dw_parts',
  'matmul',
  'maxpool2d',
  'maxpool2d_dx',
  'avgpool2d',
  'avgpool2d_dx',
  'maxpool2d_winner',
  'unpool2d',
  'conv2d_dw_pooled',
]);
/** What moves values, or mixes neighbours. */
const movers: ReadonlySet<OpName> = new Set([
  'concat',
  'slice',
  'pad_zeros',
  'transpose',
  'reverse',
  'pad2d',
  'pad2d_dx',
  'resize2d',
  'resize2d_dx',
]);
const sums: ReadonlySet<OpName> = new Set(['sum', 'partial_sum']);

const elementwise = ({ op }: Node): boolean => opDef(op).pointwise === true;
/** Can its kernel read halves? Losses, and all on rows of scores, stay as they are. */
const reads = (n: Node): boolean => heavy.has(n.op) || movers.has(n.op) || sums.has(n.op) || elementwise(n);
/** Can the kernel that makes it end with rounding to halves? */
const makes = (n: Node): boolean =>
  (heavy.has(n.op) && !isOp(n, 'conv2d_dw_pooled')) || movers.has(n.op) || elementwise(n);

type Readers = ReadonlyMap<Node, readonly Node[]>;

/** The convolution whose kernel makes the value, with elementwise work behind it: nobody else reads what lies between. */
function convolutionOf(n: Node, readers: Readers): Node<'conv2d'> | undefined {
  if (isOp(n, 'conv2d')) return n;
  const inside = (i: Node): boolean =>
    !isFree(i) && sameShape(i.type.shape, n.type.shape) && readers.get(i)?.length === 1;
  const before = elementwise(n) ? n.inputs.filter(inside) : [];
  return before.map((i) => convolutionOf(i, readers)).find((c) => c !== undefined);
}

/** Does only a pool (and its winners) read the value, in the kernel of the convolution that makes it? It is never in memory then. */
function staysInKernel(n: Node, readers: Readers, joinsPool: JoinsPool | undefined): boolean {
  const [pool, ...more] = (readers.get(n) ?? []).filter((r) => !isOp(r, 'maxpool2d_winner'));
  if (!joinsPool || !pool || more.length > 0 || !(isOp(pool, 'maxpool2d') || isOp(pool, 'avgpool2d'))) return false;
  const convolution = liesSideBySide(pool.attrs) ? convolutionOf(n, readers) : undefined;
  return convolution !== undefined && joinsPool(convolution, pool);
}

/**
 * The values that become halves: made by a kernel, read by kernels that can read halves, and by a heavy one among them, or
 * made by a convolution for several that sum it, as what a batch is normalised by. What effects name (gradients of parameters, outputs, metrics)
 * and what is given (pictures, weights) stays in f32. So does whatever has one reader that must have f32: nothing is stored twice;
 * and what a pool reads in the kernel that makes it (`joinsPool`).
 */
export function halves(graph: Graph, joinsPool?: JoinsPool): ReadonlySet<Node> {
  const named = new Set(
    graph.effects.flatMap((e) => (e.kind === 'assign' ? [e.gradient, e.value] : [e.value]).map(storageOf)),
  );
  const readers = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    if (isOp(node, 'reshape')) continue;
    for (const storage of new Set(node.inputs.map(storageOf))) {
      const known = readers.get(storage);
      if (known) known.push(node);
      else readers.set(storage, [node]);
    }
  }
  /** What sums read, or elementwise work whose result they read: (x - mean)^2, say. */
  const summed = new Set<Node>();
  for (const n of [...graph.nodes].reverse()) {
    const into = (r: Node): boolean => sums.has(r.op) || (elementwise(r) && summed.has(r));
    if ((readers.get(n) ?? []).some(into)) summed.add(n);
  }
  const chosen = new Set<Node>();
  for (const n of [...graph.nodes].reverse()) {
    if (isFree(n) || n.type.dtype !== 'f32' || n.type.shape.length < 2 || named.has(n) || !makes(n)) continue;
    const mine = readers.get(n) ?? [];
    if (staysInKernel(n, readers, joinsPool)) continue;
    const convolved = (isOp(n, 'conv2d') || isOp(n, 'conv2d_dx')) && mine.length > 1 && summed.has(n);
    // What is only moved loses nothing more when it is rounded before.
    const moved = mine.some((r) => movers.has(r.op) && chosen.has(r));
    if (mine.every(reads) && (convolved || moved || mine.some((r) => heavy.has(r.op)))) chosen.add(n);
  }
  return chosen;
}

/** The graph with a `half` behind each of those values, and all that read them reading it. */
export function mixedPrecision(graph: Graph, joinsPool?: JoinsPool): Graph {
  const chosen = halves(graph, joinsPool);
  if (chosen.size === 0) return graph;
  const map = new Map<Node, Node>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((n) => map.get(n) as Node);
    const own = inputs.every((n, i) => n === node.inputs[i]) ? node : withInputs(node, inputs);
    nodes.push(own);
    map.set(node, own);
    if (!chosen.has(node)) continue;
    const { layer } = own;
    const id = `${own.id}.half`;
    const type = { dtype: 'f16', shape: own.type.shape } as const;
    const rounded: Node = { id, op: 'half', inputs: [own], attrs: {}, type, ...(layer ? { layer } : {}) };
    nodes.push(rounded);
    map.set(node, rounded);
  }
  const effects = graph.effects.map((e) => {
    const value = map.get(e.value) as Node;
    if (e.kind !== 'assign') return { ...e, value };
    return {
      ...e,
      value,
      target: map.get(e.target as unknown as Node) as unknown as typeof e.target,
      gradient: map.get(e.gradient) as Node,
    };
  });
  return { name: graph.name, nodes, effects };
}
