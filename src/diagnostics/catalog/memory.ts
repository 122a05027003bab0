// Messages of --memory-limit: E0675 to E0678.
import { entry } from '../entry.ts';

/** In bytes; `least` is the bill of the plan that takes least. */
export interface LimitFacts {
  readonly limit: number;
  readonly batch: number;
  readonly training: boolean;
  /** Of the plan that keeps every value. */
  readonly whole: number;
  readonly least: {
    readonly values: number;
    readonly batch: number;
    readonly parameters: number;
    readonly optimizer: number;
    readonly operands: number;
    readonly other: number;
    readonly total: number;
  };
  readonly kernel?: { readonly name: string; readonly layer?: string; readonly bytes: number };
  /** 0: not even one picture fits. */
  readonly largestBatch: number;
}

/** `1,234,567 bytes`, and from a MiB on `(1.2 MiB)`. */
function exact(bytes: number): string {
  const all = `${String(bytes).replace(/\B(?=(\d{3})+$)/g, ',')} bytes`;
  return bytes < 2 ** 20 ? all : `${all} (${(bytes / 2 ** 20).toFixed(1)} MiB)`;
}

export const limitNotMet = entry(
  'E0675',
  (file: string, { limit, batch, training, whole, least, kernel, largestBatch }: LimitFacts) => {
    const parts = [
      `${exact(least.values)} for the values of a step, ${exact(least.batch)} of them the batch`,
      `${exact(least.parameters)} for parameters`,
      ...(least.optimizer > 0 ? [`${exact(least.optimizer)} for the optimizer`] : []),
      ...(least.operands > 0 ? [`${exact(least.operands)} for textures of operands`] : []),
      `${exact(least.other)} for sums and numbers of steps`,
    ];
    const what = training ? 'training' : 'inference';
    const again = least.total < whole ? `; ${exact(whole)} with nothing computed again` : '';
    return {
      message: `${what} at batch ${batch} takes ${exact(least.total)} of device memory at least, and --memory-limit allows ${exact(limit)}`,
      file,
      help: [
        `that is ${parts.join(', ')}${again}`,
        ...(kernel
          ? [
              `the kernel that needs most at once is ${kernel.name}${kernel.layer && kernel.layer !== kernel.name ? ` (of ${kernel.layer})` : ''}: ${exact(kernel.bytes)} read and written`,
            ]
          : []),
        largestBatch > 0
          ? `the largest batch that fits is ${largestBatch}: --batch ${largestBatch}`
          : 'not even one picture at a time fits',
        ...(largestBatch > 0 ? [] : ['make layers smaller, or allow more memory']),
      ],
    };
  },
);
