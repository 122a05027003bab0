// Small ONNX graphs to import, one or a few for each operator, in old and new forms.
import type { GraphGiven } from './model-bytes.ts';
import type { Case, Given } from './operator-cases.ts';

export interface ImportCase {
  readonly title: string;
  readonly graph: GraphGiven;
  /** Lines of the model, without what is the same everywhere. */
  readonly lines: readonly string[];
}

/** A number for the element i of the tensor `name`: between -1 and 1, the same in each run. */
function noise(name: string, i: number): number {
  let h = 2166136261 ^ (i * 374761393);
  for (const letter of name) h = Math.imul(h ^ letter.charCodeAt(0), 16777619);
  h = Math.imul(h ^ (h >>> 15), 2246822519);
  h = Math.imul(h ^ (h >>> 13), 3266489917);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
}

export const random = (name: string, dims: readonly number[], { positive = false } = {}): Given => ({
  dims,
  values: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) =>
    Math.fround(positive ? 0.5 + Math.abs(noise(name, i)) : noise(name, i)),
  ),
});
const numbers = (...values: number[]): Given => ({ dims: [values.length], values });
const whole = (...values: number[]): Given => ({ dims: [values.length], values, whole: true });
const scalar = (value: number): Given => ({ dims: [], values: [value] });
const ints = (...values: number[]): { readonly ints: readonly number[] } => ({ ints: values });
const float = (value: number): { readonly float: number } => ({ float: value });

type Step = readonly [op: string, inputs: string, attributes?: Case['attributes'], outputs?: string, name?: string];

/** Nodes one after the other: `_` is the value before, output i is `ti` unless it is named. */
function graph(
  opset: number,
  dims: readonly (number | string)[],
  weights: Readonly<Record<string, Given>>,
  ...steps: readonly Step[]
): GraphGiven {
  let before = 'x';
  const nodes = steps.map(([op, inputs, attributes = {}, outputs = '', name = ''], i) => {
    const own = outputs === '' ? [`t${i}`] : outputs.split(' ');
    const names = inputs.split(' ').map((v) => (v === '_' ? before : v === '-' ? '' : v));
    before = own[0] as string;
    return { op, name, inputs: names, outputs: own, attributes };
  });
  return { opset, nodes, inputs: [{ name: 'x', dims }], weights, outputs: [before] };
}

const one = (title: string, lines: readonly string[], given: GraphGiven): ImportCase => ({
  title,
  graph: given,
  lines,
});

const conv = { w: random('w', [4, 3, 3, 3]), b: random('b', [4]) };
const picture = [1, 3, 7, 6] as const;

