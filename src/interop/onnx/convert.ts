// An ONNX graph as a graph of cnnc: each node by the converter of its operator, in the order of the file.
import * as say from '../../diagnostics/catalog/onnx.ts';
import { type Diagnostic, Failure } from '../../diagnostics/index.ts';
import { type Builder, builder, emit, type Graph, type Node, type OpAttrs, type OpName } from '../../ir/index.ts';
import { type Attributes, attributesOf } from './attributes.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from './decode.ts';
import { converters } from './operators/index.ts';
import { foldKnown } from './operators/known.ts';
import { knownValue, lastOrder, nodeValue, type Order, plainOrder, type Value } from './value.ts';

/** What a converter is given: one node of ONNX. */
export interface Convert extends Attributes {
  readonly b: Builder;
  readonly node: OnnxNode;
  /** Version of the operator set that the node belongs to. */
  readonly opset: number;
  /** Name for the nodes that are made. */
  readonly name: string;
  /** An input; refuses when it is left out. */
  input(i: number): Value;
  /** Is the input given? */
  has(i: number): boolean;
  /** Numbers of an input that must be known when compiling. */
  numbers(i: number, what: string): number[];
  emit<K extends OpName>(op: K, inputs: readonly Node[], attrs: OpAttrs[K], suffix?: string): Node;
  /** The result as ONNX has it, channels last, or with its axes in another order. */
  plain(node: Node): Value;
  channelsLast(node: Node): Value;
  ordered(node: Node, order: Order): Value;
  /** Numbers from the file, or made from such. */
  known(tensor: Omit<OnnxTensor, 'name'>, suffix?: string): Value;
  /** Says why the node cannot be expressed. */
  refuse(reason: string): never;
}

/** Makes the outputs of a node. */
export type Converter = (c: Convert) => Value | readonly (Value | undefined)[];

export interface Converted {
  readonly graph: Graph;
  /** Leaves with their numbers, by node id. */
  readonly leaves: ReadonlyMap<string, OnnxTensor>;
  readonly outputs: ReadonlyMap<string, Value>;
}

/** What one node sees of the model. */
interface Scope {
  readonly b: Builder;
  readonly values: ReadonlyMap<string, Value>;
  readonly opsets: ReadonlyMap<string, number>;
  readonly leaf: (tensor: OnnxTensor) => Node;
  readonly fail: (reason: string) => never;
}

function scopeOf(node: OnnxNode, label: string, { b, values, opsets, leaf, fail }: Scope): Convert {
  const name = node.outputs.find((o) => o !== '') ?? label;
  const input = (i: number): Value => {
    const key = node.inputs[i] ?? '';
    return values.get(key) ?? fail(key === '' ? `input ${i + 1} is missing` : `there is no value ${key}`);
  };
  return {
    b,
    node,
    opset: opsets.get(node.domain) ?? 1,
    name,
    input,
    has: (i) => (node.inputs[i] ?? '') !== '',
    numbers: (i, what) => {
      const { known } = input(i);
      return known ? Array.from(known) : fail(`${what} must be known when compiling, not computed`);
    },
    ...attributesOf(node),
    emit: (op, operands, attrs, suffix = '') => emit(b, op, operands, attrs, `${name}${suffix}`),
    plain: (made) => nodeValue(b, name, made, plainOrder(made.type.shape.length)),
    channelsLast: (made) => nodeValue(b, name, made, lastOrder(made.type.shape.length)),
    ordered: (made, order) => nodeValue(b, name, made, order),
    known: (tensor, suffix = '') => knownValue(b, { ...tensor, name: `${name}${suffix}` }, true, leaf),
    refuse: fail,
  };
}

/** A node's outputs. What the graph cannot hold (shapes that do not fit, say) is refused with the reason. */
function convertNode(node: OnnxNode, label: string, scope: Scope): readonly (Value | undefined)[] {
  const op = node.domain === '' ? node.op : `${node.domain}.${node.op}`;
  const c = scopeOf(node, label, scope);
  const folded = foldKnown(c);
  if (folded) return [folded];
  const converter = Object.hasOwn(converters, op) ? converters[op] : undefined;
  if (!converter) return scope.fail(`cnnc has no ${op}`);
  try {
    const made = converter(c);
    return Array.isArray(made) ? (made as readonly (Value | undefined)[]) : [made as Value];
  } catch (error) {
    if (error instanceof Failure || error instanceof TypeError || !(error instanceof Error)) throw error;
    return scope.fail(error.message);
  }
}

/**
 * Builds the graph. `inputs` are the graph's inputs with their numbers, which are also known where an operator needs them
 * when compiling (shapes, axes, bounds). `file` is what messages call the model.
 */
export function convertModel(model: OnnxModel, inputs: ReadonlyMap<string, OnnxTensor>, file: string): Converted {
  const b = builder();
  emit(b, 'input', [], { shape: [1, 1] }, 'batch');
  const leaves = new Map<string, OnnxTensor>();
  const values = new Map<string, Value>();
  const leaf = (tensor: OnnxTensor): Node => {
    const attrs = { shape: tensor.dims, init: { kind: 'constant', value: 0 }, trainable: false } as const;
    const made = emit(b, 'parameter', [], attrs, `leaf.${tensor.name || leaves.size}`);
    leaves.set(made.id, tensor);
    return made;
  };
  const refuse = (label: string, op: string, reason: string): never => {
    throw new Failure([say.notExpressible(file, label, op, reason) as Diagnostic]);
  };
  for (const [name, tensor] of model.initializers) values.set(name, knownValue(b, { ...tensor, name }, true, leaf));
  for (const [name, tensor] of inputs) values.set(name, knownValue(b, { ...tensor, name }, false, leaf));
  model.nodes.forEach((node, index) => {
    const label = node.name || `${index + 1}`;
    const fail = (reason: string): never => refuse(label, node.op, reason);
    const results = convertNode(node, label, { b, values, opsets: model.opsets, leaf, fail });
    node.outputs.forEach((output, i) => {
      const value = results[i];
      if (output !== '' && value) values.set(output, value);
    });
  });
  const outputs = new Map<string, Value>();
  for (const { name } of model.outputs) {
    const value = values.get(name) ?? refuse(name, 'output', 'no node computes it');
    outputs.set(name, value);
    if (!value.known) b.effect({ kind: 'output', name, value: value.plain() });
  }
  return { graph: b.finish(model.name || 'onnx'), leaves, outputs };
}
