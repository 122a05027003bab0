// Groups nodes into kernels: elementwise work joins the kernel that makes its operand, or the sum that reads it; rows join
// rows, sums of the same values join each other, updates join updates.
import {
  type Effect,
  type Graph,
  isDepthwise,
  isFree,
  isOp,
  type Node,
  type OpName,
  opDef,
  type Shape,
  sameShape,
  sizeOf,
  storageOf,
} from '../ir/index.ts';
import { attrsKey } from '../ir/key.ts';
import { isOnePerRow, rowCount } from '../ir/ops/rows.ts';
import type { Family, FusedGraph, Group } from '../schedule/index.ts';
import { type JoinsPool, poolJoiner } from './pooled.ts';
import { inputsOf } from './reads.ts';
import { expand, MOST_BINDINGS, recomputed } from './recompute.ts';
import { riders } from './riders.ts';

const roots: { readonly [K in OpName]?: Family } = {
  conv2d: 'contraction',
  conv2d_dx: 'contraction',
  conv2d_dw: 'contraction',
  conv2d_dw_parts: 'contraction',
  matmul: 'contraction',
  maxpool2d: 'window',
  maxpool2d_dx: 'window',
  maxpool2d_winner: 'window',
  unpool2d: 'window',
  conv2d_dw_pooled: 'window',
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
  warp2d: 'resize',
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
  partial_sum: 'sum',
  channel_sum: 'neighbours',
  batch_mean: 'sum',
  squares: 'squares',
  broadcast: 'pointwise',
};

const familyOf = (node: Node): Family | undefined => (isDepthwise(node) ? 'depthwise' : roots[node.op]);

interface Draft {
  readonly family: Family;
  /** What makes it this family; the first of them for sums. */
  readonly root: Node;
  /** The shape of its last results: that of the root, or of the pool behind it. */
  shape: Shape;
  readonly nodes: Node[];
  /** Its place among the drafts. */
  readonly at: number;
  /** The drafts whose values its nodes read, itself among them. */
  readonly sources: Set<Draft>;
  /** First and last place in the graph of its nodes: it can only need drafts that begin before it ends. */
  first: number;
  last: number;
}

