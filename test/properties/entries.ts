// What random networks are made of. A layer is one entry: the line it writes for a shape, or undefined where it has none.

/** Numbers to choose with: each call uses up one of a list, so that a shorter list is a simpler network. */
export interface Pick {
  /** A whole number from 0 to below - 1; 0 is the simplest. */
  nat(below: number): number;
  /** One of a list; the first is the simplest. */
  of<T>(list: readonly T[]): T;
  /** True once in `times`. */
  once(times: number): boolean;
}

export interface LayerEntry {
  readonly name: string;
  /** How often, beside the others; 1 unless given. */
  readonly weight?: number;
  /**
   * A line that is legal behind a value of this shape (without the batch), or undefined where there is none. What it
   * says is legal the compiler must accept: a refusal is a failure of the test.
   */
  readonly line: (shape: readonly number[], pick: Pick) => string | undefined;
}

/** Values of a picture beyond which layers must not make it grow. */
export const LARGEST = 400;
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const functions = [
  'relu',
  'leaky_relu',
  'leaky_relu 0.4',
  'elu',
  'elu 0.5',
  'prelu',
  'tanh',
  'sigmoid',
  'gelu',
  'gelu_tanh',
  'silu',
  'mish',
  'selu',
  'relu6',
  'softplus',
  'softsign',
  'hard_sigmoid',
  'hard_swish',
] as const;

const activation = (pick: Pick): string => (pick.once(3) ? ` ${pick.of(functions)}` : '');
const weights = (pick: Pick): string =>
  [
    pick.once(4) ? ' nobias' : '',
    pick.once(6) ? ' l2 0.01' : '',
    pick.once(8) ? ' l1 0.01' : '',
    pick.once(6)
      ? ` init ${pick.of(['he_normal', 'lecun_uniform', 'orthogonal', 'normal 0.4', 'truncated_normal 0.4'])}`
      : '',
    pick.once(8) ? ' lr_scale 0.1' : '',
  ].join('');

const outputs = (n: number, k: number, s: number, p: number, d: number): number =>
  Math.floor((n + p - d * (k - 1) - 1) / s) + 1;

/** Windows of one or two axes: kernel, stride, dilation and padding that fit, as words and as what they make. */
function windows(shape: readonly number[], pick: Pick, pooling: boolean) {
  const spatial = shape.slice(0, -1);
  const choices = spatial.map((n) => {
    const d = pick.once(5) ? 2 : 1;
    const k = 1 + pick.nat(Math.max(1, Math.min(4, Math.floor((n - 1) / d) + 1)));
    const s = pick.once(3) ? 1 + pick.nat(3) : 1;
    const extent = d * (k - 1) + 1;
    // A window of a pool must hold something: less padding than it is wide.
    const limit = pooling ? extent : 4;
    const sides = pick.once(3) ? [pick.nat(limit), pick.nat(limit)] : [0, 0];
    return { n, k, s, d, sides: sides as [number, number] };
  });
  const by = (of: 'k' | 's' | 'd'): string => choices.map((c) => c[of]).join('x');
  const pad = choices.flatMap((c) => c.sides);
  const same = pick.once(6);
  const made = choices.map((c) => (same ? Math.ceil(c.n / c.s) : outputs(c.n, c.k, c.s, c.sides[0] + c.sides[1], c.d)));
  const padded = same ? ' pad same' : pad.some((p) => p > 0) ? ` pad [${pad.join(', ')}]` : '';
  const stride = pooling || choices.some((c) => c.s > 1) ? ` stride ${by('s')}` : '';
  const dilation = choices.some((c) => c.d > 1) ? ` dilation ${by('d')}` : '';
  return { kernel: by('k'), made, words: `${stride}${padded}${dilation}` };
}

/** Pictures only, until windows slide along signals. */
const slides = (shape: readonly number[]): boolean => shape.length === 3;

export const entries: readonly LayerEntry[] = [
  {
    name: 'conv',
    weight: 4,
    line: (shape, pick) => {
      if (!slides(shape)) return undefined;
      const filters = 1 + pick.nat(8);
      const { kernel, made, words } = windows(shape, pick, false);
      if (made.some((n) => n < 1) || size(made) * filters > LARGEST) return undefined;
      return `conv ${filters} ${kernel}${words}${weights(pick)}${activation(pick)}`;
    },
  },
  {
    name: 'pool',
    weight: 2,
    line: (shape, pick) => {
      if (!slides(shape)) return undefined;
      const { kernel, made, words } = windows(shape, pick, true);
      if (made.some((n) => n < 1) || size(made) * shape.at(-1)! > LARGEST) return undefined;
      return `${pick.of(['maxpool', 'avgpool'])} ${kernel}${words}`;
    },
  },
  {
    name: 'dense',
    weight: 3,
    line: (shape, pick) =>
      shape.length === 1 ? `dense ${1 + pick.nat(12)}${weights(pick)}${activation(pick)}` : undefined,
  },
  { name: 'flatten', line: (shape) => (shape.length > 1 ? 'flatten' : undefined) },
  { name: 'activation', weight: 2, line: (_, pick) => pick.of(functions) },
  {
    name: 'softmax',
    line: (shape, pick) => {
      const axes = ['', ...(shape.length > 1 ? [' axis rows'] : []), ...(shape.length > 2 ? [' axis columns'] : [])];
      return `${pick.of(['softmax', 'log_softmax'])}${pick.of(axes)}`;
    },
  },
  {
    name: 'dropout',
    line: (shape, pick) => {
      const kinds = ['dropout', 'gaussian_noise', 'gaussian_dropout', 'alpha_dropout'];
      return `${pick.of(shape.length > 1 ? [...kinds, 'spatial_dropout'] : kinds)} ${pick.of([0.25, 0.5, 0])}`;
    },
  },
];

/** Optimizers whose steps do not jump where a gradient is 0 but for rounding: an epsilon far above it. */
export const optimizers: readonly string[] = ['sgd lr 0.5', 'sgd lr 0.5 momentum 0.9', 'adam lr 0.1 epsilon 0.01'];

/** What a model must end in for a loss, and the loss. */
export const endings: readonly { readonly loss: string; readonly lines: (pick: Pick) => readonly string[] }[] = [
  { loss: 'cross_entropy', lines: (pick) => [`dense ${2 + pick.nat(5)}${pick.of(['', ' softmax', ' log_softmax'])}`] },
];
