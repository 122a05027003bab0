// Every operation: worked numbers, and its gradient against finite differences in double precision.
import { describe, expect, test } from 'vitest';
import { hash32 } from '../../runtime/random.ts';
import {
  builder,
  emit,
  type Graph,
  interpret,
  isOp,
  type Node,
  type OpName,
  opDef,
  ops,
  referenceOf,
  sizeOf,
  type Tensor,
  verify,
} from '../../src/ir/index.ts';
import { dropoutStream, dropoutThreshold } from '../../src/ir/ops/dropout.ts';
import { differentiate } from '../../src/passes/autodiff.ts';
import { randomTensor, relativeError, tensorOf } from '../support/numbers.ts';
import { cases, type GradientCase, type OpCases, type Operand } from './op-cases.ts';

const names = Object.keys(ops) as OpName[];
const casesOf = (op: OpName): OpCases<OpName> => cases[op] as unknown as OpCases<OpName>;
const parameter = { init: { kind: 'constant', value: 0 }, trainable: true } as const;

test('every operation has cases', () => {
  expect(Object.keys(cases).sort()).toEqual([...names].sort());
  for (const op of names) {
    const { inputs, vjp } = opDef(op);
    const { examples, gradients } = casesOf(op);
    if (inputs.length === 0) continue;
    expect(examples.length, `${op} has examples`).toBeGreaterThan(0);
    if (vjp === 'nondifferentiable')
      expect(gradients, `${op} is checked as a gradient, or has none`).not.toBeInstanceOf(Array);
    else expect(gradients, `${op} has gradient cases`).toBeInstanceOf(Array);
  }
});

describe('worked numbers', () => {
  for (const op of names) {
    casesOf(op).examples.forEach((example, i) => {
      test(`${op} ${i + 1}`, () => {
        const b = builder();
        const leaves = new Map<string, Tensor>();
        const inputs = example.inputs.map((given, k) => {
          const labelled = typeof given === 'object' && 'labels' in given;
          const value = tensorOf(labelled ? given.labels : (given as number));
          const dtype = labelled && given.values ? 'f32' : 'u32';
          const node = labelled
            ? emit(b, 'labels', [], { shape: value.shape, dtype }, `labels${k}`)
            : emit(b, 'parameter', [], { shape: value.shape, ...parameter }, `x${k}`);
          leaves.set(node.id, value);
          return node;
        });
        const y = emit(b, op, inputs, example.attrs, 'y');
        const expected = tensorOf(example.expected as number);
        expect(y.type.shape).toEqual(expected.shape);
        const value = interpret(verify(b.finish(op), op), { leaves, step: new Map() }).values.get(y) as Tensor;
        value.data.forEach((v, k) => {
          expect(v).toBeCloseTo(expected.data[k] as number, 9);
        });
      });
    });
  }
});

interface Built {
  readonly graph: Graph;
  readonly objective: Node;
  readonly checked: readonly Node[];
  readonly leaves: Map<string, Tensor>;
  readonly step: Map<string, number>;
}

/** sum(y * r) of a case, r random: a scalar whose gradient needs every element of dy. */
function objectiveOf(op: OpName, { operands, attrs, build }: GradientCase<OpName>): Built {
  const b = builder();
  const leaves = new Map<string, Tensor>();
  const step = new Map<string, number>();
  const checked: Node[] = [];
  const inputs = operands.map((operand, i) => {
    if (Array.isArray(operand) || 'positive' in operand || 'given' in operand || 'probabilities' in operand) {
      const value = valueFor(operand, i + 1);
      const node = emit(b, 'parameter', [], { shape: value.shape, ...parameter }, `x${i}`);
      leaves.set(node.id, value);
      if (Array.isArray(operand) || !('given' in operand)) checked.push(node);
      return node;
    }
    if ('labels' in operand) {
      const value = tensorOf(operand.labels);
      leaves.set('labels', value);
      return emit(b, 'labels', [], { shape: value.shape, dtype: operand.values ? 'f32' : 'u32' }, 'labels');
    }
    const { field, value } = operand as Extract<Operand, { field: unknown }>;
    step.set(field.name, value);
    return emit(b, 'step', [], { field }, field.name);
  });
  const y = build ? build(b, inputs) : emit(b, op, inputs, attrs, 'y');
  const r = emit(b, 'parameter', [], { shape: y.type.shape, ...parameter, trainable: false }, 'r');
  leaves.set('r', randomTensor(y.type.shape, 1000));
  const product = emit(b, 'mul', [y, r], {}, 'product');
  const objective = emit(b, 'sum', [product], { axes: y.type.shape.map((_, axis) => axis) }, 'objective');
  return { graph: verify(b.finish(op), op), objective, checked, leaves, step };
}

