// The contractions of a model by what they compute: equal work has one schedule, wherever it stands.
import type { Emitted } from '../../codegen/emit-plan.ts';
import { type IndexMap, indexMap, workOf } from '../../codegen/kernels/index-map.ts';
import { type Origin, originsOf } from '../../explain/origins.ts';
import type { Node } from '../../ir/index.ts';
import type { ProgramKey } from '../../schedule/index.ts';

export interface Work {
  readonly key: string;
  readonly map: IndexMap;
  /** Every dispatch that computes it. */
  readonly places: readonly { readonly program: ProgramKey; readonly origin: Origin }[];
}

/** The distinct contractions of the programs. */
export function worksOf(emitted: Emitted, programs: readonly ProgramKey[]): Work[] {
  const works = new Map<string, { key: string; map: IndexMap; places: Work['places'][number][] }>();
  for (const program of programs) {
    for (const origin of originsOf(emitted, program)) {
      const [group] = origin.groups;
      if (group?.family !== 'contraction') continue;
      const root = group.nodes[0] as Node;
      const key = workOf(root);
      const work = works.get(key) ?? { key, map: indexMap(root), places: [] };
      work.places.push({ program, origin });
      works.set(key, work);
    }
  }
  return [...works.values()];
}