/** `joinsPool` says whether the kernel of a convolution may go on with a pool; without it none does. */
export function fuse(graph: Graph, joinsPool?: JoinsPool): FusedGraph {
  const drafts: Draft[] = [];
  const rowDrafts: Draft[] = [];
  /** Drafts of sums, by what one of their sums reads: a value, or the draft that makes it. */
  const sumsOf = new Map<Node | Draft, Draft[]>();
  const draftOf = new Map<Node, Draft>();
  const position = new Map(graph.nodes.map((n, i) => [n, i]));
  const updateNodes = nodesOfUpdates(graph);
  const riding = riders(graph);
  const again = recomputed(
    graph,
    (n) => updateNodes.has(n) || riding.has(n),
    (n) => !isFree(n) && withEpilogue.includes(familyOf(n) ?? 'pointwise'),
  );
  const put = (node: Node, draft: Draft): void => {
    const at = position.get(node) as number;
    draft.nodes.push(node);
    draft.first = Math.min(draft.first, at);
    draft.last = Math.max(draft.last, at);
    draftOf.set(node, draft);
    for (const source of sources(node)) draft.sources.add(source);
  };
  const open = (node: Node, family: Family): Draft => {
    const [at, first] = [drafts.length, Number.POSITIVE_INFINITY];
    const { shape } = node.type;
    const draft: Draft = { family, root: node, shape, nodes: [], at, sources: new Set(), first, last: -1 };
    drafts.push(draft);
    put(node, draft);
    return draft;
  };
  /** What the node reads once values that are computed again are seen through: storage. */
  const read = new Map<Node, readonly Node[]>();
  const reads = (node: Node): readonly Node[] => {
    const known = read.get(node) ?? inputsOf(expand([node], again));
    read.set(node, known);
    return known;
  };
  /** The nodes that read each value, and the values that effects read. */
  const readers = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    if (isFree(node) || again.has(node)) continue;
    for (const s of reads(node)) addTo(readers, s, node);
  }
  const needed = new Set(graph.effects.map((e) => storageOf(e.kind === 'assign' ? e.gradient : e.value)));
  const isOutput = (node: Node, inside: ReadonlySet<Node>): boolean =>
    needed.has(node) || (readers.get(node) ?? []).some((r) => !inside.has(r));
  /** The drafts whose values the node reads. */
  const sources = (node: Node): Draft[] => [
    ...new Set(
      reads(node)
        .map((n) => draftOf.get(n))
        .filter((d) => d !== undefined),
    ),
  ];
  const makerOf = (value: Node): Node | Draft => draftOf.get(value) ?? value;
  /** Does `from` need a value of `target`, directly or not? Drafts only grow, so this is asked anew each time. */
  const needs = (from: Draft, target: Draft, seen = new Set<Draft>()): boolean => {
    if (seen.has(from) || from.last < target.first) return false;
    seen.add(from);
    for (const s of from.sources) if (s !== from && (s === target || needs(s, target, seen))) return true;
    return false;
  };
  /** May the node join: everything else it reads must be there before the draft's kernel runs. */
  const mayJoin = (node: Node, draft: Draft): boolean => sources(node).every((s) => s === draft || !needs(s, draft));
  /** Would the kernel of these nodes bind no more than a device must allow? */
  const fits = (nodes: readonly Node[]): boolean => {
    const inside = new Set(nodes);
    const outputs = nodes.filter((n) => isOutput(n, inside));
    return inputsOf(expand(nodes, again)).length + outputs.length <= MOST_BINDINGS;
  };
  /**
   * Operands from inside the draft must be read element by element: no broadcast, and no view of what is in registers
   * unless the kernel is elementwise throughout.
   */
  const readsWhole = (node: Node, d: Draft): boolean =>
    expand([node], again).every((m) =>
      m.inputs.every((n) => {
        if (draftOf.get(storageOf(n)) !== d) return true;
        if (d.family === 'pointwise') return sizeOf(n.type.shape) === sizeOf(m.type.shape);
        return draftOf.get(n) === d && sameShape(n.type.shape, m.type.shape);
      }),
    );
  /** Is the node, with what it computes again, of the shape that the draft's kernel runs over? */
  const runsOver = (node: Node, d: Draft): boolean =>
    d.family === 'pointwise'
      ? sizeOf(d.root.type.shape) === sizeOf(node.type.shape)
      : expand([node], again).every((n) => sameShape(n.type.shape, d.shape));
  const joins = poolJoiner({ draftOf, readers, isOutput, fits }, joinsPool);

  for (const node of graph.nodes) {
    // 1. What lies between gradients and assignments is left to the updates (8).
    if (isFree(node) || updateNodes.has(node) || again.has(node)) continue;
    const copy = isOp(node, 'broadcast') && node.attrs.axes.length === 0;
    const family = copy ? undefined : familyOf(node);
    if (family === 'rows') {
      // 2. Rows join a draft of rows over the same number of rows.
      const rows = rowCount(node);
      const draft = rowDrafts.findLast(
        (d) => rowCount(d.root) === rows && related(d, node) && fewBuffers([...d.nodes, node]) && mayJoin(node, d),
      );
      if (draft) put(node, draft);
      else rowDrafts.push(open(node, 'rows'));
    } else if (family === 'sum' && !riding.has(node)) {
      // 3. Sums over the same axes join a draft of sums that reads some of the same values.
      const values = largest(reads(node)).map(makerOf);
      const sharing = new Set(values.flatMap((value) => sumsOf.get(value) ?? []));
      const draft = [...sharing]
        .sort((p, q) => q.at - p.at)
        .find(
          (d) =>
            sameSum(d.root, node) && sources(node).every((s) => s !== d && !needs(s, d)) && fits([...d.nodes, node]),
        );
      const mine = draft ?? open(node, 'sum');
      if (draft) put(node, draft);
      for (const value of reads(node).map(makerOf)) addTo(sumsOf, value, mine);
    } else if (family === 'window') {
      // 4. A pool joins the convolution whose values nobody else reads; and which place won, the pool.
      const host = joins(node);
      if (!host) open(node, family);
      else {
        put(node, host);
        if (!isOp(node, 'maxpool2d_winner')) host.shape = node.type.shape;
      }
    } else if (family) open(node, family);
    else {
      // 5. Elementwise nodes join the latest draft that makes an operand of the same shape.
      const makers = sources(node)
        .filter(
          (d) =>
            canHaveEpilogue(d) &&
            !riding.has(d.root) &&
            runsOver(node, d) &&
            readsWhole(node, d) &&
            mayJoin(node, d) &&
            fits([...d.nodes, node]),
        )
        .sort((p, q) => q.at - p.at);
      if (makers[0]) put(node, makers[0]);
      else open(node, 'pointwise');
    }
  }
  const usedByUpdates = new Set([...updateNodes].flatMap((n) => n.inputs));
  const ofEffects = new Set(
    graph.effects.flatMap((e) => (e.kind === 'assign' ? [e.gradient, e.value] : [e.value]).map(storageOf)),
  );
  /** Drafts whose nodes are in others now. */
  const moved = new Set<Draft>();
  // 6. Elementwise work that only one later kernel of the same shape reads moves into it (a penalty's gradient, say).
  for (const d of drafts.filter((one) => one.family === 'pointwise')) {
    const users = new Set(d.nodes.flatMap((n) => (readers.get(n) ?? []).map((r) => draftOf.get(r))));
    for (const not of [d, undefined]) users.delete(not);
    const [only] = users;
    const whole = (n: Node): boolean =>
      readsWhole(n, d) && !n.inputs.some((i) => draftOf.get(i) === d && opDef(n.op).pointwise !== true);
    if (
      users.size !== 1 ||
      !only ||
      d.nodes.some((n) => ofEffects.has(n)) ||
      !canHaveEpilogue(only) ||
      !only.nodes.every(whole)
    )
      continue;
    if (!d.nodes.every((n) => runsOver(n, only)) || riding.has(only.root) || !fits([...only.nodes, ...d.nodes]))
      continue;
    if (only.nodes.some((n) => updateNodes.has(n)) || d.nodes.some((n) => usedByUpdates.has(n))) continue;
    const [root, ...rest] = only.nodes as [Node, ...Node[]];
    only.nodes.length = 0;
    for (const n of only.family === 'pointwise' ? [...d.nodes, root, ...rest] : [root, ...d.nodes, ...rest])
      put(n, only);
    moved.add(d);
  }
  // 7. The gradient of a bias rides along with the gradient of its weights.
  for (const d of drafts.filter((one) => riding.has(one.root))) {
    const host = draftOf.get(riding.get(d.root) as Node) as Draft;
    for (const n of d.nodes) put(n, host);
    moved.add(d);
  }
  // 8. The sums to report, and the updates, each a kernel of its own at the end.
  const groups = order(
    drafts.filter((d) => !moved.has(d)),
    sources,
  ).map((d) => finish(d, expand(d.nodes, again), isOutput));
  const accumulations = graph.effects.filter((e) => e.kind === 'accumulate');
  if (accumulations.length > 0) groups.push(accumulate(accumulations));
  groups.push(...updates(graph, updateNodes));
  return { graph, groups };
}

