// Cases of ONNX operators, by hand: what the backend tests at hand do not have.

/** A tensor: an input from outside, or (`file`) an initializer; `whole` is int64. */
export interface Given {
  readonly dims: readonly number[];
  readonly values: readonly number[];
  readonly whole?: true;
  readonly file?: true;
}

type Attribute =
  | string
  | number
  | { readonly float: number }
  | { readonly floats: number[] }
  | { readonly ints: readonly number[] };
type Attributes = Readonly<Record<string, Attribute>>;

interface One {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Attributes;
}

export interface Case {
  readonly title: string;
  readonly op: string;
  readonly opset: number;
  readonly attributes: Attributes;
  /** Null: left out. */
  readonly inputs: readonly (Given | null)[];
  readonly expected: readonly { readonly dims: readonly number[]; readonly values: readonly number[] }[];
  /** Instead of the one node: several, with inputs x0, x1 ... and outputs y0 ... */
  readonly nodes?: readonly One[];
  /** A part of why it cannot be expressed. */
  readonly refused?: string;
}

const t = (dims: readonly number[], ...values: number[]): Given => ({ dims, values });
const whole = (dims: readonly number[], ...values: number[]): Given => ({ dims, values, whole: true, file: true });
const file = (g: Given): Given => ({ ...g, file: true });
const upTo = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);
const ints = (...values: number[]): Attribute => ({ ints: values });

const one = (
  op: string,
  opset: number,
  attributes: Attributes,
  inputs: readonly (Given | null)[],
  ...expected: Given[]
): Case => ({ title: `${op} ${opset} ${JSON.stringify(attributes)}`, op, opset, attributes, inputs, expected });

const no = (
  refused: string,
  op: string,
  opset: number,
  attributes: Attributes,
  inputs: readonly (Given | null)[],
): Case => ({
  ...one(op, opset, attributes, inputs, t([1], 0)),
  refused,
});

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

const arithmetic: readonly Case[] = [
  // Version 6 and before: the second operand begins at an axis.
  one(
    'Add',
    6,
    { broadcast: 1, axis: 1, consumed_inputs: ints(0, 0) },
    [t([1, 2, 2], 1, 2, 3, 4), t([2], 10, 20)],
    t([1, 2, 2], 11, 12, 23, 24),
  ),
  one('Mul', 6, { broadcast: 1 }, [t([2, 2], 1, 2, 3, 4), t([2], 10, 20)], t([2, 2], 10, 40, 30, 80)),
  one('Sub', 1, { broadcast: 1, axis: 0 }, [t([2, 2], 1, 2, 3, 4), t([2], 10, 20)], t([2, 2], -9, -8, -17, -16)),
  one('Div', 7, {}, [t([2], 1, -1), t([2], 0, 0)], t([2], inf, -inf)),
  one('Pow', 13, {}, [t([4], -2, 2, -3, 0), t([], 3)], t([4], -8, 8, -27, 0)),
  one('Pow', 13, {}, [t([3], -2, 2, 0), file(t([1], 2))], t([3], 4, 4, 0)),
  one('Pow', 7, {}, [t([2, 3], -2, 3, 4, 0, 0, -1), t([3], 3, 2, 0.5)], t([2, 3], -8, 9, 2, 0, 0, nan)),
  one('Pow', 7, {}, [t([3], 0, -5, 7), t([3], 0, 0, 1)], t([3], 1, 1, 7)),
  one('Mean', 6, {}, [t([2], 1, 2), t([2], 3, 6)], t([2], 2, 4)),
  one('Max', 8, {}, [t([2, 1], 1, 5), t([2], 3, 4)], t([2, 2], 3, 4, 5, 5)),
  one('Clip', 6, { max: { float: 1.5 } }, [t([3], -9, 1, 2)], t([3], -9, 1, 1.5)),
  one('Clip', 11, {}, [t([3], -9, 1, 2), null, t([], 1.5)], t([3], -9, 1, 1.5)),
  one('Clip', 6, {}, [t([2], -9, inf)], t([2], -9, inf)),
  one('Round', 11, {}, [t([5], -2.5, -0.4, 0.5, 1.5, 2.6)], t([5], -2, 0, 0, 2, 3)),
  one('PRelu', 6, {}, [t([1, 2, 2], -1, 2, -3, -4), t([2], 0.5, 2)], t([1, 2, 2], -0.5, 2, -6, -8)),
  one('PRelu', 9, {}, [t([1, 2, 2], -1, 2, -3, -4), t([2], 0.5, 2)], t([1, 2, 2], -0.5, 2, -1.5, -8)),
  one('Selu', 1, { alpha: { float: 2 }, gamma: { float: 3 } }, [t([2], 1, 0)], t([2], 3, 0)),
  one('HardSigmoid', 1, {}, [t([3], -9, 0, 9)], t([3], 0, 0.5, 1)),
];

