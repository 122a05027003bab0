// Adds what training minimises: the mean loss of the pictures that count, plus l1 and l2 penalties; and the sums to report.
import { type Builder, builder, emit, type Graph, isOp, type Node, sameShape } from '../ir/index.ts';
import type { LossOptions } from '../training/losses/index.ts';
import { losses } from '../training/losses/index.ts';
import { metricOf } from '../training/metrics.ts';
import type { Weighed } from './penalties.ts';

/** What the train section says of the goal. */
export interface Aim {
  readonly loss: string;
  readonly lossOptions: LossOptions;
  /** What the output is compared with: classes or values of the data set, or the model's own input. */
  readonly target: 'classes' | 'values' | 'input';
  readonly metrics: readonly string[];
}

export interface Objective {
  readonly graph: Graph;
  /** A scalar: what is differentiated. Reported sums do not hold the penalties. */
  readonly objective: Node;
}

/** `output` is the value of the effect `output`; metrics accumulate sums over the pictures that count. */
export function addObjective(graph: Graph, aim: Aim, penalties: readonly Weighed[]): Objective {
  const b = builder(graph);
  const output = graph.effects.find((e) => e.kind === 'output')?.value;
  const def = losses[aim.loss];
  if (!output || !def) throw new Error(`no output, or no loss ${aim.loss}`);
  const { labels, target } = targets(b, graph, output, aim.target);
  const known = graph.nodes.find((n) => isOp(n, 'step') && n.attrs.field.name === 'count');
  const count = known ?? emit(b, 'step', [], { field: { name: 'count', type: 'u32' } }, 'count');
  const context = { b, output, labels, target, count, options: aim.lossOptions };
  const { threshold } = def.reads(output);
  const masked = (one: { perPicture: Node; masked: boolean }): Node =>
    one.masked ? one.perPicture : emit(b, 'counted', [one.perPicture, count], {}, `${one.perPicture.id}.counted`);
  const loss = def.build(context);
  const sums: (readonly [string, Node])[] = [['loss', masked(loss)]];
  for (const name of aim.metrics) {
    const metric = metricOf(name);
    if (!metric) throw new Error(`no metric ${name}`);
    sums.push([name, masked(metric.build({ ...context, threshold }))]);
  }
  let objective = emit(b, 'batch_mean', [loss.perPicture, count], {}, 'loss');
  for (const { parameter, l1, l2 } of penalties) {
    const axes = parameter.type.shape.map((_, axis) => axis);
    const add = (values: Node, name: 'l1' | 'l2', factor: number | 'open', id: string): void => {
      const sum = emit(b, 'sum', [values], { axes }, `${id}.sum`);
      const weight = factor === 'open' ? b.step({ name, type: 'f32', open: true }) : b.scalar(factor);
      const penalty = emit(b, 'mul', [sum, weight], {}, id);
      objective = emit(b, 'add', [objective, penalty], {}, `loss.with.${id}`);
    };
    const id = `${parameter.id}.penalty`;
    if (l2 !== 0) add(emit(b, 'mul', [parameter, parameter], {}, `${id}.squares`), 'l2', l2, id);
    if (l1 !== 0) add(emit(b, 'abs', [parameter], {}, `${id}.sizes`), 'l1', l1, `${id}.l1`);
  }
  for (const [metric, value] of sums) b.effect({ kind: 'accumulate', metric, value });
  return { graph: b.finish(graph.name), objective };
}

/** The labels that the data set must give, and the target made of them or of the input. Neither is made before it is asked for. */
function targets(b: Builder, graph: Graph, output: Node, from: Aim['target']) {
  const { shape } = output.type;
  let target: Node | undefined;
  if (from === 'classes') {
    const labels = emit(b, 'labels', [], { shape: shape.slice(0, -1), dtype: 'u32' }, 'labels');
    const classes = shape[shape.length - 1] as number;
    const attrs = classes === 1 ? { classes, first: 1 } : { classes, first: 0 };
    return {
      labels,
      target: () => {
        target ??= emit(b, 'one_hot', [labels], attrs, 'target');
        return target;
      },
    };
  }
  const given =
    from === 'values'
      ? emit(b, 'labels', [], { shape, dtype: 'f32' }, 'labels')
      : (graph.nodes.find((n) => isOp(n, 'input')) as Node);
  return {
    labels: undefined,
    target: () => {
      target ??= sameShape(given.type.shape, shape) ? given : emit(b, 'reshape', [given], { shape }, 'target');
      return target;
    },
  };
}
