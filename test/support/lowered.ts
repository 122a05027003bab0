// Models lowered to their forward graphs, without kernels: what the reference interpreter can run.
import type { Diagnostic, Source } from '../../src/diagnostics/types.ts';
import { type Graph, interpret, isOp, type Node, type Tensor } from '../../src/ir/index.ts';
import { checkLinked, link } from '../../src/link.ts';
import { type Model, parse } from '../../src/parser/index.ts';
import { type Lowered, lowerModel } from '../../src/passes/lower-ast.ts';
import { randomTensor } from './numbers.ts';

export interface LoweredText {
  readonly lowered: Lowered | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Lowers a text; `files` are what it may import, by path. */
export function lowerText(
  text: string,
  {
    batch = 2,
    set = {},
    files = {},
  }: { batch?: number; set?: Record<string, number>; files?: Record<string, string> } = {},
): LoweredText {
  const { file, diagnostics } = parse({ file: 'test.cnn', text });
  const read = (path: string): Source | undefined =>
    files[path] === undefined ? undefined : { file: path, text: files[path] };
  const linked = link(file, read);
  const model = file.sections.find((s): s is Model => s.kind === 'model');
  const named = [...diagnostics, ...linked.diagnostics, ...checkLinked(linked, model, diagnostics.length === 0)];
  if (!model) return { lowered: undefined, diagnostics: named };
  const { lowered, diagnostics: found } = lowerModel(model, batch, linked.main.home, set);
  return { lowered, diagnostics: [...named, ...found] };
}

/** Lowers a text that must have no errors. */
export function lowerGood(text: string, options: Parameters<typeof lowerText>[1] = {}): Lowered {
  const { lowered, diagnostics } = lowerText(text, options);
  const errors = diagnostics.filter((d) => d.severity === 'error');
  if (!lowered || errors.length > 0) throw new Error(diagnostics.map((d) => `${d.code} ${d.message}`).join('\n'));
  return lowered;
}

/** Runs a forward graph on random leaves; gives the value of a node by its id. */
export function runForward(graph: Graph, seed = 1): (id: string) => Tensor {
  const leaves = new Map<string, Tensor>();
  for (const n of graph.nodes) {
    const { shape } = n.type;
    if (isOp(n, 'input')) leaves.set(n.id, randomTensor(shape, seed));
    if (isOp(n, 'parameter')) leaves.set(n.id, randomTensor(shape, seed + leaves.size, -0.5, 0.5));
  }
  const { values } = interpret(graph, { leaves, step: new Map() });
  return (id) => {
    const node = graph.nodes.find((n) => n.id === id) as Node;
    return values.get(node) as Tensor;
  };
}
