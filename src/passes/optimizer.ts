// Adds the optimizer: every parameter with a gradient gets a new value, and its slots too.
import { builder, emit, type Graph, type Node } from '../ir/index.ts';
import type { OptimizerDef } from '../training/optimizers.ts';

export function addOptimizer(
  graph: Graph,
  gradients: ReadonlyMap<Node<'parameter'>, Node>,
  optimizer: OptimizerDef,
  hyperparameters: Readonly<Record<string, number>>,
): Graph {
  const b = builder(graph);
  const hyper = (name: string): number => {
    const value = hyperparameters[name];
    if (value === undefined) throw new Error(`${optimizer.name} has no ${name}`);
    return value;
  };
  const lr = emit(b, 'step', [], { field: { name: 'lr', type: 'f32' } }, 'lr');
  const powers = new Map<string, Node>();
  const oneMinusPower = (base: number, name: string): Node => {
    const known = powers.get(name) ?? emit(b, 'step', [], { field: { name, type: 'f32', oneMinusPower: base } }, name);
    powers.set(name, known);
    return known;
  };
  for (const [p, g] of gradients) {
    b.at(p.layer);
    const slots = new Map(
      optimizer
        .slots(hyper)
        .map((slot) => [slot, b.emit('state', [], { shape: p.type.shape, of: p.id }, `${p.id}.${slot}`)]),
    );
    const slot = (name: string): Node => slots.get(name) as unknown as Node;
    const updated = optimizer.update({ b, p: p as unknown as Node, g, slot, lr, hyper, oneMinusPower });
    for (const [name, value] of updated) {
      const target = name === '' ? p : slots.get(name);
      if (!target) throw new Error(`${optimizer.name} has no slot ${name}`);
      b.effect({ kind: 'assign', target, value, gradient: g });
    }
  }
  b.at(undefined);
  return b.finish(graph.name);
}
