// The gradient of a scalar to the input, or to any layer, and the values of layers: added to inference as outputs of their own.

import { noGradientThere } from '../diagnostics/catalog/looking.ts';
import { noSuchLayer } from '../diagnostics/catalog/usage.ts';
import type { Diagnostic } from '../diagnostics/types.ts';
import {
  type Builder,
  builder,
  type Effect,
  emit,
  type Graph,
  isFree,
  isOp,
  type Node,
  sizeOf,
  storageOf,
} from '../ir/index.ts';
import { activationNames } from '../ir/ops/activations.ts';
import { losses } from '../training/losses/index.ts';
import { differentiate } from './autodiff.ts';
import { fuseSoftmaxLoss } from './fuse-softmax-loss.ts';
import type { LayerInfo } from './lower-ast.ts';
import { type Aim, addObjective } from './objective.ts';
import { rewrite } from './rewrite.ts';

/** What is asked of a model besides its output. Layers by name; `input` is one of them. */
export interface Attribution {
  /**
   * What is differentiated, for each picture by itself: the `loss` against the class that is given with it; or the mean of each
   * channel over its positions, times the weights that are given (the parameter `attribute.weights`: batch x channels), summed,
   * of a layer (`linear`: before its activation, where a relu is not flat yet), or of the `scores`: what the model gives, before
   * a softmax or sigmoid at its end.
   */
  readonly of?: 'loss' | 'scores' | { readonly layer: string; readonly linear?: boolean };
  /** Layers to whose values the gradient is wanted: outputs `gradient:NAME`. */
  readonly to?: readonly string[];
  /** Layers whose values are wanted: outputs `value:NAME`. */
  readonly values?: readonly string[];
}

/** The output that holds what is differentiated, one number a picture. */
export const SCORE = 'score';
/** The parameter that holds the weights of scores or channels. */
export const WEIGHTS = 'attribute.weights';
/** Marks the value that is differentiated until its gradient is made. */
const TARGET = 'target';

/** The value before a softmax or sigmoid at the end: scores that do not hold each other down. */
export function scoresOf(output: Node): Node {
  let at = output;
  while (isOp(at, 'reshape')) at = at.inputs[0] as Node;
  if (!isOp(at, 'softmax') && !isOp(at, 'sigmoid') && !isOp(at, 'log_softmax')) return output;
  return at.inputs[0] as Node;
}

const beforeActivation = (value: Node): Node => {
  const [x] = value.inputs;
  return x && activationNames.some((name) => name === value.op) ? x : value;
};

/** What is wrong with the layers that are named: unknown, or not on the way to what is differentiated. */
export function checkAttribution(
  layers: readonly LayerInfo[],
  output: Node,
  file: string,
  { of, to = [], values = [] }: Attribution,
): Diagnostic[] {
  const find = (name: string): LayerInfo | undefined => layers.find((l) => l.name === name);
  const asked = [...(typeof of === 'object' ? [of.layer] : []), ...to, ...values];
  const unknown = [...new Set(asked)].filter((name) => !find(name));
  const names = layers.map((l) => l.name);
  if (unknown.length > 0) return unknown.map((name) => noSuchLayer(name, file, names));
  const end = typeof of === 'object' ? (find(of.layer) as LayerInfo).output : output;
  const before = new Set<Node>();
  const visit = (node: Node): void => {
    if (before.has(node)) return;
    before.add(node);
    node.inputs.forEach(visit);
  };
  visit(end);
  return to.flatMap((name) => {
    const layer = find(name) as LayerInfo;
    return before.has(layer.output)
      ? []
      : [noGradientThere(layer.span, name, typeof of === 'object' ? of.layer : 'the output')];
  });
}

/** Notes the values that are asked for as outputs of the forward graph, so that they are still known in inference. */
export function markValues(
  graph: Graph,
  layers: readonly LayerInfo[],
  { of, to = [], values = [] }: Attribution,
): Graph {
  const mark = (kind: string, name: string): Effect => {
    const value = layers.find((l) => l.name === name)?.output;
    if (!value) throw new Error(`no layer ${name}`);
    const linear = kind === TARGET && typeof of === 'object' && of.linear;
    return { kind: 'output', name: `${kind}:${name}`, value: linear ? beforeActivation(value) : value };
  };
  const marks = [
    ...values.map((name) => mark('value', name)),
    ...(of === undefined ? [] : to.map((name) => mark('gradient', name))),
    ...(typeof of === 'object' ? [mark(TARGET, of.layer)] : []),
  ];
  return { ...graph, effects: [...graph.effects, ...marks] };
}

/** Means that are given do not move with the input: normalisation by running means is a factor and a shift, and so is its slope. */
const byGivenMeans = (graph: Graph): Graph =>
  rewrite(graph, (node) => {
    const given = isOp(node, 'standardize') && isOp(node.inputs[1] as Node, 'parameter');
    return given ? { ...node, attrs: { ...node.attrs, axes: [] } as typeof node.attrs } : node;
  });