const convolutions: readonly ImportCase[] = [
  one(
    'Conv with a bias and Relu',
    ['input 7x6x3', 'conv 4 3x3 relu => 5x4x4'],
    graph(6, picture, conv, ['Conv', 'x w b', { kernel_shape: ints(3, 3) }], ['Relu', '_']),
  ),
  one(
    'Conv, kernel known from the weights, symbolic batch',
    ['conv 4 3x3 nobias => 5x4x4'],
    graph(11, ['N', 3, 7, 6], conv, ['Conv', 'x w']),
  ),
  one(
    'Conv, SAME_UPPER with a stride',
    ['conv 4 3x3 stride 2 pad same => 4x3x4'],
    graph(13, picture, conv, ['Conv', 'x w b', { auto_pad: 'SAME_UPPER', strides: ints(2, 2) }]),
  ),
  one(
    'Conv, SAME_LOWER with a stride',
    ['conv 4 3x3 stride 2 pad [1, 1, 1, 0] => 4x3x4'],
    graph(1, picture, conv, ['Conv', 'x w b', { auto_pad: 'SAME_LOWER', strides: ints(2, 2) }]),
  ),
  one(
    'Conv, four sides, dilation',
    ['conv 4 3x3 stride 1x2 pad [2, 1, 0, 3] dilation 2x1 => 6x4x4'],
    graph(17, picture, conv, ['Conv', 'x w b', { pads: ints(2, 0, 1, 3), dilations: ints(2, 1), strides: ints(1, 2) }]),
  ),
  one(
    'Conv in groups',
    ['conv 4 3x1 pad same groups 2 nobias'],
    graph(8, [1, 4, 5, 5], { w: random('w', [4, 2, 3, 1]) }, ['Conv', 'x w', { group: 2, pads: ints(1, 0, 1, 0) }]),
  ),
  one(
    'Conv by channel',
    ['depthwise 3x3 multiplier 2 pad same => 5x5x8'],
    graph(8, [1, 4, 5, 5], { w: random('w', [8, 1, 3, 3]), b: random('b', [8]) }, [
      'Conv',
      'x w b',
      { group: 4, pads: ints(1, 1, 1, 1) },
    ]),
  ),
  one(
    'Conv of a signal',
    ['input 9x2', 'conv 3 4 stride 2 pad same => 5x3'],
    graph(13, [1, 2, 9], { w: random('w', [3, 2, 4]), b: random('b', [3]) }, [
      'Conv',
      'x w b',
      { strides: ints(2), pads: ints(1, 2) },
    ]),
  ),
  one(
    'ConvTranspose',
    ['conv_transpose 5 3x3 stride 2 pad 1 output_pad 1 => 8x6x5'],
    graph(11, [1, 4, 4, 3], { w: random('w', [4, 5, 3, 3]), b: random('b', [5]) }, [
      'ConvTranspose',
      'x w b',
      { strides: ints(2, 2), pads: ints(1, 1, 1, 1), output_padding: ints(1, 1) },
    ]),
  ),
  one(
    'ConvTranspose in groups, four sides',
    ['conv_transpose 6 2x3 stride 1x2 pad [0, 1, 1, 0] groups 2 nobias => 4x6x6'],
    graph(11, [1, 4, 4, 3], { w: random('w', [4, 3, 2, 3]) }, [
      'ConvTranspose',
      'x w',
      { group: 2, strides: ints(1, 2), pads: ints(0, 1, 1, 0) },
    ]),
  ),
  one(
    'ConvTranspose to a shape',
    ['conv_transpose 2 3x3 stride 2 pad [1, 0, 1, 0] => 8x6x2'],
    graph(11, [1, 4, 4, 3], { w: random('w', [4, 2, 3, 3]), b: random('b', [2]) }, [
      'ConvTranspose',
      'x w b',
      { strides: ints(2, 2), output_shape: ints(8, 6) },
    ]),
  ),
  one(
    'Conv by the name of its weights',
    ['conv 4 3x3 name layer1.conv'],
    graph(13, picture, { 'layer1.conv.weight': conv.w, 'layer1.conv.bias': conv.b }, [
      'Conv',
      'x layer1.conv.weight layer1.conv.bias',
    ]),
  ),
];

const dense: readonly ImportCase[] = [
  one(
    'Gemm behind a flattened picture',
    ['flatten => 126', 'dense 5 softmax => 5'],
    graph(
      9,
      picture,
      { w: random('w', [5, 126]), b: random('b', [5]) },
      ['Flatten', 'x'],
      ['Gemm', '_ w b', { transB: 1 }],
      ['Softmax', '_'],
    ),
  ),
  one(
    'Gemm with alpha and beta',
    ['dense 4 => 4'],
    graph(13, [2, 6], { w: random('w', [6, 4]), b: random('b', [4]) }, [
      'Gemm',
      'x w b',
      { alpha: float(0.5), beta: float(2) },
    ]),
  ),
  one(
    'MatMul and Add',
    ['dense 4 relu'],
    graph(
      13,
      ['N', 6],
      { w: random('w', [6, 4]), b: random('b', [4]) },
      ['MatMul', 'x w'],
      ['Add', 'b _'],
      ['Relu', '_'],
    ),
  ),
  one(
    'MatMul at each position',
    ['conv 4 1 => 5x4'],
    graph(
      13,
      [1, 6, 5],
      { w: random('w', [6, 4]), b: random('b', [4]) },
      ['Transpose', 'x', { perm: ints(0, 2, 1) }],
      ['MatMul', '_ w'],
      ['Add', '_ b'],
    ),
  ),
  one(
    'a shape that is computed, as PyTorch exports view(x.size(0), -1)',
    ['conv 4 3x3', 'flatten', 'dense 3'],
    graph(
      11,
      ['batch', 3, 7, 6],
      { ...conv, zero: { dims: [], values: [0], whole: true }, rest: whole(-1), w2: random('w2', [3, 80]) },
      ['Conv', 'x w b', {}, 'y'],
      ['Shape', 'y'],
      ['Gather', '_ zero', { axis: 0 }],
      ['Unsqueeze', '_', { axes: ints(0) }],
      ['Concat', '_ rest', { axis: 0 }, 'shape'],
      ['Reshape', 'y shape'],
      ['Gemm', '_ w2', { transB: 1 }],
    ),
  ),
  one(
    'features of two pictures side by side',
    ['concat {', 'dense 3'],
    graph(
      13,
      picture,
      { ...conv, w1: random('w1', [2, 3, 1, 1]), w2: random('w2', [164, 3]) },
      ['Conv', 'x w b', {}, 'p'],
      ['Conv', 'x w1', {}, 'q'],
      ['Flatten', 'p', {}, 'fp'],
      ['Flatten', 'q', {}, 'fq'],
      ['Concat', 'fp fq', { axis: 1 }],
      ['MatMul', '_ w2'],
    ),
  ),
];

