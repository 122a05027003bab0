// The graph: values with a type, made by operations, and a short list of effects apart from them.
import type { Span } from '../diagnostics/types.ts';
import type { OpAttrs, OpName } from './attrs.ts';

/** `f16`: a value that lies in memory in half precision; what is computed of it is computed in f32. */
export type Dtype = 'f32' | 'u32' | 'f16';

/** Dimensions of a value. Pictures are N x H x W x C (channels last), rows are N x features, scalars have none. */
export type Shape = readonly number[];

export interface TensorType {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/** The layer of the model a node comes from. */
export interface LayerRef {
  readonly name: string;
  readonly op: string;
  readonly span: Span;
}

/** One value and the operation that makes it. Nodes never change; passes build new ones. */
export interface Node<K extends OpName = OpName> {
  /** Unique in its graph, printed as %id; derived from layer names, never a running number. */
  readonly id: string;
  readonly op: K;
  readonly inputs: readonly Node[];
  readonly attrs: OpAttrs[K];
  readonly type: TensorType;
  readonly layer?: LayerRef;
}

/** What a graph does besides computing values. */
export type Effect =
  /** A parameter or an optimizer slot gets a new value once all values are computed. `gradient` is where the update begins. */
  | {
      readonly kind: 'assign';
      readonly target: Node<'parameter'> | Node<'state'>;
      readonly value: Node;
      readonly gradient: Node;
    }
  /** The sum of the elements of `value` is added to a metric. */
  | { readonly kind: 'accumulate'; readonly metric: string; readonly value: Node }
  /** The value is left where the runtime can read it. */
  | { readonly kind: 'output'; readonly name: string; readonly value: Node };

export interface Graph {
  readonly name: string;
  /** In an order in which inputs come before their uses. */
  readonly nodes: readonly Node[];
  readonly effects: readonly Effect[];
}

/** Number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/** `128x24x24x32`, or `scalar`. */
export const showShape = (shape: Shape): string => (shape.length === 0 ? 'scalar' : shape.join('x'));

/** Is the node of this operation? Narrows its attributes. */
export function isOp<K extends OpName>(node: Node, op: K): node is Node<K> {
  return (node.op as OpName) === op;
}

/** A value with its elements, in double precision: what the reference computes with. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}
