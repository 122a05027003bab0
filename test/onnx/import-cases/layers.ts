// Normalisation, activations and pooling.
import type { Case } from '../operator-cases/build.ts';
import {
  conv,
  float,
  graph,
  type ImportCase,
  ints,
  normal,
  numbers,
  one,
  picture,
  random,
  scalar,
  whole,
} from './build.ts';

export const norms: readonly ImportCase[] = [
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

export const activations: readonly ImportCase[] = [
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

export const pools: readonly ImportCase[] = [
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