/** Do two sums run over the same axes of the same shape, in the same runs? */
const sameSum = (p: Node, q: Node): boolean =>
  p.op === q.op &&
  (isOp(q, 'sum') || isOp(q, 'partial_sum')) &&
  sameShape((p.inputs[0] as Node).type.shape, (q.inputs[0] as Node).type.shape) &&
  attrsKey(p.attrs) === attrsKey(q.attrs);

/** Those of the most elements. */
function largest(values: readonly Node[]): Node[] {
  const most = Math.max(...values.map((n) => sizeOf(n.type.shape)));
  return values.filter((n) => sizeOf(n.type.shape) === most);
}

function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const known = lists.get(key);
  if (known) known.push(value);
  else lists.set(key, [value]);
}

/** Kernels that compute a result element by element, and can go on with it. */
const withEpilogue: readonly Family[] = [
  'contraction',
  'depthwise',
  'window',
  'gather',
  'resize',
  'pointwise',
  'neighbours',
];
const canHaveEpilogue = (d: Draft): boolean => withEpilogue.includes(d.family) || isOp(d.root, 'sum');

/** The same of rows, which store nearly all that they compute. */
const fewBuffers = (nodes: readonly Node[]): boolean => inputsOf(nodes).length + nodes.length <= MOST_BINDINGS;

/** A row operation joins rows that read or make the same scores; the seed of a mean joins any rows. */
const related = (d: Draft, node: Node): boolean =>
  isOp(node, 'batch_mean_dx') ||
  d.nodes.some(
    (n) => node.inputs.includes(n) || n.inputs.some((i) => sizeOf(i.type.shape) > 1 && node.inputs.includes(i)),
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

/** `nodes` are those of the draft and what they compute again. */
function finish(d: Draft, nodes: readonly Node[], isOutput: (n: Node, inside: ReadonlySet<Node>) => boolean): Group {
  const inside = new Set(d.nodes);
  const used = new Set(d.nodes.filter((n) => isOutput(n, inside)));
  // Rows of scores stay in memory even when only this kernel reads them.
  if (d.family === 'rows')
    for (const node of d.nodes)
      for (const i of node.inputs.map(storageOf)) if (inside.has(i) && !isOnePerRow(i.op)) used.add(i);
  const outputs = nodes.filter((n) => used.has(n));
  const titles = outputs.filter((n) => !isOp(n, 'maxpool2d_winner') && (d.family !== 'contraction' || !isOp(n, 'sum')));
  const named = titles[titles.length - 1] ?? (nodes[nodes.length - 1] as Node);
  return { name: named.id, family: d.family, nodes, outputs, inputs: inputsOf(nodes), effects: [] };
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
