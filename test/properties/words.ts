// The words that random layers are written with: windows that fit, options of weights, activations.

/** Numbers to choose with: each call uses up one of a list, so that a shorter list is a simpler network. */
export interface Pick {
  /** A whole number from 0 to below - 1; 0 is the simplest. */
  nat(below: number): number;
  /** One of a list; the first is the simplest. */
  of<T>(list: readonly T[]): T;
  /** True once in `times`. */
  once(times: number): boolean;
}

/** Values of a picture beyond which layers must not make it grow. */
export const LARGEST = 400;
export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export const functions = [
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

export const activation = (pick: Pick): string => (pick.once(3) ? ` ${pick.of(functions)}` : '');

/** Options of layers with weights. */
export const weights = (pick: Pick): string =>
  [
    pick.once(4) ? ' nobias' : '',
    pick.once(6) ? ' l2 0.01' : '',
    pick.once(8) ? ' l1 0.01' : '',
    pick.once(6)
      ? ` init ${pick.of(['he_normal', 'lecun_uniform', 'orthogonal', 'normal 0.4', 'truncated_normal 0.4'])}`
      : '',
    pick.once(8) ? ' lr_scale 0.1' : '',
    pick.once(12) ? ' frozen' : '',
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
export function windows(shape: readonly number[], pick: Pick, pooling: boolean) {
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

/** A kernel that adds to an output, as words; undefined where its padding leaves nothing. */
export function grown(shape: readonly number[], pick: Pick) {
  const axes = shape.slice(0, -1).map((n) => {
    const [k, s, d] = [1 + pick.nat(4), 1 + pick.nat(3), pick.once(5) ? 2 : 1];
    const sides = pick.once(3) ? [pick.nat(3), pick.nat(3)] : [0, 0];
    return { k, s, d, sides, made: s * (n - 1) + d * (k - 1) + 1 - sides.reduce((a, b) => a + b) };
  });
  const same = pick.once(4);
  // output_pad is less than the stride, on every axis.
  const added = !same && axes.every(({ s }) => s > 1) && pick.once(2) ? 1 : 0;
  if (!same && axes.some(({ made }) => made + added < 1)) return undefined;
  const by = (of: 'k' | 's' | 'd'): string => axes.map((axis) => axis[of]).join('x');
  const padded = same ? 'pad same' : `pad [${axes.flatMap((axis) => axis.sides).join(', ')}]`;
  const outputPad = added > 0 ? ` output_pad ${axes.map(() => added).join('x')}` : '';
  return { kernel: by('k'), words: ` stride ${by('s')} ${padded} dilation ${by('d')}${outputPad}` };
}

/** Sides of each axis before the channels: `[top, bottom, left, right]`, or `[before, after]` of a signal. */
export const sidesWithin = (shape: readonly number[], pick: Pick, most: (n: number) => number): number[] =>
  shape.slice(0, -1).flatMap((n) => [pick.nat(most(n)), pick.nat(most(n))]);

/** The number of positions an exchange of the axes is written with. */
export const orders = (rank: number): readonly string[] =>
  rank === 2 ? ['[1, 0]'] : ['[1, 0, 2]', '[0, 2, 1]', '[2, 0, 1]', '[2, 1, 0]'];

export const slides = (shape: readonly number[]): boolean => shape.length > 1;
