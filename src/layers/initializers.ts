// How weights start: the initialisers of Keras 3, by its names and formulas.
import type { InitSpec } from '../ir/plan-types.ts';
import { type Shape, sizeOf } from '../ir/types.ts';
import { type ArgSpec, type Args, type Variant, variantArg } from './args.ts';

export interface Fans {
  /** How many inputs reach an output of the layer, and how many outputs an input reaches. */
  readonly in: number;
  readonly out: number;
}

/** Keras' compute_fans: kernels are ... x inputs x outputs, and what stands before is how often each is used. */
export function fansOf(shape: Shape): Fans {
  const n = shape.length;
  if (n < 2) return { in: shape[0] ?? 1, out: shape[0] ?? 1 };
  const area = sizeOf(shape.slice(0, -2));
  return { in: area * (shape[n - 2] as number), out: area * (shape[n - 1] as number) };
}

/** The deviation of a normal distribution of deviation 1 that is cut off at two deviations. */
const CUT = 0.87962566103423978;

interface Initializer extends Variant {
  readonly spec: (fans: Fans, number: number) => InitSpec;
  /** The number behind the word where none is given. */
  readonly usual?: number;
}

/** Uniform in +-limit with the variance scale / fan: the variance of a uniform distribution is limit^2 / 3. */
const uniform = (doc: string, scale: number, fan: (f: Fans) => number): Initializer => ({
  doc,
  spec: (f) => ({ kind: 'uniform', limit: Math.sqrt((3 * scale) / fan(f)) }),
});

/** Normal with the variance scale / fan, cut off at two deviations, and widened by what the cut takes away. */
const normal = (doc: string, scale: number, fan: (f: Fans) => number): Initializer => ({
  doc,
  spec: (f) => ({ kind: 'truncated_normal', deviation: Math.sqrt(scale / fan(f)) / CUT }),
});

const numbered = (
  doc: string,
  meaning: string,
  usual: number | undefined,
  spec: (number: number) => InitSpec,
  least?: 0,
): Initializer => ({
  doc,
  number: {
    kind: 'number',
    doc: usual === undefined ? meaning : `${meaning}; ${usual} unless given`,
    optional: usual !== undefined,
    ...(least === undefined ? {} : { min: least }),
  },
  ...(usual === undefined ? {} : { usual }),
  spec: (_, number) => spec(number),
});

const average = (f: Fans): number => (f.in + f.out) / 2;

export const initializers: Readonly<Record<string, Initializer>> = {
  glorot_uniform: uniform(
    'uniform in +-sqrt(6 / (fan in + fan out)) (Glorot & Bengio 2010); the usual one',
    1,
    average,
  ),
  glorot_normal: normal('truncated normal of deviation sqrt(2 / (fan in + fan out))', 1, average),
  he_uniform: uniform('uniform in +-sqrt(6 / fan in) (He et al. 2015), for relu', 2, (f) => f.in),
  he_normal: normal('truncated normal of deviation sqrt(2 / fan in)', 2, (f) => f.in),
  lecun_uniform: uniform('uniform in +-sqrt(3 / fan in) (LeCun et al. 1998), for selu', 1, (f) => f.in),
  lecun_normal: normal('truncated normal of deviation sqrt(1 / fan in)', 1, (f) => f.in),
  orthogonal: numbered(
    'a random matrix with orthonormal rows or columns, the last dimension against all others (Saxe et al. 2014)',
    'what it is multiplied with',
    1,
    (gain) => ({ kind: 'orthogonal', gain }),
  ),
  normal: numbered('normal of mean 0', 'its deviation', 0.05, (deviation) => ({ kind: 'normal', deviation }), 0),
  truncated_normal: numbered(
    'normal of mean 0, cut off at two deviations',
    'the deviation before the cut',
    0.05,
    (deviation) => ({ kind: 'truncated_normal', deviation }),
    0,
  ),
  uniform: numbered('uniform in +-limit', 'the limit', 0.05, (limit) => ({ kind: 'uniform', limit }), 0),
  zeros: { doc: 'all 0', spec: () => ({ kind: 'constant', value: 0 }) },
  ones: { doc: 'all 1', spec: () => ({ kind: 'constant', value: 1 }) },
  constant: numbered('all the same', 'the value', undefined, (value) => ({ kind: 'constant', value })),
};

/** The option `init` of layers with weights. */
export const initOption: ArgSpec = {
  kind: 'variant',
  variants: initializers,
  doc: `how weights start: ${Object.keys(initializers).join(', ')}; \`normal\`, \`truncated_normal\`, \`uniform\`, \`constant\` and \`orthogonal\` take a number behind them`,
};

/** What `init` of the line says for weights of a shape; undefined when it does not say. */
export function chosenInit(args: Args, shape: Shape): InitSpec | undefined {
  const chosen = variantArg(args, 'init');
  if (!chosen) return undefined;
  const { spec, usual } = initializers[chosen.value] as Initializer;
  return spec(fansOf(shape), chosen.number ?? usual ?? 0);
}