function valueFor(operand: Operand, seed: number): Tensor {
  if (Array.isArray(operand)) return randomTensor(operand, seed, -2, 2);
  const shape = Object.values(operand as object)[0] as number[];
  return 'positive' in (operand as object) || 'given' in (operand as object)
    ? randomTensor(shape, seed, 0.5, 2)
    : randomTensor(shape, seed, 0.05, 1);
}

/** Central differences of the objective in each element of a leaf. */
function differences({ graph, objective, leaves, step }: Built, leaf: Node): Float64Array {
  const value = leaves.get(leaf.id) as Tensor;
  const h = 1e-5;
  const at = (i: number, by: number): number => {
    const data = Float64Array.from(value.data);
    data[i] = (data[i] as number) + by;
    const moved = new Map(leaves).set(leaf.id, { shape: value.shape, data });
    return (interpret(graph, { leaves: moved, step }).values.get(objective) as Tensor).data[0] as number;
  };
  return Float64Array.from({ length: sizeOf(value.shape) }, (_, i) => (at(i, h) - at(i, -h)) / (2 * h));
}

const emitted = new Map<OpName, Set<OpName>>();

describe('gradients', () => {
  for (const op of names) {
    const { gradients } = casesOf(op);
    if (!Array.isArray(gradients)) continue;
    test(op, () => {
      for (const one of gradients as readonly GradientCase<OpName>[]) {
        const built = objectiveOf(op, one);
        const d = differentiate(built.graph, built.objective, (n) => built.checked.includes(n));
        const { values } = interpret(verify(d.graph, 'autodiff'), built);
        const found = emitted.get(op) ?? new Set<OpName>();
        emitted.set(op, found);
        for (const node of d.graph.nodes) if (!built.graph.nodes.includes(node)) found.add(node.op);
        for (const leaf of built.checked) {
          const gradient = values.get(d.gradients.get(leaf as Node<'parameter'>) as Node) as Tensor;
          expect(gradient.shape).toEqual(leaf.type.shape);
          const error = relativeError(gradient.data, differences(built, leaf));
          expect(error, `${op} ${JSON.stringify(one)} d_${leaf.id}`).toBeLessThan(1e-7);
        }
      }
    });
  }

  test('operations that are gradients are used by the operations they belong to', () => {
    for (const op of names) {
      const { gradients } = casesOf(op);
      if ('through' in gradients)
        expect([...(emitted.get(gradients.through) ?? [])], `d of ${gradients.through}`).toContain(op);
    }
  });

  test('of an unwanted operand is not built', () => {
    const [first] = casesOf('conv2d').gradients as readonly GradientCase<OpName>[];
    const built = objectiveOf('conv2d', first as GradientCase<OpName>);
    const d = differentiate(built.graph, built.objective, (n) => n.id === 'x1');
    expect(d.graph.nodes.some((n) => isOp(n, 'conv2d_dx'))).toBe(false);
    expect(d.graph.nodes.some((n) => isOp(n, 'conv2d_dw'))).toBe(true);
  });
});

describe('dropout', () => {
  const drop = (rate: number, seed: number, step: number, n: number): Float64Array => {
    const scalar = (v: number): Tensor => ({ shape: [], data: Float64Array.of(v) });
    const x = { shape: [n], data: new Float64Array(n).fill(1) };
    return referenceOf(opDef('dropout'))(
      [x, scalar(seed), scalar(step)],
      { rate, stream: 5 },
      { dtype: 'f32', shape: [n] },
      { step: new Map() },
    );
  };

  test('drops as many as its rate says, and keeps the mean', () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const y = drop(rate, 1, 1, 20000);
      expect(y.filter((v) => v === 0).length / y.length).toBeCloseTo(rate, 1);
      expect(y.reduce((a, b) => a + b, 0) / y.length).toBeCloseTo(1, 1);
    }
  });

  test('draws another mask for each step and seed, and the same for the same', () => {
    expect(drop(0.5, 1, 1, 100)).toEqual(drop(0.5, 1, 1, 100));
    expect(drop(0.5, 1, 1, 100)).not.toEqual(drop(0.5, 1, 2, 100));
    expect(drop(0.5, 1, 1, 100)).not.toEqual(drop(0.5, 2, 1, 100));
  });

  test('a rate just below 1 drops nearly everything', () => {
    expect(dropoutThreshold(1 - 1e-12)).toBe(0xffffffff);
    expect(dropoutThreshold(0)).toBe(0);
    expect(hash32(1, dropoutStream(5, 1), 0)).toBeLessThan(2 ** 32);
  });
});

