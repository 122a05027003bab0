// Which groups of the graph each dispatch of a program computes.
import type { DispatchSpec, KernelSpec } from '../../runtime/index.ts';
import type { Emitted } from '../codegen/emit-plan.ts';
import type { Group, ProgramKey } from '../schedule/index.ts';

export interface Origin {
  readonly index: number;
  readonly dispatch: DispatchSpec;
  readonly kernel: KernelSpec;
  /** One group, or those of all parameters that a merged update changes. */
  readonly groups: readonly Group[];
  /** False for the first dispatches of a group that takes several: its values are not complete yet. */
  readonly complete: boolean;
}

/** Every dispatch of a program, in order. Dispatches are named after the group they compute, or NAME.part of it. */
export function originsOf(emitted: Emitted, program: ProgramKey): Origin[] {
  const scheduled = emitted.scheduled[program];
  if (!scheduled) return [];
  const { groups } = scheduled.fused;
  const updatesOf = (ids: readonly string[]): Group[] =>
    groups.filter(
      (g) => g.family === 'update' && g.effects.some((e) => e.kind === 'assign' && ids.includes(e.target.id)),
    );
  const expected: { readonly name: string; readonly groups: readonly Group[] }[] = [
    ...groups.filter((g) => g.family !== 'update' && g.family !== 'scale').map((g) => ({ name: g.name, groups: [g] })),
    ...scheduled.updates.map((u, i) => ({
      name: i === 0 ? 'update' : `update.${i + 1}`,
      groups: updatesOf(u.members.map((m) => m.parameter.id)),
    })),
    ...groups.filter((g) => g.family === 'scale').map((g) => ({ name: g.name, groups: [g] })),
  ];
  const dispatches = emitted.plan.programs[program];
  const one = dispatches.length === expected.length;
  let at = 0;
  return dispatches.map((dispatch, index) => {
    const here = expected[at];
    if (!here) throw new Error(`${program} dispatches ${dispatch.label}, which no group asks for`);
    const next = dispatches[index + 1]?.label;
    const complete = one || next === undefined || next === expected[at + 1]?.name || !next.startsWith(here.name);
    if (complete) at++;
    const kernel = emitted.plan.kernels[dispatch.kernel] as KernelSpec;
    return { index, dispatch, kernel, groups: here.groups, complete };
  });
}
