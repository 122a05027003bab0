// Graphs that cannot be imported, and what the message says.
import { float, graph, ints, no, normal, numbers, picture, type RefusedCase, random, whole } from './build.ts';

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