const normal = {
  s: random('s', [3]),
  o: random('o', [3]),
  m: random('m', [3]),
  v: random('v', [3], { positive: true }),
};
const norms: readonly ImportCase[] = [
  one(
    'BatchNormalization 6',
    ['batchnorm epsilon 0.001'],
    graph(6, picture, normal, [
      'BatchNormalization',
      'x s o m v',
      { is_test: 1, epsilon: float(1e-3), consumed_inputs: ints(0, 0, 0, 1, 1) },
    ]),
  ),
  one(
    'BatchNormalization 15, momentum',
    ['batchnorm momentum 0.99 relu'],
    graph(15, picture, normal, ['BatchNormalization', 'x s o m v', { momentum: float(0.99) }], ['Relu', '_']),
  ),
  one(
    'BatchNormalization of features behind a picture',
    ['flatten', 'batchnorm'],
    graph(
      9,
      [1, 2, 3, 4],
      { s: random('s', [24]), o: random('o', [24]), m: random('m', [24]), v: random('v', [24], { positive: true }) },
      ['Flatten', 'x'],
      ['BatchNormalization', '_ s o m v'],
    ),
  ),
  one(
    'scale and offset go into the normalisation (Caffe)',
    ['batchnorm relu'],
    graph(
      9,
      picture,
      { ...normal, k: random('k', [3]), a: random('a', [3]) },
      ['BatchNormalization', 'x s o m v', {}, 'y'],
      ['Unsqueeze', 'k', { axes: ints(1, 2) }, 'k1'],
      ['Mul', 'y k1', {}, 'z'],
      ['Unsqueeze', 'a', { axes: ints(1, 2) }, 'a1'],
      ['Add', 'z a1'],
      ['Relu', '_'],
    ),
  ),
  one('InstanceNormalization', ['instancenorm'], graph(6, picture, normal, ['InstanceNormalization', 'x s o'])),
  one(
    'GroupNormalization',
    ['groupnorm 2'],
    graph(21, [1, 4, 3, 3], { s: random('s', [4]), o: random('o', [4]) }, [
      'GroupNormalization',
      'x s o',
      { num_groups: 2 },
    ]),
  ),
  one(
    'group normalisation as PyTorch exports it',
    ['groupnorm 2 relu'],
    graph(
      13,
      [1, 4, 3, 5],
      {
        shape: whole(0, 2, -1),
        back: whole(1, 4, 3, 5),
        one: numbers(1, 1),
        zero: numbers(0, 0),
        s: random('s', [4, 1, 1]),
        o: random('o', [4, 1, 1]),
      },
      ['Reshape', 'x shape'],
      ['InstanceNormalization', '_ one zero'],
      ['Reshape', '_ back'],
      ['Mul', '_ s'],
      ['Add', '_ o'],
      ['Relu', '_'],
    ),
  ),
  one(
    'LayerNormalization of channels, between transposes',
    ['layernorm epsilon 0.000001'],
    graph(
      17,
      picture,
      normal,
      ['Transpose', 'x', { perm: ints(0, 2, 3, 1) }, 'a'],
      ['LayerNormalization', 'a s o', { axis: -1, epsilon: float(1e-6) }],
      ['Transpose', '_', { perm: ints(0, 3, 1, 2) }],
    ),
  ),
  one(
    'LRN',
    ['lrn size 3 alpha 0.1 beta 0.5 k 1'],
    graph(13, picture, {}, ['LRN', 'x', { size: 3, alpha: float(0.3), beta: float(0.5) }]),
  ),
  one(
    'Dropout 6',
    ['dropout 0.3', 'relu'],
    graph(6, picture, {}, ['Dropout', 'x', { ratio: float(0.3), is_test: 1 }], ['Relu', '_']),
  ),
  one(
    'Dropout 13',
    ['dropout 0.25', 'relu'],
    graph(13, picture, { r: scalar(0.25) }, ['Dropout', 'x r'], ['Relu', '_']),
  ),
];

