// The data section: normalisation in every program, augmentation in training alone, the same in every run.
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { channelFacts } from '../../src/data/measure.ts';
import { type Graph, interpret, type Node, type Tensor } from '../../src/ir/index.ts';
import { print } from '../../src/parser/index.ts';
import { augments } from '../../src/training/augments.ts';
import { leavesOf, stepOf } from '../support/leaves.ts';
import { randomTensor } from '../support/numbers.ts';

const train = 'train {\n  loss mse\n  target values\n  optimizer sgd lr 0.1\n  batch 4\n}\n';
const compiled = (data: string, model: string, more = train) => {
  const made = compile({ file: 'm.cnn', text: `data {\n${data}\n}\nmodel m {\n${model}\n}\n${more}` });
  expect(made.diagnostics).toEqual([]);
  return made;
};
const random = new Set(['warp2d', 'vary', 'gaussian', 'cutout']);
const draws = (graph: Graph | undefined): string[] =>
  (graph?.nodes ?? []).map((n) => n.op).filter((op) => random.has(op));
const value = (graph: Graph, id: string, leaves: Map<string, Tensor>, step: Map<string, number>): Float64Array => {
  const ran = interpret(graph, { leaves, step });
  const [, found] = [...ran.values].find(([n]) => n.id === id) as [Node, Tensor];
  return found.data;
};

const everything = 'augment {\n  flip horizontal\n  crop pad 1\n  noise 0.1\n  cutout 2\n  brightness 0.2\n}';

test('the inference program normalises; channels have their own numbers', () => {
  const { graphs, plan } = compiled('normalise mean [0.5, 0.25] std [0.5, 0.125]', 'input 2x3x2\nflatten\ndense 1');
  if (!graphs || !plan) throw new Error('no plan');
  const leaves = leavesOf(graphs.infer, plan, 1, 1);
  const x = (leaves.get('x') as Tensor).data;
  const seen = value(graphs.infer, 'normalise', leaves, new Map());
  seen.forEach((v, i) => void expect(v).toBeCloseTo(i % 2 === 0 ? (x[i]! - 0.5) / 0.5 : (x[i]! - 0.25) / 0.125, 9));
  // One number for all is a scalar, and as many equal ones are too.
  const one = compiled('normalise mean [0.5, 0.5] std 0.25', 'input 2x3x2\nflatten\ndense 1').graphs?.infer;
  expect(one?.nodes.filter((n) => n.op === 'constant').map((n) => n.type.shape)).toEqual([[], []]);
});

test('pictures are augmented while training, and never else', () => {
  const made = compiled(`normalise per_channel\n${everything}`, 'input 6x6x2\nconv 3 3x3\nflatten\ndense 1');
  expect(draws(made.graphs?.train)).toEqual(['warp2d', 'gaussian', 'cutout', 'vary']);
  expect(draws(made.graphs?.evaluate)).toEqual([]);
  expect(draws(made.graphs?.infer)).toEqual([]);
  expect(made.plan?.parameters.filter((p) => !p.trainable).map((p) => [p.name, p.shape, p.init])).toEqual([
    ['normalise.mean', [2], { kind: 'constant', value: 0 }],
    ['normalise.variance', [2], { kind: 'constant', value: 1 }],
  ]);
  // One kernel does all of it, and normalises.
  const kernels = made.emitted?.scheduled.train?.fused.groups ?? [];
  expect(kernels[0]?.nodes.map((n) => n.op)).toEqual(['warp2d', 'gaussian', 'cutout', 'vary', 'standardize']);
});

test('a target that is the input moves with it; values that lie over the picture do too', () => {
  const auto = compiled('augment { shift 1 }', 'input 4x4x1\nconv 1 3x3 pad same', train.replace('values', 'input'));
  const loss = auto.graphs?.train?.nodes.filter((n) => n.inputs.some((i) => i.id === 'x')).map((n) => n.op);
  expect(loss).toEqual(['warp2d']);
  const map = compiled('augment { shift 1 }', 'input 4x4x1\nconv 2 3x3 pad same');
  expect(draws(map.graphs?.train)).toEqual(['warp2d', 'warp2d']);
  const vector = compiled('augment { shift 1 }', 'input 4x4x1\nflatten\ndense 2');
  expect(draws(vector.graphs?.train)).toEqual(['warp2d']);
});

