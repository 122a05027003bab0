// What the lines conv, conv_transpose, depthwise and separable mean: sizes, weights, and how they relate to each other.
import { describe, expect, test } from 'vitest';
import { type Graph, type Node, sizeOf } from '../../src/ir/index.ts';
import { receptiveFields } from '../../src/passes/receptive-field.ts';
import { randomTensor } from '../support/numbers.ts';
import { graphOfText, parametersOf, runText } from '../support/text-model.ts';

const close = (found: ArrayLike<number>, expected: ArrayLike<number>): void => {
  expect(found.length).toBe(expected.length);
  Array.from(expected).forEach((v, i) => {
    expect(found[i], `element ${i}`).toBeCloseTo(v, 9);
  });
};

interface Row {
  readonly i: number;
  readonly k: number;
  readonly s: number;
  readonly p: number;
  readonly a: number;
  readonly o: number;
}
/** Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", section 4: each with its figure first. */
const relationships: readonly (readonly [string, readonly Row[]])[] = [
  [
    '8: no padding, o = i + (k - 1)',
    [
      { i: 2, k: 3, s: 1, p: 0, a: 0, o: 4 },
      { i: 7, k: 4, s: 1, p: 0, a: 0, o: 10 },
    ],
  ],
  [
    '9: padding, o = i + (k - 1) - 2p',
    [
      { i: 6, k: 4, s: 1, p: 2, a: 0, o: 5 },
      { i: 5, k: 5, s: 1, p: 1, a: 0, o: 7 },
    ],
  ],
  [
    '10: half padding, o = i',
    [
      { i: 5, k: 3, s: 1, p: 1, a: 0, o: 5 },
      { i: 8, k: 7, s: 1, p: 3, a: 0, o: 8 },
    ],
  ],
  [
    '11: full padding, o = i - (k - 1)',
    [
      { i: 7, k: 3, s: 1, p: 2, a: 0, o: 5 },
      { i: 9, k: 5, s: 1, p: 4, a: 0, o: 5 },
    ],
  ],
  [
    '12: stride, o = s(i - 1) + k',
    [
      { i: 2, k: 3, s: 2, p: 0, a: 0, o: 5 },
      { i: 3, k: 2, s: 3, p: 0, a: 0, o: 8 },
    ],
  ],
  [
    '13: stride and padding, o = s(i - 1) + k - 2p',
    [
      { i: 3, k: 3, s: 2, p: 1, a: 0, o: 5 },
      { i: 4, k: 5, s: 3, p: 2, a: 0, o: 10 },
    ],
  ],
  [
    '14: stride that divides with a remainder, o = s(i - 1) + a + k - 2p',
    [
      { i: 3, k: 3, s: 2, p: 1, a: 1, o: 6 },
      { i: 4, k: 4, s: 3, p: 1, a: 2, o: 13 },
    ],
  ],
];

/**
 * The transposed convolution as the guide defines it: a convolution, with stride 1 and the kernel turned, over the input
 * with s - 1 zeros between its values, k - p - 1 zeros around it, and a more at the bottom and right.
 */
function bySpreading(x: Float64Array, w: Float64Array, { i, k, s, p, a, o }: Row): number[] {
  const at = (y: number, xx: number): number => {
    const [row, column] = [(y - (k - p - 1)) / s, (xx - (k - p - 1)) / s];
    const inside = [row, column].every((v) => Number.isInteger(v) && v >= 0 && v < i);
    return inside ? (x[row * i + column] as number) : 0;
  };
  const size = s * (i - 1) + 1 + 2 * (k - p - 1) + a;
  expect(size - k + 1).toBe(o);
  return Array.from({ length: o * o }, (_, n) => {
    let sum = 0;
    for (let ky = 0; ky < k; ky++)
      for (let kx = 0; kx < k; kx++)
        sum += at(Math.floor(n / o) + ky, (n % o) + kx) * (w[(k - 1 - ky) * k + (k - 1 - kx)] as number);
    return sum;
  });
}

