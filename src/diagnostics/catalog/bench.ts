// Messages of bench: E0665 to E0669.
import { entry } from '../entry.ts';

/** `help`: how this machine gets an adapter, or which option to leave out. */
export const benchNeedsAdapter = entry('E0665', (help: readonly string[]) => ({
  message: 'bench measures a WebGPU adapter, and the reference interpreter is none',
  help: [...help, 'more about this machine: cnnc doctor'],
}));
