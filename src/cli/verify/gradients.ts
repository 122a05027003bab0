// Every gradient of a trained parameter against central differences of what training minimises, in double precision.
import { streamOf, uniform } from '../../../runtime/index.ts';
import { type Graph, interpret, isOfLossScale, isOp, type Node, opDef, sizeOf, type Tensor } from '../../ir/index.ts';
import { stepNumbers } from '../inspect/trace.ts';
import type { CompiledModel } from '../model.ts';
import { leavesFor, stepFor } from './leaves.ts';

export interface GradientRow {
  readonly parameter: string;
  readonly shape: readonly number[];
  /** Elements that were compared. */
  readonly samples: number;
  readonly max_error: number;
  /** In the norm over the samples. */
  readonly relative_error: number;
  readonly tolerance: number;
  readonly ok: boolean;
}

/** Steps of the differences, as parts of the element's size: smaller ones where a kink (relu, maximum) lies between. */
const STEPS = [1e-4, 1e-5, 1e-6, 1e-7];

/** A graph whose leaves can be moved: only what depends on the moved leaf is computed again. */
function movable(
  graph: Graph,
  leaves: ReadonlyMap<string, Tensor>,
  step: ReadonlyMap<string, number>,
  objective: string,
) {
  const { values } = interpret({ ...graph, effects: [] }, { leaves, step });
  const target = graph.nodes.find((n) => n.id === objective) as Node;
  /** What lies between a leaf and the objective, in order. */
  const between = (leaf: Node): Node[] => {
    const after = new Set<Node>([leaf]);
    for (const n of graph.nodes) if (n.inputs.some((i) => after.has(i))) after.add(n);
    const needed = new Set<Node>([target]);
    for (const n of [...graph.nodes].reverse()) if (needed.has(n)) for (const i of n.inputs) needed.add(i);
    after.delete(leaf);
    return graph.nodes.filter((n) => after.has(n) && needed.has(n));
  };
  return (leaf: Node) => {
    const path = between(leaf);
    const { data, shape } = values.get(leaf) as Tensor;
    return (index: number, by: number): number => {
      const moved = new Map<Node, Tensor>();
      const copy = Float64Array.from(data);
      copy[index] = (copy[index] as number) + by;
      moved.set(leaf, { shape, data: copy });
      for (const node of path) {
        const { reference } = opDef(node.op);
        if (reference === 'leaf') continue;
        const inputs = node.inputs.map((n) => (moved.get(n) ?? values.get(n)) as Tensor);
        moved.set(node, { shape: node.type.shape, data: reference(inputs, node.attrs, node.type, { step }) });
      }
      return (moved.get(target) ?? (values.get(target) as Tensor)).data[0] as number;
    };
  };
}

/** Which elements of a parameter are compared: its largest gradient, and others drawn by a counter. */
function chosen(name: string, gradient: Float64Array, samples: number, seed: number): number[] {
  const largest = gradient.reduce((at, g, i) => (Math.abs(g) > Math.abs(gradient[at] as number) ? i : at), 0);
  const picked = new Set([largest]);
  const stream = streamOf(`verify.${name}.samples`);
  for (let i = 0; picked.size < Math.min(samples, gradient.length) && i < 4 * samples; i++)
    picked.add(Math.floor(uniform(seed, stream, i) * gradient.length));
  return [...picked];
}

/** What is minimised, of the pictures that training sees. */
const objectiveStage = (stages: CompiledModel['stages']): Graph | undefined =>
  stages.get('train after augment') ?? stages.get('train after objective');

export interface GradientOptions {
  readonly seed: number;
  readonly samples: number;
  readonly tolerance: number;
}

/** One row a trained parameter, in the order of the plan; nothing without a train section. */
export function* verifyGradients(model: CompiledModel, o: GradientOptions): Generator<GradientRow> {
  const { plan, stages, training } = model;
  const forward = objectiveStage(stages);
  const backward = stages.get('train after autodiff');
  if (!training || !forward || !backward) return;
  const { parameters, pictures, labels } = leavesFor(plan, o.seed);
  const step = stepNumbers(plan, stepFor(plan, 'train', o.seed));
  const leaves = new Map<string, Tensor>();
  for (const n of backward.nodes) {
    const { shape } = n.type;
    // Gradients without the scale of the loss.
    if (isOfLossScale(n)) leaves.set(n.id, { shape, data: Float64Array.of(1) });
    if (isOp(n, 'input')) leaves.set(n.id, { shape, data: Float64Array.from(pictures) });
    if (isOp(n, 'labels')) leaves.set(n.id, { shape, data: Float64Array.from(labels) });
    const given = parameters.get(n.id);
    if (given) leaves.set(n.id, { shape, data: Float64Array.from(given) });
  }
  const { values } = interpret({ ...backward, effects: [] }, { leaves, step });
  const gradients = new Map(backward.nodes.map((n) => [n.id, values.get(n) as Tensor]));
  const move = movable(forward, leaves, step, training.objective);
  for (const { name, shape } of plan.parameters) {
    const gradient = gradients.get(training.gradients.get(name) ?? '')?.data;
    const leaf = forward.nodes.find((n) => n.id === name);
    if (!gradient || !leaf) continue;
    const indices = chosen(name, gradient, o.samples, o.seed);
    const objective = move(leaf);
    const size = gradient.reduce((m, g) => Math.max(m, Math.abs(g)), 0);
    const errors = indices.map((i) => {
      const exact = gradient[i] as number;
      const at = Math.max(1, Math.abs((parameters.get(name) as Float32Array)[i] as number));
      let least = Number.POSITIVE_INFINITY;
      for (const part of STEPS) {
        const h = part * at;
        const enough = o.tolerance * 0.1 * size;
        const central = (objective(i, h) - objective(i, -h)) / (2 * h);
        least = Math.min(least, Math.abs(central - exact));
        if (least <= enough) break;
        // Of fourth order, by a second step (Richardson): where the objective bends much, as behind many normalisations.
        const wide = (objective(i, 2 * h) - objective(i, -2 * h)) / (4 * h);
        least = Math.min(least, Math.abs((4 * central - wide) / 3 - exact));
        if (least <= enough) break;
      }
      return least;
    });
    const norm = (v: readonly number[]): number => Math.sqrt(v.reduce((s, x) => s + x * x, 0));
    const relative = norm(errors) / (norm(indices.map((i) => gradient[i] as number)) || 1);
    const max = Math.max(...errors);
    yield {
      parameter: name,
      shape,
      samples: indices.length,
      max_error: max,
      relative_error: relative,
      tolerance: o.tolerance,
      ok: relative <= o.tolerance,
    };
  }
}

/** Multiply-adds that the reference has to do for all of it, roughly. */
export function referenceWork({ graphs, stages, training }: CompiledModel, samples: number): number {
  const of = (graph: Graph | undefined): number =>
    graph?.nodes.reduce((sum, n) => sum + (opDef(n.op).multiplyAdds?.(n) ?? sizeOf(n.type.shape)), 0) ?? 0;
  const kernels = Object.values(graphs).reduce((sum, g) => sum + of(g), 0);
  if (!training) return kernels;
  // Differences need two forward passes a sample, of half of the network on average.
  const differences = training.gradients.size * samples * of(objectiveStage(stages));
  return kernels + of(stages.get('train after autodiff')) + differences;
}