describe('transposed convolution, relationship', () => {
  test.each(relationships)('%s', (_, rows) => {
    for (const row of rows) {
      const { i, k, s, p, a, o } = row;
      const line = `conv_transpose 1 ${k}x${k} stride ${s} pad ${p} ${a > 0 ? `output_pad ${a} ` : ''}nobias`;
      const x = randomTensor([i, i], 3).data;
      const w = randomTensor([k, k], 4).data;
      const y = runText(`${i}x${i}x1`, `${line} => ${o}x${o}x1`, x, { 'conv_transpose1.weight': w });
      close(y.data, bySpreading(x, w, row));
    }
  });

  test('`same` gives stride times the input, for kernels larger and smaller than the stride', () => {
    for (const [k, s] of [
      [4, 2],
      [3, 2],
      [5, 1],
      [2, 3],
      [1, 4],
    ] as const)
      graphOfText('5x7x2', `conv_transpose 3 ${k}x${k} stride ${s} pad same => ${5 * s}x${7 * s}x3`);
  });
});

test.each([
  ['9x9x4', 'stride 2x1 pad 1', ''],
  ['10x9x4', 'stride 2x3 groups 2', 'output_pad 1'],
  ['10x9x4', 'dilation 2x1 groups 2 pad [1, 0, 2, 1]', ''],
])('conv_transpose is the transpose of conv: <conv(x), y> = <x, conv_transpose(y)>: %s %s', (input, options, added) => {
  const line = `conv 6 3x2 ${options} nobias`;
  const [weight] = parametersOf(graphOfText(input, line));
  const w = randomTensor((weight as Node).type.shape, 5).data;
  const x = randomTensor(input.split('x').map(Number), 6).data;
  const y = runText(input, line, x, { 'conv1.weight': w });
  const other = randomTensor(y.shape, 7).data;
  const transposed = `conv_transpose 4 3x2 ${options} ${added} nobias => ${input}`;
  const back = runText(y.shape.join('x'), transposed, other, { 'conv_transpose1.weight': w });
  const dot = (p: Float64Array, q: Float64Array): number => p.reduce((sum, v, i) => sum + v * (q[i] as number), 0);
  expect(dot(y.data, other)).toBeCloseTo(dot(x, back.data), 9);
});

test('groups are convolutions side by side', () => {
  const x = randomTensor([5, 6, 4], 1).data;
  const w = randomTensor([3, 2, 2, 6], 2).data;
  const part = (values: Float64Array, width: number, from: number, to: number): Float64Array =>
    values.filter((_, i) => i % width >= from && i % width < to);
  const whole = runText('5x6x4', 'conv 6 3x2 groups 2 nobias', x, { 'conv1.weight': w });
  for (const g of [0, 1]) {
    const one = runText('5x6x2', 'conv 3 3x2 nobias', part(x, 4, 2 * g, 2 * g + 2), {
      'conv1.weight': part(w, 6, 3 * g, 3 * g + 3),
    });
    close(part(whole.data, 6, 3 * g, 3 * g + 3), one.data);
  }
});

test('separable is depthwise and then a 1x1 convolution; depthwise is a convolution in as many groups as channels', () => {
  const each = randomTensor([3, 3, 2, 2], 2).data;
  const point = randomTensor([1, 1, 4, 5], 3).data;
  const bias = randomTensor([5], 4).data;
  const options = 'stride 2 pad same';
  const one = runText('7x6x2', `separable 5 3x3 multiplier 2 ${options} tanh`, undefined, {
    'separable1.depthwise_weight': each,
    'separable1.pointwise_weight': point,
    'separable1.bias': bias,
  });
  const second = { 'conv1.weight': point, 'conv1.bias': bias };
  const two = runText('7x6x2', `depthwise 3x3 multiplier 2 ${options} nobias | conv 5 1x1 tanh`, undefined, {
    'depthwise1.weight': each,
    ...second,
  });
  const three = runText('7x6x2', `conv 4 3x3 groups 2 ${options} nobias name d | conv 5 1x1 tanh`, undefined, {
    'd.weight': each,
    ...second,
  });
  close(two.data, one.data);
  close(three.data, one.data);
});

