// Which kernels suit an adapter, by what it says of itself.
import type { Target } from './schedules.ts';

/** An opened device, as far as the choice depends on it: what `openDevice` of the runtime gives. */
export interface OpenedAdapter {
  readonly adapter: { readonly kind: 'hardware' | 'software' | 'null' };
  readonly device: { readonly adapterInfo: { readonly subgroupMinSize?: number; readonly subgroupMaxSize?: number } };
  readonly features: readonly string[];
}

/** Are all its subgroups of eight invocations? The target `cpu` needs them. */
export function hasEights({ device, features }: OpenedAdapter): boolean {
  const { subgroupMinSize, subgroupMaxSize } = device.adapterInfo;
  return features.includes('subgroups') && subgroupMinSize === 8 && subgroupMaxSize === 8;
}

/**
 * `cpu` for an adapter that computes on the processor in subgroups of eight, `gpu` for one that is no processor, else `portable`.
 * Never `gpu-subgroups`: what shuffling gains differs from one maker to the next, and is nothing to count on unmeasured. `cnnc tune`
 * tries it kernel by kernel, for the target `gpu` too.
 */
export function targetFor(opened: OpenedAdapter): Target {
  if (opened.adapter.kind === 'software') return hasEights(opened) ? 'cpu' : 'portable';
  return 'gpu';
}
