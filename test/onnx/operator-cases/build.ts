// What cases of ONNX operators are written with: tensors, one node or several, and what is refused.

/** A tensor: an input from outside, or (`file`) an initializer; `whole` is int64. */
export interface Given {
  readonly dims: readonly number[];
  readonly values: readonly number[];
  readonly whole?: true;
  readonly file?: true;
}

export type Attribute =
  | string
  | number
  | { readonly float: number }
  | { readonly floats: number[] }
  | { readonly ints: readonly number[] };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface One {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Attributes;
}

export interface Case {
  readonly title: string;
  readonly op: string;
  readonly opset: number;
  readonly attributes: Attributes;
  /** Null: left out. */
  readonly inputs: readonly (Given | null)[];
  readonly expected: readonly { readonly dims: readonly number[]; readonly values: readonly number[] }[];
  /** Instead of the one node: several, with inputs x0, x1 ... and outputs y0 ... */
  readonly nodes?: readonly One[];
  /** A part of why it cannot be expressed. */
  readonly refused?: string;
}

export const t = (dims: readonly number[], ...values: number[]): Given => ({ dims, values });
export const whole = (dims: readonly number[], ...values: number[]): Given => ({
  dims,
  values,
  whole: true,
  file: true,
});
export const file = (g: Given): Given => ({ ...g, file: true });
export const upTo = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);
export const ints = (...values: number[]): Attribute => ({ ints: values });

export const one = (
  op: string,
  opset: number,
  attributes: Attributes,
  inputs: readonly (Given | null)[],
  ...expected: Given[]
): Case => ({ title: `${op} ${opset} ${JSON.stringify(attributes)}`, op, opset, attributes, inputs, expected });

export const no = (
  refused: string,
  op: string,
  opset: number,
  attributes: Attributes,
  inputs: readonly (Given | null)[],
): Case => ({
  ...one(op, opset, attributes, inputs, t([1], 0)),
  refused,
});

export const inf = Number.POSITIVE_INFINITY;
export const nan = Number.NaN;
export const ones = (...dims: number[]): Given => t(dims, ...upTo(dims.reduce((a, b) => a * b, 1)).map(() => 1));

export const several = (
  title: string,
  opset: number,
  inputs: readonly Given[],
  nodes: readonly One[],
  ...expected: Given[]
): Case => ({
  title,
  op: '',
  opset,
  attributes: {},
  inputs,
  expected,
  nodes,
});
export const n = (op: string, inputs: string, outputs: string, attributes: Attributes = {}): One => ({
  op,
  inputs: inputs.split(' '),
  outputs: outputs.split(' '),
  attributes,
});
