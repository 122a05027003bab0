// The passes that make a graph smaller, text to text; and that they change no value of any graph.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Builder,
  builder,
  emit,
  type Graph,
  interpret,
  isOp,
  type Node,
  printGraph,
  verify,
} from '../../src/ir/index.ts';
import { shareCommon } from '../../src/passes/cse.ts';
import { removeDeadCode } from '../../src/passes/dce.ts';
import { foldConstants } from '../../src/passes/fold-constants.ts';
import { forInference } from '../../src/passes/for-inference.ts';
import { fuseSoftmaxLoss } from '../../src/passes/fuse-softmax-loss.ts';
import { randomTensor } from '../support/numbers.ts';
import { randomGraph } from '../support/random-graphs.ts';

/** The graph after a pass, as text; `build` returns what the graph gives. */
function passed(pass: (g: Graph) => Graph, build: (b: Builder, x: Node) => readonly Node[]): string {
  const b = builder();
  const x = emit(b, 'input', [], { shape: [2, 3] }, 'x');
  build(b, x).forEach((value, i) => {
    b.effect({ kind: 'output', name: `out${i}`, value });
  });
  const graph = verify(b.finish('g'), 'build');
  return printGraph(verify(removeDeadCode(verify(pass(graph), 'the pass')), 'dce'));
}

const same = (g: Graph): Graph => g;
const constant = (b: Builder, values: number[], id: string): Node =>
  emit(b, 'constant', [], { shape: [values.length], values }, id);
const random = (b: Builder): [Node, Node] => [
  emit(b, 'step', [], { field: { name: 'seed', type: 'u32' } }, 'seed'),
  emit(b, 'step', [], { field: { name: 'step', type: 'u32' } }, 'step'),
];

describe('fold-constants', () => {
  test('what changes nothing disappears', () => {
    expect(
      passed(foldConstants, (b, x) => {
        const one = emit(b, 'mul', [b.scalar(1), x], {}, 'one');
        const zero = emit(b, 'add', [emit(b, 'sub', [one, b.scalar(0)], {}, 'minus'), b.scalar(0)], {}, 'zero');
        const by = emit(b, 'div', [zero, b.scalar(1)], {}, 'by');
        const there = emit(b, 'reshape', [by], { shape: [6] }, 'there');
        const back = emit(b, 'reshape', [there], { shape: [2, 3] }, 'back');
        const drop = emit(b, 'dropout', [back, ...random(b)], { rate: 0, stream: 1 }, 'drop');
        return [emit(b, 'relu', [drop], {}, 'y')];
      }),
    ).toMatchInlineSnapshot(`
      "graph g {
        %x: f32 2x3 = input()
        %back: f32 2x3 = reshape(%x)
        %y: f32 2x3 = relu(%back)
        output out0 = %y
      }
      "
    `);
  });

  test('what moves nothing disappears', () => {
    expect(
      passed(foldConstants, (b, x) => {
        const sliced = emit(b, 'slice', [x], { begin: [0, 0], size: [2, 3] }, 'sliced');
        const padded = emit(b, 'pad_zeros', [sliced], { before: [0, 0], after: [0, 0] }, 'padded');
        const turned = emit(b, 'transpose', [padded], { perm: [0, 1] }, 'turned');
        const one = emit(b, 'concat', [turned], { axis: 1 }, 'one');
        const picture = emit(b, 'reshape', [one], { shape: [1, 2, 3, 1] }, 'picture');
        const resized = emit(b, 'resize2d', [picture], { size: [2, 3], mode: 'bilinear' }, 'resized');
        return [emit(b, 'pad2d', [resized], { mode: 'edge', padding: [0, 0, 0, 0] }, 'bordered')];
      }),
    ).toMatchInlineSnapshot(`
      "graph g {
        %x: f32 2x3 = input()
        %picture: f32 1x2x3x1 = reshape(%x)
        output out0 = %picture
      }
      "
    `);
  });

  test('arithmetic of scalars is done now; 0 - x, 1 / x and a 1 that gives the shape stay', () => {
    expect(
      passed(foldConstants, (b, x) => {
        const c = emit(b, 'div', [emit(b, 'add', [b.scalar(1), b.scalar(2)], {}, 'three'), b.scalar(4)], {}, 'c');
        const grown = emit(b, 'mul', [emit(b, 'reshape', [b.scalar(1)], { shape: [1, 1, 1] }, 'ones'), x], {}, 'grown');
        return [
          emit(b, 'mul', [x, c], {}, 'scaled'),
          emit(b, 'sub', [b.scalar(0), x], {}, 'negative'),
          emit(b, 'div', [b.scalar(1), x], {}, 'inverse'),
          grown,
        ];
      }),
    ).toMatchInlineSnapshot(`
      "graph g {
        %x: f32 2x3 = input()
        %c1: f32 scalar = constant() {values: [1]}
        %c: f32 scalar = constant() {values: [0.75]}
        %ones: f32 1x1x1 = constant() {values: [1]}
        %grown: f32 1x2x3 = mul(%ones, %x)
        %scaled: f32 2x3 = mul(%x, %c)
        %c0: f32 scalar = constant() {values: [0]}
        %negative: f32 2x3 = sub(%c0, %x)
        %inverse: f32 2x3 = div(%c1, %x)
        output out0 = %scaled
        output out1 = %negative
        output out2 = %inverse
        output out3 = %grown
      }
      "
    `);
  });

  test('a scalar that is repeated before an elementwise operation is not repeated; alone it stays one operation', () => {
    expect(
      passed(foldConstants, (b, x) => {
        const l2 = emit(b, 'broadcast', [b.scalar(0.5)], { shape: [2, 3], axes: [0, 1] }, 'l2');
        return [emit(b, 'mul', [l2, x], {}, 'penalty'), l2];
      }),
    ).toMatchInlineSnapshot(`
      "graph g {
        %x: f32 2x3 = input()
        %c0.5: f32 scalar = constant() {values: [0.5]}
        %l2: f32 2x3 = broadcast(%c0.5) {axes: [0, 1]}
        %penalty: f32 2x3 = mul(%c0.5, %x)
        output out0 = %penalty
        output out1 = %l2
      }
      "
    `);
  });

  test('broadcasts of broadcasts become one', () => {
    expect(
      passed(foldConstants, (b, x) => {
        const rows = emit(b, 'broadcast', [x], { shape: [2, 5, 3], axes: [1] }, 'rows');
        return [emit(b, 'broadcast', [rows], { shape: [4, 2, 5, 7, 3], axes: [0, 3] }, 'all')];
      }),
    ).toMatchInlineSnapshot(`
      "graph g {
        %x: f32 2x3 = input()
        %all: f32 4x2x5x7x3 = broadcast(%x) {axes: [0, 2, 3]}
        output out0 = %all
      }
      "
    `);
  });

  test('constants that kernels cannot hold as text are not made', () => {
    const text = passed(foldConstants, (b, x) => {
      const wide = emit(b, 'broadcast', [b.scalar(0.5)], { shape: [3], axes: [0] }, 'wide');
      return [emit(b, 'add', [x, emit(b, 'neg', [wide], {}, 'minus')], {}, 'y')];
    });
    expect(text).not.toContain('values: [-0.5, -0.5');
  });
});

