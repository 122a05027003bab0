// Messages of targets and of tuning: E0650 to E0664, E0689 to E0692. Those of the target gpu-subgroups: subgroups.ts.
import { entry } from '../entry.ts';

/** `has`: what the adapter says of subgroups. */
export const targetNeedsSubgroups = entry('E0650', (adapter: string, has: string) => ({
  message: `--target cpu computes in subgroups of eight, and ${adapter} has ${has}`,
  help: ['--target auto takes what suits the adapter', '--target web runs on every adapter'],
}));

const again = (file: string): string =>
  `cnnc tune measures again where there is no such file: move ${file} away, or leave it out with --tune none`;

export const tuneNotRead = entry('E0652', (file: string, reason: string) => ({
  message: `this is no file of measured schedules: ${reason}`,
  file,
  help: [again(file)],
}));

export const tuneVersion = entry('E0653', (file: string, version: string, known: number) => ({
  message: `the measured schedules are written in version ${version} of the format, and this cnnc reads version ${known}`,
  file,
  help: [again(file)],
}));

/** `entryName`: the adapter and the kernel. */
export const tuneEntry = entry('E0654', (file: string, entryName: string, reason: string) => ({
  message: `an entry of the measured schedules cannot be used: ${reason}`,
  file,
  help: [`the entry: ${entryName}`, `remove it, and cnnc tune can measure it again; --tune none leaves the file out`],
}));

/** A file that a later version wrote. `known`: the kinds that this one reads. */
export const unknownSchedule = entry(
  'E0689',
  (file: string, entryName: string, kind: string, known: readonly string[]) => ({
    message: `an entry of the measured schedules is of the kind "${kind}", and this cnnc knows ${known.join(', ')}`,
    file,
    help: [
      `the entry: ${entryName}`,
      'a later cnnc wrote it: use that one, or remove the entry; --tune none leaves the file out',
    ],
  }),
);

/** `help`: how this machine gets an adapter, or which option to leave out. */
export const tuneNeedsAdapter = entry('E0655', (help: readonly string[]) => ({
  message: 'tune measures a WebGPU adapter, and the reference interpreter is none',
  help: [...help, 'more about this machine: cnnc doctor'],
}));

/** `asked` and `there`: families of kernels. */
export const nothingToTune = entry('E0656', (file: string, asked: readonly string[], there: Iterable<string>) => ({
  message: `${file} has nothing to tune: it has no kernel of the ${asked.length === 1 ? 'family' : 'families'} ${asked.join(', ')}`,
  help: [
    `its kernels that have a choice: ${[...there].sort().join(', ') || 'none'}`,
    'cnnc bench shows what its time goes into',
  ],
}));

export const autoNeedsAdapter = entry('E0657', (help: readonly string[]) => ({
  message: '--target auto asks the adapter, and there is none',
  help: ['name what to compile for: --target portable, cpu, gpu, gpu-subgroups or web', ...help],
}));

/** A candidate that is left out while tuning. */
export const scheduleDropped = entry('N0650', (kernel: string, schedule: string, reason: string) => ({
  message: `${kernel}: the schedule "${schedule}" is left out: ${reason}`,
}));

/** `was` and `is`: the target, and which measured schedules were in use. */
export const otherKernels = entry('N0651', (file: string, was: string, is: string) => ({
  message: `the checkpoint was made with kernels for ${was}, and the training goes on with kernels for ${is}`,
  file,
  help: [
    'the result is as good, but sums are made in another order: bits are the same only with the same --target and cnnc.tune.json',
  ],
}));
