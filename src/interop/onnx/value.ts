// A value of an ONNX graph while it becomes nodes: known numbers, or a node with its axes in this or that order.
import { type Builder, emit, type Node, sizeOf } from '../../ir/index.ts';
import type { OnnxTensor } from './decode.ts';

/** Axes of ONNX in the order in which a node has them: node axis i is axis order[i] of ONNX. */
export type Order = readonly number[];

/**
 * ONNX keeps pictures N x C x spatial, cnnc N x spatial x C. A value is brought into an order when an operation asks for
 * it, and keeps it; so transposes stand only where orders really meet. Known numbers are put in order by the host.
 */
export interface Value {
  readonly dims: readonly number[];
  /** Of ONNX: float, int64, bool ... */
  readonly type: string;
  /** The numbers, where they are known before the graph runs. */
  readonly known: ArrayLike<number> | undefined;
  /** Known from the file, and not an input of the graph. */
  readonly fixed: boolean;
  /** The order in which it lies: reading it so costs nothing. */
  readonly order: Order;
  /** The node with its axes in this order. */
  ordered(order: Order): Node;
  /** As ONNX has it. */
  plain(): Node;
  /** N x spatial x C; only for values of three dimensions and more. */
  channelsLast(): Node;
}

export const plainOrder = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);
/** From N x C x spatial to N x spatial x C. */
export const lastOrder = (rank: number): number[] =>
  rank < 3 ? plainOrder(rank) : [0, ...plainOrder(rank - 2).map((i) => i + 2), 1];

export const sameOrder = (a: Order, b: Order): boolean => a.length === b.length && a.every((n, i) => n === b[i]);
export const isPlain = (order: Order): boolean => order.every((n, i) => n === i);
/** Sizes in an order. */
export const dimsIn = (dims: readonly number[], order: Order): number[] => order.map((axis) => dims[axis] as number);
/** Sizes in channels-last order. */
export const lastDims = (dims: readonly number[]): number[] => dimsIn(dims, lastOrder(dims.length));

/** Does this exchange of axes move only axes of size 1? Then the elements stay where they are. */
const movesNothing = (shape: readonly number[], perm: Order): boolean => {
  const long = perm.filter((axis) => shape[axis] !== 1);
  return long.every((axis, i) => i === 0 || axis > (long[i - 1] as number));
};

/** x with its axes exchanged; a reshape when no element moves. */
export function turned(b: Builder, x: Node, perm: Order, name: string): Node {
  if (isPlain(perm)) return x;
  const shape = dimsIn(x.type.shape, perm);
  return movesNothing(x.type.shape, perm)
    ? emit(b, 'reshape', [x], { shape }, name)
    : emit(b, 'transpose', [x], { perm }, name);
}

/** Numbers with their axes exchanged. */
export function turnedNumbers(values: ArrayLike<number>, dims: readonly number[], perm: Order): ArrayLike<number> {
  if (movesNothing(dims, perm)) return values;
  const strides = plainOrder(dims.length).map((i) => sizeOf(dims.slice(i + 1)));
  const shape = dimsIn(dims, perm);
  const steps = dimsIn(strides, perm);
  const out = values instanceof Float32Array ? new Float32Array(values.length) : new Float64Array(values.length);
  const at = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[from] as number;
    for (let k = shape.length - 1; k >= 0; k--) {
      from += steps[k] as number;
      if (++at[k]! < (shape[k] as number)) break;
      from -= (steps[k] as number) * (shape[k] as number);
      at[k] = 0;
    }
  }
  return out;
}

const nameOf = (order: Order): string => (sameOrder(order, lastOrder(order.length)) ? '.nhwc' : `.${order.join('')}`);

/** A value whose node has its axes in `order`. */
export function nodeValue(b: Builder, name: string, node: Node, order: Order): Value {
  const dims = new Array<number>(order.length);
  order.forEach((axis, i) => {
    dims[axis] = node.type.shape[i] as number;
  });
  const nodes = new Map<string, Node>([[order.join(), node]]);
  return valueFrom({ dims, type: 'float', known: undefined, fixed: false, order }, (wanted) => {
    const key = wanted.join();
    const perm = wanted.map((axis) => order.indexOf(axis));
    const made = nodes.get(key) ?? turned(b, node, perm, `${name}${isPlain(wanted) ? '.nchw' : nameOf(wanted)}`);
    nodes.set(key, made);
    return made;
  });
}

/** Known numbers: they become a leaf only when a node reads them. */
export function knownValue(b: Builder, tensor: OnnxTensor, fixed: boolean, leaf: (tensor: OnnxTensor) => Node): Value {
  const { dims, type, values } = tensor;
  const nodes = new Map<string, Node>();
  return valueFrom({ dims, type, known: values, fixed, order: plainOrder(dims.length) }, (order) => {
    const key = order.join();
    const turnedTensor = (): OnnxTensor => ({
      name: isPlain(order) ? tensor.name : `${tensor.name}${nameOf(order)}`,
      dims: dimsIn(dims, order),
      type,
      values: turnedNumbers(values, dims, order),
    });
    // An input of the graph is turned by the device, as it would be if its numbers came later.
    const own = fixed || isPlain(order) ? undefined : (nodes.get(plainOrder(dims.length).join()) ?? leaf(tensor));
    if (own) nodes.set(plainOrder(dims.length).join(), own);
    const made =
      nodes.get(key) ?? (own ? turned(b, own, order, `${tensor.name}${nameOf(order)}`) : leaf(turnedTensor()));
    nodes.set(key, made);
    return made;
  });
}

/** x with its axes exchanged: nothing is made before someone reads it. */
export function turnedValue(x: Value, perm: Order): Value {
  const order = x.order.map((axis) => perm.indexOf(axis));
  return valueFrom({ dims: dimsIn(x.dims, perm), type: x.type, known: undefined, fixed: false, order }, (wanted) =>
    x.ordered(wanted.map((axis) => perm[axis] as number)),
  );
}

type Fields = Pick<Value, 'dims' | 'type' | 'known' | 'fixed' | 'order'>;
const valueFrom = (fields: Fields, ordered: (order: Order) => Node): Value => ({
  ...fields,
  ordered,
  plain: () => ordered(plainOrder(fields.dims.length)),
  channelsLast: () => ordered(lastOrder(fields.dims.length)),
});