describe('cse', () => {
  test('equal computations become one, with equal attributes only', () => {
    expect(
      passed(shareCommon, (b, x) => {
        const twice = [1, 2].map((i) =>
          emit(b, 'sum', [emit(b, 'relu', [x], {}, `relu${i}`)], { axes: [0] }, `sum${i}`),
        );
        const other = emit(b, 'sum', [emit(b, 'relu', [x], {}, 'relu3')], { axes: [1] }, 'other');
        return [emit(b, 'mul', [twice[0]!, twice[1]!], {}, 'square'), other];
      }),
    ).toMatchInlineSnapshot(`
      "graph g {
        %x: f32 2x3 = input()
        %relu1: f32 2x3 = relu(%x)
        %sum1: f32 3 = sum(%relu1) {axes: [0]}
        %other: f32 2 = sum(%relu1) {axes: [1]}
        %square: f32 3 = mul(%sum1, %sum1)
        output out0 = %square
        output out1 = %other
      }
      "
    `);
  });

  test('two layers of dropout stay two; parameters of one shape stay two', () => {
    expect(
      passed(shareCommon, (b, x) => {
        const r = random(b);
        const p = [1, 2].map((i) =>
          emit(b, 'parameter', [], { shape: [3], init: { kind: 'constant', value: 0 }, trainable: true }, `p${i}`),
        );
        const d = [1, 2].map((i) =>
          emit(b, 'dropout', [emit(b, 'add', [x, p[0]!], {}, `a${i}`), ...r], { rate: 0.5, stream: i }, `drop${i}`),
        );
        return [emit(b, 'add', [d[0]!, d[1]!], {}, 'y'), emit(b, 'add', [x, p[1]!], {}, 'z')];
      }),
    ).toMatchInlineSnapshot(`
      "graph g {
        %x: f32 2x3 = input()
        %seed: u32 scalar = step() {name: seed}
        %step: u32 scalar = step() {name: step}
        %p1: f32 3 = parameter() {init: {kind: constant, value: 0}, trainable: true}
        %p2: f32 3 = parameter() {init: {kind: constant, value: 0}, trainable: true}
        %a1: f32 2x3 = add(%x, %p1)
        %drop1: f32 2x3 = dropout(%a1, %seed, %step) {rate: 0.5, stream: 1}
        %drop2: f32 2x3 = dropout(%a1, %seed, %step) {rate: 0.5, stream: 2}
        %y: f32 2x3 = add(%drop1, %drop2)
        %z: f32 2x3 = add(%x, %p2)
        output out0 = %y
        output out1 = %z
      }
      "
    `);
  });

  test('constants that JSON cannot tell apart stay apart', () => {
    const text = passed(shareCommon, (b, x) => [
      emit(b, 'add', [x, constant(b, [Number.POSITIVE_INFINITY], 'up')], {}, 'high'),
      emit(b, 'add', [x, constant(b, [Number.NEGATIVE_INFINITY], 'down')], {}, 'low'),
    ]);
    expect(text).toContain('%down');
  });
});

