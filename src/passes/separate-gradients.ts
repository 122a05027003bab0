// Every gradient that an update reads gets a place of its own: one that several parameters share is copied.
import { type Effect, type Graph, isFree, type Node, opDef, storageOf } from '../ir/index.ts';
import { removeDeadCode } from './dce.ts';
import { withInputs } from './rewrite.ts';

/**
 * Two layers that are added have the same gradient of their biases, say; but gradients lie side by side in the order of
 * their parameters. The copy joins the kernel that makes the value.
 */
export function separateGradients(graph: Graph): Graph {
  const names = new Set(graph.nodes.map((n) => n.id));
  const outputs = new Set(graph.effects.flatMap((e) => (e.kind === 'output' ? [storageOf(e.value)] : [])));
  const owner = new Map<Node, string>();
  const added: Node[] = [];
  const put = (node: Node, name: string): Node => {
    let id = name;
    for (let i = 2; names.has(id); i++) id = `${name}.${i}`;
    names.add(id);
    const named = { ...node, id };
    added.push(named);
    return named;
  };
  /** By parameter: what stands for the nodes of its update. */
  const instead = new Map<string, Map<Node, Node>>();
  const effects = graph.effects.map((e): Effect => {
    if (e.kind !== 'assign') return e;
    const parameter = 'of' in e.target.attrs ? e.target.attrs.of : e.target.id;
    const storage = storageOf(e.gradient);
    if (!owner.has(storage) && !isFree(storage) && !outputs.has(storage)) owner.set(storage, parameter);
    if (owner.get(storage) === parameter) return e;
    const { shape } = e.gradient.type;
    const mine = instead.get(parameter) ?? new Map<Node, Node>();
    instead.set(parameter, mine);
    const copy: Node = { ...e.gradient, op: 'broadcast', inputs: [e.gradient], attrs: { shape, axes: [] } };
    if (!mine.has(e.gradient)) mine.set(e.gradient, put(copy, `${e.gradient.id}.of.${parameter}`));
    /** The node with the copy in place of the gradient; itself where it does not read it. */
    const visit = (n: Node): Node => {
      const known = mine.get(n);
      // The norm of all gradients is made by kernels of its own, which read the original.
      if (known || isFree(n) || !opDef(n.op).pointwise) return known ?? n;
      const inputs = n.inputs.map(visit);
      const made = inputs.every((x, i) => x === n.inputs[i])
        ? n
        : put(withInputs(n, inputs), `${n.id}.of.${parameter}`);
      mine.set(n, made);
      return made;
    };
    return { ...e, value: visit(e.value), gradient: mine.get(e.gradient) as Node };
  });
  // What the updates read before may not be needed any more.
  return added.length === 0 ? graph : removeDeadCode({ ...graph, nodes: [...graph.nodes, ...added], effects });
}
