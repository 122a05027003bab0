// Values that no kernel stores: each kernel that reads one computes it again, from what is in memory anyway.
import { type Graph, isFree, isOp, type Node, type OpName, opDef, sizeOf, storageOf } from '../ir/index.ts';
import { inputsOf } from './reads.ts';

/** Storage buffers that a kernel may bind on every device (WebGPU's default limit). */
export const MOST_BINDINGS = 8;

/** Operations that cost about as little as loading their result would. */
const cheap: ReadonlySet<OpName> = new Set(['add', 'sub', 'mul', 'neg', 'pow', 'standardize', 'counted']);

const isSum = (n: Node): boolean => isOp(n, 'sum') || isOp(n, 'partial_sum');
/** An elementwise node of one element an index; `broadcast` reads other indices than its own. */
const elementwise = (n: Node): boolean => opDef(n.op).pointwise === true && !isOp(n, 'broadcast') && !isFree(n);
const size = (n: Node): number => sizeOf(n.type.shape);

/**
 * Two kinds of elementwise values are not stored:
 * 1. Those that only sums read, directly or through others like them: (x - mean)^2 of a variance, say.
 * 2. Cheap ones that are made of one value of their size, which another kernel needs in memory anyway, and of smaller
 *    ones: (x - mean) / deviation, say. That value lives longer, and the result not at all.
 * `alone` are the nodes whose operands must be in memory: updates and what rides along with others. `goesOn` says whether
 * the kernel that makes a value can go on with elementwise work.
 */
export function recomputed(
  graph: Graph,
  alone: (reader: Node) => boolean,
  goesOn: (maker: Node) => boolean,
): ReadonlySet<Node> {
  // 1. Who reads what, through views; and what effects need.
  const readers = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    if (isFree(node)) continue;
    for (const s of new Set(node.inputs.map(storageOf))) {
      const known = readers.get(s);
      if (known) known.push(node);
      else readers.set(s, [node]);
    }
  }
  const stored = new Set(
    graph.effects.flatMap((e) => (e.kind === 'assign' ? [storageOf(e.gradient)] : [storageOf(e.value)])),
  );
  const may = (n: Node): boolean => elementwise(n) && !isOp(n, 'half') && !stored.has(n) && !alone(n) && readers.has(n);
  const readersOf = (n: Node): readonly Node[] => readers.get(n) ?? [];
  const found = new Set<Node>();
  const stages = new Map<Node, number>();
  for (const node of graph.nodes) {
    const before = Math.max(0, ...node.inputs.map((n) => stages.get(n) as number));
    stages.set(node, before + (isFree(node) || elementwise(node) ? 0 : 1));
  }
  // 2. What only sums read, from the end.
  const summed = new Set<Node>();
  /** Those that a sum of neighbours computes several times. */
  const often = new Set<Node>();
  for (const node of [...graph.nodes].reverse()) {
    const near = readersOf(node).some((r) => isOp(r, 'channel_sum') || often.has(r));
    const fits = (r: Node): boolean =>
      (isSum(r) && !alone(r)) || isOp(r, 'channel_sum') || (summed.has(r) && size(r) === size(node));
    if (!may(node) || !readersOf(node).every(fits) || (near && !cheap.has(node.op))) continue;
    summed.add(node);
    found.add(node);
    if (near) often.add(node);
  }
  // 3. Of these, what the kernel that makes its operand can just as well go on with: that stores nothing more.
  for (const node of graph.nodes) {
    const unshared = (n: Node): boolean =>
      size(n) === size(node) &&
      !found.has(n) &&
      goesOn(n) &&
      readersOf(n).length === 1 &&
      !stored.has(n) &&
      stages.get(n) === stages.get(node);
    if (summed.has(node) && node.inputs.map(storageOf).some(unshared))
      for (const set of [summed, often, found]) set.delete(node);
  }
  // 4. What is cheap to make of a value that is kept, from the beginning.
  /** Does it read the value once kernels have run that the value did not wait for? */
  const later = (r: Node, n: Node): boolean => (stages.get(r) as number) > (stages.get(n) as number);
  const kept = (n: Node): boolean =>
    isOp(n, 'input') ||
    isOp(n, 'parameter') ||
    stored.has(n) ||
    (found.has(n) && !summed.has(n)) ||
    (!found.has(n) && readersOf(n).some((r) => !elementwise(r) || summed.has(r) || later(r, n)));
  for (const node of graph.nodes) {
    if (!cheap.has(node.op) || found.has(node) || !may(node)) continue;
    const fits = (r: Node): boolean => !alone(r) && (isSum(r) || (elementwise(r) && size(r) === size(node)));
    const large = new Set(node.inputs.filter((n) => size(n) === size(node)).map(storageOf));
    const [x] = large;
    if (large.size === 1 && x && !isOp(x, 'constant') && kept(x) && readersOf(node).every(fits)) found.add(node);
  }
  // 5. A kernel that would bind too many values reads some of them after all.
  const affected = graph.nodes.filter((n) => !isFree(n) && n.inputs.some((i) => found.has(storageOf(i))));
  for (let again = true; again; ) {
    again = false;
    for (const node of affected) {
      if (found.has(node)) continue;
      const operands = node.inputs.map(storageOf).filter((n) => found.has(n));
      const last = operands[operands.length - 1];
      if (!last || inputsOf(expand([node], found)).length < MOST_BINDINGS) continue;
      found.delete(last);
      again = true;
    }
  }
  return found;
}

/** The nodes, each behind those that it must compute again. */
export function expand(nodes: readonly Node[], again: ReadonlySet<Node>): Node[] {
  const out = new Set<Node>();
  const visit = (node: Node): void => {
    if (out.has(node)) return;
    for (const input of node.inputs) {
      const storage = storageOf(input);
      if (again.has(storage)) visit(storage);
    }
    out.add(node);
  };
  nodes.forEach(visit);
  return [...out];
}
