// Long sums with few results are made in two steps, so that many invocations work on them: sums of runs, and their sum.
import { type Effect, type Graph, isFree, isOp, type Node, sizeOf, storageOf } from '../ir/index.ts';
import { rewrite } from './rewrite.ts';
import { riders } from './riders.ts';

/** Sums that a device should have at hand at once, fours of channels being one. */
const WANTED = 4096;
/** A run is at least this long, and there are at most so many of a result. */
const SHORTEST = 64;
const MOST_RUNS = 512;

/** In how many runs `terms` are summed for each of `results`; 1 for sums that are best left as they are. */
export function runsOf(results: number, terms: number): number {
  if (terms < 8 * SHORTEST) return 1;
  const runs = Math.min(MOST_RUNS, Math.ceil(WANTED / results), Math.floor(terms / SHORTEST));
  return runs < 4 ? 1 : runs;
}

export function splitSums(graph: Graph): Graph {
  const riding = new Set([...riders(graph).keys()].map((n) => n.id));
  const reported = new Set(graph.effects.flatMap((e) => (e.kind === 'accumulate' ? [e.value.id] : [])));
  const sums = new Map<string, Node>();
  const split = rewrite(graph, (node, add) => {
    if (isOp(node, 'sum') && !riding.has(node.id)) return splitSum(node, add);
    if (!reported.has(node.id) || isFree(storageOf(node))) return node;
    // What is reported is summed by one invocation: long values are summed before.
    const runs = runsOf(1, sizeOf(node.type.shape));
    if (runs > 1) {
      const axes = node.type.shape.map((_, axis) => axis);
      sums.set(node.id, partial(add(node), axes, runs, `${node.id}.runs`));
    }
    return node;
  });
  if (sums.size === 0) return split;
  const nodes = split.nodes.flatMap((n) => [n, ...(sums.has(n.id) ? [sums.get(n.id) as Node] : [])]);
  const effects = split.effects.map(
    (e): Effect => (e.kind === 'accumulate' ? { ...e, value: sums.get(e.value.id) ?? e.value } : e),
  );
  return { ...split, nodes, effects };
}

function splitSum(node: Node<'sum'>, add: (n: Node) => Node): Node {
  const { axes } = node.attrs;
  const x = node.inputs[0] as Node;
  const { shape } = x.type;
  const last = shape.length - 1;
  const fours = last >= 0 && !axes.includes(last) && (shape[last] as number) % 4 === 0;
  const results = sizeOf(node.type.shape);
  const runs = runsOf(fours ? results / 4 : results, sizeOf(shape) / results);
  if (runs === 1) return node as unknown as Node;
  const parts = add(partial(x, axes, runs, `${node.id}.runs`, node.layer));
  return { ...(node as unknown as Node), inputs: [parts], attrs: { axes: [0] } };
}

function partial(x: Node, axes: readonly number[], parts: number, id: string, layer = x.layer): Node {
  const shape = [parts, ...x.type.shape.filter((_, axis) => !axes.includes(axis))];
  return {
    id,
    op: 'partial_sum',
    inputs: [x],
    attrs: { axes, parts },
    type: { dtype: 'f32', shape },
    ...(layer ? { layer } : {}),
  };
}
