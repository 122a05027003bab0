// The worked examples of the lectures: in the reference, and through a compiled model with given weights on the device.
import { describe, expect, test } from 'vitest';
import { createSession, initialValues, predict } from '../runtime/index.ts';
import { interpret, isOp, sizeOf, type Tensor } from '../src/ir/index.ts';
import { withDevice } from './support/adapter.ts';
import { compileFor, runnable, type Target } from './support/targets.ts';

const opened = await withDevice();
type Grid = readonly (readonly number[])[];

/** The output of `model m { input HxWx1 LAYERS }` for one picture, its weights given by name. */
function reference(target: Target, picture: Grid, layers: string, weights: Readonly<Record<string, Grid>>): number[][] {
  const { graphs } = compiled(target, picture, layers);
  const leaves = new Map<string, Tensor>();
  for (const n of graphs!.infer.nodes) {
    if (isOp(n, 'input')) leaves.set(n.id, { shape: n.type.shape, data: Float64Array.from(picture.flat()) });
    if (isOp(n, 'parameter')) leaves.set(n.id, { shape: n.type.shape, data: Float64Array.from(weights[n.id]!.flat()) });
  }
  const y = interpret(graphs!.infer, { leaves, step: new Map() }).outputs.get('output')!;
  return rows([...y.data], y.shape[2]!);
}

/** The output of a model whose kernels are numbers in its text, in the reference and on the device. */
async function filtered(target: Target, input: string, values: readonly number[], layers: string) {
  const text = `model m {\n  input ${input}\n  ${layers}\n}`;
  const { plan, graphs, diagnostics } = compileFor(target, { file: 'm.cnn', text }, { batch: 1 });
  expect(diagnostics.map((d) => d.message)).toEqual([]);
  const leaves = new Map<string, Tensor>();
  for (const n of graphs!.infer.nodes) {
    const { shape } = n.type;
    if (isOp(n, 'input')) leaves.set(n.id, { shape, data: Float64Array.from(values) });
    if (isOp(n, 'parameter'))
      leaves.set(n.id, { shape, data: Float64Array.from(initialValues({ ...n.attrs, name: n.id, offset: 0 }, 1)) });
  }
  const expected = [...interpret(graphs!.infer, { leaves, step: new Map() }).outputs.get('output')!.data];
  if (!opened) return { expected, found: expected };
  const session = await createSession(opened.device, plan!, ['infer']);
  session.initialise(1);
  const found = [...(await predict(session, Float32Array.from(values)))];
  session.dispose();
  return { expected, found };
}

function compiled(target: Target, picture: Grid, layers: string) {
  const text = `model m {\n  input ${picture.length}x${picture[0]!.length}x1\n  ${layers}\n}`;
  const found = compileFor(target, { file: 'm.cnn', text }, { batch: 1 });
  expect(found.diagnostics.filter((d) => d.severity === 'error').map((d) => d.message)).toEqual([]);
  return found;
}

async function onDevice(
  target: Target,
  picture: Grid,
  layers: string,
  weights: Readonly<Record<string, Grid>>,
): Promise<number[][]> {
  const { plan } = compiled(target, picture, layers);
  const session = await createSession(opened!.device, plan!, ['infer']);
  session.setParameters(new Map(Object.entries(weights).map(([name, grid]) => [name, Float32Array.from(grid.flat())])));
  const y = await predict(session, Float32Array.from(picture.flat()));
  session.dispose();
  return rows([...y], plan!.output.shape[2]!);
}

const rows = (values: readonly number[], width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));

/** A kernel turned by half: what a convolution in the sense of mathematics slides over the picture. */
const flipped = (kernel: Grid): Grid => [...kernel].reverse().map((row) => [...row].reverse());

const five: Grid = [
  [3, 3, 2, 1, 0],
  [0, 0, 1, 3, 1],
  [3, 1, 2, 2, 3],
  [2, 0, 0, 2, 2],
  [2, 0, 0, 0, 1],
];
const three: Grid = [
  [0, 1, 2],
  [2, 2, 0],
  [0, 1, 2],
];
const signed: Grid = [
  [1, 1, 1, 1, 1],
  [-1, 0, -3, 0, 1],
  [2, 1, 1, -1, 0],
  [0, -1, 1, 2, 1],
  [1, 2, 1, 1, 1],
];
const corners: Grid = [
  [1, 0, 0],
  [0, 0, 0],
  [0, 0, -1],
];
/** Seven by seven: an X of five by five, with a border of zeros. */
const letterX: Grid = Array.from({ length: 7 }, (_, i) =>
  Array.from({ length: 7 }, (_, j) => (i % 6 !== 0 && (i === j || i + j === 6) ? 1 : 0)),
);
const diagonal: Grid = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const sobel: Grid = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
];