const shapes: readonly Case[] = [
  one('Reshape', 1, { shape: ints(0, -1) }, [t([2, 2, 2], ...upTo(8))], t([2, 4], ...upTo(8))),
  one('Concat', 1, {}, [t([2, 1], 1, 2), t([2, 2], 3, 4, 5, 6)], t([2, 3], 1, 3, 4, 2, 5, 6)),
  one('Squeeze', 1, { axes: ints(0) }, [t([1, 2, 1], 1, 2)], t([2, 1], 1, 2)),
  one('Squeeze', 13, {}, [t([1, 2, 1], 1, 2)], t([2], 1, 2)),
  one('Unsqueeze', 1, { axes: ints(0, 2) }, [t([2], 1, 2)], t([1, 2, 1], 1, 2)),
  one('Unsqueeze', 13, {}, [t([2], 1, 2), whole([1], -1)], t([2, 1], 1, 2)),
  one('Slice', 1, { starts: ints(0, 1), ends: ints(1, 1000) }, [t([2, 3], ...upTo(6))], t([1, 2], 1, 2)),
  one('Slice', 1, { starts: ints(-2), ends: ints(-1), axes: ints(1) }, [t([2, 3], ...upTo(6))], t([2, 1], 1, 4)),
  one(
    'Slice',
    10,
    {},
    [t([2, 5], ...upTo(10)), whole([1], 0), whole([1], 5), whole([1], 1), whole([1], 2)],
    t([2, 3], 0, 2, 4, 5, 7, 9),
  ),
  one(
    'Slice',
    13,
    {},
    [t([5], inf, 1, 2, -inf, 4), whole([1], 4), whole([1], -6), whole([1], 0), whole([1], -3)],
    t([2], 4, 1),
  ),
  one('Transpose', 1, {}, [t([2, 3], ...upTo(6))], t([3, 2], 0, 3, 1, 4, 2, 5)),
  one('Flatten', 1, {}, [t([2, 2, 1], 1, 2, 3, 4)], t([2, 2], 1, 2, 3, 4)),
  one('Split', 2, { axis: 1, split: ints(1, 2) }, [t([2, 3], ...upTo(6))], t([2, 1], 0, 3), t([2, 2], 1, 2, 4, 5)),
  one('Tile', 6, {}, [t([1, 2], 1, 2), whole([2], 2, 2)], t([2, 4], 1, 2, 1, 2, 1, 2, 1, 2)),
  one('Expand', 8, {}, [t([2, 1], 1, 2), whole([3], 2, 1, 2)], t([2, 2, 2], 1, 1, 2, 2, 1, 1, 2, 2)),
  one('Gather', 1, { axis: 1 }, [t([2, 3], ...upTo(6)), whole([2], 2, -3)], t([2, 2], 2, 0, 5, 3)),
  one(
    'Pad',
    2,
    { pads: ints(0, 1, 0, -1), value: { float: 7 } },
    [t([2, 3], 0, 1, inf, 3, 4, 5)],
    t([2, 3], 7, 0, 1, 7, 3, 4),
  ),
  one('Pad', 1, { paddings: ints(1, 1), mode: 'edge' }, [t([2], 3, -inf)], t([4], 3, 3, -inf, -inf)),
  one('Pad', 13, { mode: 'reflect' }, [t([1, 3], 1, 2, 3), whole([4], 0, 2, 0, 1)], t([1, 6], 3, 2, 1, 2, 3, 2)),
  one(
    'Upsample',
    1,
    { height_scale: { float: 1 }, width_scale: { float: 2 }, mode: 'nearest' },
    [t([1, 1, 1, 2], 1, 2)],
    t([1, 1, 1, 4], 1, 1, 2, 2),
  ),
  one(
    'Upsample',
    7,
    { scales: { floats: [1, 1, 1, 2] }, mode: 'linear' },
    [t([1, 1, 1, 2], 1, 3)],
    t([1, 1, 1, 4], 1, 2, 3, 3),
  ),
  one(
    'Resize',
    10,
    { mode: 'nearest' },
    [t([1, 1, 1, 2], 1, 2), file(t([4], 1, 1, 2, 2))],
    t([1, 1, 2, 4], 1, 1, 2, 2, 1, 1, 2, 2),
  ),
  one(
    'Resize',
    11,
    { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    [t([1, 1, 1, 2], 1, 4), null, null, whole([4], 1, 1, 1, 4)],
    t([1, 1, 1, 4], 1, 2, 3, 4),
  ),
  one(
    'Resize',
    11,
    { mode: 'nearest', coordinate_transformation_mode: 'tf_half_pixel_for_nn', nearest_mode: 'floor' },
    [t([1, 1, 1, 4], 1, 2, 3, 4), null, null, whole([4], 1, 1, 1, 2)],
    t([1, 1, 1, 2], 2, 4),
  ),
  one(
    'Gemm',
    6,
    { broadcast: 1, transB: 1 },
    [t([1, 2], 1, 2), t([2, 2], 1, 0, 3, 1), t([2], 10, 20)],
    t([1, 2], 11, 25),
  ),
  one(
    'Gemm',
    11,
    { alpha: { float: 2 }, beta: { float: 0.5 }, transA: 1 },
    [t([2, 1], 1, 2), t([2, 2], 1, 2, 3, 4), t([1, 1], 4)],
    t([1, 2], 16, 22),
  ),
];

const rows: readonly Case[] = [
  one('ReduceSum', 1, { axes: ints(-1), keepdims: 0 }, [t([2, 2], 1, 2, 3, 4)], t([2], 3, 7)),
  one('ReduceSum', 13, { noop_with_empty_axes: 1 }, [t([2], 1, 2)], t([2], 1, 2)),
  one('ReduceMean', 18, { keepdims: 0 }, [t([2, 2], 1, 2, 3, 4), whole([2], 0, -1)], t([], 2.5)),
  one('ReduceProd', 1, { axes: ints(1) }, [t([2, 3], 1, 2, -3, 4, 5, 6)], t([2, 1], -6, 120)),
  one('ReduceMin', 1, { axes: ints(0), keepdims: 0 }, [t([2, 2], 1, 5, 3, 4)], t([2], 1, 4)),
  one('ReduceLogSumExp', 13, { axes: ints(1) }, [t([1, 2], 500, 500)], t([1, 1], 500 + Math.log(2))),
  one('Softmax', 1, {}, [t([1, 2, 2], 0, 0, 0, 0)], t([1, 2, 2], 0.25, 0.25, 0.25, 0.25)),
  one('Softmax', 13, { axis: 1 }, [t([1, 2, 2], 0, 0, 0, 0)], t([1, 2, 2], 0.5, 0.5, 0.5, 0.5)),
  one('Hardmax', 1, {}, [t([2, 3], 1, 3, 3, 2, 2, 1)], t([2, 3], 0, 1, 0, 1, 0, 0)),
  one('LpNormalization', 1, { p: 1 }, [t([2, 2], 1, 3, 0, 0)], t([2, 2], 0.25, 0.75, 0, 0)),
  one(
    'LRN',
    1,
    { size: 3, alpha: { float: 3 }, beta: { float: 1 }, bias: { float: 1 } },
    [t([1, 2, 1, 1], 1, 2)],
    t([1, 2, 1, 1], 1 / 6, 2 / 6),
  ),
];

const normal: readonly Case[] = [
  one(
    'BatchNormalization',
    6,
    { is_test: 1, epsilon: { float: 0 }, consumed_inputs: ints(0, 0, 0, 1, 1) },
    [t([2, 2], 1, 2, 3, 4), file(t([2], 2, 1)), file(t([2], 0, 1)), file(t([2], 1, 2)), file(t([2], 4, 1))],
    t([2, 2], 0, 1, 2, 3),
  ),
  one(
    'BatchNormalization',
    9,
    { epsilon: { float: 0 } },
    [t([1, 2, 2], 1, 2, 3, 4), t([2], 2, 1), t([2], 0, 1), t([2], 1, 2), t([2], 4, 1)],
    t([1, 2, 2], 0, 1, 2, 3),
  ),
  one(
    'BatchNormalization',
    14,
    { training_mode: 1, epsilon: { float: 0 }, momentum: { float: 0.5 } },
    [t([2, 1], 1, 3), t([1], 1), t([1], 0), t([1], 0), t([1], 3)],
    t([2, 1], -1, 1),
    t([1], 1),
    t([1], 2),
  ),
  one(
    'InstanceNormalization',
    6,
    { epsilon: { float: 0 } },
    [t([1, 2, 2], 1, 3, 10, 30), t([2], 1, 2), t([2], 0, 1)],
    t([1, 2, 2], -1, 1, -1, 3),
  ),
  one(
    'LayerNormalization',
    17,
    { axis: 1, epsilon: { float: 0 } },
    [t([1, 2, 1], 1, 3), t([2, 1], 1, 2)],
    t([1, 2, 1], -1, 2),
    t([1, 1, 1], 2),
    t([1, 1, 1], 1),
  ),
  one('Dropout', 6, { is_test: 1 }, [t([2], 1, 2)], t([2], 1, 2)),
  one('Dropout', 7, { ratio: { float: 0.3 } }, [t([2], 1, 2)], t([2], 1, 2), t([2], 1, 1)),
  one('Dropout', 13, {}, [t([2], 1, 2)], t([2], 1, 2)),
  no('dropout while training', 'Dropout', 6, {}, [t([2], 1, 2)]),
  no('statistics of each element', 'BatchNormalization', 6, { is_test: 1, spatial: 0 }, [
    t([1, 1, 2], 1, 2),
    t([1], 1),
    t([1], 1),
    t([1], 1),
    t([1], 1),
  ]),
];

const ones = (...dims: number[]): Given => t(dims, ...upTo(dims.reduce((a, b) => a * b, 1)).map(() => 1));
const windows: readonly Case[] = [
  one(
    'Conv',
    1,
    { kernel_shape: ints(2) },
    [t([1, 1, 4], 1, 2, 3, 4), t([1, 1, 2], 1, 10), t([1], 100)],
    t([1, 1, 3], 121, 132, 143),
  ),
  one(
    'Conv',
    11,
    { auto_pad: 'SAME_LOWER', strides: ints(2) },
    [t([1, 1, 4], 1, 2, 3, 4), file(ones(1, 1, 3))],
    t([1, 1, 2], 3, 9),
  ),
  one(
    'Conv',
    11,
    { auto_pad: 'SAME_UPPER', strides: ints(2) },
    [t([1, 1, 4], 1, 2, 3, 4), file(ones(1, 1, 3))],
    t([1, 1, 2], 6, 7),
  ),
  one(
    'Conv',
    11,
    { auto_pad: 'VALID', dilations: ints(1, 2) },
    [t([1, 1, 1, 4], 1, 2, 3, 4), ones(1, 1, 1, 2)],
    t([1, 1, 1, 2], 4, 6),
  ),
  one('Conv', 1, { group: 2 }, [t([1, 2, 1, 1], 3, 5), t([2, 1, 1, 1], 2, 10)], t([1, 2, 1, 1], 6, 50)),
  one(
    'Conv',
    1,
    { pads: ints(1, 0, 0, 1, 0, 0), strides: ints(2, 1, 1) },
    [t([1, 1, 3, 1, 2], ...upTo(6)), ones(1, 1, 2, 1, 2)],
    t([1, 1, 2, 1, 1], 1, 14),
  ),
  one(
    'ConvTranspose',
    1,
    { strides: ints(2), output_padding: ints(1) },
    [t([1, 1, 2], 1, 2), ones(1, 1, 3)],
    t([1, 1, 6], 1, 1, 3, 2, 2, 0),
  ),
  one(
    'ConvTranspose',
    1,
    { strides: ints(2), output_shape: ints(4) },
    [t([1, 1, 2], 1, 2), ones(1, 1, 3)],
    t([1, 1, 4], 1, 3, 2, 2),
  ),
  one(
    'ConvTranspose',
    11,
    { strides: ints(2), output_shape: ints(4), auto_pad: 'SAME_UPPER' },
    [t([1, 1, 2], 1, 2), ones(1, 1, 3)],
    t([1, 1, 4], 1, 1, 3, 2),
  ),
  one(
    'ConvTranspose',
    1,
    { dilations: ints(3), output_padding: ints(2) },
    [t([1, 1, 2], 1, 2), ones(1, 1, 2)],
    t([1, 1, 7], 1, 2, 0, 1, 2, 0, 0),
  ),
  one(
    'ConvTranspose',
    1,
    { group: 2 },
    [t([1, 2, 1], 1, 2), t([2, 1, 2], 1, 2, 3, 4), t([2], 100, 200)],
    t([1, 2, 2], 101, 102, 206, 208),
  ),
  one(
    'ConvTranspose',
    1,
    { strides: ints(2, 1, 1) },
    [t([1, 1, 2, 1, 1], 1, 2), t([1, 1, 3, 1, 1], 1, 10, 100)],
    t([1, 1, 5, 1, 1], 1, 10, 102, 20, 200),
  ),
  one('MaxPool', 1, { kernel_shape: ints(2), strides: ints(2) }, [t([1, 1, 5], 1, 5, 3, 2, 9)], t([1, 1, 2], 5, 3)),
  one(
    'MaxPool',
    10,
    { kernel_shape: ints(2), strides: ints(2), ceil_mode: 1, dilations: ints(2) },
    [t([1, 1, 6], 1, 5, 3, 2, 9, 0)],
    t([1, 1, 3], 3, 9, 9),
  ),
  one(
    'MaxPool',
    8,
    { kernel_shape: ints(1, 2), pads: ints(0, 1, 0, 0) },
    [t([1, 2, 1, 2], -1, -1, -4, -3)],
    t([1, 2, 1, 2], -1, -1, -4, -3),
    t([1, 2, 1, 2], 0, 0, 2, 3),
  ),
  one(
    'MaxPool',
    8,
    { kernel_shape: ints(2, 2), storage_order: 1 },
    [t([1, 1, 2, 3], 1, 2, 9, 4, 5, 6)],
    t([1, 1, 1, 2], 5, 9),
    t([1, 1, 1, 2], 3, 4),
  ),
  one('AveragePool', 1, { kernel_shape: ints(2), pads: ints(1, 0) }, [t([1, 1, 3], 2, 4, 6)], t([1, 1, 3], 2, 3, 5)),
  one(
    'AveragePool',
    7,
    { kernel_shape: ints(2), pads: ints(1, 0), count_include_pad: 1 },
    [t([1, 1, 3], 2, 4, 6)],
    t([1, 1, 3], 1, 3, 5),
  ),
  one(
    'AveragePool',
    19,
    { kernel_shape: ints(3), strides: ints(2), ceil_mode: 1, count_include_pad: 1 },
    [t([1, 1, 4], 3, 3, 3, 6)],
    t([1, 1, 2], 3, 4.5),
  ),
  one('LpPool', 1, { kernel_shape: ints(2), p: { float: 2 } }, [t([1, 1, 3], 3, 4, 0)], t([1, 1, 2], 5, 4)),
  one('LpPool', 18, { kernel_shape: ints(2), p: 1 }, [t([1, 1, 3], 3, -4, 1)], t([1, 1, 2], 7, 5)),
  one('GlobalLpPool', 2, { p: 2 }, [t([1, 1, 2], 3, 4)], t([1, 1, 1], 5)),
  one('GlobalAveragePool', 1, {}, [t([1, 2, 2], 1, 2, 3, 4)], t([1, 2, 1], 1.5, 3.5)),
  no('spatial dimensions', 'Conv', 1, {}, [t([1, 1, 1, 1, 1, 1], 1), t([1, 1, 1, 1, 1, 1], 1)]),
];

const losses: readonly Case[] = [
  one(
    'NegativeLogLikelihoodLoss',
    13,
    { ignore_index: 0 },
    [t([1, 2], -1, -2), { dims: [1], values: [0], whole: true }],
    t([], nan),
  ),
  one(
    'NegativeLogLikelihoodLoss',
    13,
    { reduction: 'mean', ignore_index: 1 },
    [t([3, 2], -1, -2, -3, -4, -5, -6), { dims: [3], values: [0, 1, 0], whole: true }],
    t([], 3),
  ),
  one(
    'NegativeLogLikelihoodLoss',
    13,
    { reduction: 'mean' },
    [t([2, 2], -1, -2, -3, -4), { dims: [2], values: [0, 1], whole: true }, t([2], 1, 3)],
    t([], 13 / 4),
  ),
  one(
    'NegativeLogLikelihoodLoss',
    12,
    { reduction: 'none' },
    [t([1, 2, 2], -1, -2, -3, -4), { dims: [1, 2], values: [1, 0], whole: true }],
    t([1, 2], 3, 2),
  ),
  one(
    'SoftmaxCrossEntropyLoss',
    12,
    { reduction: 'sum' },
    [t([2, 2], 0, 0, 5, 5), { dims: [2], values: [0, 1], whole: true }],
    t([], 2 * Math.log(2)),
  ),
];

const several = (
  title: string,
  opset: number,
  inputs: readonly Given[],
  nodes: readonly One[],
  ...expected: Given[]
): Case => ({
  title,
  op: '',
  opset,
  attributes: {},
  inputs,
  expected,
  nodes,
});
const n = (op: string, inputs: string, outputs: string, attributes: Attributes = {}): One => ({
  op,
  inputs: inputs.split(' '),
  outputs: outputs.split(' '),
  attributes,
});

const graphs: readonly Case[] = [
  several(
    'sizes computed from a shape',
    13,
    [t([2, 3, 2], ...upTo(12)), whole([], 0), whole([1], 0), whole([1], -1)],
    [
      n('Shape', 'x0', 'shape'),
      n('Gather', 'shape x1', 'batch', { axis: 0 }),
      n('Unsqueeze', 'batch x2', 'first'),
      n('Concat', 'first x3', 'to', { axis: 0 }),
      n('Reshape', 'x0 to', 'y0'),
    ],
    t([2, 6], ...upTo(12)),
  ),
  several(
    'a shuffle of channels between convolutions',
    9,
    [
      t([1, 4, 1, 2], ...upTo(8)),
      file(t([4, 4, 1, 1], 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1)),
      whole([5], 1, 2, 2, 1, 2),
      whole([4], 1, 4, 1, 2),
    ],
    [
      n('Conv', 'x0 x1', 'a'),
      n('Reshape', 'a x2', 'b'),
      n('Transpose', 'b', 'c', { perm: ints(0, 2, 1, 3, 4) }),
      n('Reshape', 'c x3', 'd'),
      n('Conv', 'd x1', 'y0'),
    ],
    t([1, 4, 1, 2], 0, 1, 4, 5, 2, 3, 6, 7),
  ),
  several(
    'channels last through arithmetic, concatenation, pads and slices',
    13,
    [
      t([1, 2, 1, 2], 1, 2, 3, 4),
      file(t([2, 2, 1, 1], 1, 0, 0, 1)),
      file(t([2, 1, 1], 10, 20)),
      whole([8], 0, 1, 0, 0, 0, 0, 0, 1),
      whole([1], 1),
      whole([1], 4),
      whole([1], 1),
    ],
    [
      n('Conv', 'x0 x1', 'a'),
      n('Add', 'a x2', 'b'),
      n('Concat', 'a b', 'c', { axis: 1 }),
      n('Pad', 'c x3', 'd'),
      n('Slice', 'd x4 x5 x6', 'y0'),
      n('GlobalMaxPool', 'c', 'y1'),
    ],
    t([1, 3, 1, 3], 1, 2, 0, 3, 4, 0, 11, 12, 0),
    t([1, 4, 1, 1], 2, 4, 12, 24),
  ),
];

export const cases: readonly Case[] = [...arithmetic, ...shapes, ...rows, ...normal, ...windows, ...losses, ...graphs];
