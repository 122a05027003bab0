// Cases of activations, of dropout and noise: closed forms at points where they are simple.
import type { ActivationOp } from '../../src/ir/attrs.ts';
import { type CasesOf, type Nested, none, type OpCases, type Operand, type Plain } from './case.ts';

const seed: Operand = { field: { name: 'seed', type: 'u32' }, value: 7 };
const step: Operand = { field: { name: 'step', type: 'u32' }, value: 3 };

const elementwise: Plain[] = [
  { operands: [[3, 5]], attrs: none },
  { operands: [[]], attrs: none },
];
const steep = (...alphas: number[]) => alphas.map((alpha) => ({ operands: [[4, 5]], attrs: { alpha } }));
const { log, log1p, sqrt, tanh, exp, PI } = Math;
const scale = 1.0507009873554805;
const limit = scale * 1.6732632423543772;

/** Cases of an activation and of its gradient: x and y, and then v and what dy = 2 becomes. */
function pair<N extends ActivationOp>(
  name: N,
  attrs: object,
  values: readonly (readonly [number, number])[],
  gradients: readonly (readonly [number, number])[],
  checked: readonly { readonly operands: readonly Operand[]; readonly attrs: object }[] = elementwise,
): CasesOf<N | `${N}_dx`> {
  const column = (of: readonly (readonly [number, number])[], i: 0 | 1): Nested => of.map((p) => p[i]);
  const both: { readonly [op: string]: OpCases<ActivationOp> } = {
    [name]: {
      examples: [{ inputs: [column(values, 0)], attrs: attrs as never, expected: column(values, 1) }],
      gradients: checked as never,
    },
    [`${name}_dx`]: {
      examples: [
        {
          inputs: [column(gradients, 0), gradients.map(() => 2)],
          attrs: attrs as never,
          expected: column(gradients, 1),
        },
      ],
      gradients: { through: name },
    },
  };
  return both as unknown as CasesOf<N | `${N}_dx`>;
}

const wide: Plain[] = [...elementwise, { operands: [{ positive: [7] }], attrs: none }];

