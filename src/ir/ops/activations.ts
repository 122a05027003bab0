// Activations: a table of functions and derivatives, from which each operation and its gradient are made.
import type { ActivationAttrs, ActivationOp } from '../attrs.ts';
import { emit } from '../emit.ts';
import { erf } from '../erf.ts';
import type { OpDef } from '../op.ts';
import { pointwiseWith } from './pointwise.ts';

interface Activation<K extends ActivationOp> {
  /** The formula, for the manual. */
  readonly doc: string;
  readonly of: (x: number, attrs: ActivationAttrs[K]) => number;
  /** What the gradient reads. One that reads y needs no x: the value before the activation is never stored. */
  readonly from: 'x' | 'y';
  /** The derivative by x, as a function of x or y, and in words. */
  readonly derivative: (v: number, attrs: ActivationAttrs[K]) => number;
  readonly says: string;
}

/** Klambauer et al. 2017, to double precision: the fixed point of mean 0 and variance 1. */
export const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 } as const;

const sigmoidOf = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const softplusOf = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const relu6Of = (x: number): number => Math.min(Math.max(x, 0), 6);
/** The distribution function of the normal distribution, and its density. */
const below = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;
const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
/** The argument of tanh in the second form of gelu, and its derivative. */
const cubic = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const cubicSlope = (x: number): number => Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);

const table: { readonly [K in ActivationOp]: Activation<K> } = {
  relu: {
    doc: 'max(x, 0). The gradient at 0 is 0.',
    of: (x) => Math.max(x, 0),
    from: 'y',
    derivative: (y) => (y > 0 ? 1 : 0),
    says: '1 where y > 0, else 0',
  },
  relu6: {
    doc: 'min(max(x, 0), 6).',
    of: relu6Of,
    from: 'y',
    derivative: (y) => (y > 0 && y < 6 ? 1 : 0),
    says: '1 where 0 < y < 6, else 0',
  },
  leaky_relu: {
    doc: 'x where x > 0, else alpha x.',
    of: (x, { alpha }) => (x > 0 ? x : alpha * x),
    from: 'y',
    derivative: (y, { alpha }) => (y > 0 ? 1 : alpha),
    says: '1 where y > 0, else alpha',
  },
  elu: {
    doc: 'x where x > 0, else alpha (exp(x) - 1) (Clevert et al. 2016).',
    of: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
    from: 'y',
    derivative: (y, { alpha }) => (y > 0 ? 1 : y + alpha),
    says: '1 where y > 0, else y + alpha',
  },
  selu: {
    doc: '1.0507 x where x > 0, else 1.0507 * 1.67326 (exp(x) - 1) (Klambauer et al. 2017).',
    of: (x) => SELU.scale * (x > 0 ? x : SELU.alpha * Math.expm1(x)),
    from: 'y',
    derivative: (y) => (y > 0 ? SELU.scale : y + SELU.scale * SELU.alpha),
    says: '1.0507 where y > 0, else y + 1.0507 * 1.67326',
  },
  gelu: {
    doc: 'x P(x), P the distribution function of the normal distribution: x (1 + erf(x / sqrt(2))) / 2 (Hendrycks & Gimpel 2016).',
    of: (x) => x * below(x),
    from: 'x',
    derivative: (x) => below(x) + x * density(x),
    says: 'P(x) + x p(x), with p(x) = exp(-x^2 / 2) / sqrt(2 pi)',
  },
  gelu_tanh: {
    doc: 'gelu by a formula without erf: x (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3).',
    of: (x) => (x * (1 + Math.tanh(cubic(x)))) / 2,
    from: 'x',
    derivative: (x) => (1 + Math.tanh(cubic(x)) + x * (1 - Math.tanh(cubic(x)) ** 2) * cubicSlope(x)) / 2,
    says: '(1 + tanh(u) + x (1 - tanh(u)^2) du/dx) / 2',
  },
  silu: {
    doc: 'x / (1 + exp(-x)), also called swish (Ramachandran et al. 2017).',
    of: (x) => x * sigmoidOf(x),
    from: 'x',
    derivative: (x) => sigmoidOf(x) * (1 + x * sigmoidOf(-x)),
    says: 's (1 + x (1 - s)), with s = sigmoid(x)',
  },
  mish: {
    doc: 'x tanh(log(1 + exp(x))) (Misra 2019).',
    of: (x) => x * Math.tanh(softplusOf(x)),
    from: 'x',
    derivative: (x) => Math.tanh(softplusOf(x)) + x * (1 - Math.tanh(softplusOf(x)) ** 2) * sigmoidOf(x),
    says: 't + x (1 - t^2) sigmoid(x), with t = tanh(log(1 + exp(x)))',
  },
  softplus: {
    doc: 'log(1 + exp(x)).',
    of: softplusOf,
    from: 'y',
    derivative: (y) => -Math.expm1(-y),
    says: '1 - exp(-y)',
  },
  softsign: {
    doc: 'x / (1 + |x|).',
    of: (x) => x / (1 + Math.abs(x)),
    from: 'y',
    derivative: (y) => (1 - Math.abs(y)) ** 2,
    says: '(1 - |y|)^2',
  },
  sigmoid: {
    doc: '1 / (1 + exp(-x)).',
    of: sigmoidOf,
    from: 'y',
    derivative: (y) => y * (1 - y),
    says: 'y (1 - y)',
  },
  hard_sigmoid: {
    doc: 'min(max(x + 3, 0), 6) / 6, as Keras 3 and PyTorch.',
    of: (x) => relu6Of(x + 3) / 6,
    from: 'y',
    derivative: (y) => (y > 0 && y < 1 ? 1 / 6 : 0),
    says: '1/6 where 0 < y < 1, else 0',
  },
  hard_swish: {
    doc: 'x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019).',
    of: (x) => (x * relu6Of(x + 3)) / 6,
    from: 'x',
    derivative: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6),
    says: '0 where x <= -3, 1 where x >= 3, else (2 x + 3) / 6',
  },
  tanh: {
    doc: 'The hyperbolic tangent.',
    of: (x) => Math.tanh(x),
    from: 'y',
    derivative: (y) => 1 - y * y,
    says: '1 - y^2',
  },
};

