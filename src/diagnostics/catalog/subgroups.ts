// Messages of the target gpu-subgroups: E0680 to E0683.
import { entry } from '../entry.ts';

export const gpuNeedsSubgroups = entry('E0680', (adapter: string) => ({
  message: `--target gpu-subgroups computes with lanes that share by shuffling, and ${adapter} has no subgroups`,
  help: ['--target auto takes what suits the adapter', '--target gpu shares by the memory of workgroups instead'],
}));
