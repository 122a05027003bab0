// A model given as text, run in the reference: for tests of what lines of the language compute.
import { expect } from 'vitest';
import { initialValues } from '../../runtime/index.ts';
import { compile } from '../../src/compile.ts';
import { type Graph, interpret, isOp, type Node, type Tensor } from '../../src/ir/index.ts';
import { randomTensor } from './numbers.ts';

/** The forward graph of `model m { input INPUT  LAYERS }` at batch 1; fails with the messages of an error. */
export function graphOfText(input: string, layers: string): Graph {
  const text = `model m {\n  input ${input}\n  ${layers}\n}\n`;
  const { graphs, diagnostics } = compile({ file: 'm.cnn', text }, { batch: 1 });
  expect(diagnostics.filter((d) => d.severity === 'error').map((d) => d.message)).toEqual([]);
  return (graphs as NonNullable<typeof graphs>).infer;
}

export const parametersOf = (graph: Graph): Node<'parameter'>[] =>
  graph.nodes.filter((n): n is Node<'parameter'> => isOp(n, 'parameter'));

/** Runs the text on a picture (random unless given); parameters start as the runtime starts them unless given by name. */
export function runText(
  input: string,
  layers: string,
  picture?: ArrayLike<number>,
  weights: Readonly<Record<string, ArrayLike<number>>> = {},
): Tensor {
  const graph = graphOfText(input, layers);
  const leaves = new Map<string, Tensor>();
  for (const node of graph.nodes) {
    const { shape } = node.type;
    if (isOp(node, 'input'))
      leaves.set(node.id, picture ? { shape, data: Float64Array.from(picture) } : randomTensor(shape, 1));
    if (!isOp(node, 'parameter')) continue;
    const given = weights[node.id];
    const start = () => initialValues({ ...node.attrs, name: node.id, offset: 0 }, 1);
    leaves.set(node.id, { shape, data: Float64Array.from(given ?? start()) });
  }
  const y = interpret(graph, { leaves, step: new Map() }).outputs.get('output') as Tensor;
  return { shape: y.shape.slice(1), data: y.data };
}
