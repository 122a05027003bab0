// A converted ONNX graph made ready to run: cleaned, scheduled and planned; or computed by the reference.
import type { Plan, View } from '../../../runtime/index.ts';
import { type Emitted, emitPlan } from '../../codegen/emit-plan.ts';
import { joinsPool } from '../../codegen/pool-rule.ts';
import type { Target } from '../../codegen/schedules.ts';
import {
  type Effect,
  type Graph,
  interpret,
  isFree,
  isOp,
  sizeOf,
  storageOf,
  type Tensor,
  verify,
} from '../../ir/index.ts';
import { shareCommon } from '../../passes/cse.ts';
import { removeDeadCode } from '../../passes/dce.ts';
import { foldConstants } from '../../passes/fold-constants.ts';
import { makeSchedule } from '../../passes/make-schedule.ts';
import type { Converted } from './convert.ts';

export interface Prepared {
  /** Undefined when every output is given. */
  readonly plan: Plan | undefined;
  /** Where the outputs that kernels compute lie, by name. */
  readonly places: ReadonlyMap<string, View>;
  /** Outputs that need no kernel: known numbers, inputs and weights, perhaps in another shape. */
  readonly given: ReadonlyMap<string, ArrayLike<number>>;
}

/** Seed and step of what is random: the same numbers each time. */
export const fixedStep = { count: 1, start: 0, step: 1, seed: 1, lr: 1, scale: 1 } as const;

export const clean = ({ graph }: Converted): Graph =>
  verify(removeDeadCode(shareCommon(foldConstants(verify(graph, 'import')))), 'clean');

type Output = Extract<Effect, { kind: 'output' }>;

export function prepare(converted: Converted, target: Target | undefined): Prepared {
  const graph = clean(converted);
  const given = new Map<string, ArrayLike<number>>();
  for (const [name, { known }] of converted.outputs) if (known) given.set(name, known);
  const outputs = graph.effects.filter((e): e is Output => e.kind === 'output');
  const computed = outputs.filter(({ name, value }) => {
    const storage = storageOf(value);
    const numbers = isOp(storage, 'constant') ? storage.attrs.values : converted.leaves.get(storage.id)?.values;
    if (!isFree(storage) || !numbers) return true;
    given.set(name, numbers);
    return false;
  });
  const places = new Map<string, View>();
  if (computed.length === 0) return { plan: undefined, places, given };
  const infer = removeDeadCode({ ...graph, effects: computed });
  const emitted: Emitted = emitPlan('onnx', makeSchedule({ infer }, joinsPool(target)), null, 'values', target);
  for (const { name, value } of computed) {
    const place = emitted.scheduled.infer?.memory.places.get(storageOf(value));
    if (!place) throw new Error(`the output ${name} has no place`);
    places.set(name, { ...place, bytes: 4 * sizeOf(value.type.shape) });
  }
  return { plan: emitted.plan, places, given };
}

/** The outputs in double precision, by name; those that are known already are among them. */
export function reference(converted: Converted): Map<string, ArrayLike<number>> {
  const graph = clean(converted);
  const leaves = new Map<string, Tensor>([['batch', { shape: [1, 1], data: new Float64Array(1) }]]);
  for (const node of graph.nodes) {
    const given = converted.leaves.get(node.id);
    if (isOp(node, 'parameter') && given)
      leaves.set(node.id, { shape: node.type.shape, data: Float64Array.from(given.values) });
  }
  const { outputs } = interpret(graph, { leaves, step: new Map(Object.entries(fixedStep)) });
  const found = new Map<string, ArrayLike<number>>();
  for (const [name, { known }] of converted.outputs) if (known) found.set(name, known);
  for (const [name, { data }] of outputs) found.set(name, data);
  return found;
}
