// The attributes of every operation. The names of this interface are the operations; every table over them is complete.
import type { InitSpec, StepField, Stored } from './plan-types.ts';
import type { Dtype, Shape } from './types.ts';

/** Sliding windows over height and width. Padding is top, bottom, left, right. */
export interface WindowAttrs {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
}

/** Group g of a convolution reads the g-th part of the channels and makes the g-th part of the filters. */
export interface ConvAttrs extends WindowAttrs {
  readonly groups: number;
}

export interface PoolAttrs extends WindowAttrs {
  readonly window: readonly [number, number];
}

/** A mean counts the elements of the picture, and this much padding on each side if it is given (else none). */
export interface MeanAttrs extends PoolAttrs {
  readonly counted?: readonly [number, number, number, number];
}

/** How pixels between pixels are made up. */
export type ResizeMode = 'nearest' | 'bilinear';
/** How a border continues a picture. */
export type BorderMode = 'reflect' | 'edge';

export interface BorderAttrs {
  readonly mode: BorderMode;
  /** Top, bottom, left, right. */
  readonly padding: readonly [number, number, number, number];
}

/** What chance does to a picture, each with its probability; moves are at most as far as they say. */
export type WarpStep = { readonly chance: number } & (
  | { readonly kind: 'flip'; readonly axis: 'horizontal' | 'vertical' }
  | { readonly kind: 'shift'; readonly rows: number; readonly columns: number }
  | { readonly kind: 'rotate'; readonly degrees: number }
  | { readonly kind: 'zoom'; readonly by: number }
);

export interface WarpAttrs {
  readonly steps: readonly WarpStep[];
  /** What lies around the picture. */
  readonly border: 'zero' | BorderMode;
  /** The nearest pixel, where values cannot be mixed: classes. */
  readonly nearest?: true;
  readonly stream: number;
}

/** Which axes mean and variance were taken over, and what keeps the division finite. */
export interface NormalAttrs {
  readonly axes: readonly number[];
  readonly epsilon: number;
}

type None = Record<never, never>;

/** Cross-entropy's options: how much of the target is spread over all classes (0), and a factor for each class (1). */
export interface CrossEntropyAttrs {
  readonly smoothing?: number;
  readonly weights?: readonly number[];
}

/** How steep a function is below 0 (leaky relu), or what it tends to there (elu). */
interface Alpha {
  readonly alpha: number;
}

/** Activations of one operand. Each has its gradient beside it: the operation NAME_dx, with the same attributes. */
export interface ActivationAttrs {
  relu: None;
  relu6: None;
  leaky_relu: Alpha;
  elu: Alpha;
  selu: None;
  gelu: None;
  gelu_tanh: None;
  silu: None;
  mish: None;
  softplus: None;
  softsign: None;
  sigmoid: None;
  hard_sigmoid: None;
  hard_swish: None;
  tanh: None;
}

type GradientAttrs = { [K in keyof ActivationAttrs as `${K}_dx`]: ActivationAttrs[K] };

export interface OpAttrs extends ActivationAttrs, GradientAttrs {
  // leaves
  input: { readonly shape: Shape };
  labels: { readonly shape: Shape; readonly dtype: Dtype };
  /** `stored`: how it lies in memory when not as 32-bit floats (store-weights.ts); its values are what kernels read. */
  parameter: {
    readonly shape: Shape;
    readonly init: InitSpec;
    readonly trainable: boolean;
    readonly lrScale?: number;
    readonly stored?: Stored;
  };
  /** `initial`: what all elements start as; 0 unless given. */
  state: { readonly shape: Shape; readonly of: string; readonly initial?: number };
  constant: { readonly shape: Shape; readonly values: readonly number[] };
  step: { readonly field: StepField };
  // heavy
  conv2d: ConvAttrs;
  conv2d_dx: ConvAttrs & { readonly shape: Shape };
  conv2d_dw: ConvAttrs & { readonly shape: Shape };
  conv2d_dw_parts: ConvAttrs & { readonly shape: Shape; readonly parts: number };
  conv2d_dw_pooled: ConvAttrs & {
    readonly shape: Shape;
    readonly parts: number;
    readonly window: readonly [number, number];
  };
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  maxpool2d: PoolAttrs;
  maxpool2d_dx: PoolAttrs;
  maxpool2d_winner: PoolAttrs;
  unpool2d: PoolAttrs & { readonly shape: Shape };
  avgpool2d: MeanAttrs;
  avgpool2d_dx: MeanAttrs & { readonly shape: Shape };
  // elementwise, operands broadcast
  add: None;
  sub: None;
  mul: None;
  div: None;
  sqrt: None;
  neg: None;
  exp: None;
  log: None;
  abs: None;
  sign: None;
  floor: None;
  ceil: None;
  round: None;
  erf: None;
  max: None;
  min: None;
  greater: None;
  sigmoid_cross_entropy: None;
  one_hot: { readonly classes: number; readonly first: number };
  counted: None;
  pow: { readonly exponent: number };
  prelu: None;
  prelu_dx: None;
  prelu_dalpha: None;
  /** `whole: 'channel'` drops whole channels of a picture. */
  dropout: { readonly rate: number; readonly stream: number; readonly whole?: 'channel' };
  alpha_dropout: { readonly rate: number; readonly stream: number };
  gaussian: { readonly deviation: number; readonly stream: number; readonly way: 'add' | 'multiply' };
  warp2d: WarpAttrs;
  vary: {
    readonly way: 'add' | 'multiply';
    readonly by: number;
    readonly about: number;
    readonly chance: number;
    readonly stream: number;
  };
  cutout: {
    readonly size: readonly [number, number];
    readonly value: number;
    readonly chance: number;
    readonly stream: number;
  };
  standardize: NormalAttrs;
  standardize_dx: NormalAttrs;
  // rows
  softmax: None;
  softmax_dx: None;
  log_softmax: None;
  log_softmax_dx: None;
  cross_entropy: CrossEntropyAttrs;
  cross_entropy_dx: CrossEntropyAttrs;
  softmax_cross_entropy: CrossEntropyAttrs;
  softmax_cross_entropy_dx: CrossEntropyAttrs;
  correct: { readonly k?: number };
  // structure and sums
  concat: { readonly axis: number };
  slice: { readonly begin: readonly number[]; readonly size: readonly number[] };
  pad_zeros: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** Axis i of the result is axis perm[i] of the operand. */
  transpose: { readonly perm: readonly number[] };
  reverse: { readonly axes: readonly number[] };
  /** `size` is height and width of the result; for the gradient, those of the operand. */
  resize2d: { readonly size: readonly [number, number]; readonly mode: ResizeMode };
  resize2d_dx: { readonly size: readonly [number, number]; readonly mode: ResizeMode };
  pad2d: BorderAttrs;
  pad2d_dx: BorderAttrs;
  reshape: { readonly shape: Shape };
  sum: { readonly axes: readonly number[] };
  squares: { readonly rows: number };
  partial_sum: { readonly axes: readonly number[]; readonly parts: number };
  channel_sum: { readonly before: number; readonly after: number };
  broadcast: { readonly shape: Shape; readonly axes: readonly number[] };
  batch_mean: None;
  batch_mean_dx: { readonly batch: number };
}

export type OpName = keyof OpAttrs;
export type ActivationOp = keyof ActivationAttrs;