export const activationNames = Object.keys(table) as readonly ActivationOp[];

/** The formula of an activation. */
export const activationDoc = (name: ActivationOp): string => table[name].doc;

type Gradient = `${ActivationOp}_dx`;

/** The two operations of an activation. */
function operations<K extends ActivationOp>(name: K): readonly [OpDef<K>, OpDef<`${K}_dx`>] {
  const { doc, of, from, derivative, says } = table[name] as Activation<K>;
  const gradient = `${name}_dx` as `${K}_dx`;
  return [
    pointwiseWith<K>({
      name,
      doc: `${doc} The gradient is dy times ${says}.`,
      inputs: ['x'],
      of: (attrs) => (x) => of(x!, attrs),
      vjp: (b, node, dy) => {
        const x = node.inputs[0]!;
        return [emit(b, gradient as Gradient, [from === 'x' ? x : node, dy], node.attrs as never, `d_${x.id}`)];
      },
    }),
    pointwiseWith<`${K}_dx`>({
      name: gradient,
      doc: `Gradient of ${name}: dy times ${says}.`,
      inputs: [from, 'dy'],
      of: (attrs) => (v, dy) => dy! * derivative(v!, attrs as ActivationAttrs[K]),
      vjp: 'nondifferentiable',
    }),
  ];
}

/** All of them by name, gradients too. */
export const activationOps = Object.fromEntries(
  activationNames.flatMap((name) => operations(name).map((def) => [def.name, def])),
) as unknown as { readonly [K in ActivationOp | Gradient]: OpDef<K> };
