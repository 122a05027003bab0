// The kinds of device that code is generated for: tests that run kernels run once for each that the device is.
import type { OpenedDevice } from '../../runtime/node.ts';
import { type Emitted, emitPlan } from '../../src/codegen/emit-plan.ts';
import { joinsPool } from '../../src/codegen/pool-rule.ts';
import type { Target, Tuned } from '../../src/codegen/schedules.ts';
import type { Subgroups } from '../../src/codegen/subgroup-schedules.ts';
import { hasEights } from '../../src/codegen/target-for.ts';
import { type Compiled, type CompileOptions, compile } from '../../src/compile.ts';
import type { Source } from '../../src/diagnostics/types.ts';
import { makeSchedule } from '../../src/passes/make-schedule.ts';
import type { ModelGraphs } from '../../src/schedule/index.ts';

export type { Target };

/** The targets whose kernels all differ. `gpu` has its own contractions alone: test/kernels/tiled.test.ts. */
export const targets: readonly Target[] = ['portable', 'cpu'];

/** CNNC_SLOW=1 runs what takes minutes on a software adapter, which compiles a large kernel for a second or more. */
export const slow = process.env.CNNC_SLOW === '1';

/** The targets that the device can run: `cpu` needs subgroups of eight. Without a device, all of them (to be skipped). */
export function runnable(opened: OpenedDevice | undefined): readonly Target[] {
  if (!opened) return targets;
  const eight = hasEights(opened);
  if (!eight) console.warn(`NOT TESTED: target cpu, this adapter has no subgroups of eight (${opened.adapter.name})`);
  return targets.filter((t) => t !== 'cpu' || eight);
}

/** `compile` for a target. */
export const compileFor = (target: Target, source: Source, options: CompileOptions = {}): Compiled =>
  compile(source, { ...options, target });

/** Graphs to a plan for a target. */
export const emitPlanFor = (
  target: Target,
  name: string,
  graphs: ModelGraphs,
  train: Parameters<typeof emitPlan>[2],
  outputIs: Parameters<typeof emitPlan>[3],
  tuned?: Tuned,
  subgroups?: Subgroups,
): Emitted => emitPlan(name, makeSchedule(graphs, joinsPool(target)), train, outputIs, target, tuned, subgroups);
