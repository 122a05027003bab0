// How each activation and its gradient are written in WGSL, finite for every x. T is f32 or vec4f.
import type { ActivationOp } from '../../ir/attrs.ts';
import type { Node } from '../../ir/index.ts';
import { SELU } from '../../ir/ops/activations.ts';
import { f32, type Wgsl, wgsl } from '../wgsl.ts';
import type { FunctionName } from './functions.ts';
import type { Written } from './pointwise-table.ts';

/** The function of x; and the gradient of (v, dy), v being x or y as the operation's table says. */
interface Activation {
  readonly of: (x: Wgsl, alpha: Wgsl) => Wgsl;
  readonly dx: (v: Wgsl, dy: Wgsl, alpha: Wgsl) => Wgsl;
  readonly calls?: readonly FunctionName[];
  readonly dxCalls?: readonly FunctionName[];
}

const call = (name: FunctionName, x: Wgsl): Wgsl => wgsl`${{ wgsl: name }}(${x})`;

const table: { readonly [K in ActivationOp]: Activation } = {
  relu: {
    of: (x) => wgsl`max(${x}, T(0.0))`,
    dx: (y, dy) => wgsl`select(T(0.0), ${dy}, ${y} > T(0.0))`,
  },
  relu6: {
    of: (x) => wgsl`clamp(${x}, T(0.0), T(6.0))`,
    dx: (y, dy) => wgsl`select(T(0.0), ${dy}, (${y} > T(0.0)) & (${y} < T(6.0)))`,
  },
  leaky_relu: {
    of: (x, alpha) => wgsl`select(${alpha} * ${x}, ${x}, ${x} > T(0.0))`,
    dx: (y, dy, alpha) => wgsl`${dy} * select(T(${alpha}), T(1.0), ${y} > T(0.0))`,
  },
  elu: {
    of: (x, alpha) => wgsl`select(${alpha} * (exp(min(${x}, T(0.0))) - 1.0), ${x}, ${x} > T(0.0))`,
    dx: (y, dy, alpha) => wgsl`${dy} * select(${y} + ${alpha}, T(1.0), ${y} > T(0.0))`,
  },
  selu: {
    of: (x) =>
      wgsl`${f32(SELU.scale)} * select(${f32(SELU.alpha)} * (exp(min(${x}, T(0.0))) - 1.0), ${x}, ${x} > T(0.0))`,
    dx: (y, dy) => wgsl`${dy} * select(${y} + ${f32(SELU.scale * SELU.alpha)}, T(${f32(SELU.scale)}), ${y} > T(0.0))`,
  },
  gelu: {
    of: (x) => wgsl`0.5 * ${x} * (1.0 + erf_of(${x} * ${f32(Math.SQRT1_2)}))`,
    dx: (x, dy) => wgsl`${dy} * ${call('gelu_dx_of', x)}`,
    calls: ['erf_of'],
    dxCalls: ['gelu_dx_of'],
  },
  gelu_tanh: {
    of: (x) => wgsl`0.5 * ${x} * (1.0 + ${call('gelu_tanh_u', x)})`,
    dx: (x, dy) => wgsl`${dy} * ${call('gelu_tanh_dx_of', x)}`,
    calls: ['gelu_tanh_u'],
    dxCalls: ['gelu_tanh_dx_of'],
  },
  silu: {
    of: (x) => wgsl`${x} * ${call('sigmoid_of', x)}`,
    dx: (x, dy) => wgsl`${dy} * ${call('silu_dx_of', x)}`,
    calls: ['sigmoid_of'],
    dxCalls: ['silu_dx_of'],
  },
  mish: {
    of: (x) => wgsl`${x} * ${call('mish_t', x)}`,
    dx: (x, dy) => wgsl`${dy} * ${call('mish_dx_of', x)}`,
    calls: ['mish_t'],
    dxCalls: ['mish_dx_of'],
  },
  softplus: {
    of: (x) => call('softplus_of', x),
    dx: (y, dy) => wgsl`${dy} * (1.0 - exp(-${y}))`,
    calls: ['softplus_of'],
  },
  softsign: {
    of: (x) => wgsl`${x} / (1.0 + abs(${x}))`,
    dx: (y, dy) => wgsl`${dy} * (1.0 - abs(${y})) * (1.0 - abs(${y}))`,
  },
  sigmoid: {
    of: (x) => wgsl`T(1.0) / (T(1.0) + exp(-${x}))`,
    dx: (y, dy) => wgsl`${dy} * ${y} * (T(1.0) - ${y})`,
  },
  hard_sigmoid: {
    of: (x) => wgsl`clamp(${x} + 3.0, T(0.0), T(6.0)) / 6.0`,
    dx: (y, dy) => wgsl`select(T(0.0), ${dy} / 6.0, (${y} > T(0.0)) & (${y} < T(1.0)))`,
  },
  hard_swish: {
    of: (x) => wgsl`${x} * (clamp(${x} + 3.0, T(0.0), T(6.0)) / 6.0)`,
    // (2 x + 3) / 6 from -3 on, where it is below 0 still; 1 from 3 on.
    dx: (x, dy) =>
      wgsl`${dy} * select(select((2.0 * ${x} + 3.0) / 6.0, T(1.0), ${x} >= T(3.0)), T(0.0), ${x} <= T(-3.0))`,
  },
  // tanh of large arguments is 1, but not through exp on every driver.
  tanh: {
    of: (x) => wgsl`tanh(clamp(${x}, T(-15.0), T(15.0)))`,
    dx: (y, dy) => wgsl`${dy} * (T(1.0) - ${y} * ${y})`,
  },
};

/** The attribute of those that have one. */
const alphaOf = (node: Node): Wgsl => f32((node.attrs as { readonly alpha?: number }).alpha ?? 0);

const written = (name: ActivationOp): [string, Written][] => {
  const { of, dx, calls = [], dxCalls = [] } = table[name];
  return [
    [name, { of: ([x], node) => of(x as Wgsl, alphaOf(node)), functions: () => calls }],
    [`${name}_dx`, { of: ([v, dy], node) => dx(v as Wgsl, dy as Wgsl, alphaOf(node)), functions: () => dxCalls }],
  ];
};

export const activationTable = Object.fromEntries((Object.keys(table) as ActivationOp[]).flatMap(written)) as {
  readonly [K in ActivationOp | `${ActivationOp}_dx`]: Written;
};
