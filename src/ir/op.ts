// What an operation must say about itself.
import type { OpAttrs, OpName } from './attrs.ts';
import type { Builder } from './builder.ts';
import type { Node, Tensor, TensorType } from './types.ts';

/** What a reference may know besides its inputs. */
export interface RunContext {
  /** The numbers of the step uniform, by field name. */
  readonly step: ReadonlyMap<string, number>;
}

/** Computes a result in double precision, written to be obviously right. */
export type Reference<K extends OpName> = (
  inputs: readonly Tensor[],
  attrs: OpAttrs[K],
  type: TensorType,
  context: RunContext,
) => Float64Array;

export interface OpDef<K extends OpName> {
  readonly name: K;
  /** One or two sentences, with the formula, for the manual and `explain`. */
  readonly doc: string;
  /** Names of the inputs, in order; `many` when there are as many as there are. */
  readonly inputs: readonly string[] | 'many';
  /** True when the output element at an index depends only on the input elements at that index (inputs broadcast). */
  readonly pointwise?: boolean;
  /** Type of the result, or a sentence that says why there is none. Ill-typed nodes cannot be built. */
  readonly infer: (inputs: readonly TensorType[], attrs: OpAttrs[K]) => TensorType | string;
  /** The oracle; leaves are given. */
  readonly reference: Reference<K> | 'leaf';
  /** Gradients of the inputs (in order) from the gradient of the output; `wanted` says which are needed. */
  readonly vjp:
    | ((b: Builder, node: Node<K>, dy: Node, wanted: readonly boolean[]) => readonly (Node | undefined)[])
    | 'nondifferentiable';
  /** Multiply-adds of one run, for summaries; absent when nothing is worth counting. */
  readonly multiplyAdds?: (node: Node<K>) => number;
}

/** The reference of an operation that is no leaf. */
export function referenceOf<K extends OpName>({ name, reference }: OpDef<K>): Reference<K> {
  if (reference === 'leaf') throw new Error(`${name} is given, not computed`);
  return reference;
}

/** f32 of a shape. */
export const f32 = (shape: readonly number[]): TensorType => ({ dtype: 'f32', shape });
