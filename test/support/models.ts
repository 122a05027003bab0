// The models of models/, as they are and narrowed until double precision can follow a training step in a second.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importReader } from '../../src/cli/imports.ts';
import type { CompileOptions } from '../../src/compile.ts';
import type { Source } from '../../src/diagnostics/types.ts';
import { root } from './need.ts';

const folder = join(root, 'models');

/** Names of the models that are small as they are, and have no parameters, without `.cnn`. The others are in `narrow`. */
export const modelNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.cnn') && /^model \w+ \{/m.test(readFileSync(join(folder, file), 'utf8')))
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

/** Finds what a model imports. */
export const readImport = importReader(root);

/** How a model of a published network is made small: its parameters, and how many pictures a step needs. */
export interface Narrow {
  readonly set: Readonly<Record<string, number>>;
  readonly batch: number;
}

const eighth = { scale: 1 / 8, classes: 10 };
const sixteenth = { scale: 1 / 16, classes: 10 };

/**
 * The published networks, with sizes at which every layer still has at least one row and column, and batch normalisation
 * still has sixteen values a channel: over two or three of them it magnifies the rounding of single precision.
 */
export const narrow: Readonly<Record<string, Narrow>> = {
  alexnet: { set: { ...eighth, size: 67 }, batch: 2 },
  alphago_policy: { set: { c: 8 }, batch: 2 },
  autoencoder: { set: { c: 4 }, batch: 2 },
  dcgan_generator: { set: { c: 4 }, batch: 4 },
  dilated_context: { set: { c: 4 }, batch: 2 },
  googlenet: { set: { ...eighth, size: 32 }, batch: 2 },
  inception_v3: { set: { ...sixteenth, size: 107 }, batch: 4 },
  plain20: { set: { c: 4 }, batch: 2 },
  resnet18: { set: { ...sixteenth, size: 64 }, batch: 4 },
  resnet20: { set: { c: 4 }, batch: 2 },
  resnet34: { set: { ...sixteenth, size: 64 }, batch: 4 },
  resnet50: { set: { ...sixteenth, size: 64 }, batch: 4 },
  resnet152: { set: { ...sixteenth, size: 64 }, batch: 4 },
  se_resnet50: { set: { ...sixteenth, size: 64 }, batch: 4 },
  unet_small: { set: { c: 4 }, batch: 2 },
  vgg16: { set: { ...eighth, size: 32 }, batch: 2 },
  vgg16_transfer: { set: { ...eighth, size: 32 }, batch: 2 },
  xception: { set: { ...eighth, size: 64 }, batch: 4 },
};

/** Options to compile the small copy of a network. */
export const narrowOptions = (name: string): CompileOptions => ({ ...(narrow[name] as Narrow), read: readImport });
