// What cnnc.tune.json says of a model on an adapter, and the model compiled with it.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { AdapterFacts } from '../../../runtime/node.ts';
import { emitPlan } from '../../codegen/emit-plan.ts';
import type { Schedule, Target, Tuned } from '../../codegen/schedules.ts';
import { tuneEntry } from '../../diagnostics/catalog/tune.ts';
import { refuse } from '../../diagnostics/index.ts';
import type { OptionSpec } from '../args.ts';
import { type TargetWord, targetWord } from '../device-target.ts';
import { readText } from '../files.ts';
import type { Io } from '../io.ts';
import { compileSource, type ModelFile } from '../model.ts';
import { identityOf, readTune, recordOf, TUNE_FILE, type TuneEntry } from './file.ts';
import { worksOf } from './works.ts';

/** Which kernels compute: the target, and the file of measured schedules (`none`: the rules alone). */
export interface KernelChoice {
  readonly target?: TargetWord | undefined;
  readonly tune?: string | undefined;
  /** Nothing is said of the file. */
  readonly quiet?: boolean;
}

export const tuneOption: OptionSpec & { readonly type: 'string' } = {
  type: 'string',
  value: 'FILE',
  doc: `the schedules that cnnc tune measured: ${TUNE_FILE} beside the model unless given; none leaves them out`,
};

/** What `--target` and `--tune` say. */
export const kernelChoice = (
  command: string,
  values: { readonly target: string | undefined; readonly tune: string | undefined },
): KernelChoice => ({ target: targetWord(command, values.target), tune: values.tune });

/** The file beside a model, as it is shown. */
export const besideModel = (model: ModelFile): string => join(dirname(model.source.file), TUNE_FILE);

/** What was measured on an adapter, and the file that says it. */
export interface Entries {
  readonly shown: string;
  readonly adapter: AdapterFacts;
  readonly target: Target;
  readonly entries: ReadonlyMap<string, TuneEntry>;
}

/** What the file has of an adapter with kernels for a target. Undefined when it has nothing, which is said, is not there, or is left out. */
export async function entriesFor(
  io: Io,
  model: ModelFile,
  adapter: AdapterFacts,
  target: Target,
  { tune: asked, quiet = false }: KernelChoice,
): Promise<Entries | undefined> {
  if (asked === 'none') return undefined;
  const shown = asked ?? besideModel(model);
  const path = resolve(io.cwd, shown);
  if (asked === undefined && !(await stat(path).catch(() => undefined))) return undefined;
  const records = readTune(await readText(path, shown), shown);
  const entries = recordOf(records, identityOf(adapter), target);
  if (!entries && !quiet)
    io.stderr(`${shown} has nothing of ${adapter.name} with kernels for ${target}: the rules choose\n`);
  return entries && { shown, adapter, target, entries };
}

/** Those for kernels of the model, which was compiled for that target; and how many kernels have a choice. Refuses what cannot run. */
export function schedulesFor(model: ModelFile, { shown, adapter, target, entries }: Entries) {
  const works = worksOf(model.compiled.emitted, ['infer', 'evaluate', 'train'], target, model.options.subgroups);
  const tuned = new Map<string, Schedule>();
  for (const { key, choice } of works) {
    const entry = entries.get(key);
    if (!entry) continue;
    const trouble = choice.trouble(entry.schedule);
    if (trouble) refuse(tuneEntry(shown, `${adapter.name}: ${key}`, trouble));
    tuned.set(key, entry.schedule);
  }
  return { tuned, count: works.length };
}

/** The model with the schedules that were measured for it on this adapter, if there are any; says so in one line. */
export async function tunedModel(
  io: Io,
  model: ModelFile,
  adapter: AdapterFacts,
  target: Target,
  choice: KernelChoice,
): Promise<ModelFile> {
  const found = await entriesFor(io, model, adapter, target, choice);
  if (!found) return model;
  const { tuned, count } = schedulesFor(model, found);
  const many = count === 1 ? 'kernel is' : 'kernels are';
  if (!choice.quiet)
    io.stderr(`${found.shown}: ${tuned.size} of ${count} ${many} scheduled as measured on this adapter\n`);
  return tuned.size > 0 ? withSchedules(model, tuned) : model;
}

/** The model with these schedules in place of the rules. */
export function withSchedules(model: ModelFile, tuned: Tuned): ModelFile {
  const { compiled, options } = model;
  // Other schedules may keep other operands in textures, which count against a limit.
  if (options.memoryLimit !== undefined) return compileSource(model.source, { ...options, tuned });
  const { emitted } = compiled;
  const { model: name, train, outputIs } = emitted.plan;
  const again = emitPlan(name, emitted, train, outputIs, options.target, tuned, options.subgroups);
  return {
    ...model,
    options: { ...options, tuned },
    compiled: { ...compiled, emitted: again, plan: again.plan },
  };
}

/** What the kernels are for, in words: `cpu`, or `cpu, 3 tuned, mixed precision`. */
export const kernelsText = ({
  options: { target = 'portable', tuned, precision },
}: Pick<ModelFile, 'options'>): string =>
  [
    target,
    ...(tuned && tuned.size > 0 ? [`${tuned.size} tuned`] : []),
    ...(precision === 'mixed' ? ['mixed precision'] : []),
  ].join(', ');

/** The same words for the same kernels, of whatever model: what a checkpoint keeps of them. */
export function kernelsDigest(model: Pick<ModelFile, 'options'>): string {
  const { tuned } = model.options;
  if (!tuned || tuned.size === 0) return kernelsText(model);
  const sorted = [...tuned].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${kernelsText(model)} (${createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 12)})`;
}
