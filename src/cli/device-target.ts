// What kernels are compiled for: what --target says, or what suits the adapter that a plan will run on.
import type { OpenedDevice } from '../../runtime/node.ts';
import type { Target } from '../codegen/schedules.ts';
import type { MatrixUnit, Subgroups } from '../codegen/subgroup-schedules.ts';
import { hasEights, targetFor } from '../codegen/target-for.ts';
import { gpuNeedsSubgroups } from '../diagnostics/catalog/subgroups.ts';
import { targetNeedsSubgroups } from '../diagnostics/catalog/tune.ts';
import { refuse } from '../diagnostics/index.ts';
import { choice, type OptionSpec } from './args.ts';

type Adapter = Pick<OpenedDevice, 'adapter' | 'device' | 'features'>;

/** What Dawn says of matrix units under its experimental feature: not in WebGPU, so not in its types. */
interface SubgroupMatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** What an adapter says of its subgroups; undefined where it has none. Units count whose sums have 32 bits. */
export function subgroupsOf({ device, features }: Adapter): Subgroups | undefined {
  if (!features.includes('subgroups')) return undefined;
  const info: GPUAdapterInfo & { readonly subgroupMatrixConfigs?: Iterable<SubgroupMatrixConfig> } = device.adapterInfo;
  const configs = features.includes('chromium-experimental-subgroup-matrix')
    ? [...(info.subgroupMatrixConfigs ?? [])]
    : [];
  const units = configs.flatMap(({ componentType: type, resultComponentType, M: m, N: n, K: k }): MatrixUnit[] =>
    (type === 'f32' || type === 'f16') && resultComponentType === 'f32' ? [{ type, m, n, k }] : [],
  );
  return { least: info.subgroupMinSize, most: info.subgroupMaxSize, units };
}

/** Toggles of Dawn that an adapter must be opened with for a target: matrix units are an experiment. */
export const togglesFor = (word: TargetWord | undefined): readonly string[] =>
  word === 'gpu-subgroups' ? ['allow_unsafe_apis'] : [];

/** The words of `--target`. `web` are the kernels of every browser, which are the portable ones. */
export const targetWords = ['auto', 'cpu', 'gpu', 'gpu-subgroups', 'web', 'portable'] as const;
export type TargetWord = (typeof targetWords)[number];

/** The option of the commands that compute. */
export const targetOption: OptionSpec & { readonly type: 'string' } = {
  type: 'string',
  value: 'TARGET',
  doc: 'what the kernels are for: auto (unless given: what suits the adapter), cpu, gpu, gpu-subgroups, or web (any browser)',
};

/** What `--target` (or the option that stands for it) says; undefined when it is not given. */
export function targetWord(command: string, value: string | undefined, option = 'target'): TargetWord | undefined {
  return choice({ command, option }, value, targetWords);
}

/** The target for an adapter. Refuses `cpu` where the adapter has no subgroups of eight, `gpu-subgroups` where it has none. */
export function targetOn(opened: Adapter, word: TargetWord = 'auto'): Target {
  if (word === 'auto') return targetFor(opened);
  if (word === 'cpu' && !hasEights(opened)) {
    const { subgroupMinSize: least, subgroupMaxSize: most } = opened.device.adapterInfo;
    const has = !opened.features.includes('subgroups')
      ? 'no subgroups'
      : `subgroups of ${least === most ? least : `${least} to ${most}`}`;
    refuse(targetNeedsSubgroups(opened.adapter.name, has));
  }
  if (word === 'gpu-subgroups' && !subgroupsOf(opened)) refuse(gpuNeedsSubgroups(opened.adapter.name));
  return word === 'web' ? 'portable' : word;
}
