// What the compiler is told of the adapter that a plan will run on.
import type { OpenedDevice } from '../../runtime/node.ts';
import type { CompileOptions } from '../compile.ts';

/** `cpu` for an adapter that computes on the processor in subgroups of eight, `gpu` for one that is no processor; undefined to compile for any. */
export function targetFor({ adapter, device, features }: OpenedDevice): CompileOptions['target'] | undefined {
  const { subgroupMinSize, subgroupMaxSize } = device.adapterInfo;
  const eight = features.includes('subgroups') && subgroupMinSize === 8 && subgroupMaxSize === 8;
  if (adapter.kind === 'software') return eight ? 'cpu' : undefined;
  return 'gpu';
}
