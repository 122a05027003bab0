// What exporters write as several nodes, and ways that part and meet.
import { conv, float, graph, type ImportCase, ints, one, picture, random, scalar } from './build.ts';

/** What exporters write as several nodes. */
export const patterns: readonly ImportCase[] = [
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
export const shapes: readonly ImportCase[] = [
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
