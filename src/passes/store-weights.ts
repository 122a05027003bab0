// Weights in fewer bits, for inference with known weights: those of convolutions and dense layers become halves, or whole
// numbers of 8 bits with a scale for each output channel. Biases and all else stay 32-bit floats.
import { halfToNumber, numberToHalf, type Stored } from '../../runtime/half.ts';
import { type Graph, isOp, type Node, type Shape, sameShape, sizeOf, storageOf } from '../ir/index.ts';
import type { ParameterValues } from './fold-batch-norm.ts';
import { rewrite } from './rewrite.ts';

export interface StoredWeights {
  readonly graph: Graph;
  /** Values of the parameters of that graph, as kernels read them: halves, whole numbers, scales. */
  readonly values: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** The axis of the weights along which the output channels lie; undefined when the node is no product with weights. */
function channelAxis(user: Node): number | undefined {
  if (isOp(user, 'conv2d')) return 3;
  if (isOp(user, 'conv2d_dx')) return user.attrs.groups === 1 ? 2 : undefined;
  if (isOp(user, 'matmul')) return user.attrs.transposeB ? 0 : 1;
  return undefined;
}

/** How products see weights: as this shape, which may be another than their own, with the output channels on this axis. */
interface Seen {
  readonly shape: Shape;
  readonly axis: number;
}

/** Weights that nothing reads but products, each as its second operand, and all see them alike. */
function candidates(graph: Graph): ReadonlyMap<Node, Seen> {
  const found = new Map<Node, Seen | undefined>();
  for (const user of graph.nodes) {
    // Who reads a view of the weights reads the weights.
    if (storageOf(user) !== user) continue;
    user.inputs.forEach((node, place) => {
      const storage = storageOf(node);
      if (!isOp(storage, 'parameter')) return;
      const axis = place === 1 ? channelAxis(user) : undefined;
      const seen = axis === undefined ? undefined : { shape: node.type.shape, axis };
      const before = found.has(storage) ? found.get(storage) : seen;
      const same = before && seen && before.axis === axis && sameShape(before.shape, seen.shape);
      found.set(storage, same ? seen : undefined);
    });
  }
  for (const { value } of graph.effects) found.delete(storageOf(value));
  return new Map([...found].flatMap(([node, seen]) => (seen ? [[node, seen] as const] : [])));
}

/** The channel of element i. */
const channelOf = (shape: Shape, axis: number): ((i: number) => number) => {
  const inner = sizeOf(shape.slice(axis + 1));
  const channels = shape[axis] as number;
  return (i) => Math.floor(i / inner) % channels;
};

/** w = scale q with whole numbers q from -127 to 127, the largest of each channel at 127. A channel of zeros has the scale 0. */
export function quantise(
  weights: ArrayLike<number>,
  shape: Shape,
  axis: number,
): { readonly values: Float32Array<ArrayBuffer>; readonly scales: Float32Array<ArrayBuffer> } {
  const channel = channelOf(shape, axis);
  const scales = new Float32Array(shape[axis] as number);
  for (let i = 0; i < weights.length; i++) {
    const c = channel(i);
    scales[c] = Math.max(scales[c] as number, Math.abs(weights[i] as number));
  }
  for (let c = 0; c < scales.length; c++) scales[c] = (scales[c] as number) / 127;
  const values = Float32Array.from(weights, (w, i) => {
    const scale = scales[channel(i)] as number;
    return scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(w / scale)));
  });
  return { values, scales };
}

/** The name of the scales of a parameter of whole numbers. */
export const scaleName = (parameter: string): string => `${parameter}.scale`;

/** `graph` is that of inference, `values` those of its parameters. Products with scaled weights are scaled once they are summed. */
export function storeWeights(graph: Graph, values: ParameterValues, stored: Stored): StoredWeights {
  const weightsSeen = candidates(graph);
  const out = new Map([...values].map(([id, v]) => [id, Float32Array.from(v)]));
  const scales = new Map<string, Node>();
  const names = new Set(graph.nodes.map(({ id }) => id));
  for (const [node, { shape: seen, axis }] of weightsSeen) {
    const weights = values.get(node.id);
    if (!weights) throw new Error(`%${node.id} has no values to store`);
    if (stored === 'f16') {
      out.set(
        node.id,
        Float32Array.from(weights, (w) => halfToNumber(numberToHalf(w))),
      );
      continue;
    }
    const made = quantise(weights, seen, axis);
    const shape = [made.scales.length];
    out.set(node.id, made.values);
    out.set(scaleName(node.id), made.scales);
    scales.set(node.id, {
      id: scaleName(node.id),
      op: 'parameter',
      inputs: [],
      attrs: { shape, init: { kind: 'constant', value: 1 }, trainable: false },
      type: { dtype: 'f32', shape },
      ...(node.layer ? { layer: node.layer } : {}),
    });
  }
  const small = new Set([...weightsSeen.keys()].map(({ id }) => id));
  const result = rewrite(graph, (node, add) => {
    if (isOp(node, 'parameter') && small.has(node.id)) return { ...node, attrs: { ...node.attrs, stored } };
    const scale = channelAxis(node) === undefined ? undefined : scales.get(storageOf(node.inputs[1] as Node).id);
    if (!scale) return node;
    // The product keeps its name as what is read; the sums of whole numbers get one of their own.
    const id = `${node.id}_sums`;
    if (names.has(id)) throw new Error(`%${id} is there already`);
    const sums = add({ ...node, id });
    return { ...node, op: 'mul', attrs: {}, inputs: [sums, add(scale)] };
  });
  return { graph: result, values: out };
}
