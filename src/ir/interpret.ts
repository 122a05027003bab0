// The reference interpreter: runs a graph in double precision with the references of the operations.
import { opDef } from './builder.ts';
import type { Graph, Node, Tensor } from './types.ts';
import { isOp, showShape, sizeOf } from './types.ts';

/** What a run is given: the leaves by name, and the numbers of the step. */
export interface Given {
  /** Tensors of `input`, `labels`, parameters and optimizer slots, by node id. */
  readonly leaves: ReadonlyMap<string, Tensor>;
  /** Numbers of the step by field name: count, step, seed, lr ... */
  readonly step: ReadonlyMap<string, number>;
}

export interface Ran {
  readonly values: ReadonlyMap<Node, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** Sums added to each metric. */
  readonly metrics: ReadonlyMap<string, number>;
  /** New values of parameters and slots, by node id. */
  readonly assigned: ReadonlyMap<string, Tensor>;
}

/**
 * Computes every node, then the effects. Nothing given is changed. `round` is applied to the floats of each node: with
 * Math.fround, the difference from a run without it is what single precision does to the graph.
 */
export function interpret(graph: Graph, given: Given, round?: (value: number) => number): Ran {
  const values = new Map<Node, Tensor>();
  for (const node of graph.nodes) {
    const { shape, data } = compute(node, values, given);
    values.set(node, { shape, data: round && node.type.dtype === 'f32' ? Float64Array.from(data, round) : data });
  }
  const outputs = new Map<string, Tensor>();
  const metrics = new Map<string, number>();
  const assigned = new Map<string, Tensor>();
  for (const effect of graph.effects) {
    const value = values.get(effect.value);
    if (!value) throw new Error(`${graph.name}: %${effect.value.id} is used by an effect but not in the graph`);
    if (effect.kind === 'output') outputs.set(effect.name, value);
    else if (effect.kind === 'assign') assigned.set(effect.target.id, value);
    else metrics.set(effect.metric, (metrics.get(effect.metric) ?? 0) + value.data.reduce((a, b) => a + b, 0));
  }
  return { values, outputs, metrics, assigned };
}

function compute(node: Node, values: ReadonlyMap<Node, Tensor>, given: Given): Tensor {
  const { shape } = node.type;
  const { reference } = opDef(node.op);
  if (reference === 'leaf') {
    const leaf = given.leaves.get(node.id);
    if (!leaf) throw new Error(`%${node.id} (${node.op}) was not given`);
    if (leaf.data.length !== sizeOf(shape))
      throw new Error(`%${node.id} is ${showShape(shape)}, given ${showShape(leaf.shape)}`);
    return leaf;
  }
  const inputs = node.inputs.map((n) => {
    const value = values.get(n);
    if (!value) throw new Error(`%${n.id} is used by %${node.id} before it is computed`);
    return value;
  });
  return { shape, data: reference(inputs, node.attrs, node.type, { step: given.step }) };
}

/** All leaves of one kind, for callers that fill them. */
export const leavesOf = (graph: Graph): Node[] => graph.nodes.filter((n) => opDef(n.op).reference === 'leaf');

/** The fields of the step uniform that a graph reads. */
export const stepFieldsOf = (graph: Graph) =>
  graph.nodes.filter((n) => isOp(n, 'step')).map((n) => (n as Node<'step'>).attrs.field);