test('dce drops what no effect needs and keeps the input', () => {
  expect(
    passed(same, (b, x) => {
      emit(b, 'relu', [x], {}, 'unused');
      return [emit(b, 'neg', [b.scalar(2)], {}, 'minus')];
    }),
  ).toMatchInlineSnapshot(`
    "graph g {
      %x: f32 2x3 = input()
      %c2: f32 scalar = constant() {values: [2]}
      %minus: f32 scalar = neg(%c2)
      output out0 = %minus
    }
    "
  `);
});

test('for-inference: dropout does nothing', () => {
  expect(
    passed(forInference, (b, x) => {
      const r = random(b);
      const drop = emit(b, 'dropout', [emit(b, 'relu', [x], {}, 'a'), ...r], { rate: 0.5, stream: 1 }, 'drop1');
      return [emit(b, 'dropout', [drop, ...r], { rate: 0.5, stream: 2 }, 'drop2')];
    }),
  ).toMatchInlineSnapshot(`
    "graph g {
      %x: f32 2x3 = input()
      %a: f32 2x3 = relu(%x)
      output out0 = %a
    }
    "
  `);
});

describe('fuse-softmax-loss', () => {
  const loss =
    (output: boolean) =>
    (b: Builder, x: Node): Node[] => {
      const p = emit(b, 'softmax', [x], {}, 'p');
      const labels = emit(b, 'labels', [], { shape: [2], dtype: 'u32' }, 'labels');
      const count = emit(b, 'step', [], { field: { name: 'count', type: 'u32' } }, 'count');
      const losses = emit(b, 'cross_entropy', [p, labels, count], {}, 'losses');
      const correct = emit(b, 'correct', [p, labels, count], {}, 'correct');
      return [losses, correct, ...(output ? [p] : [])];
    };
  test('training needs no probabilities', () =>
    expect(passed(fuseSoftmaxLoss, loss(false))).toMatchInlineSnapshot(`
    "graph g {
      %x: f32 2x3 = input()
      %labels: u32 2 = labels()
      %count: u32 scalar = step() {name: count}
      %losses: f32 2 = softmax_cross_entropy(%x, %labels, %count)
      %correct: f32 2 = correct(%x, %labels, %count)
      output out0 = %losses
      output out1 = %correct
    }
    "
  `));
  test('evaluation keeps them, and counts right answers among them', () =>
    expect(passed(fuseSoftmaxLoss, loss(true))).toMatchInlineSnapshot(`
    "graph g {
      %x: f32 2x3 = input()
      %p: f32 2x3 = softmax(%x)
      %labels: u32 2 = labels()
      %count: u32 scalar = step() {name: count}
      %losses: f32 2 = softmax_cross_entropy(%x, %labels, %count)
      %correct: f32 2 = correct(%p, %labels, %count)
      output out0 = %losses
      output out1 = %correct
      output out2 = %p
    }
    "
  `));
});

describe('no pass changes a value', () => {
  const passes = {
    foldConstants,
    shareCommon,
    removeDeadCode,
    all: (g: Graph) => removeDeadCode(shareCommon(foldConstants(g))),
  };
  const step = new Map([
    ['seed', 3],
    ['step', 5],
    ['count', 2],
  ]);
  test.each(Object.entries(passes))('%s', (name, pass) => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const leaves = new Map(
          graph.nodes
            .filter((n) => isOp(n, 'input') || isOp(n, 'parameter'))
            .map((n, i) => [n.id, randomTensor(n.type.shape, i)]),
        );
        const before = interpret(graph, { leaves, step });
        const now = interpret(verify(pass(graph), name), { leaves, step });
        expect([...now.outputs.keys()]).toEqual([...before.outputs.keys()]);
        for (const [id, { data }] of before.outputs) {
          data.forEach((v, i) => {
            const w = now.outputs.get(id)!.data[i]!;
            if (!(Math.abs(v - w) <= 1e-12 * Math.max(1, Math.abs(v)))) expect(w, `${id}[${i}]`).toBe(v);
          });
        }
      }),
      { numRuns: 200, seed: Number(process.env.CNNC_FUZZ_SEED ?? 1) },
    );
  });
});
