// Losses, and graphs of several nodes.
import { type Case, file, ints, n, nan, one, several, t, upTo, whole } from './build.ts';

export const losses: readonly Case[] = [
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

export const graphs: readonly Case[] = [
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
