// Groups nodes into kernels: elementwise work joins the kernel that makes its operand, rows join rows, updates join updates.
import {
  type Effect,
  type Graph,
  isDepthwise,
  isFree,
  isOp,
  type Node,
  type OpName,
  opDef,
  sameShape,
  sizeOf,
  storageOf,
} from '../ir/index.ts';
import { isOnePerRow, rowCount } from '../ir/ops/rows.ts';
import type { Family, FusedGraph, Group } from '../schedule/index.ts';

const roots: { readonly [K in OpName]?: Family } = {
  conv2d: 'contraction',
  conv2d_dx: 'contraction',
  conv2d_dw: 'contraction',
  matmul: 'contraction',
  maxpool2d: 'window',
  maxpool2d_dx: 'window',
  avgpool2d: 'window',
  avgpool2d_dx: 'window',
  concat: 'gather',
  slice: 'gather',
  pad_zeros: 'gather',
  transpose: 'gather',
  reverse: 'gather',
  pad2d: 'gather',
  resize2d: 'resize',
  resize2d_dx: 'resize',
  pad2d_dx: 'resize',
  softmax: 'rows',
  softmax_dx: 'rows',
  log_softmax: 'rows',
  log_softmax_dx: 'rows',
  cross_entropy: 'rows',
  cross_entropy_dx: 'rows',
  softmax_cross_entropy: 'rows',
  softmax_cross_entropy_dx: 'rows',
  correct: 'rows',
  batch_mean_dx: 'rows',
  sum: 'sum',
  batch_mean: 'sum',
  squares: 'squares',
  broadcast: 'pointwise',
};

/** Storage buffers that a kernel may bind on every adapter. */
const MOST_BUFFERS = 8;

const familyOf = (node: Node): Family | undefined => (isDepthwise(node) ? 'depthwise' : roots[node.op]);

interface Draft {
  readonly family: Family;
  readonly nodes: Node[];
  readonly effects: Effect[];
}

export function fuse(graph: Graph): FusedGraph {
  const drafts: Draft[] = [];
  const draftOf = new Map<Node, Draft>();
  const put = (node: Node, draft: Draft): void => {
    draft.nodes.push(node);
    draftOf.set(node, draft);
  };
  const open = (node: Node, family: Family): void => {
    const draft: Draft = { family, nodes: [], effects: [] };
    drafts.push(draft);
    put(node, draft);
  };
  /** The drafts whose values the node reads, seen through views. */
  const sources = (node: Node): Draft[] => [
    ...new Set(node.inputs.map((n) => draftOf.get(storageOf(n))).filter((d) => d !== undefined)),
  ];
  /** Does `from` need a value of `target`, directly or not? Drafts only grow, so this is asked anew each time. */
  const needs = (from: Draft, target: Draft, seen = new Set<Draft>()): boolean => {
    if (seen.has(from)) return false;
    seen.add(from);
    return from.nodes.some((n) => sources(n).some((s) => s !== from && (s === target || needs(s, target, seen))));
  };
  /** May the node join: everything else it reads must be there before the draft's kernel runs. */
  const mayJoin = (node: Node, draft: Draft): boolean => sources(node).every((s) => s === draft || !needs(s, draft));

  /** Can one kernel bind all that the draft would read and store? Values that later nodes alone will read count too. */
  const used = usersOf(graph);
  const fits = (nodes: readonly Node[]): boolean => {
    const inside = new Set(nodes);
    const stored = nodes.filter((n) => used(n).some((user) => !user || !inside.has(user)));
    return inputsOf(nodes).length + stored.length <= MOST_BUFFERS;
  };

  // 1. What lies between gradients and assignments is left to the updates (6).
  const updateNodes = nodesOfUpdates(graph);
  for (const node of graph.nodes) {
    if (isFree(node) || updateNodes.has(node)) continue;
    const family = familyOf(node);
    if (family === 'rows') {
      // 2. Rows join a draft of rows over the same number of rows.
      const rows = rowCount(node);
      const draft = [...drafts]
        .reverse()
        .find(
          (d) =>
            d.family === 'rows' &&
            rowCount(d.nodes[0] as Node) === rows &&
            related(d, node) &&
            fewBuffers([...d.nodes, node]) &&
            mayJoin(node, d),
        );
      if (draft) put(node, draft);
      else open(node, 'rows');
    } else if (family) open(node, family);
    else {
      // 3. Elementwise nodes join the latest draft that makes an operand of the same shape.
      const makers = sources(node)
        .filter(
          (d) =>
            canHaveEpilogue(d) &&
            sameShape((d.nodes[0] as Node).type.shape, node.type.shape) &&
            readsWhole(node, d, draftOf) &&
            mayJoin(node, d) &&
            fits([...d.nodes, node]),
        )
        .sort((p, q) => drafts.indexOf(q) - drafts.indexOf(p));
      if (makers[0]) put(node, makers[0]);
      else open(node, 'pointwise');
    }
  }
  // 4. Elementwise work that only one later kernel of the same shape reads moves into it (a penalty's gradient, say).
  for (const d of drafts.filter((one) => one.family === 'pointwise')) {
    const readers = drafts.filter((other) => other !== d && other.nodes.some((n) => sources(n).includes(d)));
    const [only] = readers;
    const whole = (n: Node): boolean =>
      readsWhole(n, d, draftOf) && !n.inputs.some((i) => draftOf.get(i) === d && opDef(n.op).pointwise !== true);
    const effect = graph.effects.some(
      (e) => draftOf.get(storageOf(e.value)) === d || (e.kind === 'assign' && draftOf.get(storageOf(e.gradient)) === d),
    );
    if (readers.length !== 1 || !only || effect || !canHaveEpilogue(only) || !only.nodes.every(whole)) continue;
    if (!sameShape((only.nodes[0] as Node).type.shape, (d.nodes[0] as Node).type.shape)) continue;
    if (!fits([...only.nodes, ...d.nodes])) continue;
    if (only.nodes.some((n) => updateNodes.has(n)) || d.nodes.some((n) => usedByUpdates(n, updateNodes))) continue;
    const [root, ...rest] = only.nodes as [Node, ...Node[]];
    only.nodes.splice(
      0,
      only.nodes.length,
      ...(only.family === 'pointwise' ? [...d.nodes, root, ...rest] : [root, ...d.nodes, ...rest]),
    );
    for (const n of d.nodes) draftOf.set(n, only);
    drafts.splice(drafts.indexOf(d), 1);
  }
  // 5. The gradient of a bias rides along with the gradient of its weights, which reads the same dy.
  for (const d of drafts.filter((one) => one.family === 'sum')) {
    const host = drafts.find((other) => ridesAlong(d.nodes[0] as Node, other));
    if (!host) continue;
    host.nodes.push(...d.nodes);
    for (const n of d.nodes) draftOf.set(n, host);
    drafts.splice(drafts.indexOf(d), 1);
  }
  // 6. The sums to report, and the updates, each a kernel of its own at the end.
  const groups = order(drafts, sources).map((d) => finish(d, graph));
  const accumulations = graph.effects.filter((e) => e.kind === 'accumulate');
  if (accumulations.length > 0) groups.push(accumulate(accumulations));
  groups.push(...updates(graph, updateNodes));
  return { graph, groups };
}

