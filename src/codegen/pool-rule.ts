// Where the kernel of a convolution goes on with the pool behind it: what the kernels of a target can hold, and what is faster.
import { type Node, sizeOf } from '../ir/index.ts';
import type { Group } from '../schedule/index.ts';
import { type IndexMap, indexMap } from './kernels/index-map.ts';
import { poolingOf } from './kernels/pooled.ts';
import { type ContractionSchedule, contractionSchedule, MOST_ROWS, type Target } from './schedules.ts';

/** Can an invocation finish whole windows of so many places? */
function holds(s: ContractionSchedule, places: number): boolean {
  // Rows of a subgroup come in eights, those of an invocation of tiles in fours, those of a matrix as the unit has them.
  if (s.kind === 'subgroup') return 8 % places === 0;
  if (s.kind === 'tiled' || s.kind === 'shuffle') return 4 % places === 0;
  if (s.kind === 'matrix') return s.unit.m % places === 0;
  // Winograd's tiles lie elsewhere than a pool's windows.
  return s.kind === 'winograd' ? places === 1 : places <= MOST_ROWS;
}

/**
 * Wherever whole windows fit. Measured on a software adapter, processor time of inference against two kernels: target cpu
 * 0.95 (mnist), 0.75 (cifar10), 0.85 (digits), 0.90 (lenet5); portable 0.89, 0.87, 0.91 of the first three; gpu-subgroups
 * (lanes that share) 0.97 (mnist), 0.82 (cifar10), 0.89 (lenet5). Of a training step with winners: target cpu 0.99 (mnist),
 * 0.89 (cifar10), 0.90 (digits).
 */
export const joinsPool =
  (target: Target = 'portable') =>
  (convolution: Node<'conv2d'>, pool: Node<'maxpool2d'> | Node<'avgpool2d'>): boolean => {
    const map = indexMap(convolution as unknown as Node);
    const places = sizeOf(pool.attrs.window);
    // Winners of four channels are stored together: a kernel of single columns cannot.
    const packed = (convolution.type.shape[3] as number) % 4 === 0;
    return (map.n % 4 === 0 || !packed) && holds(contractionSchedule(map, target), places);
  };

/** The schedule for a group with a pool: as given where it holds whole windows, else the nearest that does. */
export function wholeWindows(
  schedule: ContractionSchedule,
  group: Group,
  map: IndexMap,
  target: Target,
): ContractionSchedule {
  const places = poolingOf(group)?.places ?? 1;
  const s = holds(schedule, places) ? schedule : contractionSchedule(map, target);
  if (s.kind !== 'register' || s.rows % places === 0) return s;
  return { ...s, rows: Math.max(1, Math.floor(s.rows / places)) * places };
}
