// The option --memory-limit, and what is said of a plan that computes values again.
import { badValue } from '../diagnostics/catalog/usage.ts';
import { refuse } from '../diagnostics/index.ts';
import { bytesText, percent } from '../format.ts';
import { billOf } from '../memory-bill.ts';
import type { OptionSpec } from './args.ts';
import type { CompiledModel } from './model.ts';

/** The option of commands that make a plan of a training. */
export const memoryLimitOption: OptionSpec & { readonly type: 'string' } = {
  type: 'string',
  value: 'SIZE',
  doc: 'device memory that the plan may take, the data set not counted: 256MB, 64MiB, 2G, or bytes. Values are computed again instead of kept until it fits; results stay the same',
};

/** Of a word behind the number, in lower case: bytes. Single letters are powers of 1024, as for --data-memory. */
const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** `256MB`, `1.5GiB`, `65536`: bytes; undefined when not given. */
export function memoryLimit(command: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const [, digits = '', word = ''] = /^(\d{1,15}(?:\.\d{1,6})?) ?([a-z]*)$/i.exec(value) ?? [];
  const unit = Object.hasOwn(units, word.toLowerCase()) ? units[word.toLowerCase()] : undefined;
  const bytes = digits === '' || unit === undefined ? 0 : Math.floor(Number(digits) * unit);
  if (bytes >= 1 && bytes <= 2 ** 50) return bytes;
  return refuse(badValue('memory-limit', value, 'a size such as 256MB, 64MiB, 1.5G or 67108864', command));
}

/** The option as `compile` takes it. */
export function limitOf(command: string, value: string | undefined): { readonly memoryLimit?: number } {
  const bytes = memoryLimit(command, value);
  return bytes === undefined ? {} : { memoryLimit: bytes };
}

/** `24.1 MiB of device memory; 12 values are computed again: 3.6 % more work`, for a plan that was made within a limit. */
export function limitText({ plan, emitted }: CompiledModel): string {
  const { recomputation } = emitted.scheduled.train ?? {};
  const takes = `${bytesText(billOf(plan).total)} of device memory`;
  const count = recomputation?.values.length ?? 0;
  if (count === 0) return `${takes}; nothing is computed again`;
  const values = count === 1 ? '1 value is' : `${count} values are`;
  return `${takes}; ${values} computed again: ${percent(recomputation?.work ?? 0, 1)} more work`;
}
