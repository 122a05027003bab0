// What each operation of the graph is in ONNX, when no pattern of several takes it. The table is complete by type.
import { type ActivationOp, isOp, type Node, type OpName } from '../../../ir/index.ts';
import { SELU } from '../../../ir/ops/activations.ts';
import { channelsFirst, type Placed, plainAxes } from './axes.ts';
import { align, onElements } from './elementwise.ts';
import type { Attributes } from './file.ts';
import { batchNormalisation, isGiven, ownNormalisation } from './normal.ts';
import { product } from './products.ts';
import {
  broadcast,
  concat,
  padBorder,
  padZeros,
  reshape,
  resize,
  reverse,
  slice,
  sum,
  transpose,
  withAxes,
} from './shaping.ts';
import { avgpool, convolution, maxpool, transposed } from './windows.ts';
import type { Writing } from './writing.ts';

/** Operations of losses, gradients and updates, and what is random: none of them is part of inference. */
type Training =
  | Exclude<Extract<OpName, `${string}_dx`>, 'conv2d_dx'>
  | 'conv2d_dw'
  | 'conv2d_dw_parts'
  | 'conv2d_dw_pooled'
  | 'maxpool2d_winner'
  | 'unpool2d'
  | 'prelu_dalpha'
  | 'labels'
  | 'state'
  | 'step'
  | 'sigmoid_cross_entropy'
  | 'cross_entropy'
  | 'softmax_cross_entropy'
  | 'one_hot'
  | 'counted'
  | 'dropout'
  | 'alpha_dropout'
  | 'gaussian'
  | 'warp2d'
  | 'vary'
  | 'cutout'
  | 'correct'
  | 'squares'
  | 'partial_sum'
  | 'batch_mean';

/** Given to every graph, or known numbers. */
type Leaf = 'input' | 'parameter' | 'constant';
type Forward = Exclude<OpName, Training | Leaf>;

type Exporter<K extends OpName> = (w: Writing, node: Node<K>) => Placed;

/** An operation on elements that ONNX has under a name. */
const as =
  <K extends OpName>(op: string, attributes?: (node: Node<K>) => Attributes): Exporter<K> =>
  (w, node) =>
    onElements(w, op, node as unknown as Node, node.inputs, attributes?.(node));

/** Steps on the elements of one operand, each from names of values to a name; the last makes the value. */
type Step = (op: string, ...inputs: readonly string[]) => string;
const inSteps =
  <K extends OpName>(last: string, inputs: (x: string, step: Step, w: Writing) => readonly string[]): Exporter<K> =>
  (w, y) => {
    const node = y as unknown as Node;
    const { names, where } = align(w, node.type.shape, [node.inputs[0] as Node]);
    const dims = w.dims.get(names[0] as string) ?? [];
    const step: Step = (op, ...from) => w.step(op, node, op.toLowerCase(), from, {}, dims);
    return w.make(last, node, inputs(names[0] as string, step, w), {}, where);
  };

const alpha = <K extends 'leaky_relu' | 'elu'>({ attrs }: Node<K>): Attributes => ({ alpha: { float: attrs.alpha } });

const activations: { readonly [K in ActivationOp]: Exporter<K> } = {
  relu: as('Relu'),
  relu6: inSteps('Clip', (x, _, w) => [x, w.scalar(0), w.scalar(6)]),
  leaky_relu: as('LeakyRelu', alpha),
  elu: as('Elu', alpha),
  selu: as('Selu', () => ({ alpha: { float: SELU.alpha }, gamma: { float: SELU.scale } })),
  gelu: (w, node) =>
    w.opset >= 20
      ? onElements(w, 'Gelu', node as unknown as Node)
      : inSteps<'gelu'>('Mul', (x, step) => [
          step('Mul', x, w.scalar(0.5)),
          step('Add', step('Erf', step('Div', x, w.scalar(Math.SQRT2))), w.scalar(1)),
        ])(w, node),
  gelu_tanh: (w, node) =>
    w.opset >= 20
      ? onElements(w, 'Gelu', node as unknown as Node, node.inputs, { approximate: 'tanh' })
      : inSteps<'gelu_tanh'>('Mul', (x, step) => {
          const cube = step('Mul', step('Mul', x, x), x);
          const inner = step('Add', x, step('Mul', cube, w.scalar(0.044715)));
          const tanh = step('Tanh', step('Mul', inner, w.scalar(Math.sqrt(2 / Math.PI))));
          return [step('Mul', x, w.scalar(0.5)), step('Add', tanh, w.scalar(1))];
        })(w, node),
  silu: inSteps('Mul', (x, step) => [x, step('Sigmoid', x)]),
  mish: (w, node) =>
    w.opset >= 18
      ? onElements(w, 'Mish', node as unknown as Node)
      : inSteps<'mish'>('Mul', (x, step) => [x, step('Tanh', step('Softplus', x))])(w, node),
  softplus: as('Softplus'),
  softsign: as('Softsign'),
  sigmoid: as('Sigmoid'),
  hard_sigmoid: as('HardSigmoid', () => ({ alpha: { float: 1 / 6 }, beta: { float: 0.5 } })),
  hard_swish: as('HardSwish'),
  tanh: as('Tanh'),
};

