// Convolutions and dense layers.
import { conv, float, graph, type ImportCase, ints, one, picture, random, whole } from './build.ts';

export const convolutions: readonly ImportCase[] = [
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

export const dense: readonly ImportCase[] = [
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