describe('what is drawn', () => {
  /** Pictures of one row: where the bright pixel of each went in this step. */
  const places = (line: string, step: number, seed = 1, n = 2000): number[] => {
    const text = train.replace('batch 4', `batch ${n}`);
    const made = compiled(`augment { ${line} }`, 'input 1x5x1\nflatten\ndense 1', text);
    const graph = made.stages?.get('train after augment');
    if (!graph || !made.plan) throw new Error('no graph');
    const leaves = leavesOf(graph, made.plan, 1, 1);
    const row = Array.from({ length: 5 * n }, (_, i) => (i % 5 === 1 ? 1 : 0));
    leaves.set('x', { shape: [n, 1, 5, 1], data: Float64Array.from(row) });
    const moved = value(graph, 'x.moved', leaves, stepOf(made.plan, { step, seed, count: n }));
    return Array.from({ length: n }, (_, p) => moved.subarray(5 * p, 5 * p + 5).indexOf(1));
  };
  const share = (found: readonly number[], place: number): number =>
    found.filter((p) => p === place).length / found.length;

  test('half of the pictures are flipped, or as many as the line says', () => {
    const half = places('flip horizontal', 1);
    expect(share(half, 3)).toBeGreaterThan(0.46);
    expect(share(half, 3)).toBeLessThan(0.54);
    expect(share(half, 1) + share(half, 3)).toBe(1);
    const few = places('flip horizontal chance 0.1', 1);
    expect(share(few, 3)).toBeGreaterThan(0.07);
    expect(share(few, 3)).toBeLessThan(0.13);
  });

  test('every shift is as likely as the others', () => {
    const found = places('shift 0x1', 1);
    for (const place of [0, 1, 2]) expect(Math.abs(share(found, place) - 1 / 3)).toBeLessThan(0.04);
    // Of seven places two lie beyond the border.
    const far = places('shift 0x3', 1);
    for (const place of [-1, 0, 1, 2, 3, 4]) expect(share(far, place)).toBeGreaterThan(place < 0 ? 0.25 : 0.11);
  });

  test('the same step and seed draw the same, others do not', () => {
    const first = places('shift 0x1', 7, 3, 50);
    expect(places('shift 0x1', 7, 3, 50)).toEqual(first);
    expect(places('shift 0x1', 8, 3, 50)).not.toEqual(first);
    expect(places('shift 0x1', 7, 4, 50)).not.toEqual(first);
    // Two moves draw apart from each other, and from a line before them.
    expect(places('shift 0x1 | flip horizontal chance 0.000001', 7, 3, 50)).not.toEqual(first);
  });
});

test('mean and variance of channels', () => {
  const { data } = randomTensor([7, 3, 2, 3], 5, 0, 255);
  const values = Uint8Array.from(data);
  const set = { name: 's', shape: [3, 2, 3], count: 7, classes: 2, labels: new Uint32Array(7) } as const;
  const found = channelFacts({ ...set, pixels: { dtype: 'u8', values, scale: 1 / 255 } });
  for (let c = 0; c < 3; c++) {
    const own = [...values].filter((_, i) => i % 3 === c).map((v) => v / 255);
    const m = own.reduce((a, b) => a + b, 0) / own.length;
    expect(found[c]?.mean).toBeCloseTo(m, 12);
    expect(found[c]?.variance).toBeCloseTo(own.reduce((a, b) => a + (b - m) ** 2, 0) / own.length, 12);
  }
});

test('every augmentation of the manual compiles, and is printed as it was', () => {
  for (const { signature } of Object.values(augments)) {
    const line = `  augment {\n    ${signature.example}\n  }`;
    const size = signature.example.includes('32x32') ? '32x32x3' : '20x20x3';
    const made = compiled(line, `input ${size}\nflatten\ndense 1`);
    expect(draws(made.graphs?.train)).toHaveLength(1);
    const text = print(made.file);
    expect(text).toContain(`data {\n${line}\n}\n`);
    expect(print(compile({ file: 'm.cnn', text }).file)).toBe(text);
  }
});