const alongChannels =
  <K extends OpName>(op: string): Exporter<K> =>
  (w, y) => {
    const x = y.inputs[0] as Node;
    const last = x.type.shape.length - 1;
    const { name, axes } = withAxes(w, x, [last]);
    return w.make(op, y as unknown as Node, [name], { axis: axes.indexOf(last) }, { axes });
  };

/** The sum over neighbouring channels, as a product with a matrix of ones in a band. */
const neighbours: Exporter<'channel_sum'> = (w, y) => {
  const x = y.inputs[0] as Node;
  const channels = x.type.shape.at(-1) as number;
  const { before, after } = y.attrs;
  const rank = x.type.shape.length;
  const band = Float32Array.from({ length: channels * channels }, (_, i) => {
    const [to, from] = [Math.floor(i / channels), i % channels];
    return from >= to - before && from <= to + after ? 1 : 0;
  });
  const node = y as unknown as Node;
  if (rank > 2) {
    const axes = channelsFirst(rank);
    const kernel = w.tensor(`${node.id}.band`, [channels, channels, ...axes.slice(2).map(() => 1)], band);
    return w.make('Conv', node, [w.arranged(x, axes), kernel], {}, { axes });
  }
  const axes = plainAxes(rank);
  const turned = band.map((_, i) => band[(i % channels) * channels + Math.floor(i / channels)] as number);
  return w.make(
    'MatMul',
    node,
    [w.arranged(x, axes), w.tensor(`${node.id}.band`, [channels, channels], turned)],
    {},
    { axes },
  );
};

const table: { readonly [K in Forward]: Exporter<K> } = {
  ...activations,
  conv2d: (w, node) => convolution(w, node as unknown as Node, node, undefined),
  conv2d_dx: (w, node) => transposed(w, node as unknown as Node, node, undefined),
  matmul: (w, node) => product(w, node as unknown as Node, node, undefined),
  maxpool2d: maxpool,
  avgpool2d: avgpool,
  add: as('Add'),
  sub: as('Sub'),
  mul: as('Mul'),
  div: as('Div'),
  sqrt: as('Sqrt'),
  neg: as('Neg'),
  exp: as('Exp'),
  log: as('Log'),
  abs: as('Abs'),
  sign: as('Sign'),
  floor: as('Floor'),
  ceil: as('Ceil'),
  round: as('Round'),
  erf: as('Erf'),
  max: as('Max'),
  min: as('Min'),
  greater: (w, node) => {
    const { names, where } = align(w, node.type.shape, node.inputs);
    const dims = where.axes.map((axis) => (axis === 0 ? 'N' : (node.type.shape[axis] as number)));
    const truth = w.step('Greater', node as unknown as Node, 'truth', names, {}, dims);
    return w.make('Cast', node as unknown as Node, [truth], { to: 1 }, where);
  },
  pow: (w, node) => inSteps<'pow'>('Pow', (x) => [x, w.scalar(node.attrs.exponent)])(w, node),
  prelu: as('PRelu'),
  standardize: (w, normal) => {
    const node = normal as unknown as Node;
    const chain = { root: node, scaled: node, normal, gamma: undefined, beta: undefined };
    return isGiven(w, normal) ? batchNormalisation(w, chain) : ownNormalisation(w, chain);
  },
  softmax: alongChannels('Softmax'),
  log_softmax: alongChannels('LogSoftmax'),
  concat,
  slice,
  pad_zeros: padZeros,
  transpose,
  reverse,
  resize2d: resize,
  pad2d: padBorder,
  reshape,
  sum,
  channel_sum: neighbours,
  broadcast,
};

/** Writes a node of a graph of inference on its own. */
export function exportNode(w: Writing, node: Node): Placed {
  const exporter = Object.hasOwn(table, node.op) ? (table[node.op as Forward] as Exporter<OpName>) : undefined;
  if (!exporter) throw new Error(`${node.op} is no part of inference`);
  return exporter(w, node as Node<OpName>);
}

/** What a node on its own reads that must be in the file before it. */
export const operandsOf = (w: Writing, node: Node): readonly Node[] => {
  const read = isOp(node, 'standardize') ? node.inputs.slice(0, 1) : node.inputs;
  return read.filter((n) => !w.isKnown(n));
};
