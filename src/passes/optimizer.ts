// Adds the optimizer: gradients are clipped, weights decay, and every parameter with a gradient gets a new value, and its
// slots too.
import type { StepField } from '../../runtime/plan.ts';
import { type Builder, builder, emit, type Graph, type Node } from '../ir/index.ts';
import { squaresRows } from '../ir/ops/squares.ts';
import { calculator, type UpdateContext } from '../training/optimizers/optimizer.ts';
import { commonArgs, type OptimizerDef } from '../training/optimizers.ts';

/**
 * `hyperparameters` replace the optimizer's defaults; with `weight_decay` among `open`, each step is given it. `scale`: a scalar that
 * the gradients are multiplied with, and are divided by first.
 */
export function addOptimizer(
  graph: Graph,
  gradients: ReadonlyMap<Node<'parameter'>, Node>,
  optimizer: OptimizerDef,
  hyperparameters: Readonly<Record<string, number>>,
  open: ReadonlySet<string> = new Set(),
  scale?: Node,
): Graph {
  const b = builder(graph);
  const hyper = (name: string): number => {
    const value = hyperparameters[name] ?? optimizer.defaults[name];
    if (value === undefined && !(name in optimizer.args) && !(name in commonArgs))
      throw new Error(`${optimizer.name} has no ${name}`);
    return value ?? 0;
  };
  const fields = new Map<string, Node>();
  const field = (one: StepField): Node => {
    const known = fields.get(one.name) ?? emit(b, 'step', [], { field: one }, one.name);
    fields.set(one.name, known);
    return known;
  };
  const lr = field({ name: 'lr', type: 'f32' });
  const step: UpdateContext['step'] = {
    oneMinusPower: (base, name) => field({ name, type: 'f32', oneMinusPower: base }),
    nadam: (beta, part, name) => field({ name, type: 'f32', nadam: beta, part }),
  };
  /** Scalars of a learning rate: parameters of one scale share them, so that their updates stay equal. */
  const rateOf = (scale: number) => {
    const scaled = scale === 1 ? lr : emit(b, 'mul', [lr, b.scalar(scale)], {}, `lr.times.${scale}`);
    const made = new Map<string, Node>();
    const once: UpdateContext['once'] = (name, make) => {
      const known = made.get(name) ?? make(calculator(b, ''));
      made.set(name, known);
      return known;
    };
    const rate = hyper('weight_decay');
    const given = (): Node => field({ name: 'weight_decay', type: 'f32', open: true });
    const decay =
      rate > 0 ? once('decay', (c) => c.mul(scaled, open.has('weight_decay') ? given() : rate, 'decay')) : undefined;
    return { lr: scaled, once, decay };
  };
  const rates = new Map([[1, rateOf(1)]]);
  const limit = hyper('global_clip_norm');
  const inverse = scale && calculator(b, '').div(1, scale, 'loss_scale.inverse');
  const all = limit > 0 ? clipFactor(b, [...gradients.values()], limit, 'gradients', inverse) : undefined;
  for (const [parameter, gradient] of gradients) {
    const { lrScale = 1 } = parameter.attrs;
    const rate = rates.get(lrScale) ?? rateOf(lrScale);
    rates.set(lrScale, rate);
    b.at(parameter.layer);
    const p = parameter as unknown as Node;
    const c = calculator(b, p.id);
    const slots = new Map(
      Object.entries(optimizer.slots(hyper)).map(([slot, initial]) => {
        const attrs = { shape: p.type.shape, of: p.id, ...(initial === 0 ? {} : { initial }) };
        return [slot, b.emit('state', [], attrs, `${p.id}.${slot}`)] as const;
      }),
    );
    // 1. The gradient, clipped.
    const [value, norm] = [hyper('clip_value'), hyper('clip_norm')];
    const factor = norm > 0 ? clipFactor(b, [gradient], norm, p.id, inverse) : all;
    const own = inverse ? c.mul(gradient, inverse, 'g.own') : gradient;
    const bounded = value > 0 ? c.max(c.min(own, value, 'g.low'), -value, 'g.clipped') : own;
    const g = factor ? c.mul(bounded, factor, 'g.clipped') : bounded;
    // 2. The parameter, decayed: w - (lr * weight_decay) * w.
    const kept = rate.decay ? c.sub(p, c.mul(p, rate.decay, 'decayed.part'), 'decayed') : p;
    // 3. The rule.
    const slot = (name: string): Node => slots.get(name) as unknown as Node;
    const updated = optimizer.update({ b, p: kept, g, slot, c, once: rate.once, lr: rate.lr, hyper, step });
    for (const [name, value] of Object.entries(updated)) {
      const target = name === '' ? parameter : slots.get(name);
      if (!target) throw new Error(`${optimizer.name} has no slot ${name}`);
      b.effect({ kind: 'assign', target, value, gradient });
    }
  }
  b.at(undefined);
  return b.finish(graph.name);
}

/** limit / max(norm, limit): what gradients are multiplied with so that their norm is at most `limit`. A scalar. */
function clipFactor(b: Builder, gradients: readonly Node[], limit: number, owner: string, inverse?: Node): Node {
  const c = calculator(b, owner);
  const rows = squaresRows(gradients.map((g) => g.type.shape));
  const parts = emit(b, 'squares', gradients, { rows }, `${owner}.squares`);
  // Two short sums instead of a long one.
  const columns = rows === 1 ? parts : emit(b, 'sum', [parts], { axes: [0] }, `${owner}.squares.columns`);
  const square = emit(b, 'sum', [columns], { axes: rows === 1 ? [0, 1] : [0] }, `${owner}.square`);
  const norm = c.sqrt(square, 'norm');
  const own = inverse ? c.mul(norm, inverse, 'norm.own') : norm;
  return c.div(limit, c.max(own, limit, 'norm.least'), 'clip');
}