/** Replaces the marks by what they stand for. `aim` is what the train section says, where there is one. */
export function addAttribution(marked: Graph, { of }: Attribution, aim: Aim | undefined): Graph {
  if (of === undefined) return marked;
  const fixed = byGivenMeans(marked);
  const { graph, score } = of === 'loss' ? lossOf(fixed, aim) : weightedMean(fixed);
  const b = builder(graph);
  const objective = emit(b, 'sum', [score], { axes: [0] }, 'objective');
  const kept = (e: Effect): boolean => !(e.kind === 'output' && /^(gradient|target):/.test(e.name));
  const asked = graph.effects.filter((e) => e.kind === 'output' && e.name.startsWith('gradient:'));
  const wanted = new Set(asked.map((e) => e.value));
  const backward = differentiate(b.finish(graph.name), objective, (n) => wanted.has(n));
  const found = new Map<Node, Node>(backward.gradients);
  const end = builder({ ...backward.graph, effects: backward.graph.effects.filter(kept) });
  for (const e of asked) {
    const { shape } = e.value.type;
    const axes = shape.map((_, axis) => axis);
    // What only steps depend on (sign, floor) has no slope.
    const none = (): Node => emit(end, 'broadcast', [end.scalar(0)], { shape, axes }, `d_${e.value.id}.none`);
    end.effect({ ...(e as Effect & { kind: 'output' }), value: found.get(e.value) ?? none() });
  }
  end.effect({ kind: 'output', name: SCORE, value: score });
  return end.finish(graph.name);
}

/** Outputs that are leaves (the input itself; weights, where a layer is its own score) become copies: a leaf has its own place. */
export function copyLeaves(graph: Graph): Graph {
  const b = builder(graph);
  const effects = graph.effects.map((e): Effect => {
    if (e.kind !== 'output' || !isFree(storageOf(e.value))) return e;
    const { shape } = e.value.type;
    return { ...e, value: emit(b, 'broadcast', [e.value], { shape, axes: [] }, `${e.value.id}.copy`) };
  });
  return { ...b.finish(graph.name), effects };
}

const outputOf = (graph: Graph): Node =>
  graph.effects.find((e) => e.kind === 'output' && e.name === 'output')?.value as Node;

/** The loss of each picture. Without a train section: cross-entropy, binary after a sigmoid. */
function lossOf(marked: Graph, given: Aim | undefined): { graph: Graph; score: Node } {
  const output = outputOf(marked);
  const loss = scoresOf(output).id !== output.id && !isOp(output, 'softmax') ? 'binary_cross_entropy' : 'cross_entropy';
  const usual: Aim = { loss, lossOptions: {}, target: 'classes', metrics: [] };
  const aim = given && losses[given.loss] && given.target === 'classes' ? { ...given, metrics: [] } : usual;
  const { graph } = addObjective(marked, aim, []);
  const effects = graph.effects.map(
    (e): Effect => (e.kind === 'accumulate' ? { kind: 'output', name: SCORE, value: e.value } : e),
  );
  const fused = fuseSoftmaxLoss({ ...graph, effects });
  const score = fused.effects.find((e) => e.kind === 'output' && e.name === SCORE)?.value as Node;
  return { graph: { ...fused, effects: fused.effects.filter((e) => e.value !== score) }, score };
}

/** For each picture the sum over channels of weight x mean over positions. */
function weightedMean(marked: Graph): { graph: Graph; score: Node } {
  const target = marked.effects.find((e) => e.kind === 'output' && e.name.startsWith(`${TARGET}:`))?.value;
  const b = builder(marked);
  const value = target ?? scoresOf(outputOf(marked));
  const { shape } = value.type;
  const [batch = 1, channels = 1] = [shape[0], shape[shape.length - 1]];
  const attrs = { shape: [batch, channels], init: { kind: 'constant', value: 0 }, trainable: false } as const;
  const weights = emit(b, 'parameter', [], attrs, WEIGHTS);
  const each = emit(b, 'mul', [meanOverPositions(b, value), weights], {}, 'attribute.weighted');
  const score = emit(b, 'sum', [each], { axes: [1] }, SCORE);
  return { graph: b.finish(marked.name), score };
}

function meanOverPositions(b: Builder, value: Node): Node {
  const { shape } = value.type;
  const positions = shape.slice(1, -1);
  if (positions.length === 0) return value;
  const sum = emit(b, 'sum', [value], { axes: positions.map((_, i) => i + 1) }, 'attribute.sum');
  return emit(b, 'mul', [sum, b.scalar(1 / sizeOf(positions))], {}, 'attribute.mean');
}