/** Kernels that compute a result element by element, and can go on with it. */
const withEpilogue: readonly Family[] = ['contraction', 'depthwise', 'window', 'gather', 'resize', 'pointwise'];
const canHaveEpilogue = (d: Draft): boolean => withEpilogue.includes(d.family);

/** The same of rows, which store nearly all that they compute. */
const fewBuffers = (nodes: readonly Node[]): boolean => inputsOf(nodes).length + nodes.length <= MOST_BUFFERS;

/** A row operation joins rows that read or make the same scores; the seed of a mean joins any rows. */
const related = (d: Draft, node: Node): boolean =>
  isOp(node, 'batch_mean_dx') ||
  d.nodes.some(
    (n) => node.inputs.includes(n) || n.inputs.some((i) => sizeOf(i.type.shape) > 1 && node.inputs.includes(i)),
  );

/** Operands from inside the draft must be read element by element: no broadcast and no view of what is in registers. */
const readsWhole = (node: Node, d: Draft, draftOf: ReadonlyMap<Node, Draft>): boolean =>
  node.inputs.every(
    (n) => draftOf.get(storageOf(n)) !== d || (draftOf.get(n) === d && sameShape(n.type.shape, node.type.shape)),
  );

/** Nodes between gradients and assignments: the optimizer's work. */
function nodesOfUpdates(graph: Graph): Set<Node> {
  const found = new Set<Node>();
  for (const e of graph.effects) {
    if (e.kind !== 'assign') continue;
    const visit = (n: Node): void => {
      if (n === e.gradient || isFree(n) || found.has(n)) return;
      // The norm of gradients is made by kernels of its own.
      if (sizeOf(n.type.shape) === 1 && roots[n.op] !== undefined && n.op !== 'broadcast') return;
      if (!opDef(n.op).pointwise) throw new Error(`%${n.id}: an update is elementwise, ${n.op} is not`);
      found.add(n);
      n.inputs.forEach(visit);
    };
    visit(e.value);
  }
  return found;
}