const simple = (op: string, word: string, attributes: Case['attributes'] = {}, opset = 18): ImportCase =>
  one(`${op} ${opset} ${JSON.stringify(attributes)}`, [word], graph(opset, picture, {}, [op, 'x', attributes]));

const activations: readonly ImportCase[] = [
  simple('Relu', 'relu', { consumed_inputs: ints(0) }, 1),
  simple('Sigmoid', 'sigmoid', {}, 6),
  simple('Tanh', 'tanh'),
  simple('Softplus', 'softplus', {}, 1),
  simple('Softsign', 'softsign'),
  simple('Mish', 'mish'),
  simple('HardSwish', 'hard_swish'),
  simple('Gelu', 'gelu', {}, 20),
  simple('Gelu', 'gelu_tanh', { approximate: 'tanh' }, 20),
  simple('LeakyRelu', 'leaky_relu 0.01', {}, 6),
  simple('LeakyRelu', 'leaky_relu', { alpha: float(0.2) }, 16),
  simple('Elu', 'elu 0.5', { alpha: float(0.5) }, 6),
  simple('Celu', 'elu', {}, 12),
  simple('Selu', 'selu', {}, 6),
  simple('HardSigmoid', 'hard_sigmoid', { alpha: float(1 / 6), beta: float(0.5) }),
  simple('HardSigmoid', 'depthwise 1x1 nobias frozen hard_sigmoid', {}, 6),
  simple('Clip', 'relu6', { min: float(0), max: float(6) }, 6),
  simple('Clip', 'depthwise 1x1 frozen relu6', { min: float(-1), max: float(1) }, 6),
  one('Clip 13 without an upper bound', ['relu'], graph(13, picture, { zero: scalar(0) }, ['Clip', 'x zero'])),
  one(
    'PRelu by channel',
    ['conv 4 3x3 prelu'],
    graph(9, picture, { ...conv, a: random('a', [4, 1, 1]) }, ['Conv', 'x w b'], ['PRelu', '_ a']),
  ),
  one('PRelu 6, one slope', ['prelu'], graph(6, picture, { a: numbers(0.3) }, ['PRelu', 'x a'])),
  one(
    'Softmax of a picture of one pixel',
    ['global_avgpool | softmax'],
    graph(9, picture, {}, ['GlobalAveragePool', 'x'], ['Softmax', '_']),
  ),
  one('Softmax 13 along the channels', ['softmax'], graph(13, picture, {}, ['Softmax', 'x', { axis: 1 }])),
  one(
    'LogSoftmax 13 along the columns',
    ['log_softmax axis columns'],
    graph(13, picture, {}, ['LogSoftmax', 'x', { axis: -1 }]),
  ),
];

const pools: readonly ImportCase[] = [
  one(
    'MaxPool, stride of 1 unless given',
    ['maxpool 2x2 stride 1'],
    graph(8, picture, {}, ['MaxPool', 'x', { kernel_shape: ints(2, 2) }]),
  ),
  one(
    'MaxPool, rounded up',
    ['maxpool 3x3 stride 2 ceil'],
    graph(10, [1, 2, 8, 6], {}, ['MaxPool', 'x', { kernel_shape: ints(3, 3), strides: ints(2, 2), ceil_mode: 1 }]),
  ),
  one(
    'MaxPool, dilated, sides',
    ['maxpool 2x2 stride 1 pad [1, 0, 0, 1] dilation 2'],
    graph(12, picture, {}, [
      'MaxPool',
      'x',
      { kernel_shape: ints(2, 2), dilations: ints(2, 2), pads: ints(1, 0, 0, 1) },
    ]),
  ),
  one(
    'AveragePool without its padding',
    ['avgpool 3x3 stride 2 pad 1'],
    graph(6, [1, 2, 8, 7], {}, [
      'AveragePool',
      'x',
      { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) },
    ]),
  ),
  one(
    'AveragePool with its padding',
    ['avgpool 3x3 stride 2 pad same include_pad'],
    graph(11, [1, 2, 7, 7], {}, [
      'AveragePool',
      'x',
      { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1), count_include_pad: 1 },
    ]),
  ),
  one(
    'AveragePool of a signal',
    ['avgpool 3'],
    graph(11, [1, 2, 9], {}, ['AveragePool', 'x', { kernel_shape: ints(3), strides: ints(3) }]),
  ),
  one('GlobalMaxPool', ['global_maxpool'], graph(1, picture, {}, ['GlobalMaxPool', 'x'])),
  one(
    'GlobalAveragePool, and a convolution of it',
    ['global_avgpool keep', 'conv 4 1x1 => 1x1x4', 'flatten'],
    graph(1, picture, { w: random('w', [4, 3, 1, 1]), b: conv.b }, ['GlobalAveragePool', 'x'], ['Conv', '_ w b']),
  ),
  one(
    'ReduceMean of rows and columns',
    ['global_avgpool'],
    graph(13, picture, {}, ['ReduceMean', 'x', { axes: ints(2, 3), keepdims: 0 }]),
  ),
  one(
    'ReduceMean 18 of the channels',
    ['transpose [1, 0]', 'global_avgpool'],
    graph(18, picture, { axes: whole(1) }, ['ReduceMean', 'x axes', { keepdims: 1 }], ['Flatten', '_']),
  ),
  one('ReduceMax, ReduceSum', ['global_avgpool'], graph(11, picture, {}, ['ReduceSum', 'x', { axes: ints(-1, -2) }])),
];