export const activations = {
  ...pair(
    'relu6',
    none,
    [
      [-1, 0],
      [0, 0],
      [2, 2],
      [6, 6],
      [7, 6],
    ],
    [
      [0, 0],
      [2, 2],
      [6, 0],
    ],
  ),
  ...pair(
    'leaky_relu',
    { alpha: 0.25 },
    [
      [-4, -1],
      [0, 0],
      [3, 3],
    ],
    [
      [-1, 0.5],
      [0, 0.5],
      [3, 2],
    ],
    steep(0.2, 0, 1.5),
  ),
  ...pair(
    'elu',
    { alpha: 2 },
    [
      [-log(2), -1],
      [0, 0],
      [3, 3],
      [-1000, -2],
    ],
    [
      [-1, 2],
      [-2, 0],
      [3, 2],
    ],
    steep(1, 0.5),
  ),
  ...pair(
    'selu',
    none,
    [
      [-log(2), -limit / 2],
      [0, 0],
      [1, scale],
      [-1000, -limit],
    ],
    [
      [-limit, 0],
      [1, 2 * scale],
    ],
  ),
  // P(1) and P(-1) of the normal distribution, from its tables.
  ...pair(
    'gelu',
    none,
    [
      [0, 0],
      [1, 0.8413447460685429],
      [-1, -0.15865525393145707],
      [40, 40],
      [-40, 0],
    ],
    [
      [0, 1],
      [1, 2 * (0.8413447460685429 + exp(-0.5) / sqrt(2 * PI))],
      [40, 2],
      [-40, 0],
    ],
    wide,
  ),
  ...pair(
    'gelu_tanh',
    none,
    [
      [0, 0],
      [1, (1 + tanh(sqrt(2 / PI) * 1.044715)) / 2],
      [40, 40],
      [-40, 0],
    ],
    [
      [0, 1],
      [40, 2],
      [-40, 0],
    ],
    wide,
  ),
  ...pair(
    'silu',
    none,
    [
      [0, 0],
      [log(3), 0.75 * log(3)],
      [800, 800],
      [-800, 0],
    ],
    [
      [0, 1],
      [800, 2],
      [-800, 0],
    ],
  ),
  // exp(log 2) = 2: tanh(log 3) = (9 - 1) / (9 + 1).
  ...pair(
    'mish',
    none,
    [
      [0, 0],
      [log(2), 0.8 * log(2)],
      [800, 800],
      [-800, 0],
    ],
    [
      [0, 1.2],
      [800, 2],
      [-800, 0],
    ],
  ),
  ...pair(
    'softplus',
    none,
    [
      [0, log(2)],
      [log(3), log(4)],
      [-30, log1p(exp(-30))],
      [800, 800],
      [-800, 0],
    ],
    [
      [log(2), 1],
      [log(4), 1.5],
      [0, 0],
    ],
  ),
  ...pair(
    'softsign',
    none,
    [
      [0, 0],
      [1, 0.5],
      [-3, -0.75],
    ],
    [
      [0, 2],
      [0.5, 0.5],
      [-0.75, 0.125],
    ],
  ),
  ...pair(
    'hard_sigmoid',
    none,
    [
      [-4, 0],
      [-3, 0],
      [0, 0.5],
      [1.5, 0.75],
      [4, 1],
    ],
    [
      [0, 0],
      [0.5, 1 / 3],
      [1, 0],
    ],
  ),
  ...pair(
    'hard_swish',
    none,
    [
      [-4, 0],
      [-1.5, -0.375],
      [0, 0],
      [1.5, 1.125],
      [4, 4],
    ],
    [
      [-4, 0],
      [-1.5, 0],
      [0, 1],
      [1.5, 2],
      [4, 2],
    ],
    wide,
  ),
  prelu: {
    examples: [
      {
        inputs: [
          [
            [-4, 2],
            [3, -8],
          ],
          [0.25, -0.5],
        ],
        attrs: none,
        expected: [
          [-1, 2],
          [3, 4],
        ],
      },
    ],
    gradients: [
      { operands: [[2, 3, 4], [4]], attrs: none },
      { operands: [[2, 3], []], attrs: none },
      { operands: [[5], [5]], attrs: none },
    ],
  },
  prelu_dx: {
    examples: [{ inputs: [[-4, 2, 0], 0.25, [8, 8, 8]], attrs: none, expected: [2, 8, 2] }],
    gradients: { through: 'prelu' },
  },
  prelu_dalpha: {
    examples: [
      {
        inputs: [
          [-4, 2, 0],
          [8, 8, 8],
        ],
        attrs: none,
        expected: [-32, 0, 0],
      },
    ],
    gradients: { through: 'prelu' },
  },
  dropout: {
    examples: [{ inputs: [[1, -2, 3], 1, 1], attrs: { rate: 0, stream: 5 }, expected: [1, -2, 3] }],
    gradients: [
      ...[0, 0.3, 0.5, 0.9].map((rate) => ({ operands: [[6, 7], seed, step], attrs: { rate, stream: 99 } })),
      { operands: [[3, 2, 2, 5], seed, step], attrs: { rate: 0.5, stream: 4, whole: 'channel' } },
      { operands: [[3, 4, 2], seed, step], attrs: { rate: 0.3, stream: 4, whole: 'channel' } },
    ],
  },
  alpha_dropout: {
    examples: [{ inputs: [[1, -2, 3], 1, 1], attrs: { rate: 0, stream: 5 }, expected: [1, -2, 3] }],
    gradients: [0, 0.3, 0.9].map((rate) => ({ operands: [[6, 7], seed, step], attrs: { rate, stream: 99 } })),
  },
  gaussian: {
    examples: [{ inputs: [[1, -2, 3], 1, 1], attrs: { deviation: 0, stream: 5, way: 'add' }, expected: [1, -2, 3] }],
    gradients: (['add', 'multiply'] as const).map((way) => ({
      operands: [[6, 7], seed, step],
      attrs: { deviation: 0.5, stream: 99, way },
    })),
  },
} satisfies Partial<CasesOf<keyof import('../../src/ir/attrs.ts').OpAttrs>>;
