// A model as boxes and edges: which layer reads which, in words short enough for a picture. Drawn by the other files here.
import type { Span } from '../diagnostics/types.ts';
import { type Graph, isOp, type Node, opDef, sizeOf, storageOf } from '../ir/index.ts';
import { layers as definitions, lookUp, signatureOf } from '../layers/index.ts';
import type { LayerInfo } from '../passes/lower-ast.ts';

/** What a layer is, for its colour: judged by what its nodes do, never by its name. */
export type Kind = 'input' | 'filter' | 'pool' | 'dense' | 'merge' | 'other';

export interface Box {
  readonly id: string;
  readonly kind: Kind;
  /** Lines: `conv 5x5`, then what follows without a new map: `batchnorm`, `relu`. */
  readonly words: readonly string[];
  /** Of one picture. */
  readonly shape: readonly number[];
  /** Rows and columns that one output reads of the map before; undefined when it is no window. */
  readonly window?: readonly [number, number];
  /** The blocks it stands in, outermost first: `residual1`. */
  readonly path: readonly string[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface Diagram {
  readonly title: string;
  readonly subtitle: string;
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

/** Is it one chain, without branches? */
export function isChain({ boxes, edges }: Diagram): boolean {
  const once = (end: (e: Edge) => string): boolean => new Set(edges.map(end)).size === edges.length;
  return edges.length === boxes.length - 1 && once((e) => e.from) && once((e) => e.to);
}

const textOf = ({ source, start, end }: Span): string => source.text.slice(start, end);
const pair = (v: unknown): readonly number[] | undefined =>
  Array.isArray(v) && v.length >= 1 && v.every((n) => typeof n === 'number') ? v : undefined;
const times = (n: readonly number[]): string => n.join('x');
const dotted = (attrs: object, key: string): unknown => (attrs as Record<string, unknown>)[key];

/** Weights that were turned round, say: they come from leaves alone, none of them the input. */
const isMoved = (n: Node): boolean =>
  n.inputs.length === 1 && n.inputs.every((i) => isOp(i, 'parameter') || (!isOp(i, 'input') && isMoved(i)));

/** The sliding window of a node: of its `window` attribute, or of the weights it slides, without their last two dimensions. */
export function windowOf(node: Node): readonly number[] | undefined {
  const given = pair(dotted(node.attrs, 'window'));
  if (given) return given;
  if (!pair(dotted(node.attrs, 'stride'))) return undefined;
  const weights = node.inputs.map(storageOf).find((n) => isOp(n, 'parameter') || isOp(n, 'constant') || isMoved(n));
  const kernel = weights?.type.shape.slice(0, -2) ?? [];
  return kernel.length > 0 ? kernel : undefined;
}

/** `conv 5x5 stride 2`: the word of the language, the window, and the options that change what is computed. */
function wordsOf(layer: LayerInfo, nodes: readonly Node[]): { words: string[]; window?: readonly number[] } {
  const signature = lookUp(definitions, layer.op);
  const activations = signature ? signatureOf(signature).activations : [];
  const said = textOf(layer.span)
    .split(/[\s|{}()]+/)
    .filter((word) => activations.includes(word));
  const sliding = nodes.find((n) => windowOf(n));
  const window = sliding && windowOf(sliding);
  const units = layer.output.type.shape.length === 2 && layer.parameters.length > 0;
  const head = [layer.op];
  if (sliding && window) {
    head.push(times(window));
    const { attrs } = sliding;
    const stride = pair(dotted(attrs, 'stride'));
    const usual = dotted(attrs, 'window') ? window : window.map(() => 1);
    if (stride?.some((n, i) => n !== usual[i]))
      head.push(`stride ${stride.every((n) => n === stride[0]) ? stride[0] : times(stride)}`);
    const dilation = pair(dotted(attrs, 'dilation'));
    if (dilation?.some((n) => n !== 1)) head.push(`dilation ${Math.max(...dilation)}`);
    const groups = dotted(attrs, 'groups');
    if (typeof groups === 'number' && groups > 1) head.push(`groups ${groups}`);
  } else if (units && sizeOf(layer.output.type.shape.slice(1)) > 0) head.push(String(layer.output.type.shape[1]));
  return { words: [head.join(' '), ...said], ...(window ? { window } : {}) };
}

/** Does a layer only touch each value where it stands, so that it can share the box of the layer before it? */
const passesThrough = (layer: LayerInfo, before: Node, nodes: readonly Node[]): boolean =>
  layer.output.type.shape.join() === before.type.shape.join() &&
  nodes.every((n) => opDef(n.op).multiplyAdds === undefined && windowOf(n) === undefined);

/** What LayerInfo may say besides: the blocks of a layer. */
const pathOf = (layer: LayerInfo): readonly string[] => {
  const path = dotted(layer, 'path') ?? dotted(layer, 'blocks');
  return Array.isArray(path) ? path.map(String) : [];
};

/** The layers that the value of a node is made from, nearest first: outputs of layers are where the search ends. */
export function nearestOutputs(node: Node, outputs: ReadonlyMap<Node, string>): string[] {
  const found: string[] = [];
  const seen = new Set<Node>();
  const visit = (n: Node): void => {
    if (seen.has(n)) return;
    seen.add(n);
    const layer = outputs.get(n);
    if (layer !== undefined) found.push(layer);
    else n.inputs.forEach(visit);
  };
  node.inputs.forEach(visit);
  return [...new Set(found)];
}

/** Boxes and edges of a model. `facts` stands below the title. */
export function diagramOf(title: string, facts: string, layers: readonly LayerInfo[], forward: Graph): Diagram {
  // 1. The layer of every value; of layers that hand on a value unchanged, the first one keeps it.
  const outputs = new Map<Node, string>();
  for (const { output, name } of layers) if (!outputs.has(output)) outputs.set(output, name);
  const own = layers.filter((l) => outputs.get(l.output) === l.name);
  const nodesOf = new Map<string, Node[]>(own.map((l) => [l.name, []]));
  for (const n of forward.nodes) if (n.layer) nodesOf.get(n.layer.name)?.push(n);
  const sources = new Map(own.map((l) => [l.name, nearestOutputs(l.output, outputs)]));
  const readers = (name: string): number => own.filter((l) => sources.get(l.name)?.includes(name)).length;
  const byName = new Map(own.map((l) => [l.name, l]));
  // 2. Layers that pass values through share the box of the only layer they read, unless that is a merge.
  const boxOf = new Map<string, string>();
  const boxes = new Map<string, { -readonly [K in keyof Box]: Box[K] }>();
  for (const layer of own) {
    const from = sources.get(layer.name) as string[];
    const nodes = nodesOf.get(layer.name) as Node[];
    const { words, window } = wordsOf(layer, nodes);
    const before = from.length === 1 ? byName.get(from[0] as string) : undefined;
    const host = before && boxes.get(boxOf.get(before.name) as string);
    if (host && host.kind !== 'merge' && readers(before.name) === 1 && passesThrough(layer, before.output, nodes)) {
      if (host.kind !== 'input') {
        boxOf.set(layer.name, host.id);
        host.words = [...host.words, ...words];
        continue;
      }
    }
    boxOf.set(layer.name, layer.name);
    const shape = layer.output.type.shape.slice(1);
    const kind: Kind =
      layer.op === 'input'
        ? 'input'
        : from.length > 1
          ? 'merge'
          : window
            ? layer.parameters.length > 0 || nodes.some((n) => opDef(n.op).multiplyAdds)
              ? 'filter'
              : 'pool'
            : shape.length === 1 && layer.parameters.length > 0
              ? 'dense'
              : 'other';
    const two = window && ([window[0] ?? 1, window[1] ?? 1] as const);
    boxes.set(layer.name, { id: layer.name, kind, words, shape, ...(two ? { window: two } : {}), path: pathOf(layer) });
  }
  // 3. Edges between boxes, each once.
  const edges = new Map<string, Edge>();
  for (const layer of own) {
    const to = boxOf.get(layer.name) as string;
    for (const source of sources.get(layer.name) as string[]) {
      const from = boxOf.get(source) as string;
      if (from !== to) edges.set(`${from}\n${to}`, { from, to });
    }
  }
  return { title, subtitle: facts, boxes: [...boxes.values()], edges: [...edges.values()] };
}

/** What stands in a merge: `+`, a multiplication sign, or the word of the layer. */
export function mergeSign(box: Box): string {
  const word = (box.words[0] ?? '').split(' ')[0] ?? '';
  return ({ add: '+', multiply: '\u00d7', subtract: '\u2212' } as Record<string, string>)[word] ?? word;
}

/** `28x28x6` */
export const shapeText = (shape: readonly number[]): string => times(shape);
