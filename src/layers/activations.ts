// Activations, as words at the end of a layer and as layers of their own.
import * as say from '../diagnostics/catalog/pieces.ts';
import type { ActivationOp } from '../ir/attrs.ts';
import type { Node } from '../ir/index.ts';
import { emit } from '../ir/index.ts';
import { activationDoc } from '../ir/ops/activations.ts';
import { type NumberSpec, numberArg, textArg } from './args.ts';
import { type LayerContext, type LayerDef, lrScale, pictureOf } from './layer.ts';
import { axesOf } from './shape.ts';

interface Activation {
  /** For the manual: the formula. */
  readonly doc: string;
  /** The number that may stand behind it, and what it is unless given. */
  readonly number?: NumberSpec & { readonly name: string; readonly default: number };
  /** Does it work along an axis of the value, rather than on each element? */
  readonly alongAxis?: true;
  readonly build: (c: LayerContext, x: Node, number: number, id: string) => Node;
}

/** What one operation without attributes does. */
const plain = (op: ActivationOp, doc = activationDoc(op)): Activation => ({
  doc,
  build: (c, x, _, id) => emit(c.b, op, [x], {} as never, id),
});

const withAlpha = (op: 'leaky_relu' | 'elu', usual: number, meaning: string): Activation => ({
  doc: `${activationDoc(op)} alpha is ${usual} unless given, as in Keras.`,
  number: { kind: 'number', name: 'alpha', min: 0, doc: `${meaning}; ${usual} unless given`, default: usual },
  build: (c, x, alpha, id) => emit(c.b, op, [x], { alpha }, id),
});

const alongRows = (op: 'softmax' | 'log_softmax', doc: string): Activation => ({
  doc,
  alongAxis: true,
  build: (c, x, _, id) => emit(c.b, op, [x], {}, id),
});

/** What alpha of `prelu` starts as: He et al. 2015, and PyTorch. */
const PRELU_START = 0.25;

export const activations: Readonly<Record<string, Activation>> = {
  relu: plain('relu'),
  relu6: plain('relu6'),
  leaky_relu: withAlpha('leaky_relu', 0.2, 'the slope below 0'),
  prelu: {
    doc: `leaky_relu with a trained alpha a channel, which starts as ${PRELU_START} (He et al. 2015).`,
    build: (c, x, _, id) => {
      const channels = x.type.shape[x.type.shape.length - 1] as number;
      const alpha = c.parameter('alpha', [channels], { kind: 'constant', value: PRELU_START }, false);
      return emit(c.b, 'prelu', [x, alpha], {}, id);
    },
  },
  elu: withAlpha('elu', 1, 'what large negative x tend to, with a minus'),
  selu: plain('selu'),
  gelu: plain('gelu'),
  gelu_tanh: plain('gelu_tanh'),
  silu: plain('silu'),
  swish: plain('silu', 'Another name of silu.'),
  mish: plain('mish'),
  softplus: plain('softplus'),
  softsign: plain('softsign'),
  sigmoid: plain('sigmoid'),
  hard_sigmoid: plain('hard_sigmoid'),
  hard_swish: plain('hard_swish'),
  tanh: plain('tanh'),
  softmax: alongRows('softmax', 'exp(x_j) / sum of exp(x_k) over the last dimension: class probabilities.'),
  log_softmax: alongRows('log_softmax', 'The logarithm of softmax: x_j - log(sum of exp(x_k)).'),
};

export const activationNames = Object.keys(activations);

/** The number that may stand behind an activation at the end of a line. */
export const activationNumbers: Readonly<Record<string, NumberSpec>> = Object.fromEntries(
  Object.entries(activations).flatMap(([name, { number }]) => (number ? [[name, number]] : [])),
);

const apply = (c: LayerContext, x: Node, name: string, number: number | undefined, id: string): Node => {
  const activation = activations[name] as Activation;
  return activation.build(c, x, number ?? activation.number?.default ?? 0, id);
};

/** Applies the activations of the line to z; the last one gets the layer's name. */
export function activate(c: LayerContext, z: Node): Node {
  const { activations: words } = c.args;
  return words.reduce((x, word, i) => {
    const id = i === words.length - 1 ? c.name : `${c.name}.${word.name}`;
    return apply(c, x, word.name, word.number, id);
  }, z);
}

function layerOf(name: string): LayerDef {
  const { doc, number, alongAxis } = activations[name] as Activation;
  return {
    name,
    doc,
    example: number ? `${name} ${number.default / 2}` : name,
    positional: number ? [number.name] : [],
    required: [],
    args: {
      ...(number ? { [number.name]: number } : {}),
      ...(name === 'prelu' ? { lr_scale: lrScale } : {}),
      ...(alongAxis ? { axis: axisOption } : {}),
    },
    activated: false,
    build: (c) => (alongAxis ? along(c, name) : apply(c, c.x, name, number && numberArg(c.args, number.name), c.name)),
  };
}

const axisOption = {
  kind: 'choice',
  doc: 'the axis along which values sum to 1: over the rows, the columns (for a signal: over its values) or the channels; `channels` unless given',
  choices: ['rows', 'columns', 'channels'],
} as const;

/** softmax and its kin along one axis: another than the last becomes the last one, and goes back. */
function along(c: LayerContext, name: string): Node | undefined {
  const what = textArg(c.args, 'axis') ?? 'channels';
  const last = c.x.type.shape.length - 1;
  const axes = axesOf(last);
  const axis = axes[what];
  if (axis === undefined) {
    c.report(say.noSuchAxis(c.spanOf('axis'), what, pictureOf(c.x).join('x'), Object.keys(axes)));
    return undefined;
  }
  if (axis === last) return apply(c, c.x, name, undefined, c.name);
  const perm = c.x.type.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  const turned = emit(c.b, 'transpose', [c.x], { perm }, `${c.name}.turned`);
  return emit(c.b, 'transpose', [apply(c, turned, name, undefined, `${c.name}.last`)], { perm }, c.name);
}

export const activationLayers: Readonly<Record<string, LayerDef>> = Object.fromEntries(
  activationNames.map((name) => [name, layerOf(name)]),
);
