// What random networks are made of. A layer is one entry: the line it writes for a shape, or undefined where it has none.

import {
  activation,
  functions,
  grown,
  LARGEST,
  orders,
  type Pick,
  sidesWithin,
  size,
  slides,
  weights,
  windows,
} from './words.ts';

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

const divisors = (of: number): number[] => Array.from({ length: of }, (_, i) => i + 1).filter((d) => of % d === 0);

/** Up to two lines that leave the shape as it is. */
function sameShape(shape: readonly number[], pick: Pick): readonly string[] {
  const channels = shape.at(-1)!;
  const one = (): string =>
    pick.of([
      () => pick.of(functions),
      () => (shape.length === 1 ? `dense ${channels}${weights(pick)}` : 'identity'),
      () =>
        shape.length === 3 ? `conv ${channels} ${pick.of(['1x1', '3x3', '1x2'])} pad same${weights(pick)}` : 'tanh',
      () => pick.of(['dropout 0.25', 'batchnorm', 'layernorm']),
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
      if (!slides(shape)) return undefined;
      const groups = pick.once(4) ? pick.of(divisors(shape.at(-1)!)) : 1;
      const filters = groups * (1 + pick.nat(groups > 1 ? 3 : 8));
      const made = windows(shape, pick, false);
      if (!made || made.size * filters > LARGEST) return undefined;
      const bias = pick.once(8) ? ' bias per_position' : weights(pick);
      const rest = `${groups > 1 ? ` groups ${groups}` : ''}${pick.once(8) ? ' flip' : ''}${bias}`;
      return `conv ${filters} ${made.kernel}${made.words}${rest}${activation(pick)}`;
    },
  },
  {
    name: 'depthwise',
    weight: 2,
    line: (shape, pick) => {
      if (!slides(shape)) return undefined;
      const multiplier = 1 + pick.nat(3);
      const made = windows(shape, pick, false);
      if (!made || made.size * shape.at(-1)! * multiplier > LARGEST) return undefined;
      const rest = `${made.words} multiplier ${multiplier}${weights(pick)}${activation(pick)}`;
      return pick.once(2) ? `depthwise ${made.kernel}${rest}` : `separable ${1 + pick.nat(5)} ${made.kernel}${rest}`;
    },
  },
  {
    name: 'conv_transpose',
    weight: 2,
    line: (shape, pick) => {
      if (!slides(shape)) return undefined;
      const groups = pick.once(4) ? pick.of(divisors(shape.at(-1)!)) : 1;
      const made = grown(shape, pick);
      const rest = `${groups > 1 ? ` groups ${groups}` : ''}${weights(pick)}${activation(pick)}`;
      return made && `conv_transpose ${groups * (1 + pick.nat(3))} ${made.kernel}${made.words}${rest}`;
    },
  },
  {
    name: 'normalisation',
    weight: 2,
    line: (shape, pick) => {
      const kinds = ['batchnorm', 'layernorm', `groupnorm ${pick.of(divisors(shape.at(-1)!))}`, 'instancenorm'];
      const kind = pick.of(kinds.slice(0, slides(shape) ? 4 : 3));
      return `${kind}${pick.once(4) ? ' noscale' : ''}${pick.once(4) ? ' nocenter' : ''}${activation(pick)}`;
    },
  },
  {
    name: 'lrn',
    line: (_, pick) => `lrn size ${pick.of([3, 5, 1])} alpha ${pick.of([0.1, 0.01])} beta ${pick.of([0.75, 0.5])} k 1`,
  },
  {
    name: 'pool',
    weight: 2,
    line: (shape, pick) => {
      if (!slides(shape)) return undefined;
      const made = windows(shape, pick, true);
      if (!made || made.size * shape.at(-1)! > LARGEST) return undefined;
      const [kind, option] = pick.of([
        ['maxpool', ''],
        ['avgpool', ''],
        ['avgpool', ' include_pad'],
      ] as const);
      return `${kind} ${made.kernel}${made.words}${option}`;
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
