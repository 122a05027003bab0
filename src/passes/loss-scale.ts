// Dynamic loss scaling (Micikevicius et al. 2018, section 3.2): what is differentiated is multiplied by a scale, so that small
// gradients are not rounded to zero as halves; a step with a gradient that is not finite changes nothing but the scale.
import { type Builder, builder, emit, type Graph, LOSS_SCALE, LOSS_SCALE_SKIPPED, type Node } from '../ir/index.ts';
import { squaresRows } from '../ir/ops/squares.ts';
import { calculator } from '../training/optimizers/optimizer.ts';

export interface LossScale {
  /** What the scale is at first. */
  readonly initial: number;
  /** Steps without an overflow after which it doubles. */
  readonly every: number;
}

export const lossScaleDefaults: LossScale = { initial: 2 ** 16, every: 2000 };

/** The scale stays within these: its inverse, and what it is multiplied with, are then numbers that f32 holds well. */
export const LOSS_SCALE_LIMITS = { least: 2 ** -24, most: 2 ** 24 } as const;

const scaleState = (b: Builder, name: string, initial: number): Node<'state'> =>
  b.emit('state', [], { shape: [], of: LOSS_SCALE, ...(initial === 0 ? {} : { initial }) }, name);

/** The graph with the scale as a state, whose value is what the gradient of the objective is. */
export function addLossScale(graph: Graph, initial: number): { readonly graph: Graph; readonly scale: Node<'state'> } {
  const b = builder(graph);
  const scale = scaleState(b, LOSS_SCALE, initial);
  return { graph: b.finish(graph.name), scale };
}

/**
 * Every assignment of the graph happens only when all `gradients` are finite: parameters, what the optimizer keeps, and running
 * means. The scale halves when they are not, and doubles after `every` steps in a row in which they were.
 */
export function skipOverflows(graph: Graph, scaleOf: Node<'state'>, gradients: readonly Node[], every: number): Graph {
  const b = builder({ ...graph, effects: [] });
  const scale = graph.nodes.find((n) => n.id === scaleOf.id) as Node<'state'> | undefined;
  if (!scale) throw new Error(`%${scaleOf.id} is gone`);
  // 1. How many numbers are not finite.
  const rows = squaresRows(gradients.map((g) => g.type.shape));
  const parts = emit(b, 'overflows', gradients, { rows }, `${LOSS_SCALE}.counts`);
  const columns = rows === 1 ? parts : emit(b, 'sum', [parts], { axes: [0] }, `${LOSS_SCALE}.columns`);
  const found = emit(b, 'sum', [columns], { axes: rows === 1 ? [0, 1] : [0] }, `${LOSS_SCALE}.overflows`);
  // 2. What is assigned: the old value where there are any.
  for (const e of graph.effects) {
    if (e.kind !== 'assign') b.effect(e);
    else {
      b.at(e.value.layer);
      const old = e.target as unknown as Node;
      const value = emit(b, 'choose', [found, e.value, old], {}, `${old.id}.after`);
      b.effect({ ...e, value });
    }
  }
  b.at(undefined);
  // 3. The scale, the steps in a row that were good, and those that were skipped.
  const c = calculator(b, LOSS_SCALE);
  const old = scale as unknown as Node;
  const good = scaleState(b, `${LOSS_SCALE}.good`, 0);
  const skipped = scaleState(b, LOSS_SCALE_SKIPPED, 0);
  const { least, most } = LOSS_SCALE_LIMITS;
  const more = c.add(good as unknown as Node, 1, 'more');
  const due = emit(b, 'greater', [more, b.scalar(every - 0.5)], {}, `${LOSS_SCALE}.due`);
  const choose = (condition: Node, x: Node, y: Node, name: string): Node =>
    emit(b, 'choose', [condition, x, y], {}, `${LOSS_SCALE}.${name}`);
  const smaller = c.max(c.mul(old, 0.5, 'halved'), least, 'smaller');
  const larger = choose(due, old, c.min(c.mul(old, 2, 'doubled'), most, 'larger'), 'grown');
  const none = b.scalar(0);
  const assign = (target: Node<'state'>, value: Node): void =>
    b.effect({ kind: 'assign', target, value, gradient: found });
  assign(scale, choose(found, larger, smaller, 'new'));
  assign(good, choose(found, choose(due, more, none, 'counted'), none, 'good.new'));
  assign(
    skipped,
    c.add(skipped as unknown as Node, emit(b, 'greater', [found, none], {}, `${LOSS_SCALE}.skip`), 'skipped.new'),
  );
  return b.finish(graph.name);
}