const examples: readonly { what: string; picture: Grid; layers: string; weights: Record<string, Grid>; gives: Grid }[] =
  [
    {
      what: 'a 3x3 kernel over a 5x5 picture (a cross-correlation)',
      picture: five,
      layers: 'conv 1 3x3 nobias',
      weights: { 'conv1.weight': three },
      gives: [
        [12, 12, 17],
        [10, 17, 19],
        [9, 6, 14],
      ],
    },
    {
      what: 'the same with padding 1 and stride 2',
      picture: five,
      layers: 'conv 1 3x3 stride 2 pad 1 nobias',
      weights: { 'conv1.weight': three },
      gives: [
        [6, 17, 3],
        [8, 17, 13],
        [6, 4, 4],
      ],
    },
    {
      what: 'a true convolution: the kernel flipped',
      picture: signed,
      layers: 'conv 1 3x3 nobias',
      weights: { 'conv1.weight': flipped(corners) },
      gives: [
        [0, -2, -1],
        [2, 2, 4],
        [-1, 0, 0],
      ],
    },
    {
      what: 'the diagonal kernel on an X',
      picture: letterX,
      layers: 'conv 1 3x3 nobias',
      weights: { 'conv1.weight': diagonal },
      gives: [
        [2, 0, 1, 0, 1],
        [0, 3, 0, 1, 0],
        [1, 0, 3, 0, 1],
        [0, 1, 0, 3, 0],
        [1, 0, 1, 0, 2],
      ],
    },
    {
      what: 'relu and max pooling after it',
      picture: five,
      layers: 'conv 1 3x3 relu | maxpool 2x2 stride 1',
      weights: { 'conv1.weight': three, 'conv1.bias': [[-12]] },
      gives: [
        [5, 7],
        [5, 7],
      ],
    },
    {
      what: 'max pooling of the 5x5 picture by 3x3, stride 1',
      picture: five,
      layers: 'maxpool 3x3 stride 1',
      weights: {},
      gives: [
        [3, 3, 3],
        [3, 3, 3],
        [3, 2, 3],
      ],
    },
    {
      what: 'average pooling of an 8-9-7-0 square',
      picture: [
        [8, 9, 1, 1],
        [7, 0, 1, 1],
      ],
      layers: 'avgpool 2x2',
      weights: {},
      gives: [[6, 1]],
    },
    {
      what: 'vertical edges by Sobel: none in a flat picture, strong ones at a step',
      picture: [
        [0, 0, 1, 1],
        [0, 0, 1, 1],
        [0, 0, 1, 1],
      ],
      layers: 'conv 1 3x3 nobias',
      weights: { 'conv1.weight': sobel },
      gives: [[4, 4]],
    },
    {
      what: 'a 2x2 kernel over 3x3, as the 4x9 matrix of the lecture gives it',
      picture: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
      layers: 'conv 1 2x2 nobias',
      weights: {
        'conv1.weight': [
          [1, 2],
          [3, 4],
        ],
      },
      gives: [
        [37, 47],
        [67, 77],
      ],
    },
  ];

/** A grid as the language writes it. */
const show = (kernel: Grid): string => `[${kernel.map((row) => `[${row.join(', ')}]`).join(', ')}]`;