const merges: readonly ImportCase[] = [
  one(
    'Add of two ways',
    ['add relu {', 'branch { conv 3 3x3 pad same }', 'branch { }'],
    graph(
      7,
      picture,
      { w: random('w', [3, 3, 3, 3]), b: random('b', [3]) },
      ['Conv', 'x w b', { pads: ints(1, 1, 1, 1) }],
      ['Add', '_ x'],
      ['Relu', '_'],
    ),
  ),
  one(
    'Add 6, numbers from an axis on',
    ['conv 4 3x3'],
    graph(6, picture, { w: conv.w, b: conv.b }, ['Conv', 'x w'], ['Add', '_ b', { broadcast: 1, axis: 1 }]),
  ),
  one(
    'Add of a picture of numbers',
    ['depthwise 1x1 bias per_position frozen'],
    graph(13, picture, { p: random('p', [1, 3, 7, 6]) }, ['Add', 'x p']),
  ),
  one(
    'Sum of three',
    ['add {'],
    graph(
      8,
      picture,
      { w: random('w', [3, 3, 1, 1]), v: random('v', [3, 3, 1, 1]) },
      ['Conv', 'x w', {}, 'a'],
      ['Conv', 'x v', {}, 'b'],
      ['Sum', 'a x b'],
    ),
  ),
  one(
    'Sub of two ways',
    ['add {'],
    graph(13, picture, { w: random('w', [3, 3, 1, 1]) }, ['Conv', 'x w', {}, 'a'], ['Sub', 'x a']),
  ),
  one(
    'mean and deviation of the input',
    ['depthwise 1x1 frozen'],
    graph(
      13,
      picture,
      { m: random('m', [1, 3, 1, 1]), d: random('d', [3, 1, 1], { positive: true }) },
      ['Sub', 'x m'],
      ['Div', '_ d'],
    ),
  ),
  one(
    '1 - x, and -x / 2',
    ['depthwise 1x1 frozen'],
    graph(13, picture, { one: scalar(1), two: scalar(2) }, ['Sub', 'one x'], ['Neg', '_'], ['Div', '_ two']),
  ),
  one(
    'features times numbers',
    ['batchnorm frozen'],
    graph(13, [1, 5], { k: random('k', [5]), a: random('a', [5]) }, ['Mul', 'x k'], ['Add', '_ a']),
  ),
  one(
    'squeeze and excitation',
    ['multiply {', 'global_avgpool'],
    graph(
      13,
      picture,
      { w: random('w', [3, 3, 1, 1]), b: random('b', [3]) },
      ['GlobalAveragePool', 'x'],
      ['Conv', '_ w b'],
      ['Sigmoid', '_'],
      ['Mul', 'x _'],
    ),
  ),
  one(
    'times one channel',
    ['multiply {'],
    graph(13, picture, { w: random('w', [1, 3, 1, 1]) }, ['Conv', 'x w'], ['Sigmoid', '_'], ['Mul', '_ x']),
  ),
  one(
    'a sum with one number a channel that is computed',
    ['upsample 7x6', 'add {'],
    graph(13, picture, {}, ['GlobalAveragePool', 'x'], ['Add', 'x _']),
  ),
  one(
    'Pow',
    ['multiply x_value'.replace('x_value', 'relu1')],
    graph(13, picture, { two: scalar(2) }, ['Relu', 'x'], ['Pow', '_ two']),
  ),
  one(
    'Concat of channels',
    ['concat {', 'branch { conv 4 1x1 nobias }', 'branch { }'],
    graph(4, picture, { w: random('w', [4, 3, 1, 1]) }, ['Conv', 'x w'], ['Concat', '_ x', { axis: 1 }]),
  ),
  one(
    'Concat of rows',
    ['concat axis height {'],
    graph(13, picture, { w: random('w', [3, 3, 1, 1]) }, ['Conv', 'x w'], ['Concat', 'x _', { axis: 2 }]),
  ),
];

