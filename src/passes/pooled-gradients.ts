// The first layer of many networks is a convolution with a max pool behind it, and only its weights need a gradient: they read
// the winners of the pool and its small gradient, instead of a gradient as large as what the convolution made.
import { type Graph, isOp, type Node, sizeOf, storageOf } from '../ir/index.ts';
import { removeDeadCode } from './dce.ts';
import { rewrite } from './rewrite.ts';

/** Elements of a window that a kernel keeps sums of; places of a pool's window. */
const [MOST_ELEMENTS, MOST_PLACES] = [64, 9];
/** Terms of a sum, at most, and parts that keep the cores of a processor busy. */
const [LONGEST, WANTED] = [8192, 16];

/**
 * `conv2d_dw(x, unpool2d(winner, dy))` becomes `sum(conv2d_dw_pooled(x, winner, dy))` over its parts, and the sum of `unpool2d(winner, dy)`
 * over pictures and pixels that of dy, where nothing else reads the unpooled gradient.
 */
export function pooledGradients(graph: Graph): Graph {
  const readers = new Map<Node, Node[]>();
  for (const node of graph.nodes)
    for (const i of new Set(node.inputs)) readers.set(i, [...(readers.get(i) ?? []), node]);
  const kept = new Set(graph.effects.map((e) => storageOf(e.value)));
  const gone = new Set(
    graph.nodes.filter(
      (n) =>
        isOp(n, 'unpool2d') &&
        !kept.has(n as unknown as Node) &&
        sizeOf(n.attrs.window) <= MOST_PLACES &&
        (readers.get(n as unknown as Node) ?? []).every((r) => readsWeights(r, n as unknown as Node) || sumsPixels(r)),
    ),
  );
  if (gone.size === 0) return graph;
  const unpooled = new Map<string, Node>([...gone].map((n) => [n.id, n]));
  const rewritten = rewrite(graph, (node, add) => {
    const last = node.inputs[node.inputs.length - 1];
    if (!last || !unpooled.has(last.id) || !isOp(last, 'unpool2d')) return node;
    const [winner, dy] = last.inputs as readonly [Node, Node];
    if (isOp(node, 'sum')) return { ...(node as unknown as Node), inputs: [dy] };
    if (!isOp(node, 'conv2d_dw')) throw new Error(`%${node.id} reads what is pooled`);
    const { layer } = node;
    const parts = partsOf(last.type.shape);
    const whole: Node = {
      id: `${node.id}.parts`,
      op: 'conv2d_dw_pooled',
      inputs: [node.inputs[0] as Node, winner, dy],
      attrs: { ...node.attrs, parts, window: last.attrs.window },
      type: { dtype: 'f32', shape: [parts, ...node.type.shape] },
      ...(layer ? { layer } : {}),
    };
    return {
      id: node.id,
      op: 'sum',
      inputs: [add(whole)],
      attrs: { axes: [0] },
      type: node.type,
      ...(layer ? { layer } : {}),
    };
  });
  return removeDeadCode(rewritten);
}

const readsWeights = (reader: Node, dz: Node): boolean =>
  isOp(reader, 'conv2d_dw') &&
  reader.inputs[1] === dz &&
  reader.inputs[0] !== dz &&
  reader.attrs.groups === 1 &&
  sizeOf(reader.type.shape.slice(0, 3)) <= MOST_ELEMENTS;

const sumsPixels = (reader: Node): boolean => isOp(reader, 'sum') && reader.attrs.axes.join() === '0,1,2';

/** The least number of runs of pictures that are enough, and short enough; as many as there are pictures otherwise. */
function partsOf([n = 1, oh = 1, ow = 1]: readonly number[]): number {
  for (let parts = 1; parts < n; parts++)
    if (n % parts === 0 && parts >= Math.min(WANTED, n) && (n / parts) * oh * ow <= LONGEST) return parts;
  return n;
}
