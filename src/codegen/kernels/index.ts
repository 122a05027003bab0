// From a group to its kernel. The table is complete by type: a family without a kernel does not compile.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node } from '../../ir/index.ts';
import type { Family, Group, MemoryPlan } from '../../schedule/index.ts';
import type { Kernel } from '../kernel.ts';
import { wholeWindows } from '../pool-rule.ts';
import { contractionSchedule, type Target, type Tuned } from '../schedules.ts';
import { type Subgroups, unknownSubgroups } from '../subgroup-schedules.ts';
import { contractionKernel } from './contraction.ts';
import { matrixKernel } from './contraction-matrix.ts';
import { pixelKernel } from './contraction-pixels.ts';
import { shuffleKernel } from './contraction-shuffle.ts';
import { subgroupKernel } from './contraction-subgroup.ts';
import { tiledKernel } from './contraction-tiled.ts';
import { depthwiseKernel } from './depthwise.ts';
import { gatherKernel } from './gather.ts';
import { workOf } from './index-map.ts';
import { neighboursKernel } from './neighbours.ts';
import { pointwiseKernel } from './pointwise.ts';
import { groupMap } from './pooled.ts';
import { pooledGradientKernel } from './pooled-gradient.ts';
import { resizeKernel } from './resize.ts';
import { rowsKernel } from './rows.ts';
import { squaresKernel } from './squares.ts';
import { accumulateKernel, meanKernel, sumKernel } from './sum.ts';
import { unpoolKernel } from './unpool.ts';
import { windowKernel } from './window.ts';

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

const families: { readonly [K in Exclude<Family, 'update'>]: (group: Group, c: Context) => Kernel } = {
  contraction: (group, { fields, target, tuned, subgroups }) => {
    const root = group.nodes[0] as Node;
    const map = groupMap(group);
    const ruled = tuned.get(workOf(root)) ?? contractionSchedule(map, target, subgroups);
    const schedule = wholeWindows(ruled, group, map, target);
    if (schedule.kind === 'shuffle') return shuffleKernel(group, schedule, fields);
    if (schedule.kind === 'matrix') return matrixKernel(group, schedule, fields);
    if (schedule.kind === 'subgroup') return subgroupKernel(group, schedule, fields);
    if (schedule.kind === 'pixels') return pixelKernel(group, schedule, fields);
    return schedule.kind === 'tiled'
      ? tiledKernel(group, schedule, fields)
      : contractionKernel(group, schedule, fields);
  },
  depthwise: (group, { fields, target }) => depthwiseKernel(group, target, fields),
  window: (group, { fields }) => {
    const root = group.nodes[0] as Node;
    if (isOp(root, 'conv2d_dw_pooled')) return pooledGradientKernel(group, fields);
    return isOp(root, 'unpool2d') ? unpoolKernel(group, fields) : windowKernel(group, fields);
  },
  gather: (group, { fields }) => gatherKernel(group, fields),
  resize: (group, { fields }) => resizeKernel(group, fields),
  pointwise: (group, { fields }) => pointwiseKernel(group, fields),
  rows: (group, { fields }) => rowsKernel(group, fields),
  squares: (group, { fields, memory }) => squaresKernel(group, memory, fields),
  sum: (group, { fields, target, subgroups }) => {
    if (group.nodes.some((n) => isOp(n, 'batch_mean'))) return meanKernel(group, fields);
    const least = target === 'gpu-subgroups' ? (subgroups ?? unknownSubgroups).least : undefined;
    return sumKernel(group, target, fields, least);
  },
  neighbours: (group, { fields }) => neighboursKernel(group, fields),
  accumulate: (group, { fields, metrics }) => accumulateKernel(group, metrics, fields),
};

export function kernelOf(group: Group, context: Context): Kernel {
  if (group.family === 'update') throw new Error('updates are merged before they become kernels');
  return families[group.family](group, context);
}
