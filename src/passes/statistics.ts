// Adds what keeps running means: m <- momentum m + (1 - momentum) value, an update like those of the optimizer.
import { builder, emit, type Graph, isOp, type Node } from '../ir/index.ts';
import type { Statistic } from '../layers/index.ts';

/** `statistics` name nodes of the graph that was lowered; those of this graph have the same names. */
export function addStatistics(graph: Graph, statistics: readonly Statistic[]): Graph {
  const b = builder(graph);
  const byName = new Map(graph.nodes.map((n) => [n.id, n]));
  for (const { parameter, value, momentum } of statistics) {
    const target = byName.get(parameter.id);
    const seen = byName.get(value.id);
    if (!target || !isOp(target, 'parameter') || !seen) throw new Error(`%${parameter.id} or %${value.id} is gone`);
    const { id } = target;
    b.at(target.layer);
    const kept = emit(b, 'mul', [target as unknown as Node, b.scalar(momentum)], {}, `${id}.kept`);
    const part = emit(b, 'mul', [seen, b.scalar(1 - momentum)], {}, `${id}.part`);
    b.effect({ kind: 'assign', target, value: emit(b, 'add', [kept, part], {}, `${id}.new`), gradient: seen });
  }
  b.at(undefined);
  return b.finish(graph.name);
}
