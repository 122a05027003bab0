// How each elementwise operation is written in WGSL. T is f32 or vec4f: the text is the same for both.
import { type Node, type OpName, sizeOf } from '../../ir/index.ts';
import { dropoutThreshold } from '../../ir/ops/dropout.ts';
import { f32, nothing, u32, type Wgsl, wgsl } from '../wgsl.ts';

export type PointwiseOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sqrt'
  | 'neg'
  | 'exp'
  | 'log'
  | 'abs'
  | 'sign'
  | 'max'
  | 'min'
  | 'greater'
  | 'sigmoid_cross_entropy'
  | 'one_hot'
  | 'counted'
  | 'pow'
  | 'relu'
  | 'relu_dx'
  | 'sigmoid'
  | 'sigmoid_dx'
  | 'tanh'
  | 'tanh_dx'
  | 'dropout'
  | 'standardize'
  | 'standardize_dx'
  | 'broadcast';

/** Where the element (or the first of four) stands; see Place in epilogue.ts. */
interface Lane {
  readonly column: Wgsl;
  readonly width: 1 | 4;
}

/** The numbers of `width` neighbours from the index of the first, which is counted in `width`s. */
const numbers = (first: Wgsl, width: 1 | 4): Wgsl =>
  width === 1 ? first : wgsl`((${first}) * 4u + vec4u(0u, 1u, 2u, 3u))`;

interface Written {
  /** The expression of the operands, each of type T (or u32 for step numbers). */
  readonly of: (args: readonly Wgsl[], node: Node, element: Wgsl, lane: Lane) => Wgsl;
  /** A function the expression calls, written above `main`. */
  readonly helper?: 'dropout';
}

const a = (args: readonly Wgsl[], i: number): Wgsl => args[i] as Wgsl;

const epsilon = (node: Node): Wgsl => f32((node as Node<'standardize'>).attrs.epsilon);

/** The value where its picture counts, else 0: elements behind those of the first `count` pictures do not. */
function counted(value: Wgsl, node: Node, element: Wgsl, width: 1 | 4, count: Wgsl): Wgsl {
  const perPicture = sizeOf(node.type.shape.slice(1));
  const end = perPicture === 1 ? count : wgsl`${count} * ${u32(perPicture)}`;
  return wgsl`select(T(0.0), ${value}, ${numbers(element, width)} < ${width === 1 ? end : wgsl`vec4u(${end})`})`;
}

export const pointwiseTable: { readonly [K in PointwiseOp]: Written } = {
  add: { of: (x) => wgsl`${a(x, 0)} + ${a(x, 1)}` },
  sub: { of: (x) => wgsl`${a(x, 0)} - ${a(x, 1)}` },
  mul: { of: (x) => wgsl`${a(x, 0)} * ${a(x, 1)}` },
  div: { of: (x) => wgsl`${a(x, 0)} / ${a(x, 1)}` },
  sqrt: { of: (x) => wgsl`sqrt(${a(x, 0)})` },
  neg: { of: (x) => wgsl`-${a(x, 0)}` },
  exp: { of: (x) => wgsl`exp(${a(x, 0)})` },
  log: { of: (x) => wgsl`log(${a(x, 0)})` },
  abs: { of: (x) => wgsl`abs(${a(x, 0)})` },
  sign: { of: (x) => wgsl`sign(${a(x, 0)})` },
  max: { of: (x) => wgsl`max(${a(x, 0)}, ${a(x, 1)})` },
  min: { of: (x) => wgsl`min(${a(x, 0)}, ${a(x, 1)})` },
  greater: { of: (x) => wgsl`select(T(0.0), T(1.0), ${a(x, 0)} > ${a(x, 1)})` },
  sigmoid_cross_entropy: {
    of: (x) => wgsl`max(${a(x, 0)}, T(0.0)) - ${a(x, 0)} * ${a(x, 1)} + log(T(1.0) + exp(-abs(${a(x, 0)})))`,
  },
  one_hot: {
    of: (x, node, _element, { column, width }) => {
      const { classes, first } = (node as Node<'one_hot'>).attrs;
      const columns = classes === 1 ? wgsl`T(0.0)` : wgsl`T(${numbers(column, width)})`;
      return wgsl`select(T(0.0), T(1.0), ${a(x, 0)} == ${columns}${first === 0 ? nothing : wgsl` + T(${f32(first)})`})`;
    },
  },
  counted: { of: (x, node, element, { width }) => counted(a(x, 0), node, element, width, a(x, 1)) },
  pow: { of: (x, node) => wgsl`pow(${a(x, 0)}, T(${f32((node as Node<'pow'>).attrs.exponent)}))` },
  relu: { of: (x) => wgsl`max(${a(x, 0)}, T(0.0))` },
  relu_dx: { of: (x) => wgsl`select(T(0.0), ${a(x, 1)}, ${a(x, 0)} > T(0.0))` },
  sigmoid: { of: (x) => wgsl`T(1.0) / (T(1.0) + exp(-${a(x, 0)}))` },
  sigmoid_dx: { of: (x) => wgsl`${a(x, 1)} * ${a(x, 0)} * (T(1.0) - ${a(x, 0)})` },
  // tanh of large arguments is 1, but not through exp on every driver.
  tanh: { of: (x) => wgsl`tanh(clamp(${a(x, 0)}, T(-15.0), T(15.0)))` },
  tanh_dx: { of: (x) => wgsl`${a(x, 1)} * (T(1.0) - ${a(x, 0)} * ${a(x, 0)})` },
  broadcast: { of: (x) => a(x, 0) },
  dropout: {
    of: (x, node, element) => {
      const { rate, stream } = (node as Node<'dropout'>).attrs;
      const keep = f32(1 / (1 - rate));
      return wgsl`${a(x, 0)} * dropout_mask(${a(x, 1)}, (${a(x, 2)} * ${u32(0x9e3779b9)}) ^ ${u32(stream)}, ${element}, ${u32(dropoutThreshold(rate))}) * ${keep}`;
    },
    helper: 'dropout',
  },
  standardize: {
    of: (x, node) => wgsl`(${a(x, 0)} - ${a(x, 1)}) / sqrt(${a(x, 2)} + ${epsilon(node)})`,
  },
  standardize_dx: {
    of: (x, node, element, { width }) => {
      const through = wgsl`${a(x, 2)} + ${a(x, 1)} * ${a(x, 3)}`;
      const batch = (node as Node<'standardize_dx'>).attrs.axes.includes(0);
      const part = batch ? counted(through, node, element, width, a(x, 5)) : wgsl`(${through})`;
      return wgsl`(${a(x, 0)} - ${part}) / sqrt(${a(x, 4)} + ${epsilon(node)})`;
    },
  },
};

export const isPointwise = (op: OpName): op is PointwiseOp => op in pointwiseTable;