describe('weights lie as Keras has them', () => {
  const fan = (rows: number, columns: number): number => Math.sqrt(6 / (rows + columns));
  test.each([
    ['8x8x6', 'conv 4 3x2 groups 2', [3, 2, 3, 4], fan(18, 24)],
    ['8x8x6', 'conv_transpose 4 3x2 groups 2', [3, 2, 2, 6], fan(12, 36)],
    ['8x8x6', 'depthwise 3x2 multiplier 2', [3, 2, 6, 2], fan(36, 12)],
    ['8x8x6', 'separable 4 3x2', [3, 2, 6, 1], fan(36, 6)],
    ['9x6', 'conv 4 3', [3, 6, 4], fan(18, 12)],
    ['9x6', 'conv_transpose 4 3', [3, 4, 6], fan(12, 18)],
    ['9x6', 'depthwise 3', [3, 6, 1], fan(18, 3)],
  ] as const)('%s: %s', (input, line, shape, limit) => {
    const [weight, bias] = parametersOf(graphOfText(input, line));
    expect(weight?.type.shape).toEqual(shape);
    expect(weight?.attrs.init).toEqual({ kind: 'uniform', limit });
    if (!line.startsWith('separable')) expect(bias?.type.shape.length).toBe(1);
  });

  test('the pointwise weights of separable, and a bias at every place', () => {
    const shapes = (input: string, line: string) => parametersOf(graphOfText(input, line)).map((p) => p.type.shape);
    expect(shapes('8x8x6', 'separable 4 3x3')[1]).toEqual([1, 1, 6, 4]);
    expect(shapes('9x6', 'separable 4 3')[1]).toEqual([1, 6, 4]);
    expect(shapes('8x7x6', 'conv 4 3x3 bias per_position')[1]).toEqual([6, 5, 4]);
    expect(shapes('9x6', 'conv 4 3 bias per_position')[1]).toEqual([7, 4]);
  });
});

describe('kernels of given numbers', () => {
  const ones = (n: number): number[] => new Array<number>(n).fill(1);
  test('one matrix is for every channel and filter, a list of matrices has one for each filter', () => {
    const x = [1, 2, 3, 4];
    expect([...runText('1x2x2', 'conv 2 kernel [[1, 10]] nobias', x).data]).toEqual([73, 73]);
    expect([...runText('1x2x2', 'conv 2 1x2 kernel [[[1, 10]], [[0, 1]]] nobias', x).data]).toEqual([73, 7]);
    const three = 'conv 4 groups 2 kernel [[[1, 0]], [[0, 1]], [[1, 1]], [[10, 1]]] nobias';
    expect([...runText('1x2x2', three, x).data]).toEqual([1, 3, 6, 24]);
  });

  test('in every kind of convolution', () => {
    const x = [1, 2];
    expect([...runText('1x1x2', 'depthwise kernel [[[2]], [[3]]] nobias', x).data]).toEqual([2, 6]);
    expect([...runText('1x1x2', 'depthwise multiplier 2 kernel [[[1]], [[2]], [[3]], [[4]]] nobias', x).data]).toEqual([
      1, 2, 6, 8,
    ]);
    const grow = 'conv_transpose 2 kernel [[[1, 10]], [[100, 1000]]] nobias';
    expect([...runText('1x1x2', grow, x).data]).toEqual([3, 300, 30, 3000]);
    const groups = 'conv_transpose 2 groups 2 kernel [[[1, 10]], [[100, 1000]]] nobias';
    expect([...runText('1x1x2', groups, x).data]).toEqual([1, 200, 10, 2000]);
  });

  test('along a signal they are rows', () => {
    expect([...runText('4x1', 'conv 1 kernel [1, -2, 1] nobias', [1, 4, 9, 16]).data]).toEqual([2, 2]);
    expect([...runText('3x1', 'conv 2 kernel [[1, 1], [1, -1]] nobias', [1, 4, 9]).data]).toEqual([5, -3, 13, -5]);
    expect([...runText('3x1', 'conv 1 kernel [1, 1] pad [1, 0] nobias', [1, 4, 9]).data]).toEqual([1, 5, 13]);
    expect(runText('5x3', 'conv 1 kernel [1, 1, 1] nobias', ones(15)).data[0]).toBe(9);
  });
});

describe('what one output sees', () => {
  const sees = (graph: Graph): readonly number[] | undefined =>
    receptiveFields(graph).get(graph.effects[0]?.value as Node)?.size;
  test.each([
    ['64x64x1', 'conv 1 3x3 | conv 1 3x3 dilation 2 | conv 1 3x3 dilation 4 | conv 1 3x3 dilation 8', [31, 31]],
    ['16x16x1', 'conv 1 3x3 stride 2 | conv_transpose 1 4x4 stride 2 | conv 1 3x3', [7, 7]],
    ['100x2', 'conv 4 5 | maxpool 2 | conv 4 3', [1, 10]],
    ['16x16x4', 'depthwise 3x3 | separable 4 3x3', [5, 5]],
  ])('%s: %s', (input, layers, size) => {
    const graph = graphOfText(input, layers);
    expect(sees(graph)).toEqual(size);
    expect(sizeOf(graph.effects[0]?.value.type.shape ?? [])).toBeGreaterThan(0);
  });
});
