// Weights on disk: written with what they are, and read only into the model they belong to.
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Plan } from '../../runtime/index.ts';
import { type TensorDifference, weightsDiffer } from '../diagnostics/catalog/weights.ts';
import { refuse } from '../diagnostics/index.ts';
import { type ReadTensor, readSafetensors, writeSafetensors } from '../interop/safetensors.ts';
import { readBytes, writeAtomic } from './files.ts';
import type { Io } from './io.ts';

export interface Weights {
  readonly values: Map<string, Float32Array<ArrayBuffer>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const shown = (shape: readonly number[]): string => (shape.length === 0 ? 'scalar' : shape.join('x'));

/** What differs between the tensors of a file and the parameters of a plan. */
export function compareWeights(tensors: ReadonlyMap<string, ReadTensor>, plan: Plan): TensorDifference[] {
  const found: TensorDifference[] = [];
  for (const { name, shape } of plan.parameters) {
    const tensor = tensors.get(name);
    if (!tensor) found.push({ kind: 'missing', name, want: shown(shape) });
    else if (shown(tensor.shape) !== shown(shape)) {
      found.push({ kind: 'shape', name, have: shown(tensor.shape), want: shown(shape) });
    }
  }
  const known = new Set(plan.parameters.map((p) => p.name));
  for (const [name, tensor] of tensors)
    if (!known.has(name)) found.push({ kind: 'extra', name, have: shown(tensor.shape) });
  return found;
}

/** Reads a safetensors file for this plan. Refuses files that are damaged, and weights of another model. */
export async function readWeights(io: Io, file: string, plan: Plan): Promise<Weights> {
  const bytes = await readBytes(resolve(io.cwd, file), file, ['`cnnc train` writes weights as MODEL.safetensors']);
  const { tensors, metadata } = readSafetensors(bytes, file);
  const differences = compareWeights(tensors, plan);
  if (differences.length > 0) refuse(weightsDiffer(file, plan.model, differences, metadata.model));
  const values = new Map([...tensors].map(([name, t]) => [name, t.values as Float32Array<ArrayBuffer>]));
  return { values, metadata };
}

/** A whole number of the metadata, such as the seed; undefined when there is none. */
export function metadataNumber({ metadata }: Weights, key: string): number | undefined {
  const text = metadata[key];
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** Writes all parameters atomically and returns the SHA-256 of the file. Equal arguments give equal files. */
export async function writeWeights(
  path: string,
  shownPath: string,
  plan: Plan,
  values: ReadonlyMap<string, Float32Array>,
  metadata: Readonly<Record<string, string>>,
): Promise<string> {
  const tensors = plan.parameters.map(({ name, shape }) => ({ name, shape, values: values.get(name) as Float32Array }));
  const bytes = writeSafetensors(tensors, metadata);
  await writeAtomic(path, bytes, shownPath);
  return createHash('sha256').update(bytes).digest('hex');
}
