// Batch normalisation folded into the layer before it: the same answers from fewer parameters, and only where that is true.
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { type Graph, interpret } from '../../src/ir/index.ts';
import { leavesOf } from '../support/leaves.ts';
import { relativeError } from '../support/numbers.ts';

const source = (layers: string) => ({ file: 'm.cnn', text: `model m {\n  input 7x6x3\n${layers}\n}` });

/** Answers of a model with and without folding, and the names of what is left. */
function both(layers: string): { plain: Float64Array; folded: Float64Array; ops: string[]; parameters: string[] } {
  const plain = compile(source(layers), { batch: 2, inferOnly: true });
  const leaves = leavesOf(plain.graphs!.infer, plain.plan!, 3, 2);
  const values = new Map(plain.plan!.parameters.map((p) => [p.name, leaves.get(p.name)!.data]));
  const folded = compile(source(layers), { batch: 2, inferOnly: true, fold: values });
  const run = (graph: Graph, given: typeof leaves): Float64Array =>
    interpret(graph, { leaves: given, step: new Map() }).outputs.get('output')!.data;
  const given = new Map(leaves);
  for (const { name, shape } of folded.plan!.parameters)
    given.set(name, { shape, data: Float64Array.from(folded.folded!.get(name)!) });
  return {
    plain: run(plain.graphs!.infer, leaves),
    folded: run(folded.graphs!.infer, given),
    ops: folded.graphs!.infer.nodes.map((n) => n.op),
    parameters: folded.plan!.parameters.map((p) => p.name),
  };
}

describe('folding', () => {
  test.each<readonly [string, readonly string[]]>([
    ['  conv 4 3x3 nobias | batchnorm relu', ['conv1.weight', 'batchnorm1.bias']],
    ['  conv 4 3x3 pad same stride 2 | batchnorm', ['conv1.weight', 'batchnorm1.bias']],
    ['  conv 4 3x3 nobias | batchnorm noscale', ['conv1.weight', 'batchnorm1.bias']],
    ['  conv 4 3x3 | batchnorm nocenter tanh', ['conv1.weight', 'batchnorm1.bias']],
    ['  flatten | dense 5 | batchnorm noscale nocenter', ['dense1.weight', 'batchnorm1.bias']],
    [
      '  conv 4 3x3 nobias | batchnorm relu | conv 2 3x3 nobias | batchnorm',
      ['conv1.weight', 'batchnorm1.bias', 'conv2.weight', 'batchnorm2.bias'],
    ],
  ])('%s', (layers, parameters) => {
    const { plain, folded, ops, parameters: left } = both(layers);
    expect(relativeError(folded, plain)).toBeLessThan(1e-6);
    expect(ops).not.toContain('standardize');
    expect([...left].sort()).toEqual([...parameters].sort());
  });

  test.each(['  conv 4 3x3 relu | batchnorm', '  batchnorm | conv 4 3x3', '  conv 4 3x3 | layernorm'])(
    'does not happen where something stands in between: %s',
    (layers) => {
      const { plain, folded, ops } = both(layers);
      expect(relativeError(folded, plain)).toBeLessThan(1e-6);
      expect(ops).toContain('standardize');
    },
  );
});
