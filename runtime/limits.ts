// Does a plan fit an adapter? Asked before anything is created, so that the answer can name the numbers.
import type { Plan } from './plan.ts';

/** One limit that a plan exceeds. Sizes in bytes where the limit is one of bytes. */
export interface Exceeded {
  /** The limit's name in WebGPU, such as maxStorageBufferBindingSize. */
  readonly limit: string;
  readonly needed: number;
  readonly available: number;
  /** What needs it: a kernel's or a buffer's name. */
  readonly what: string;
}

type Limits = Pick<
  GPUSupportedLimits,
  | 'maxBufferSize'
  | 'maxStorageBufferBindingSize'
  | 'maxStorageBuffersPerShaderStage'
  | 'maxComputeWorkgroupsPerDimension'
>;

/** All limits that the plan exceeds, the worst of each limit only. */
export function exceededLimits(plan: Plan, limits: Limits): Exceeded[] {
  const worst = new Map<string, Exceeded>();
  const check = (limit: keyof Limits, needed: number, what: string): void => {
    const available = limits[limit];
    if (needed > available && needed > (worst.get(limit)?.needed ?? 0))
      worst.set(limit, { limit, needed, available, what });
  };
  for (const { role, bytes } of plan.buffers) check('maxBufferSize', bytes, role);
  for (const dispatches of Object.values(plan.programs)) {
    for (const d of dispatches) {
      for (const view of d.bindings) check('maxStorageBufferBindingSize', view.bytes, d.label);
      for (const n of d.groups) check('maxComputeWorkgroupsPerDimension', n, d.label);
      const storage = plan.kernels[d.kernel]!.bindings.filter((access) => access !== 'step').length;
      check('maxStorageBuffersPerShaderStage', storage, d.label);
    }
  }
  return [...worst.values()];
}
