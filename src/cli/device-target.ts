// What kernels are compiled for: what --target says, or what suits the adapter that a plan will run on.
import type { OpenedDevice } from '../../runtime/node.ts';
import type { Target } from '../codegen/schedules.ts';
import type { CompileOptions } from '../compile.ts';
import { noGpuSubgroups, targetNeedsSubgroups } from '../diagnostics/catalog/tune.ts';
import { refuse } from '../diagnostics/index.ts';
import { choice, type OptionSpec } from './args.ts';

type Adapter = Pick<OpenedDevice, 'adapter' | 'device' | 'features'>;

const eights = ({ device, features }: Adapter): boolean => {
  const { subgroupMinSize, subgroupMaxSize } = device.adapterInfo;
  return features.includes('subgroups') && subgroupMinSize === 8 && subgroupMaxSize === 8;
};

/** `cpu` for an adapter that computes on the processor in subgroups of eight, `gpu` for one that is no processor; undefined to compile for any. */
export function targetFor(opened: Adapter): CompileOptions['target'] | undefined {
  if (opened.adapter.kind === 'software') return eights(opened) ? 'cpu' : undefined;
  return 'gpu';
}

/** The words of `--target`. `web` are the kernels of every browser, which are the portable ones. */
export const targetWords = ['auto', 'cpu', 'gpu', 'web', 'portable'] as const;
export type TargetWord = (typeof targetWords)[number];

/** The option of the commands that compute. */
export const targetOption: OptionSpec & { readonly type: 'string' } = {
  type: 'string',
  value: 'TARGET',
  doc: 'what the kernels are for: auto (unless given: what suits the adapter), cpu, gpu, or web (any browser)',
};

/** What `--target` (or the option that stands for it) says; undefined when it is not given. */
export function targetWord(command: string, value: string | undefined, option = 'target'): TargetWord | undefined {
  if (value === 'gpu-subgroups') refuse(noGpuSubgroups(targetWords.slice(0, 4), command));
  return choice({ command, option }, value, targetWords);
}

/** The target for an adapter. Refuses `cpu` where the adapter has no subgroups of eight. */
export function targetOn(opened: Adapter, word: TargetWord = 'auto'): Target {
  if (word === 'auto') return targetFor(opened) ?? 'portable';
  if (word === 'cpu' && !eights(opened)) {
    const { subgroupMinSize: least, subgroupMaxSize: most } = opened.device.adapterInfo;
    const has = !opened.features.includes('subgroups')
      ? 'no subgroups'
      : `subgroups of ${least === most ? least : `${least} to ${most}`}`;
    refuse(targetNeedsSubgroups(opened.adapter.name, has));
  }
  return word === 'web' ? 'portable' : word;
}
