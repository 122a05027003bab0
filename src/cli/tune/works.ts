// The kernels of a model that have a choice of schedules, by what they compute: equal work has one, wherever it stands.
import type { Emitted } from '../../codegen/emit-plan.ts';
import {
  type FamilyWork,
  familyCandidates,
  familyRefinements,
  familySchedule,
  familyTrouble,
} from '../../codegen/family-schedules.ts';
import { familyWork, updateWork, workOfGroup, workOfUpdate } from '../../codegen/kernels/family-work.ts';
import { indexMap, workOf } from '../../codegen/kernels/index-map.ts';
import {
  candidateSchedules,
  contractionSchedule,
  isOfContraction,
  refinements,
  type Schedule,
  scheduleTrouble,
  type Target,
} from '../../codegen/schedules.ts';
import type { Subgroups } from '../../codegen/subgroup-schedules.ts';
import { type Origin, originsOf } from '../../explain/origins.ts';
import type { Node } from '../../ir/index.ts';
import type { Family, ProgramKey } from '../../schedule/index.ts';

/** The families whose kernels have a choice of schedules. */
export const tunable = [
  'contraction',
  'depthwise',
  'window',
  'gather',
  'resize',
  'pointwise',
  'neighbours',
  'rows',
  'sum',
  'squares',
  'update',
] as const satisfies readonly Family[];

/** What schedules there are for a kernel. */
export interface Choice {
  /** What the rules choose. */
  readonly rule: Schedule;
  /** Others worth measuring, and the neighbours of one. */
  candidates(): Schedule[];
  refine(of: Schedule): Schedule[];
  /** Why a schedule cannot run it; undefined when it can. */
  trouble(s: Schedule): string | undefined;
}

export interface Work {
  readonly key: string;
  readonly family: Family;
  readonly choice: Choice;
  /** Every dispatch that computes it. */
  readonly places: readonly { readonly program: ProgramKey; readonly origin: Origin }[];
}

function contractionChoice(root: Node, target: Target, facts: Subgroups | undefined): Choice {
  const map = indexMap(root);
  return {
    rule: contractionSchedule(map, target, facts),
    candidates: () => candidateSchedules(map, target, facts),
    refine: (of) => (isOfContraction(of) ? refinements(of, map, target, facts) : []),
    trouble: (s) =>
      isOfContraction(s)
        ? scheduleTrouble(s, map, target, facts)
        : `a convolution or dense layer is not scheduled by "${s.kind}"`,
  };
}

function familyChoice(work: FamilyWork, target: Target): Choice {
  return {
    rule: familySchedule(work, target),
    candidates: () => familyCandidates(work, target),
    refine: (of) => (isOfContraction(of) ? [] : familyRefinements(of, work)),
    trouble: (s) =>
      isOfContraction(s) ? `this kernel is scheduled by "${work.kind}", not by "${s.kind}"` : familyTrouble(s, work),
  };
}

/** Which update of the program a dispatch is, and how many bytes of it; undefined for other kernels. */
export function updateAt({ groups: [group], dispatch }: Origin): { index: number; bytes: number } | undefined {
  if (group?.family !== 'update') return undefined;
  const [, number = '1'] = /^update(?:\.(\d+))?$/.exec(dispatch.label) ?? [];
  const bytes = dispatch.bindings.find((v) => v.buffer === 'parameters')?.bytes ?? 0;
  return { index: Number(number) - 1, bytes };
}

/** The distinct kernels of the programs that have a choice. `facts`: what the adapter says of its subgroups, where it has some. */
export function worksOf(emitted: Emitted, programs: readonly ProgramKey[], target: Target, facts?: Subgroups): Work[] {
  const works = new Map<string, Omit<Work, 'places'> & { places: Work['places'][number][] }>();
  for (const program of programs) {
    for (const origin of originsOf(emitted, program)) {
      const found = workAt(emitted, program, origin, target, facts);
      if (!found) continue;
      const work = works.get(found.key) ?? { ...found, choice: found.choice(), places: [] };
      work.places.push({ program, origin });
      works.set(found.key, work);
    }
  }
  return [...works.values()];
}

type Found = { readonly key: string; readonly family: Family; readonly choice: () => Choice };

function workAt(
  emitted: Emitted,
  program: ProgramKey,
  origin: Origin,
  target: Target,
  facts: Subgroups | undefined,
): Found | undefined {
  const [group] = origin.groups;
  if (!group) return undefined;
  const { family } = group;
  if (family === 'contraction') {
    const root = group.nodes[0] as Node;
    return { key: workOf(root), family, choice: () => contractionChoice(root, target, facts) };
  }
  const part = updateAt(origin);
  const update = part && emitted.scheduled[program]?.updates[part.index];
  if (part && update) {
    const work = updateWork(part.bytes);
    return { key: workOfUpdate(update, part.bytes), family, choice: () => familyChoice(work, target) };
  }
  const work = familyWork(group);
  return work && { key: workOfGroup(group), family, choice: () => familyChoice(work, target) };
}
