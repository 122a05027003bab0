// A frozen base and what is trained behind it: where one ends and the other begins, and each as a network of its own.
import { noBase } from '../diagnostics/catalog/transfer.ts';
import type { Diagnostic } from '../diagnostics/types.ts';
import { builder, type Graph, isOp, type Node, showShape } from '../ir/index.ts';
import { isRandom } from '../ir/ops/dropout.ts';
import type { Lowered } from './lower-ast.ts';

/**
 * The one value through which everything that is trained sees the input: what makes it is frozen, and the same in every epoch
 * and every batch. Otherwise what stands in the way.
 */
function findBase({ graph, input }: Lowered): { readonly cut: Node } | { readonly why: Diagnostic } {
  // 1. What depends on the input, and what of it changes from step to step.
  const seen = new Set<Node>([input]);
  const changes = new Map<Node, string>();
  for (const node of graph.nodes) {
    if (node.inputs.some((n) => seen.has(n))) seen.add(node);
    const own = isRandom(node.op)
      ? 'draws random numbers'
      : isOp(node, 'parameter') && node.attrs.trainable
        ? 'is trained'
        : isOp(node, 'step')
          ? 'depends on the pictures of the batch'
          : undefined;
    const why = own ?? node.inputs.map((n) => changes.get(n)).find((w) => w !== undefined);
    if (why !== undefined) changes.set(node, why);
  }
  // 2. What of the rest is read by what changes.
  const cuts = new Set<Node>();
  let first: Node | undefined;
  for (const node of graph.nodes) {
    if (!seen.has(node) || !changes.has(node)) continue;
    first ??= node;
    for (const n of node.inputs) if (seen.has(n) && !changes.has(n)) cuts.add(n);
  }
  for (const { value } of graph.effects) if (!changes.has(value)) cuts.add(value);
  const [cut] = cuts;
  const { span, name = '' } = first?.layer ?? {};
  if (!cut || cuts.has(input))
    return { why: noBase(span, `${name} reads the input, and ${changes.get(first as Node) ?? 'is trained'}`) };
  if (cuts.size > 1) {
    const names = [...cuts].map((n) => `${n.layer?.name ?? n.id} (${showShape(n.type.shape.slice(1))})`);
    return { why: noBase(span, `${cuts.size} values go from it to what is trained: ${names.join(', ')}`) };
  }
  return { cut };
}

/** The nodes that values need, in their order; of what `from` needs none. */
function needed(graph: Graph, ends: readonly Node[], from?: Node): Node[] {
  const live = new Set<Node>();
  const visit = (node: Node): void => {
    if (live.has(node)) return;
    live.add(node);
    if (node !== from) node.inputs.forEach(visit);
  };
  ends.forEach(visit);
  return graph.nodes.filter((n) => live.has(n));
}

/** The base alone: from the input to the value that all else reads. */
function baseOf(lowered: Lowered, cut: Node): Lowered {
  const { graph, layers } = lowered;
  const b = builder({ ...graph, nodes: needed(graph, [cut]), effects: [] });
  b.effect({ kind: 'output', name: 'output', value: cut });
  const base = b.finish(graph.name);
  const inside = new Set(base.nodes);
  return {
    graph: base,
    input: lowered.input,
    output: cut,
    layers: layers.filter((l) => inside.has(l.output)),
    penalties: [],
    statistics: [],
  };
}

/** What comes after the base: its input is the value that the base gives, under the same name. */
function headOf(lowered: Lowered, cut: Node): Lowered {
  const { graph, output, layers, statistics } = lowered;
  const ends = [output, ...statistics.flatMap(({ parameter, value }) => [parameter, value])];
  const { shape } = cut.type;
  const input: Node = { id: cut.id, op: 'input', inputs: [], attrs: { shape }, type: cut.type };
  const now = new Map<Node, Node>();
  for (const node of needed(graph, ends, cut)) {
    const inputs = node.inputs.map((n) => now.get(n) ?? n);
    // What reads nothing of the base stays itself: penalties and running means name parameters.
    const same = inputs.every((n, i) => n === node.inputs[i]);
    now.set(node, node === cut ? input : same ? node : { ...node, inputs });
  }
  const end = now.get(output) as Node;
  const after = layers.filter((l) => l.output !== cut && now.has(l.output));
  return {
    ...lowered,
    graph: {
      name: graph.name,
      nodes: [...now.values()],
      effects: [{ kind: 'output', name: 'output', value: end }],
    },
    input,
    output: end,
    layers: after.map((l) => ({
      ...l,
      inputs: l.inputs.map((n) => now.get(n) ?? n),
      output: now.get(l.output) as Node,
    })),
  };
}

/** One of the two; or why there are not two. */
export function partOf(lowered: Lowered, part: 'base' | 'head'): Lowered | Diagnostic {
  const found = findBase(lowered);
  if ('why' in found) return found.why;
  return part === 'base' ? baseOf(lowered, found.cut) : headOf(lowered, found.cut);
}
