// l1 and l2 of the train section and of the command line: which weights they are for, what comes first, and what they add to gradients.
import { expect, test } from 'vitest';
import { type CompileOptions, compile } from '../../src/compile.ts';
import { interpret, isOp, printGraph, sizeOf, type Tensor } from '../../src/ir/index.ts';

const text = (train: string, conv = '', dense = '', optimizer = 'sgd lr 0.1'): string => `model m {
  input 4x4x1
  conv 2 3x3 ${conv}
  flatten
  dense 3 softmax ${dense}
}
train {
  data "drawn:8,8"
  loss cross_entropy
  optimizer ${optimizer}
  batch 4
  ${train}
}
`;
const graphOf = (source: string, options: CompileOptions = {}) => {
  const { graphs, diagnostics } = compile({ file: 'm.cnn', text: source }, options);
  expect(diagnostics).toEqual([]);
  if (!graphs?.train) throw new Error('nothing to train');
  return graphs.train;
};
const printed = (source: string, options: CompileOptions = {}): string => printGraph(graphOf(source, options));

test('the train section is for the weights of all layers, which may say otherwise', () => {
  expect(printed(text('l2 0.01'))).toBe(printed(text('', 'l2 0.01', 'l2 0.01')));
  expect(printed(text('l1 0.01\n  l2 0.02'))).toBe(printed(text('', 'l1 0.01 l2 0.02', 'l1 0.01 l2 0.02')));
  expect(printed(text('l2 0.01', 'l2 0.5', 'l2 0'))).toBe(printed(text('', 'l2 0.5')));
  expect(printed(text('l2 0'))).toBe(printed(text('')));
  expect(printed(text('l2 0.01'))).not.toBe(printed(text('')));
});

test('the command line replaces both; of FTRL it sets the own ones', () => {
  const hyper = { l2: 0.03 };
  expect(printed(text('l2 0.01', 'l2 0.5'), { hyper })).toBe(printed(text('l2 0.03')));
  expect(printed(text('l2 0.01', 'l2 0.5'), { hyper: { l2: 0 } })).toBe(printed(text('')));
  expect(printed(text('', '', '', 'ftrl'), { hyper })).toBe(printed(text('', '', '', 'ftrl l2 0.03')));
});

/** New values of all parameters after a step, for given ones. */
function stepped(source: string, numbers: Readonly<Record<string, number>>, options: CompileOptions = {}) {
  const graph = graphOf(source, options);
  const leaves = new Map<string, Tensor>();
  for (const n of graph.nodes) {
    if (!isOp(n, 'parameter') && !isOp(n, 'input') && !isOp(n, 'labels')) continue;
    const { shape } = n.type;
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
      isOp(n, 'labels') ? i % 3 : Math.sin(7 * i + 1),
    );
    leaves.set(n.id, { shape, data });
  }
  const step = new Map(Object.entries({ count: 4, pictures: 4, step: 1, seed: 1, lr: 0.1, ...numbers }));
  return { before: leaves, after: interpret(graph, { leaves, step }).assigned };
}

test('a penalty adds 2 l2 w + l1 sign w to the gradients of weights, and nothing to those of biases', () => {
  const plain = stepped(text(''), {}).after;
  const { before, after } = stepped(text('l1 0.3\n  l2 0.2'), {});
  for (const name of ['conv1.weight', 'dense1.weight', 'conv1.bias', 'dense1.bias']) {
    const [w, p, q] = [before, plain, after].map((values) => [...(values.get(name)?.data ?? [])]) as [
      number[],
      number[],
      number[],
    ];
    expect(w.length).toBeGreaterThan(0);
    w.forEach((v, i) => {
      const more = name.endsWith('weight') ? 2 * 0.2 * v + 0.3 * Math.sign(v) : 0;
      expect(q[i]).toBeCloseTo((p[i] as number) - 0.1 * more, 12);
    });
  }
});

test('numbers that are left open are those of the step: the same values, one graph', () => {
  const open = new Set(['l1', 'l2', 'weight_decay']);
  const given = { l1: 0.3, l2: 0.2, weight_decay: 0.05 };
  const ones = { l1: 1, l2: 1, weight_decay: 1 };
  const closed = stepped(text(''), {}, { hyper: given }).after;
  const opened = stepped(text(''), given, { hyper: ones, open }).after;
  expect(opened.size).toBe(4);
  for (const [name, { data }] of closed) data.forEach((v, i) => expect(opened.get(name)?.data[i]).toBeCloseTo(v, 12));
  expect(printed(text(''), { hyper: given, open })).toBe(printed(text(''), { hyper: ones, open }));
});
