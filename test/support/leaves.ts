// Leaves for the reference: starting values of parameters, slots, a batch with labels, the numbers of a step.
import { initialValues, type Plan, type StepValues, stepNumber } from '../../runtime/index.ts';
import { hash32 } from '../../runtime/random.ts';
import { type Graph, isOp, sizeOf, type Tensor } from '../../src/ir/index.ts';
import { randomTensor } from './numbers.ts';

/** Parameters as the runtime starts them (constants a little off, so that they matter), slots as they start, a random batch in 0..1. */
export function leavesOf(graph: Graph, plan: Plan, seed: number, classes: number): Map<string, Tensor> {
  const leaves = new Map<string, Tensor>();
  for (const p of plan.parameters) {
    const data = Float64Array.from(initialValues(p, seed));
    leaves.set(
      p.name,
      p.init.kind === 'constant'
        ? randomTensor(p.shape, seed + p.offset, p.init.value - 0.1, p.init.value + 0.1)
        : { shape: p.shape, data },
    );
  }
  for (const n of graph.nodes) {
    const { shape } = n.type;
    if (isOp(n, 'state')) leaves.set(n.id, { shape, data: new Float64Array(sizeOf(shape)).fill(n.attrs.initial ?? 0) });
    if (isOp(n, 'input')) leaves.set(n.id, randomTensor(shape, seed, 0, 1));
    if (isOp(n, 'labels'))
      leaves.set(n.id, {
        shape,
        data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => hash32(seed, 17, i) % classes),
      });
  }
  return leaves;
}

/** The numbers of a step by field name, as the runtime computes them. */
export function stepOf(plan: Plan, values: Partial<StepValues> = {}): Map<string, number> {
  const all: StepValues = { count: plan.batch, start: 0, step: 1, seed: 1, lr: 0.1, scale: 1, ...values };
  const step = new Map<string, number>(Object.entries(all));
  for (const f of plan.step.fields) step.set(f.name, stepNumber(f, all));
  return step;
}
