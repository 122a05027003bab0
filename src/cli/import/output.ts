// Where an imported model goes: both files are made before either is put in its place.
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { weightsOfAnother } from '../../diagnostics/catalog/imports.ts';
import { refuse } from '../../diagnostics/index.ts';
import type { Imported } from '../../interop/network/imported.ts';
import { nameFrom } from '../../interop/network/names.ts';
import { writeSafetensors } from '../../interop/safetensors.ts';
import { writeArtifacts } from '../artifacts.ts';
import { grouped } from '../format.ts';
import type { Io } from '../io.ts';
import { parameterCount } from '../model.ts';

export const weightsName = 'weights.safetensors';

/** A model is called as its file. */
export function modelName(file: string): string {
  const stem = basename(file).replace(/\.(onnx|json)$/i, '');
  return nameFrom(stem)?.replace(/\./g, '_') ?? 'imported';
}

export interface Output {
  readonly model: string;
  readonly weights: string | undefined;
}

/** Refuses a folder with the weights of another imported model, which would be gone. */
async function refuseOthers(io: Io, folder: string, name: string): Promise<void> {
  const names = await readdir(resolve(io.cwd, folder)).catch((): string[] => []);
  const other = names.find((file) => file.endsWith('.cnn') && file !== `${name}.cnn`);
  if (names.includes(weightsName) && !names.includes(`${name}.cnn`) && other !== undefined)
    refuse(weightsOfAnother(join(folder, weightsName), other));
}

/** Writes NAME.cnn and, where there are any, the weights. Nothing is written before both are whole. */
export async function writeImported(io: Io, folder: string, made: Imported, from: string): Promise<Output> {
  const weights =
    made.tensors.length === 0
      ? undefined
      : writeSafetensors(made.tensors, { format: 'cnnc', model: made.name, imported_from: basename(from) });
  if (weights) await refuseOthers(io, folder, made.name);
  const files = new Map<string, string | Uint8Array>([[`${made.name}.cnn`, made.text]]);
  if (weights) files.set(weightsName, weights);
  await writeArtifacts(io, folder, files);
  const model = join(folder, `${made.name}.cnn`);
  return { model, weights: weights ? join(folder, weightsName) : undefined };
}

/** One line for people. */
export function importedText(made: Imported, { model, weights }: Output): string {
  const parameters = parameterCount(made.plan);
  const files = [model, ...(weights === undefined ? [] : [weights])].join(' and ');
  return `${files}: ${made.layers} ${made.layers === 1 ? 'layer' : 'layers'}, ${grouped(parameters)} parameters\n`;
}