/** Is `sum` the sum over all but the last axis of what the weight gradient in `d` multiplies with? */
function ridesAlong(sum: Node, d: Draft): boolean {
  if (d.family !== 'contraction') return false;
  const root = d.nodes[0] as Node;
  const weights = isOp(root, 'conv2d_dw') || (isOp(root, 'matmul') && root.attrs.transposeA && !root.attrs.transposeB);
  if (!weights || !isOp(sum, 'sum') || d.nodes.some((n) => isOp(n, 'sum'))) return false;
  const dy = sum.inputs[0] as Node;
  const last = dy.type.shape.length - 1;
  return (
    storageOf(dy) === storageOf(root.inputs[1] as Node) &&
    sum.attrs.axes.length === last &&
    !sum.attrs.axes.includes(last) &&
    sum.type.shape[0] === root.type.shape[root.type.shape.length - 1]
  );
}

const usedByUpdates = (node: Node, updates: ReadonlySet<Node>): boolean =>
  [...updates].some((u) => u.inputs.includes(node));

/** The nodes that read a value, through views or not; undefined stands for an effect. */
function usersOf(graph: Graph): (node: Node) => readonly (Node | undefined)[] {
  const users = new Map<Node, (Node | undefined)[]>();
  const put = (value: Node, user: Node | undefined): void => {
    const storage = storageOf(value);
    const known = users.get(storage);
    if (known) known.push(user);
    else users.set(storage, [user]);
  };
  for (const node of graph.nodes) if (!isOp(node, 'reshape')) for (const input of node.inputs) put(input, node);
  for (const e of graph.effects) put(e.kind === 'assign' ? e.gradient : e.value, undefined);
  return (node) => users.get(node) ?? [];
}

/** Drafts so that each comes after what it reads. */
function order(drafts: readonly Draft[], sources: (n: Node) => Draft[]): Draft[] {
  const out: Draft[] = [];
  const seen = new Set<Draft>();
  const visit = (d: Draft): void => {
    if (seen.has(d)) return;
    seen.add(d);
    for (const node of d.nodes) for (const s of sources(node)) visit(s);
    out.push(d);
  };
  drafts.forEach(visit);
  return out;
}

function finish(d: Draft, graph: Graph): Group {
  const inside = new Set(d.nodes);
  const used = new Set<Node>();
  for (const node of graph.nodes) {
    if (inside.has(node)) continue;
    for (const input of node.inputs) if (inside.has(storageOf(input))) used.add(storageOf(input));
  }
  for (const e of graph.effects) {
    for (const value of e.kind === 'assign' ? [e.gradient] : [e.value])
      if (inside.has(storageOf(value))) used.add(storageOf(value));
  }
  // Rows of scores stay in memory even when only this kernel reads them.
  if (d.family === 'rows')
    for (const node of d.nodes) for (const i of node.inputs) if (inside.has(i) && !isOnePerRow(i.op)) used.add(i);
  const outputs = d.nodes.filter((n) => used.has(n));
  const titles = outputs.filter((n) => d.family !== 'contraction' || !isOp(n, 'sum'));
  const named = titles[titles.length - 1] ?? (d.nodes[d.nodes.length - 1] as Node);
  return { name: named.id, family: d.family, nodes: d.nodes, outputs, inputs: inputsOf(d.nodes), effects: [] };
}

/** What the nodes read from outside: storage, each once; not scalar constants and step numbers, which are text. */
function inputsOf(nodes: readonly Node[]): Node[] {
  const inside = new Set(nodes);
  const found = new Set<Node>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      const storage = storageOf(input);
      const text = isOp(storage, 'step') || (isOp(storage, 'constant') && sizeOf(storage.type.shape) === 1);
      if (!inside.has(storage) && !text) found.add(storage);
    }
  }
  return [...found];
}

function accumulate(effects: readonly Effect[]): Group {
  const values = [...new Set(effects.map((e) => storageOf(e.value)))];
  return { name: 'metrics', family: 'accumulate', nodes: [], outputs: [], inputs: values, effects };
}

/** One group for each parameter's assignments; equal work is merged by the planner of buffers. */
function updates(graph: Graph, nodes: ReadonlySet<Node>): Group[] {
  const byLayer = new Map<string, Effect[]>();
  for (const e of graph.effects) {
    if (e.kind !== 'assign') continue;
    const of = isOp(e.target, 'state') ? (e.target as Node<'state'>).attrs.of : e.target.id;
    byLayer.set(of, [...(byLayer.get(of) ?? []), e]);
  }
  return [...byLayer].map(([parameter, effects]): Group => {
    const mine: Node[] = [];
    const visit = (n: Node): void => {
      if (!nodes.has(n) || mine.includes(n)) return;
      n.inputs.forEach(visit);
      mine.push(n);
    };
    for (const e of effects) visit(e.value);
    return { name: `update.${parameter}`, family: 'update', nodes: mine, outputs: [], inputs: inputsOf(mine), effects };
  });
}