describe('ill-typed nodes cannot be built', () => {
  const attrs = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
  const pool = { ...attrs, window: [2, 2] } as const;
  const bad: readonly [OpName, readonly (readonly number[])[], unknown, RegExp][] = [
    [
      'conv2d',
      [
        [1, 4, 4, 2],
        [3, 3, 1, 1],
      ],
      attrs,
      /2 channels, the kernel 1/,
    ],
    [
      'conv2d',
      [
        [1, 4, 4, 4],
        [3, 3, 4, 4],
      ],
      { ...attrs, groups: 2 },
      /4 channels, the kernel 4 for each of 2 groups/,
    ],
    [
      'conv2d',
      [
        [1, 4, 4, 4],
        [3, 3, 2, 3],
      ],
      { ...attrs, groups: 2 },
      /2 groups do not divide 4 channels and 3 filters/,
    ],
    [
      'conv2d',
      [
        [1, 4, 4],
        [3, 3, 1, 1],
      ],
      attrs,
      /N x H x W x C/,
    ],
    [
      'conv2d',
      [
        [1, 2, 2, 1],
        [3, 3, 1, 1],
      ],
      attrs,
      /3x3 does not fit a 2x2/,
    ],
    [
      'conv2d_dx',
      [
        [1, 4, 4, 1],
        [3, 3, 1, 1],
      ],
      { ...attrs, shape: [1, 5, 5, 1] },
      /the output 1x3x3x1/,
    ],
    [
      'conv2d_dw',
      [
        [1, 5, 5, 1],
        [1, 4, 4, 1],
      ],
      { ...attrs, shape: [3, 3, 1, 1] },
      /the output 1x3x3x1/,
    ],
    [
      'matmul',
      [
        [2, 3],
        [4, 5],
      ],
      { transposeA: false, transposeB: false },
      /inner sizes differ: 3 and 4/,
    ],
    [
      'matmul',
      [
        [2, 3, 1],
        [4, 5],
      ],
      { transposeA: false, transposeB: false },
      /two matrices/,
    ],
    ['maxpool2d', [[1, 1, 4, 1]], pool, /2x2 does not fit a 1x4/],
    ['maxpool2d', [[4, 4]], pool, /N x H x W x C/],
    [
      'maxpool2d_dx',
      [
        [1, 4, 4, 1],
        [1, 2, 2, 1],
      ],
      pool,
      /the output 1x3x3x1/,
    ],
    ['avgpool2d_dx', [[1, 2, 2, 1]], { ...pool, shape: [1, 4, 4, 1] }, /the output/],
    ['add', [[2, 3], [2]], {}, /2x3 and 2 do not broadcast/],
    ['softmax', [[]], {}, /scalar has no softmax/],
    ['softmax_cross_entropy', [[2, 2, 2], [2], []], {}, /a target for each score/],
    ['one_hot', [[2]], { classes: 3, first: 0 }, /labels are whole numbers/],
    ['correct', [[2, 2], [2], []], {}, /one label a row/],
    ['reshape', [[2, 3]], { shape: [4] }, /6 elements, not 4/],
    ['broadcast', [[2]], { shape: [3, 4], axes: [0] }, /is not 3x4 without axes 0/],
    ['batch_mean', [[2, 2], []], {}, /one value a picture/],
    ['constant', [], { shape: [2], values: [1] }, /1 values for 2 elements/],
  ];
  for (const [op, shapes, given, why] of bad) {
    test(`${op} of ${shapes.map((s) => s.join('x') || 'scalar').join(', ')}`, () => {
      const b = builder();
      const inputs = shapes.map((shape, i) => emit(b, 'parameter', [], { shape, ...parameter }, `x${i}`));
      expect(() => emit(b, op, inputs, given as never, 'y')).toThrow(why);
    });
  }

  test('a wrong number of inputs', () => {
    expect(() => emit(builder(), 'add', [], {}, 'y')).toThrow(/add takes 2 inputs, not 0/);
  });
});
