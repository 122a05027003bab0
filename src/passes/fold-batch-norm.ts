// Batch normalisation behind a convolution or a dense layer, for inference with known weights: its scale goes into the
// weights, the rest into a bias, and nothing of it is left.
import { type Graph, isOp, type Node, sameShape } from '../ir/index.ts';
import { removeDeadCode } from './dce.ts';
import { rewrite } from './rewrite.ts';

export type ParameterValues = ReadonlyMap<string, ArrayLike<number>>;

export interface Folded {
  readonly graph: Graph;
  /** Values of the parameters of that graph: weights that were scaled, biases that were added, and all that were given. */
  readonly values: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** What one folding replaces: w' = w s and b' = beta + (b - mean) s with s = gamma / sqrt(variance + epsilon). */
interface Chain {
  readonly product: Node;
  readonly weight: Node;
  readonly bias: Node | undefined;
  readonly normal: Node<'standardize'>;
  readonly gamma: Node | undefined;
  readonly beta: Node | undefined;
  /** The node that the product with its bias stands for. */
  readonly end: Node;
}

/** `whole` is the graph of inference, which reads running means (for-inference.ts); `values` are those of its parameters. */
export function foldBatchNorm(whole: Graph, values: ParameterValues): Folded {
  // The means of the batch, which nobody needs any more, read what is folded.
  const graph = removeDeadCode(whole);
  const readers = new Map<Node, Node[]>();
  for (const node of graph.nodes) for (const n of node.inputs) readers.set(n, [...(readers.get(n) ?? []), node]);
  const outputs = new Set(graph.effects.map((e) => e.value));
  /** The only reader of a value that nothing else needs. */
  const only = (n: Node): Node | undefined => {
    const [first, second] = readers.get(n) ?? [];
    return first && !second && !outputs.has(n) ? first : undefined;
  };
  const perChannel = (n: Node | undefined, x: Node): n is Node =>
    n !== undefined && isOp(n, 'parameter') && sameShape(n.type.shape, x.type.shape.slice(-1)) && values.has(n.id);
  /** The other operand of `op` behind x, when it is one number a channel. */
  const behind = (x: Node, op: 'mul' | 'add'): readonly [Node, Node | undefined] => {
    const next = only(x);
    const other = next?.op === op && next.inputs[0] === x ? next.inputs[1] : undefined;
    return next && perChannel(other, x) ? [next, other] : [x, undefined];
  };
  const chainOf = (product: Node): Chain | undefined => {
    const plain = isOp(product, 'conv2d') || (isOp(product, 'matmul') && !product.attrs.transposeB);
    const weight = product.inputs[1];
    if (!plain || !weight || !isOp(weight, 'parameter') || only(weight as Node) !== product) return undefined;
    const [z, bias] = behind(product, 'add');
    const normal = only(z);
    if (!normal || !isOp(normal, 'standardize') || normal.inputs[0] !== z || !values.has(weight.id)) return undefined;
    if (!perChannel(normal.inputs[1], z) || !perChannel(normal.inputs[2], z)) return undefined;
    const [scaled, gamma] = behind(normal as unknown as Node, 'mul');
    const [end, beta] = behind(scaled, 'add');
    return { product, weight: weight as unknown as Node, bias, normal, gamma, beta, end };
  };
  const chains = graph.nodes.map(chainOf).filter((c) => c !== undefined);
  const folded = new Map([...values].map(([id, v]) => [id, Float32Array.from(v)]));
  const biases = new Map<Node, Node>();
  for (const chain of chains) {
    const { weight, bias } = fold(chain, values);
    const id = `${chain.normal.layer?.name ?? chain.normal.id}.bias`;
    folded.set(chain.weight.id, weight);
    folded.set(id, bias);
    biases.set(chain.end, {
      id,
      op: 'parameter',
      inputs: [],
      attrs: { shape: [bias.length], init: { kind: 'constant', value: 0 }, trainable: false },
      type: { dtype: 'f32', shape: [bias.length] },
      ...(chain.normal.layer ? { layer: chain.normal.layer } : {}),
    });
  }
  const products = new Map(chains.map((c) => [c.end.id, c.product.id]));
  const made = new Map<string, Node>();
  const result = rewrite(graph, (node, add) => {
    const product = made.get(products.get(node.id) ?? '');
    const bias = [...biases].find(([end]) => end.id === node.id)?.[1];
    const next: Node = product && bias ? { ...node, op: 'add', attrs: {}, inputs: [product, add(bias)] } : node;
    made.set(node.id, next);
    return next;
  });
  return { graph: result, values: folded };
}

function fold(
  { product, weight, bias, normal, gamma, beta }: Chain,
  values: ParameterValues,
): { readonly weight: Float32Array<ArrayBuffer>; readonly bias: Float32Array<ArrayBuffer> } {
  const channels = product.type.shape[product.type.shape.length - 1] as number;
  const of = (n: Node | undefined, c: number, otherwise: number): number =>
    n ? ((values.get(n.id) as ArrayLike<number>)[c] as number) : otherwise;
  const [, mean, variance] = normal.inputs;
  const scale = Float64Array.from(
    { length: channels },
    (_, c) => of(gamma, c, 1) / Math.sqrt(of(variance, c, 1) + normal.attrs.epsilon),
  );
  const w = values.get(weight.id) as ArrayLike<number>;
  return {
    weight: Float32Array.from({ length: w.length }, (_, i) => (w[i] as number) * (scale[i % channels] as number)),
    bias: Float32Array.from(
      { length: channels },
      (_, c) => of(beta, c, 0) + (of(bias, c, 0) - of(mean, c, 0)) * (scale[c] as number),
    ),
  };
}
