// Weights on disk: written with what they are, and read into the model they belong to; or what of them fits, to start from.
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Plan } from '../../runtime/index.ts';
import { optionMissing } from '../diagnostics/catalog/usage.ts';
import { noneTaken, type TensorDifference, weightsDiffer } from '../diagnostics/catalog/weights.ts';
import { refuse, type Span } from '../diagnostics/index.ts';
import { type ReadTensor, readSafetensors, writeSafetensors } from '../interop/safetensors.ts';
import type { StartsFrom } from '../passes/lower-ast.ts';
import { readBytes, writeAtomic } from './files.ts';
import { besideFile } from './imports.ts';
import type { Io } from './io.ts';
import type { CompiledModel } from './model.ts';

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

/** The tensors of a file; of a checkpoint, without what the optimizer keeps. */
function readModelTensors(bytes: Uint8Array, file: string, plan: Plan): ReturnType<typeof readSafetensors> {
  const { tensors, metadata } = readSafetensors(bytes, file);
  if (metadata.format !== 'cnnc-checkpoint') return { tensors, metadata };
  const slots = plan.parameters.flatMap(({ name }) => [...tensors.keys()].filter((key) => key.startsWith(`${name}.`)));
  const known = new Set(plan.parameters.map(({ name }) => name));
  for (const slot of slots) if (!known.has(slot)) tensors.delete(slot);
  return { tensors, metadata };
}

/** Reads a safetensors file for this plan. Refuses files that are damaged, and weights of another model. */
export async function readWeights(io: Io, file: string, plan: Plan): Promise<Weights> {
  const bytes = await readBytes(resolve(io.cwd, file), file, ['`cnnc train` writes weights as MODEL.safetensors']);
  const { tensors, metadata } = readModelTensors(bytes, file, plan);
  const differences = compareWeights(tensors, plan);
  if (differences.length > 0) refuse(weightsDiffer(file, plan.model, differences, metadata.model));
  const values = new Map([...tensors].map(([name, t]) => [name, t.values as Float32Array<ArrayBuffer>]));
  return { values, metadata };
}

/** The file that a model names to start from, as a way out where weights are needed and none are given. */
export const weightsToGive = (startsFrom: StartsFrom | undefined): string[] =>
  startsFrom
    ? [`to use those that the model starts from: --weights ${besideFile(startsFrom.path, startsFrom.span.source)}`]
    : [];

/** What the file holds. Without one, nothing: a model whose kernels are all written by hand needs none. */
export async function weightsOrNone(
  io: Io,
  file: string | undefined,
  { plan, startsFrom }: Pick<CompiledModel, 'plan' | 'startsFrom'>,
  command: string,
): Promise<Weights> {
  if (file !== undefined) return readWeights(io, file, plan);
  const random = plan.parameters.find(({ init }) => init.kind !== 'constant' && init.kind !== 'values');
  if (random)
    refuse(
      optionMissing(
        'weights',
        'FILE',
        command,
        `what training learned; ${random.name} is random before`,
        weightsToGive(startsFrom),
      ),
    );
  return { values: new Map(), metadata: {} };
}

/** What a training starts from: the tensors that the model has too. */
export interface Start {
  readonly file: string;
  readonly values: Map<string, Float32Array<ArrayBuffer>>;
  /** Tensors of the file that the model has not, or in another shape. */
  readonly left: readonly string[];
  /** Parameters of the model that start as they would without the file. */
  readonly fresh: readonly string[];
}

/** Takes what has the name and shape of a parameter. Refuses a file in which nothing has. `place` names the file, if a model does. */
export async function readStart(io: Io, file: string, plan: Plan, place?: Span): Promise<Start> {
  const bytes = await readBytes(resolve(io.cwd, file), file, ['the path begins at the folder of the model file']);
  const { tensors } = readModelTensors(bytes, file, plan);
  const differences = compareWeights(tensors, plan);
  const different = new Set(differences.map(({ name }) => name));
  const taken = [...tensors].filter(([name]) => !different.has(name));
  if (taken.length === 0) refuse(noneTaken(file, plan.model, differences, place && { span: place, text: '' }));
  return {
    file,
    values: new Map(taken.map(([name, t]) => [name, t.values as Float32Array<ArrayBuffer>])),
    left: [...tensors.keys()].filter((name) => different.has(name)),
    fresh: plan.parameters.map(({ name }) => name).filter((name) => different.has(name)),
  };
}

const some = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;

/** What was taken and what was not, for people. */
export function startText({ file, values, left, fresh }: Start): string {
  const parts = [
    `${values.size} of ${values.size + fresh.length} parameters start from ${file}`,
    ...(fresh.length > 0 ? [`new: ${some(fresh)}`] : []),
    ...(left.length > 0 ? [`left in the file: ${some(left)}`] : []),
  ];
  return `${parts.join('; ')}\n`;
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
