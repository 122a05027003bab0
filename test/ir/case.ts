// What a case of an operation is: worked numbers, and operands on which its gradient is checked.
import type { StepField } from '../../runtime/plan.ts';
import type { Builder, Node, OpAttrs, OpName, Shape } from '../../src/ir/index.ts';

export type Nested = number | readonly Nested[];

/** Labels: classes, or (`values`) numbers. */
export type Labels = { readonly labels: Nested; readonly values?: true };

/** An operand whose gradient is checked (a shape), or one that is given. */
export type Operand =
  | Shape
  | { readonly positive: Shape }
  | { readonly given: Shape } // positive, and its gradient is not looked at
  | { readonly probabilities: Shape }
  | Labels
  | { readonly field: StepField; readonly value: number };

export interface Example<K extends OpName> {
  readonly inputs: readonly (Nested | Labels)[];
  readonly attrs: OpAttrs[K];
  readonly expected: Nested;
}

export interface GradientCase<K extends OpName> {
  readonly operands: readonly Operand[];
  readonly attrs: OpAttrs[K];
  /** What the operands go through, where the gradient is that of a whole of which the operation is the last part. */
  readonly build?: (b: Builder, operands: readonly Node[]) => Node;
}

export interface OpCases<K extends OpName> {
  readonly examples: readonly Example<K>[];
  /** Cases; or the operation whose gradient this one is (and whose cases check it); or why there is none. */
  readonly gradients: readonly GradientCase<K>[] | { readonly through: OpName } | { readonly none: string };
}

/** The cases of some operations. */
export type CasesOf<K extends OpName> = { readonly [N in K]: OpCases<N> };

/** Pictures that count, as an operand. */
export const count = (value: number): Operand => ({ field: { name: 'count', type: 'u32' }, value });

/** Attributes of an operation that has none. */
export const none = {};
/** Cases of an operation without attributes. */
export interface Plain {
  readonly operands: readonly Operand[];
  readonly attrs: typeof none;
}
