// From a group to its kernel. The table is complete by type: a family without a kernel does not compile.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node } from '../../ir/index.ts';
import { type Family, type Group, type MemoryPlan, sharedPlace } from '../../schedule/index.ts';
import { type FamilySchedule, familySchedule } from '../family-schedules.ts';
import type { Kernel } from '../kernel.ts';
import { wholeWindows } from '../pool-rule.ts';
import { contractionSchedule, isOfContraction, type Target, type Tuned } from '../schedules.ts';
import { type Subgroups, unknownSubgroups } from '../subgroup-schedules.ts';
import { contractionKernel } from './contraction.ts';
import { matrixKernel } from './contraction-matrix.ts';
import { pixelKernel } from './contraction-pixels.ts';
import { shuffleKernel } from './contraction-shuffle.ts';
import { subgroupKernel } from './contraction-subgroup.ts';
import { tiledKernel } from './contraction-tiled.ts';
import { depthwiseKernel } from './depthwise.ts';
import { familyWork, workOfGroup } from './family-work.ts';
import { gatherKernel } from './gather.ts';
import { workOf } from './index-map.ts';
import { neighboursKernel } from './neighbours.ts';
import { pointwiseKernel } from './pointwise.ts';
import { groupMap } from './pooled.ts';
import { pooledGradientKernel } from './pooled-gradient.ts';
import { resizeKernel } from './resize.ts';
import { rowsKernel } from './rows.ts';
import { scaleKernel } from './scale.ts';
import { squaresKernel } from './squares.ts';
import { accumulateKernel, meanKernel, sumKernel } from './sum.ts';
import { windowKernel } from './window.ts';
import { winogradKernel } from './winograd.ts';

interface Context {
  readonly fields: readonly StepField[];
  readonly metrics: readonly string[];
  readonly target: Target;
  readonly tuned: Tuned;
  /** What the adapter says of its subgroups, where that is known. */
  readonly subgroups: Subgroups | undefined;
  /** Where values lie: for kernels that read many as one array. */
  readonly memory: MemoryPlan;
}

type Scheduled<K extends FamilySchedule['kind']> = Extract<FamilySchedule, { readonly kind: K }>;

/** The schedule of a group that is no contraction: as measured, or by the rules. `kind` is the one that the family takes. */
function scheduled<K extends FamilySchedule['kind']>(group: Group, { target, tuned }: Context, kind?: K): Scheduled<K> {
  const work = familyWork(group);
  if (!work || (kind && work.kind !== kind))
    throw new Error(`${group.name}: ${group.family} has no schedule of ${kind}`);
  const own = tuned.size > 0 ? tuned.get(workOfGroup(group)) : undefined;
  return (own?.kind === work.kind ? own : familySchedule(work, target)) as Scheduled<K>;
}

const families: { readonly [K in Exclude<Family, 'update'>]: (group: Group, c: Context) => Kernel } = {
  contraction: (group, { fields, target, tuned, subgroups }) => {
    const root = group.nodes[0] as Node;
    const map = groupMap(group);
    const own = tuned.get(workOf(root));
    const chosen = own && isOfContraction(own) ? own : contractionSchedule(map, target, subgroups);
    const schedule = wholeWindows(chosen, group, map, target);
    if (schedule.kind === 'winograd') return winogradKernel(group, schedule, fields);
    if (schedule.kind === 'shuffle') return shuffleKernel(group, schedule, fields);
    if (schedule.kind === 'matrix') return matrixKernel(group, schedule, fields);
    if (schedule.kind === 'subgroup') return subgroupKernel(group, schedule, fields);
    if (schedule.kind === 'pixels') return pixelKernel(group, schedule, fields);
    return schedule.kind === 'tiled'
      ? tiledKernel(group, schedule, fields)
      : contractionKernel(group, schedule, fields);
  },
  depthwise: (group, c) => depthwiseKernel(group, scheduled(group, c), c.target, c.fields),
  window: (group, c) => {
    const root = group.nodes[0] as Node;
    if (isOp(root, 'conv2d_dw_pooled')) return pooledGradientKernel(group, c.fields);
    return windowKernel(group, scheduled(group, c, 'items'), c, sharedPlace(group, c.memory));
  },
  gather: (group, c) => gatherKernel(group, scheduled(group, c, 'items'), c.fields),
  resize: (group, c) => resizeKernel(group, scheduled(group, c, 'items'), c.fields),
  pointwise: (group, c) => pointwiseKernel(group, scheduled(group, c, 'items'), c.fields),
  rows: (group, c) => rowsKernel(group, scheduled(group, c, 'items'), c.fields),
  squares: (group, c) => squaresKernel(group, scheduled(group, c, 'items'), c.memory, c.fields),
  sum: (group, c) => {
    if (group.nodes.some((n) => isOp(n, 'batch_mean'))) return meanKernel(group, c.fields);
    const least = c.target === 'gpu-subgroups' ? (c.subgroups ?? unknownSubgroups).least : undefined;
    return sumKernel(group, scheduled(group, c, 'sum'), c, least);
  },
  neighbours: (group, c) => neighboursKernel(group, scheduled(group, c, 'items'), c.fields),
  scale: (group, { fields }) => scaleKernel(group, fields),
  accumulate: (group, { fields, metrics }) => accumulateKernel(group, metrics, fields),
};

export function kernelOf(group: Group, context: Context): Kernel {
  if (group.family === 'update') throw new Error('updates are merged before they become kernels');
  return families[group.family](group, context);
}
