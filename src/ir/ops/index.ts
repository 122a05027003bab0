// The table of all operations. It is complete by type: a name in OpAttrs without a definition does not compile.
import type { OpName } from '../attrs.ts';
import type { OpDef } from '../op.ts';
import { activationOps } from './activations.ts';
import { add, div, mul, neg, sqrt, sub } from './arithmetic.ts';
import { cutout, vary, warp2d } from './augment.ts';
import { pad2d, pad2d_dx } from './borders.ts';
import { channel_sum } from './channel-sum.ts';
import { exp, greater, log } from './comparison.ts';
import { conv2d, conv2d_dw, conv2d_dw_parts, conv2d_dx } from './conv2d.ts';
import { cross_entropy, cross_entropy_dx, softmax_cross_entropy, softmax_cross_entropy_dx } from './cross-entropy.ts';
import { alpha_dropout, dropout, gaussian } from './dropout.ts';
import { constant, input, labels, parameter, state, step } from './leaves.ts';
import { counted, one_hot, sigmoid_cross_entropy } from './losses.ts';
import { abs, max, min, pow, sign } from './magnitude.ts';
import { matmul } from './matmul.ts';
import { standardize, standardize_dx } from './normalize.ts';
import { concat, pad_zeros, slice } from './pieces.ts';
import { maxpool2d_winner, unpool2d } from './pool-winner.ts';
import { conv2d_dw_pooled } from './pooled-gradient.ts';
import { avgpool2d, avgpool2d_dx, maxpool2d, maxpool2d_dx } from './pooling.ts';
import { prelu, prelu_dalpha, prelu_dx } from './prelu.ts';
import { resize2d, resize2d_dx } from './resize.ts';
import { ceil, erf, floor, round } from './rounding.ts';
import { correct, log_softmax, log_softmax_dx, softmax, softmax_dx } from './rows.ts';
import { squares } from './squares.ts';
import { batch_mean, batch_mean_dx, broadcast, partial_sum, reshape, sum } from './structure.ts';
import { reverse, transpose } from './turns.ts';

export const ops: { readonly [K in OpName]: OpDef<K> } = {
  input,
  labels,
  parameter,
  state,
  constant,
  step,
  conv2d,
  conv2d_dx,
  conv2d_dw,
  conv2d_dw_parts,
  conv2d_dw_pooled,
  matmul,
  maxpool2d,
  maxpool2d_dx,
  maxpool2d_winner,
  unpool2d,
  avgpool2d,
  avgpool2d_dx,
  add,
  sub,
  mul,
  div,
  sqrt,
  neg,
  exp,
  log,
  abs,
  sign,
  floor,
  ceil,
  round,
  erf,
  max,
  min,
  greater,
  sigmoid_cross_entropy,
  one_hot,
  counted,
  pow,
  ...activationOps,
  prelu,
  prelu_dx,
  prelu_dalpha,
  dropout,
  alpha_dropout,
  gaussian,
  warp2d,
  vary,
  cutout,
  standardize,
  standardize_dx,
  softmax,
  softmax_dx,
  log_softmax,
  log_softmax_dx,
  cross_entropy,
  cross_entropy_dx,
  softmax_cross_entropy,
  softmax_cross_entropy_dx,
  correct,
  concat,
  slice,
  pad_zeros,
  transpose,
  reverse,
  resize2d,
  resize2d_dx,
  pad2d,
  pad2d_dx,
  reshape,
  sum,
  squares,
  partial_sum,
  channel_sum,
  broadcast,
  batch_mean,
  batch_mean_dx,
};
