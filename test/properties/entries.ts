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

interface Axis {
  readonly n: number;
  readonly k: number;
  readonly s: number;
  readonly d: number;
  readonly sides: readonly [number, number];
}

/** Zeros of `pad same` on one axis: ceil(n/s) windows, the odd zero at the end (Keras). */
function sameSides({ n, k, s, d }: Axis): [number, number] {
  const total = Math.max(0, (Math.ceil(n / s) - 1) * s + d * (k - 1) + 1 - n);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** How many windows an axis has, rounded up with `ceil` (but none that begins behind the input, as PyTorch). */
function windowsOf({ n, k, s, d, sides: [before, after] }: Axis, ceil: boolean): number {
  const steps = (n + before + after - d * (k - 1) - 1) / s;
  const up = Math.ceil(steps);
  return (!ceil ? Math.floor(steps) : up * s < n + before ? up : up - 1) + 1;
}

/** Does each window hold something of the input? A pool of nothing has no value. */
const held = (axis: Axis, count: number): boolean =>
  Array.from({ length: count }, (_, o) => o * axis.s - axis.sides[0]).every((start) =>
    Array.from({ length: axis.k }, (_, i) => start + i * axis.d).some((at) => at >= 0 && at < axis.n),
  );

/** Windows over the axes before the channels, as words, and how many there are; undefined where they do not fit. */
function windows(shape: readonly number[], pick: Pick, pooling: boolean) {
  const drawn = shape.slice(0, -1).map((n): Axis => {
    const d = pick.once(5) ? 2 : 1;
    const k = 1 + pick.nat(Math.max(1, Math.min(4, Math.floor((n - 1) / d) + 1)));
    const s = pick.once(3) ? 1 + pick.nat(3) : 1;
    // A pool has less padding than its window is wide.
    const limit = pooling ? d * (k - 1) + 1 : 4;
    return { n, k, s, d, sides: pick.once(3) ? [pick.nat(limit), pick.nat(limit)] : [0, 0] };
  });
  const same = pick.once(6);
  const ceil = pooling && pick.once(5);
  const axes = same ? drawn.map((axis) => ({ ...axis, sides: sameSides(axis) })) : drawn;
  const made = axes.map((axis) => windowsOf(axis, ceil));
  if (made.some((n) => n < 1) || (pooling && !axes.every((axis, i) => held(axis, made[i]!)))) return undefined;
  const by = (of: 'k' | 's' | 'd'): string => axes.map((axis) => axis[of]).join('x');
  const pad = axes.flatMap((axis) => axis.sides);
  const padded = same ? ' pad same' : pad.some((p) => p > 0) ? ` pad [${pad.join(', ')}]` : '';
  const stride = pooling || axes.some((axis) => axis.s > 1) ? ` stride ${by('s')}` : '';
  const dilation = axes.some((axis) => axis.d > 1) ? ` dilation ${by('d')}` : '';
  return { kernel: by('k'), size: size(made), words: `${stride}${padded}${dilation}${ceil ? ' ceil' : ''}` };
}

/** Sides of each axis before the channels: `[top, bottom, left, right]`, or `[before, after]` of a signal. */
const sidesWithin = (shape: readonly number[], pick: Pick, most: (n: number) => number): number[] =>
  shape.slice(0, -1).flatMap((n) => [pick.nat(most(n)), pick.nat(most(n))]);

/** The number of positions an exchange of the axes is written with. */
const orders = (rank: number): readonly string[] =>
  rank === 2 ? ['[1, 0]'] : ['[1, 0, 2]', '[0, 2, 1]', '[2, 0, 1]', '[2, 1, 0]'];

const slides = (shape: readonly number[]): boolean => shape.length > 1;

/** Up to two lines that leave the shape as it is. */
function sameShape(shape: readonly number[], pick: Pick): readonly string[] {
  const channels = shape.at(-1)!;
  const one = (): string =>
    pick.of([
      () => pick.of(functions),
      () => (shape.length === 1 ? `dense ${channels}${weights(pick)}` : 'identity'),
      () =>
        shape.length === 3 ? `conv ${channels} ${pick.of(['1x1', '3x3', '1x2'])} pad same${weights(pick)}` : 'tanh',
      () => 'dropout 0.25',
    ])();
  return Array.from({ length: pick.nat(3) }, one);
}

/** The same with another number of channels at the end, for branches that stand one behind the other. */
const otherChannels = (shape: readonly number[], pick: Pick): readonly string[] => [
  ...sameShape(shape, pick),
  ...(pick.once(3)
    ? []
    : shape.length === 3
      ? [`conv ${1 + pick.nat(4)} ${pick.of(['1x1', '2x3'])} pad same${activation(pick)}`]
      : shape.length === 1
        ? [`dense ${1 + pick.nat(4)}${activation(pick)}`]
        : [`slice 0 ${1 + pick.nat(shape.at(-1)!)}`]),
];

/** `add { branch { ... } branch { } }`, each branch a line of its own. */
function joined(word: string, branches: readonly (readonly string[])[], last: string): string {
  const lines = branches.map((lines) => (lines.length === 0 ? '  branch { }' : `  branch { ${lines.join(' | ')} }`));
  return [`${word}${last} {`, ...lines, `}`].join('\n');
}

export const entries: readonly LayerEntry[] = [
  {
    name: 'conv',
    weight: 5,
    line: (shape, pick) => {
      if (shape.length !== 3) return undefined;
      const filters = 1 + pick.nat(8);
      const made = windows(shape, pick, false);
      if (!made || made.size * filters > LARGEST) return undefined;
      return `conv ${filters} ${made.kernel}${made.words}${weights(pick)}${activation(pick)}`;
    },
  },
  {
    name: 'pool',
    weight: 2,
    line: (shape, pick) => {
      if (!slides(shape)) return undefined;
      const made = windows(shape, pick, true);
      if (!made || made.size * shape.at(-1)! > LARGEST) return undefined;
      return `${pick.of(['maxpool', 'avgpool'])} ${made.kernel}${made.words}`;
    },
  },
  {
    name: 'global pool',
    line: (shape, pick) =>
      slides(shape) ? `${pick.of(['global_avgpool', 'global_maxpool'])}${pick.of(['', ' keep'])}` : undefined,
  },
  {
    name: 'upsample',
    line: (shape, pick) => {
      if (!slides(shape)) return undefined;
      const factors = shape.slice(0, -1).map(() => 1 + pick.nat(3));
      if (size(shape) * size(factors) > LARGEST) return undefined;
      return `upsample ${factors.join('x')}${pick.of(['', ' bilinear'])}`;
    },
  },
  {
    name: 'resize',
    line: (shape, pick) => {
      if (!slides(shape)) return undefined;
      const sizes = shape.slice(0, -1).map(() => 1 + pick.nat(7));
      if (size(sizes) * shape.at(-1)! > LARGEST) return undefined;
      return `resize ${sizes.join('x')}${pick.of(['', ' bilinear'])}`;
    },
  },
  {
    name: 'pad',
    line: (shape, pick) => {
      if (!slides(shape) || size(shape) * 9 > LARGEST) return undefined;
      const mode = pick.of(['', ' edge', ' reflect']);
      // A mirror needs more pixels than it shows.
      return `pad [${sidesWithin(shape, pick, (n) => (mode === ' reflect' ? Math.min(n, 3) : 3)).join(', ')}]${mode}`;
    },
  },
  {
    name: 'crop',
    line: (shape, pick) =>
      slides(shape) ? `crop [${sidesWithin(shape, pick, (n) => Math.ceil(n / 2)).join(', ')}]` : undefined,
  },
  {
    name: 'slice',
    line: (shape, pick) => {
      const axes =
        shape.length === 3 ? ['channels', 'columns', 'rows'] : ['channels', 'columns'].slice(0, shape.length);
      const axis = pick.nat(axes.length);
      const n = shape.at(-1 - axis)!;
      const from = pick.nat(n);
      return `slice ${from} ${1 + pick.nat(n - from)} axis ${axes[axis]}`;
    },
  },
  {
    name: 'reshape',
    line: (shape, pick) => {
      const n = size(shape);
      const divisors = (of: number): number[] =>
        Array.from({ length: of }, (_, i) => i + 1).filter((d) => of % d === 0);
      const first = pick.of(divisors(n));
      const second = pick.of(divisors(n / first));
      return `reshape ${pick.of([`${n}`, `${first}x${n / first}`, `${first}x${second}x${n / first / second}`])}`;
    },
  },
  {
    name: 'transpose',
    line: (shape, pick) => (shape.length > 1 ? `transpose ${pick.of(orders(shape.length))}` : undefined),
  },
  {
    name: 'depth_to_space',
    line: (shape) => (shape.length === 3 && shape[2]! % 4 === 0 ? 'depth_to_space 2' : undefined),
  },
  {
    name: 'space_to_depth',
    line: (shape) =>
      shape.length === 3 && shape[0]! % 2 === 0 && shape[1]! % 2 === 0 ? 'space_to_depth 2' : undefined,
  },
  { name: 'identity', line: () => 'identity' },
  {
    name: 'add or multiply',
    line: (shape, pick) => {
      const branches = Array.from({ length: 2 + pick.nat(2) }, () => sameShape(shape, pick));
      return joined(pick.of(['add', 'multiply']), branches, activation(pick));
    },
  },
  {
    name: 'concat',
    line: (shape, pick) => {
      if (size(shape) * 3 > LARGEST) return undefined;
      const branches = Array.from({ length: 2 + pick.nat(2) }, () => otherChannels(shape, pick));
      return joined('concat', branches, activation(pick));
    },
  },
  {
    name: 'squeeze and excitation',
    line: (shape, pick) =>
      shape.length === 3
        ? joined('multiply', [[], ['global_avgpool', `dense ${shape[2]}${weights(pick)} sigmoid`]], '')
        : undefined,
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
      const axes = ['', ...(shape.length > 1 ? [' axis columns'] : []), ...(shape.length > 2 ? [' axis rows'] : [])];
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
export const optimizers: readonly string[] = [
  'sgd lr 0.5',
  'sgd lr 0.5 momentum 0.9',
  'sgd lr 0.5 momentum 0.9 nesterov weight_decay 0.1',
  'sgd lr 0.5 global_clip_norm 0.1',
  'sgd lr 0.5 clip_norm 0.1',
  'sgd lr 0.5 clip_value 0.01',
  'adam lr 0.1 epsilon 0.01',
  'adamw lr 0.1 epsilon 0.01 weight_decay 0.1',
  'adagrad lr 0.1 epsilon 0.01',
  'rmsprop lr 0.1 epsilon 0.01',
];

/** What a model must end in for a loss, and the loss. */
export const endings: readonly { readonly loss: string; readonly lines: (pick: Pick) => readonly string[] }[] = [
  { loss: 'cross_entropy', lines: (pick) => [`dense ${2 + pick.nat(5)}${pick.of(['', ' softmax', ' log_softmax'])}`] },
];
