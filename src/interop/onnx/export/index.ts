// A graph of inference with its weights as an ONNX file: one node of ONNX for each layer where it has one, channels first.
import { type Graph, isOp, type Node } from '../../../ir/index.ts';
import { removeDeadCode } from '../../../passes/dce.ts';
import { channelsFirst, type Merged, plainAxes } from './axes.ts';
import { type FileModel, type FileNode, type FilePort, modelBytes } from './file.ts';
import { type Match, matchOf } from './patterns.ts';
import { dimsOf, type Values, type Writing, writing } from './writing.ts';

export type Layout = 'nchw' | 'nhwc';

export interface ExportOptions {
  /** How pictures come in and go out: channels first, as ONNX has them (nchw), or last, as cnnc has them (nhwc). */
  readonly layout: Layout;
  readonly opset: number;
  readonly producerVersion: string;
  readonly doc: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** What the output is called. */
  readonly outputName: string;
}

export interface Exported {
  readonly bytes: Uint8Array;
  readonly inputs: readonly FilePort[];
  readonly outputs: readonly FilePort[];
  readonly nodes: readonly FileNode[];
}

/** What is known of how features should lie: a picture is made of them, so its channels come first. */
function wantedOrders(w: Writing, graph: Graph): void {
  for (const node of graph.nodes) {
    const [x] = node.inputs;
    const { shape } = node.type;
    if (!isOp(node, 'reshape') || !x || x.type.shape.length !== 2 || shape.length < 3) continue;
    const merged: Merged = { shape, axes: channelsFirst(shape.length) };
    let at: Node | undefined = x;
    // Up through what works on elements with known numbers, to the product that makes them.
    while (at && !w.isKnown(at) && w.only(at) && !isOp(at, 'matmul')) {
      const computed: readonly Node[] = at.inputs.filter((n) => !w.isKnown(n));
      const [only]: readonly Node[] = computed;
      const biased: boolean = isOp(at, 'add') && only !== undefined && isOp(only, 'matmul');
      if (biased || computed.length !== 1 || !only || !elementwise.has(at.op) || only.type.shape.length !== 2) break;
      at = only;
    }
    if (at && w.only(at)) w.wanted.set(at, merged);
  }
}

const elementwise: ReadonlySet<string> = new Set([
  'add',
  'mul',
  'standardize',
  'relu',
  'relu6',
  'leaky_relu',
  'elu',
  'selu',
  'silu',
  'tanh',
  'sigmoid',
  'prelu',
  'gelu',
]);

/** Only what the output needs, in order. */
function live(nodes: readonly FileNode[], output: string): FileNode[] {
  const needed = new Set([output]);
  const kept: FileNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!needed.has(node.output)) continue;
    kept.unshift(node);
    for (const name of node.inputs) needed.add(name);
  }
  return kept;
}

/** `given` is the graph of inference (for-inference.ts), whose values all begin with the batch; `values` are those of its parameters. */
export function exportOnnx(given: Graph, values: Values, options: ExportOptions): Exported {
  const graph = removeDeadCode(given);
  const w = writing(graph, values, options.opset);
  wantedOrders(w, graph);
  const order = (node: Node): number[] =>
    options.layout === 'nchw' ? channelsFirst(node.type.shape.length) : plainAxes(node.type.shape.length);
  const effect = graph.effects.find((e) => e.kind === 'output');
  if (!effect) throw new Error('the graph has no output');

  // 1. Which nodes are made, and how: from the output back to the input.
  const needed = new Set<Node>([effect.value]);
  const matches = new Map<Node, Match>();
  for (const node of [...graph.nodes].reverse()) {
    if (!needed.has(node) || isOp(node, 'input')) continue;
    const match = matchOf(w, node);
    matches.set(node, match);
    for (const read of match.reads) needed.add(read);
  }

  // 2. In the order of the graph.
  const inputs: FilePort[] = [];
  for (const node of graph.nodes) {
    if (isOp(node, 'input')) {
      const leaf = node as unknown as Node;
      const axes = order(leaf);
      w.place(leaf, { name: 'input', axes });
      w.dims.set('input', dimsOf(leaf, { axes }));
      inputs.push({ name: 'input', dims: dimsOf(leaf, { axes }), doc: axesDoc(axes) });
    } else matches.get(node)?.emit();
  }

  // 3. The output in its order, under its name.
  const axes = order(effect.value);
  const last = w.arranged(effect.value, axes);
  const rename = (name: string): string =>
    name === last ? options.outputName : name === options.outputName ? `${name}.1` : name;
  const nodes = live(w.nodes, last).map((n) => ({ ...n, inputs: n.inputs.map(rename), output: rename(n.output) }));
  const read = new Set(nodes.flatMap((n) => n.inputs));
  const sizes = new Map([...w.dims].map(([name, dims]) => [rename(name), dims]));
  const outputs = [{ name: options.outputName, dims: dimsOf(effect.value, { axes }), doc: axesDoc(axes) }];
  const model: FileModel = {
    name: graph.name,
    doc: options.doc,
    opset: options.opset,
    producerVersion: options.producerVersion,
    metadata: options.metadata,
    nodes,
    tensors: [...w.tensors.values()].flatMap((t) => (read.has(rename(t.name)) ? [{ ...t, name: rename(t.name) }] : [])),
    inputs,
    outputs,
    values: nodes.slice(0, -1).flatMap(({ op, output }) => {
      const dims = sizes.get(output);
      return dims && op !== 'Greater' ? [{ name: output, dims }] : [];
    }),
  };
  return { bytes: modelBytes(model), inputs, outputs, nodes };
}

const axesDoc = (axes: readonly number[]): string =>
  axes.length === 4
    ? axes[1] === 3
      ? 'batch x channels x height x width'
      : 'batch x height x width x channels'
    : axes.length === 3
      ? axes[1] === 2
        ? 'batch x channels x length'
        : 'batch x length x channels'
      : 'batch x features';
