// Adds what training minimises: the mean loss of the pictures that count, plus l1 and l2 penalties; and the sums to report.
import { builder, emit, type Graph, isOp, type Node } from '../ir/index.ts';
import { losses } from '../training/losses.ts';
import type { Penalty } from './lower-ast.ts';

export interface Objective {
  readonly graph: Graph;
  /** A scalar: what is differentiated. Reported sums do not hold the penalties. */
  readonly objective: Node;
}

/** `output` is the value of the effect `output`; metrics accumulate sums over the pictures that count. */
export function addObjective(graph: Graph, loss: string, penalties: readonly Penalty[]): Objective {
  const b = builder(graph);
  const output = graph.effects.find((e) => e.kind === 'output')?.value;
  const def = losses[loss];
  if (!output || !def) throw new Error(`no output, or no loss ${loss}`);
  const batch = output.type.shape[0] as number;
  const labels = emit(b, 'labels', [], { batch }, 'labels');
  const known = graph.nodes.find((n) => isOp(n, 'step') && n.attrs.field.name === 'count');
  const count = known ?? emit(b, 'step', [], { field: { name: 'count', type: 'u32' } }, 'count');
  const { perPicture, metrics } = def.build({ b, output, labels, count });
  let objective = emit(b, 'batch_mean', [perPicture, count], {}, 'loss');
  for (const { parameter, l1, l2 } of penalties) {
    const axes = parameter.type.shape.map((_, axis) => axis);
    const add = (values: Node, factor: number, id: string): void => {
      const penalty = emit(b, 'mul', [emit(b, 'sum', [values], { axes }, `${id}.sum`), b.scalar(factor)], {}, id);
      objective = emit(b, 'add', [objective, penalty], {}, `loss.with.${id}`);
    };
    const id = `${parameter.id}.penalty`;
    if (l2 > 0) add(emit(b, 'mul', [parameter, parameter], {}, `${id}.squares`), l2, id);
    if (l1 > 0) add(emit(b, 'abs', [parameter], {}, `${id}.sizes`), l1, `${id}.l1`);
  }
  for (const [metric, value] of metrics) b.effect({ kind: 'accumulate', metric, value });
  return { graph: b.finish(graph.name), objective };
}
