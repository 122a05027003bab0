// The models of models/, as they are and narrowed until double precision can follow a training step in a second.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from '../../src/diagnostics/types.ts';
import { root } from './need.ts';

const folder = join(root, 'models');

/** Names of all models, without `.cnn`. */
export const modelNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.cnn'))
  .map((file) => file.slice(0, -4))
  .sort();

export const modelSource = (name: string): Source => ({
  file: `models/${name}.cnn`,
  text: readFileSync(join(folder, `${name}.cnn`), 'utf8'),
});

/** The same layers with a `by`-th of the filters and units (5 at least); the last layer keeps its classes. */
export function narrowSource(name: string, by = 16): Source {
  const { file, text } = modelSource(name);
  const fewer = (n: string): string => String(Math.max(5, Math.round(Number(n) / by)));
  const narrowed = text
    .replace(/ *=> *\S+/g, '')
    .replace(/\bconv (\d+)/g, (_, n: string) => `conv ${fewer(n)}`)
    .replace(/\bdense (\d+)/g, (_, n: string) => `dense ${Number(n) <= 10 ? n : fewer(n)}`);
  return { file, text: narrowed };
}
