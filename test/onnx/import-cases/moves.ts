// What joins values, and what moves them.
import { conv, graph, type ImportCase, ints, numbers, one, picture, random, scalar, whole } from './build.ts';

export const merges: readonly ImportCase[] = [
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

export const moves: readonly ImportCase[] = [
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
