// A model file as commands need it: read, compiled, its warnings shown; refused when it has errors.
import { resolve } from 'node:path';
import type { Plan } from '../../runtime/plan.ts';
import { type CompiledModel, type CompileOptions, compile } from '../compile.ts';
import { notText } from '../diagnostics/catalog/syntax.ts';
import { noTrainSection } from '../diagnostics/catalog/train.ts';
import { refuse, refuseErrors, type Source } from '../diagnostics/index.ts';
import { sizeOf } from '../ir/index.ts';
import type { TrainConfig } from '../training/settings.ts';
import { readBytes } from './files.ts';
import { importReader } from './imports.ts';
import { type Io, report } from './io.ts';

export type { CompiledModel };

export interface ModelFile {
  readonly source: Source;
  readonly options: CompileOptions;
  readonly compiled: CompiledModel;
}

const help = ['give the path of a model file, such as models/drawn.cnn'];

/** The text of a model file; `file` is what the user wrote. Refuses what is no text, before each line of it is found wrong. */
export async function readSource(io: Io, file: string): Promise<Source> {
  const bytes = await readBytes(resolve(io.cwd, file), file, help);
  const zero = bytes.indexOf(0);
  if (zero !== -1) refuse(notText(file, zero));
  return { file, text: new TextDecoder().decode(bytes) };
}

/** Compiles without a word; refuses errors. */
export function compileSource(source: Source, options: CompileOptions): ModelFile {
  const compiled = compile(source, options);
  refuseErrors(compiled.diagnostics);
  if (!compiled.plan) throw new Error(`${source.file} compiles to nothing, without an error`);
  return { source, options, compiled: compiled as CompiledModel };
}

/** Reads and compiles a model file and what it imports; warnings are shown, errors refused. */
export async function openModel(io: Io, file: string, options: CompileOptions = {}): Promise<ModelFile> {
  const model = compileSource(await readSource(io, file), { read: importReader(io.cwd), ...options });
  report(io, model.compiled.diagnostics);
  return model;
}

/** What the train section says; refuses a file without one. */
export function trainConfig({ compiled }: ModelFile): TrainConfig {
  return compiled.config ?? refuse(noTrainSection(compiled.model.name.span));
}

/** Numbers in all parameters of a plan. */
export const parameterCount = ({ parameters }: Plan): number =>
  parameters.reduce((n, { shape }) => n + sizeOf(shape), 0);
