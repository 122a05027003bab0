// A training program in less memory: values that the backward pass needs are dropped after the forward pass and made again, by the
// same kernels from the same values, so that the bits of the result stay what they are.
import { type Effect, type Graph, isOp, type Node, storageOf } from '../ir/index.ts';
import type { FusedGraph, Group, Recomputation, Update } from '../schedule/index.ts';
import { chooseRecomputed } from './choose-recomputed.ts';
import { memoryModel, type Value } from './memory-model.ts';
import { inputsOf } from './reads.ts';
import { isLate, type Run } from './try-recomputing.ts';

export interface Recomputed {
  readonly fused: FusedGraph;
  readonly recomputation: Recomputation;
}

/**
 * The program with as few and as cheap kernels run again as `limit` bytes of values at the same time allow; `limit` less than can
 * be reached gives the program that takes least. Dropout draws by counter, so its masks are the same.
 */
export function recomputeActivations(fused: FusedGraph, updates: readonly Update[], limit: number): Recomputed {
  const model = memoryModel(fused, updates);
  const { again, tried } = chooseRecomputed(model, limit);
  const first = model.work.reduce((a, b) => a + b, 0);
  const values = model.values.flatMap(({ node, bytes }, v) => (again[v] ? [{ name: node.id, bytes }] : []));
  const recomputation = { values, work: tried.work / first };
  if (values.length === 0) return { fused, recomputation };
  return { fused: rebuild(fused, model.values, again, tried.runs), recomputation };
}

/** Writes down the program of these runs. Nodes keep their names; those of second copies get `.again` behind theirs. */
function rebuild(
  { graph, groups }: FusedGraph,
  values: readonly Value[],
  again: Uint8Array,
  runs: readonly Run[],
): FusedGraph {
  const numbers = new Map(values.map(({ node }, v) => [node, v]));
  const names = new Set(graph.nodes.map((n) => n.id));
  /** Names that a rebuilt node has taken already. */
  const taken = new Set<string>();
  const named = (node: Node, inputs: readonly Node[], second: boolean): Node => {
    let id = node.id;
    if (second || taken.has(id)) {
      id = `${node.id}.again`;
      for (let i = 2; names.has(id); i++) id = `${node.id}.again.${i}`;
      names.add(id);
    }
    taken.add(id);
    return { ...node, id, inputs };
  };
  const firsts = new Map<Node, Node>();
  const seconds = new Map<Node, Node>();
  /** What was built of a node that several kernels compute, or see another shape of: by its inputs. */
  const built = new Map<Node, Node[]>();
  const build = (node: Node, inputs: readonly Node[]): Node => {
    const same = built.get(node) ?? [];
    built.set(node, same);
    const found = same.find((n) => n.inputs.every((input, i) => input === inputs[i]));
    if (found) return found;
    const unchanged = !taken.has(node.id) && inputs.every((input, i) => input === node.inputs[i]);
    if (unchanged) taken.add(node.id);
    const made = unchanged ? node : named(node, inputs, false);
    same.push(made);
    return made;
  };
  /** The node as the kernel at this place reads it; `inside` are the nodes that the kernel has computed. */
  const seen = (node: Node, at: number, inside: ReadonlyMap<Node, Node>): Node => {
    const mine = inside.get(node);
    if (mine) return mine;
    if (isOp(node, 'reshape')) return build(node, [seen(node.inputs[0] as Node, at, inside)]);
    const number = numbers.get(node);
    if (number === undefined) return node;
    const from = again[number] && isLate(values[number] as Value, at) ? seconds : firsts;
    const found = from.get(node);
    if (!found) throw new Error(`%${node.id} is read before it is made again`);
    return found;
  };
  const effects = new Map<Effect, Effect>();
  const groupsNow = runs.map((run): Group => {
    const group = groups[run.group] as Group;
    const second = run.kind === 'again';
    const at = second ? run.at : run.group;
    const stored = new Set(run.outputs.map((v) => (values[v] as Value).node));
    const inside = new Map<Node, Node>();
    const nodes = (second ? run.part.nodes : group.nodes).map((node) => {
      const inputs = node.inputs.map((n) => seen(n, at, inside));
      // A stored value has one maker; what lies in no memory may be computed in several kernels.
      const made = stored.has(node) || second ? named(node, inputs, second) : build(node, inputs);
      inside.set(node, made);
      if (stored.has(node)) (second ? seconds : firsts).set(node, made);
      return made;
    });
    const outputs = group.outputs.filter((n) => stored.has(n)).map((n) => inside.get(n) as Node);
    const mine = group.effects.map((e): Effect => {
      const value = seen(e.value, at, inside);
      const now: Effect =
        e.kind === 'assign' ? { ...e, value, gradient: seen(e.gradient, at, inside) } : { ...e, value };
      effects.set(e, now);
      return now;
    });
    // Values to report are read without being computed.
    const inputs = group.nodes.length > 0 ? inputsOf(nodes) : group.inputs.map((n) => storageOf(seen(n, at, inside)));
    const family = second ? run.part.family : group.family;
    return { name: second ? `${group.name}.again` : group.name, family, nodes, outputs, inputs, effects: mine };
  });
  return { graph: inOrder(graph, groupsNow, effects), groups: groupsNow };
}

/** The graph of the groups: leaves as they were, then what the kernels compute, one after the other. */
function inOrder(graph: Graph, groups: readonly Group[], effects: ReadonlyMap<Effect, Effect>): Graph {
  const nodes = new Set<Node>(graph.nodes.filter((n) => n.inputs.length === 0));
  const visit = (node: Node): void => {
    if (nodes.has(node)) return;
    node.inputs.forEach(visit);
    nodes.add(node);
  };
  for (const group of groups) {
    group.nodes.forEach(visit);
    for (const e of group.effects) [e.value, ...(e.kind === 'assign' ? [e.gradient] : [])].forEach(visit);
  }
  return { name: graph.name, nodes: [...nodes], effects: graph.effects.map((e) => effects.get(e) ?? e) };
}