/** Kernels that are written in the model's text, over pictures and along signals. */
const filters: readonly {
  what: string;
  input: string;
  values: readonly number[];
  layers: string;
  gives: readonly number[];
}[] = [
  {
    what: 'a true convolution, by `flip`',
    input: '5x5x1',
    values: signed.flat(),
    layers: `conv 1 kernel ${show(corners)} flip nobias => 3x3x1`,
    gives: [0, -2, -1, 2, 2, 4, -1, 0, 0],
  },
  {
    what: 'Sobel: (9 - 0) + 2 (8 - 1) + (7 - 1) = 29 at the top left',
    input: '4x4x1',
    values: [0, 3, 9, 2, 1, 5, 8, 1, 1, 4, 7, 0, 2, 2, 2, 2],
    layers: `conv 1 3x3 kernel ${show(sobel)} nobias => 2x2x1`,
    gives: [29, -13, 19, -12],
  },
  {
    what: 'the moving average of three, narrow: M - K + 1 values',
    input: '6x1',
    values: [3, 6, 9, 0, 3, 12],
    layers: `conv 1 kernel [${[1 / 3, 1 / 3, 1 / 3].join(', ')}] nobias => 4x1`,
    gives: [6, 5, 4, 5],
  },
  {
    what: 'the second difference of squares is 2',
    input: '6x1',
    values: [0, 1, 4, 9, 16, 25],
    layers: 'conv 1 3 kernel [1, -2, 1] nobias => 4x1',
    gives: [2, 2, 2, 2],
  },
  {
    what: 'the second difference as wide as the sequence: M values',
    input: '6x1',
    values: [0, 1, 4, 9, 16, 25],
    layers: 'conv 1 kernel [1, -2, 1] pad same nobias => 6x1',
    gives: [1, 2, 2, 2, 2, -34],
  },
  {
    what: '(1 + 2x + 3x^2)(4 + 5x): the product of polynomials is a wide convolution, M + K - 1 values',
    input: '3x1',
    values: [1, 2, 3],
    layers: 'conv 1 kernel [4, 5] flip pad full nobias => 4x1',
    gives: [4, 13, 22, 15],
  },
  {
    what: 'the same product by a transposed convolution, which spreads each value',
    input: '3x1',
    values: [1, 2, 3],
    layers: 'conv_transpose 1 kernel [4, 5] nobias => 4x1',
    gives: [4, 13, 22, 15],
  },
];

describe.each(runnable(opened))('target %s', (target) => {
  test.each(filters)('$what', async ({ input, values, layers, gives }) => {
    const { expected, found } = await filtered(target, input, values, layers);
    gives.forEach((v, i) => {
      expect(expected[i], `reference, element ${i}`).toBeCloseTo(v, 6);
      expect(found[i], `device, element ${i}`).toBeCloseTo(v, 5);
    });
    expect([expected.length, found.length]).toEqual([gives.length, gives.length]);
  });

  test.each(examples)('$what', async ({ picture, layers, weights, gives }) => {
    expect(reference(target, picture, layers, weights)).toEqual(gives);
    if (opened) expect(await onDevice(target, picture, layers, weights)).toEqual(gives);
  });
});

describe('sizes', () => {
  const sizes: readonly (readonly [string, string, readonly number[]])[] = [
    ['7x7x1', 'conv 1 3x3', [5, 5, 1]],
    ['7x7x1', 'conv 1 3x3 pad same', [7, 7, 1]],
    ['7x7x1', 'conv 1 5x5 pad full', [11, 11, 1]],
    ['20x20x1', 'maxpool 10x10', [2, 2, 1]],
    ['9x9x1', 'maxpool 3x3 stride 3', [3, 3, 1]],
    ['5x5x1', 'conv 1 3x3 stride 2', [2, 2, 1]],
    ['32x32x3', 'conv 10 5x5 pad 2', [32, 32, 10]],
    ['227x227x3', 'conv 96 11x11 stride 4 | maxpool 3x3 stride 2', [27, 27, 96]],
    ['28x28x1', 'conv 32 5x5 | maxpool 2x2 | conv 64 5x5 | maxpool 2x2 | flatten', [1024]],
    ['8x8x1', 'conv 10 3x3 | maxpool 2x2 | flatten', [90]],
    ['100x1', 'conv 1 7', [94, 1]],
    ['100x1', 'conv 1 7 pad valid', [94, 1]],
    ['100x1', 'conv 1 7 pad full', [106, 1]],
    ['100x1', 'conv 1 7 pad 6', [106, 1]],
    ['100x1', 'conv 1 7 pad same', [100, 1]],
    ['17x17x768', 'conv 192 1x7 pad same | conv 192 7x1 pad same', [17, 17, 192]],
    ['19x19x192', 'conv 1 1x1 bias per_position | flatten', [361]],
  ];
  test.each(sizes)('%s: %s', (input, layers, expected) => {
    const { graphs } = compileFor(
      'portable',
      { file: 'm.cnn', text: `model m {\n  input ${input}\n  ${layers}\n}` },
      { batch: 1 },
    );
    const { type } = graphs!.infer.effects[0]!.value;
    expect(type.shape.slice(1)).toEqual(expected);
    expect(sizeOf(type.shape)).toBe(expected.reduce((a, b) => a * b, 1));
  });
});