const moves: readonly ImportCase[] = [
  one(
    'channel shuffle',
    ['reshape 42x2x2', 'transpose [0, 2, 1]', 'reshape 7x6x4'],
    graph(
      9,
      [1, 4, 7, 6],
      { apart: whole(1, 2, 2, 7, 6), back: whole(1, 4, 7, 6) },
      ['Reshape', 'x apart'],
      ['Transpose', '_', { perm: ints(0, 2, 1, 3, 4) }],
      ['Reshape', '_ back'],
    ),
  ),
  one(
    'channels last, with transposes around',
    ['input 7x6x3', 'conv 4 3x3 relu'],
    graph(
      13,
      [1, 7, 6, 3],
      conv,
      ['Transpose', 'x', { perm: ints(0, 3, 1, 2) }],
      ['Conv', '_ w b'],
      ['Relu', '_'],
      ['Transpose', '_', { perm: ints(0, 2, 3, 1) }],
    ),
  ),
  one(
    'Slice of channels and rows',
    ['slice 1 2', 'slice 2 4 axis rows'],
    graph(10, picture, { s: whole(1, 2), e: whole(9, -1), a: whole(1, 2) }, ['Slice', 'x s e a']),
  ),
  one(
    'every second column',
    ['maxpool 1x1 stride 1x2'],
    graph(10, picture, { s: whole(1), e: whole(6), a: whole(3), t: whole(2) }, ['Slice', 'x s e a t']),
  ),
  one(
    'Split and the other half first',
    ['slice 2 2', 'slice 0 2', 'concat'],
    graph(11, [1, 4, 5, 5], {}, ['Split', 'x', { axis: 1, split: ints(2, 2) }, 'a b'], ['Concat', 'b a', { axis: 1 }]),
  ),
  one('Gather of channels', ['slice 1 1'], graph(13, picture, { i: whole(1) }, ['Gather', 'x i', { axis: 1 }])),
  one(
    'Pad with zeros and edges',
    ['pad [1, 2, 0, 1]', 'pad 1x2 edge'],
    graph(
      11,
      picture,
      { p: whole(0, 0, 1, 0, 0, 0, 2, 1), q: whole(0, 0, 1, 2, 0, 0, 1, 2) },
      ['Pad', 'x p'],
      ['Pad', '_ q', { mode: 'edge' }],
    ),
  ),
  one(
    'Pad 2, mirrored',
    ['pad 2 reflect'],
    graph(2, picture, {}, ['Pad', 'x', { mode: 'reflect', pads: ints(0, 0, 2, 2, 0, 0, 2, 2) }]),
  ),
  one('Pad below 0', ['crop [1, 0, 0, 2]'], graph(11, picture, { p: whole(0, 0, -1, 0, 0, 0, 0, -2) }, ['Pad', 'x p'])),
  one(
    'DepthToSpace, both modes',
    ['depth_to_space 2', 'reshape 168x2x4'],
    graph(
      11,
      [1, 8, 7, 6],
      { w: random('w', [8, 2, 1, 1]) },
      ['DepthToSpace', 'x', { blocksize: 2 }],
      ['Conv', '_ w'],
      ['DepthToSpace', '_', { blocksize: 2, mode: 'CRD' }],
    ),
  ),
  one('SpaceToDepth', ['space_to_depth 2'], graph(13, [1, 3, 4, 6], {}, ['SpaceToDepth', 'x', { blocksize: 2 }])),
  one('Upsample 9', ['upsample 2x3'], graph(9, picture, { s: numbers(1, 1, 2, 3) }, ['Upsample', 'x s'])),
  one(
    'Upsample 7',
    ['upsample 2x2'],
    graph(7, picture, {}, ['Upsample', 'x', { mode: 'nearest', scales: { floats: [1, 1, 2, 2] } }]),
  ),
  one(
    'Resize 13, nearest as PyTorch',
    ['upsample 2x2'],
    graph(13, picture, { s: numbers(1, 1, 2, 2) }, [
      'Resize',
      'x - s',
      { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    ]),
  ),
  one(
    'Resize 18, bilinear to a size',
    ['resize 10x9 bilinear'],
    graph(18, picture, { z: whole(1, 3, 10, 9) }, [
      'Resize',
      'x - - z',
      { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
    ]),
  ),
  one(
    'Squeeze, Unsqueeze, Identity, Cast',
    ['global_avgpool', 'dense 2'],
    graph(
      13,
      picture,
      { a: whole(2, 3), c: whole(2), w: random('w', [3, 2]) },
      ['GlobalAveragePool', 'x'],
      ['Squeeze', '_ a'],
      ['Unsqueeze', '_ c'],
      ['Flatten', '_'],
      ['Identity', '_'],
      ['Cast', '_', { to: 1 }],
      ['MatMul', '_ w'],
    ),
  ),
];

/** What exporters write as several nodes. */
const patterns: readonly ImportCase[] = [
  one(
    'x sigmoid(x)',
    ['relu | silu'],
    graph(11, picture, {}, ['Relu', 'x', {}, 'r'], ['Sigmoid', 'r'], ['Mul', 'r _']),
  ),
  one('x tanh(softplus(x))', ['mish'], graph(11, picture, {}, ['Softplus', 'x'], ['Tanh', '_'], ['Mul', '_ x'])),
  one(
    'x hard_sigmoid(x)',
    ['hard_swish'],
    graph(11, picture, {}, ['HardSigmoid', 'x', { alpha: float(1 / 6) }], ['Mul', 'x _']),
  ),
  one(
    'x relu6(x + 3) / 6',
    ['hard_swish'],
    graph(
      11,
      picture,
      { three: scalar(3), zero: scalar(0), six: scalar(6) },
      ['Add', 'x three'],
      ['Clip', '_ zero six'],
      ['Mul', 'x _'],
      ['Div', '_ six'],
    ),
  ),
  one(
    'gelu by erf',
    ['conv 4 3x3 gelu'],
    graph(
      11,
      picture,
      { ...conv, root: scalar(Math.SQRT2), one: scalar(1), half: scalar(0.5) },
      ['Conv', 'x w b', {}, 'y'],
      ['Div', 'y root'],
      ['Erf', '_'],
      ['Add', '_ one'],
      ['Mul', 'y _'],
      ['Mul', '_ half'],
    ),
  ),
  one(
    'layer normalisation by means',
    ['layernorm epsilon 0.001'],
    graph(
      11,
      picture,
      { two: scalar(2), eps: scalar(1e-3), s: random('s', [3]), o: random('o', [3]) },
      ['Transpose', 'x', { perm: ints(0, 2, 3, 1) }, 'a'],
      ['ReduceMean', 'a', { axes: ints(-1) }],
      ['Sub', 'a _', {}, 'd'],
      ['Pow', 'd two'],
      ['ReduceMean', '_', { axes: ints(-1) }],
      ['Add', '_ eps'],
      ['Sqrt', '_'],
      ['Div', 'd _'],
      ['Mul', '_ s'],
      ['Add', '_ o'],
      ['Transpose', '_', { perm: ints(0, 3, 1, 2) }],
    ),
  ),
];

/** Ways that part and meet. */
const shapes: readonly ImportCase[] = [
  one(
    'each value read by all later ones, as densely connected networks of PyTorch have it',
    ['from conv1', 'concat'],
    graph(
      13,
      picture,
      {
        a: random('a', [2, 3, 1, 1]),
        b: random('b', [2, 2, 3, 3]),
        c: random('c', [2, 4, 3, 3]),
        d: random('d', [3, 6, 1, 1]),
      },
      ['Conv', 'x a', {}, 'p'],
      ['Conv', 'p b', { pads: ints(1, 1, 1, 1) }, 'q'],
      ['Concat', 'p q', { axis: 1 }, 'pq'],
      ['Conv', 'pq c', { pads: ints(1, 1, 1, 1) }, 'r'],
      ['Concat', 'p q r', { axis: 1 }],
      ['Conv', '_ d'],
    ),
  ),
  one(
    'two ways that share a part',
    ['add relu1', 'from conv1', 'concat conv1'],
    graph(
      13,
      picture,
      { a: random('a', [3, 3, 1, 1]), b: random('b', [3, 3, 1, 1]) },
      ['Relu', 'x', {}, 'r'],
      ['Conv', 'r a', {}, 'p'],
      ['Conv', 'p b', {}, 'q'],
      ['Add', 'r p', {}, 's'],
      ['Mul', 's q', {}, 't'],
      ['Concat', 't p', { axis: 1 }],
    ),
  ),
  one(
    'a mask of one channel, with the first values joined before the last ones',
    ['concat {', 'branch { }', 'conv 1 1x1 sigmoid => 8x6x1\n}'],
    graph(
      13,
      [1, 3, 8, 6],
      { w: random('w', [3, 4, 2, 2]), v: random('v', [1, 7, 1, 1]), o: random('o', [1]) },
      ['MaxPool', 'x', { kernel_shape: ints(2, 2), strides: ints(2, 2) }],
      ['ConvTranspose', '_ w', { strides: ints(2, 2) }],
      ['Concat', 'x _', { axis: 1 }],
      ['Conv', '_ v o'],
      ['Sigmoid', '_'],
    ),
  ),
  one(
    'a value joined with itself',
    ['concat relu1'],
    graph(13, picture, {}, ['Relu', 'x', {}, 'r'], ['Concat', 'r r', { axis: 1 }]),
  ),
  one(
    'no folding where another reads the value',
    ['conv 4 3x3 nobias', 'relu'],
    graph(13, picture, conv, ['Conv', 'x w', {}, 'y'], ['Relu', 'y', {}, 'a'], ['Mul', 'y a']),
  ),
];

export const importCases: readonly ImportCase[] = [
  ...convolutions,
  ...dense,
  ...norms,
  ...activations,
  ...pools,
  ...merges,
  ...moves,
  ...patterns,
  ...shapes,
];

export interface RefusedCase {
  readonly title: string;
  readonly graph: GraphGiven;
  /** What the message says. */
  readonly says: string;
}

const no = (title: string, says: string, given: GraphGiven): RefusedCase => ({ title, says, graph: given });

export const refusedCases: readonly RefusedCase[] = [
  no('a shape that does not fit', 'elements, not', graph(13, picture, { s: whole(-1, 4) }, ['Reshape', 'x s'])),
  no('an operator that cnnc has not', 'node "t0" (Erf)', graph(13, picture, {}, ['Erf', 'x'])),
  no('weights that the network computes', 'the weights are computed', graph(13, [1, 3, 3, 3], {}, ['Conv', 'x x'])),
  no(
    'a volume',
    'spatial dimensions',
    graph(
      13,
      [1, 2, 3, 3],
      { s: whole(1, 1, 2, 3, 3), w: random('w', [2, 1, 1, 1, 1]) },
      ['Reshape', 'x s'],
      ['Conv', '_ w'],
    ),
  ),
  no(
    'indices of the largest',
    'indices',
    graph(13, picture, {}, ['MaxPool', 'x', { kernel_shape: ints(2, 2) }, 'y i'], ['Concat', 'y i', { axis: 1 }]),
  ),
  no(
    'padding with ones',
    'padding with 1',
    graph(6, picture, {}, ['Pad', 'x', { pads: ints(0, 0, 1, 1, 0, 0, 1, 1), value: float(1) }]),
  ),
  no('cubic resizing', 'cubic', graph(13, picture, { s: numbers(1, 1, 2, 2) }, ['Resize', 'x - s', { mode: 'cubic' }])),
  no('an even neighbourhood', 'neighbourhood of 4', graph(13, picture, {}, ['LRN', 'x', { size: 4 }])),
  no(
    'an exchange of four axes',
    'more than three axes',
    graph(
      13,
      [1, 4, 6, 5],
      { apart: whole(1, 2, 2, 6, 5), w: random('w', [2, 10, 1, 1]), back: whole(1, 10, 6, 2) },
      ['Reshape', 'x apart'],
      ['Transpose', '_', { perm: ints(0, 4, 2, 3, 1) }],
      ['Reshape', '_ back'],
      ['Conv', '_ w'],
    ),
  ),
  no(
    'statistics of a batch',
    'training mode',
    graph(15, picture, normal, ['BatchNormalization', 'x s o m v', { training_mode: 1 }]),
  ),
  no('several inputs', 'it has 2 inputs', {
    ...graph(13, picture, {}, ['Relu', 'x']),
    inputs: [
      { name: 'x', dims: picture },
      { name: 'z', dims: picture },
    ],
  }),
  no('several outputs', 'it has 2 outputs', { ...graph(13, picture, {}, ['Relu', 'x']), outputs: ['t0', 'x'] }),
  no('sizes that are not known', 'size 3 of the input "x" is "H"', graph(13, [1, 3, 'H', 'W'], {}, ['Relu', 'x'])),
];
