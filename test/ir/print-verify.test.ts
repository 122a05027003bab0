// How graphs print, and that the verifier finds each way in which one can be broken.
import { describe, expect, test } from 'vitest';
import {
  builder,
  emit,
  type Graph,
  type Node,
  printEffect,
  printGraph,
  printNode,
  problems,
  verify,
} from '../../src/ir/index.ts';

const parameter = { init: { kind: 'constant', value: 0 }, trainable: true } as const;

function small(): { graph: Graph; x: Node; w: Node; y: Node } {
  const b = builder();
  const x = emit(b, 'input', [], { shape: [2, 3] }, 'x');
  const w = emit(b, 'parameter', [], { shape: [3, 2], ...parameter }, 'w');
  const y = emit(b, 'matmul', [x, w], { transposeA: false, transposeB: false }, 'y');
  b.effect({ kind: 'output', name: 'output', value: y });
  return { graph: b.finish('small'), x, w, y };
}

describe('print', () => {
  test('a graph with everything', () => {
    const { graph, w, y } = small();
    const b = builder(graph);
    const lr = emit(b, 'step', [], { field: { name: 'lr', type: 'f32' } }, 'lr');
    const power = emit(b, 'step', [], { field: { name: 'c', type: 'f32', oneMinusPower: 0.9 } }, 'c');
    const labels = emit(b, 'labels', [], { shape: [2], dtype: 'u32' }, 'labels');
    const scaled = emit(b, 'mul', [w, lr], {}, 'w.new');
    emit(b, 'mul', [scaled, power], {}, 'w.new');
    emit(b, 'sum', [y], { axes: [0, 1] }, 'total');
    emit(b, 'mul', [lr, b.scalar(0.5)], {}, 'half');
    b.effect({ kind: 'accumulate', metric: 'loss', value: y });
    b.effect({ kind: 'assign', target: w as unknown as Node<'parameter'>, value: scaled, gradient: w });
    expect(printGraph(b.finish('all'))).toMatchInlineSnapshot(`
      "graph all {
        %x: f32 2x3 = input()
        %w: f32 3x2 = parameter() {init: {kind: constant, value: 0}, trainable: true}
        %y: f32 2x2 = matmul(%x, %w) {transposeA: false, transposeB: false}
        %lr: f32 scalar = step() {name: lr}
        %c: f32 scalar = step() {name: c, oneMinusPower: 0.9}
        %labels: u32 2 = labels()
        %w.new: f32 3x2 = mul(%w, %lr)
        %w.new.2: f32 3x2 = mul(%w.new, %c)
        %total: f32 scalar = sum(%y) {axes: [0, 1]}
        %c0.5: f32 scalar = constant() {values: [0.5]}
        %half: f32 scalar = mul(%lr, %c0.5)
        output output = %y
        accumulate loss += sum %y
        assign %w = %w.new
      }
      "
    `);
    expect(printNode(labels)).toBe('%labels: u32 2 = labels()');
    expect(printEffect({ kind: 'output', name: 'o', value: y })).toBe('output o = %y');
  });

  test('windows show their attributes', () => {
    const b = builder();
    const x = emit(b, 'input', [], { shape: [1, 5, 5, 1] }, 'x');
    const pool = emit(
      b,
      'maxpool2d',
      [x],
      { window: [2, 2], stride: [2, 2], padding: [0, 1, 0, 1], dilation: [1, 1] },
      'pool1',
    );
    expect(printNode(pool)).toBe(
      '%pool1: f32 1x3x3x1 = maxpool2d(%x) {window: [2, 2], stride: [2, 2], padding: [0, 1, 0, 1], dilation: [1, 1]}',
    );
  });
});

describe('the verifier', () => {
  const broken = (change: (g: ReturnType<typeof small>) => Graph): string[] => problems(change(small()));

  test('accepts a good graph', () => {
    const { graph } = small();
    expect(problems(graph)).toEqual([]);
    expect(verify(graph, 'a pass')).toBe(graph);
  });

  test('throws with the stage and everything it found', () => {
    const { graph, x, y } = small();
    const bad = { ...graph, nodes: [y, x] };
    expect(() => verify(bad, 'cse')).toThrow(
      'after cse, graph small is broken:\n  %y uses %x before its definition\n  %y uses %w before its definition',
    );
  });

  test('a name defined twice', () => {
    expect(broken(({ graph, x }) => ({ ...graph, nodes: [...graph.nodes, { ...x }] }))).toEqual([
      '%x is defined twice',
    ]);
  });

  test('a wrong number of inputs', () => {
    expect(
      broken(({ graph, x, w, y }) => {
        const z: Node = { ...y, inputs: [x] };
        return { ...graph, nodes: [x, w, z], effects: [{ kind: 'output', name: 'output', value: z }] };
      }),
    ).toEqual(['%y: matmul takes 2 inputs, has 1']);
  });

  test('a use before the definition, and of itself', () => {
    expect(broken(({ graph, x, w, y }) => ({ ...graph, nodes: [x, y, w] }))).toEqual([
      '%y uses %w before its definition',
    ]);
    expect(
      broken(({ graph, y }) => {
        const z = { ...y, id: 'z', op: 'neg', inputs: [] as Node[], attrs: {} } as unknown as Node;
        (z.inputs as Node[]).push(z);
        return { ...graph, nodes: [...graph.nodes, z] };
      }),
    ).toEqual(['%z uses %z before its definition']);
  });

  test('an ill-typed node', () => {
    expect(
      broken(({ graph, x, w, y }) => {
        const z: Node = { ...y, inputs: [x, x] };
        return { ...graph, nodes: [x, w, z], effects: [] };
      }),
    ).toEqual(['%y: the inner sizes differ: 3 and 2']);
  });

  test('a type that is not the one of the rule', () => {
    expect(
      broken(({ graph, x, w, y }) => ({
        ...graph,
        nodes: [x, w, { ...y, type: { dtype: 'f32', shape: [2, 3] } }],
        effects: [],
      })),
    ).toEqual(['%y says f32 2x3, its rule f32 2x2']);
    expect(
      broken(({ graph, x, w, y }) => ({
        ...graph,
        nodes: [x, w, { ...y, type: { dtype: 'u32', shape: [2, 2] } }],
        effects: [],
      })),
    ).toEqual(['%y says u32 2x2, its rule f32 2x2']);
  });

  test('an effect on a value of another graph', () => {
    expect(
      broken(({ graph, y }) => ({
        ...graph,
        effects: [{ kind: 'output', name: 'output', value: { ...y, id: 'other' } }],
      })),
    ).toEqual(['output of %other, which the graph does not define']);
  });

  test('assignments: twice, to a stranger, of another shape, from a stranger', () => {
    const assign = (target: Node, value: Node, gradient: Node = value) =>
      ({ kind: 'assign', target: target as unknown as Node<'parameter'>, value, gradient }) as const;
    expect(broken(({ graph, w }) => ({ ...graph, effects: [assign(w, w), assign(w, w)] }))).toEqual([
      '%w is assigned twice',
    ]);
    expect(broken(({ graph, w }) => ({ ...graph, effects: [assign({ ...w, id: 'v' }, w)] }))).toEqual([
      'assign to %v, which the graph does not define',
    ]);
    expect(broken(({ graph, w, y }) => ({ ...graph, effects: [assign(w, y)] }))).toEqual(['assign %w: 3x2 from 2x2']);
    expect(broken(({ graph, w }) => ({ ...graph, effects: [assign(w, w, { ...w, id: 'd_w' })] }))).toEqual([
      'assign %w begins at %d_w, which the graph does not define',
    ]);
  });
});
