// What a command computes on: the adapter that --device names, or the reference interpreter.
import type { ProgramName } from '../../runtime/index.ts';
import { type OpenedDevice, openDevice } from '../../runtime/node.ts';
import { isGpu, type Schedule, type Target } from '../codegen/schedules.ts';
import type { CompileOptions } from '../compile.ts';
import * as say from '../diagnostics/catalog/device.ts';
import { autoNeedsAdapter } from '../diagnostics/catalog/tune.ts';
import { refuse } from '../diagnostics/index.ts';
import type { Backend } from '../reference/backend.ts';
import type { OptionSpec } from './args.ts';
import { explainNotOpened, remedyHere } from './device.ts';
import { checkLimits, deviceBackend } from './device-backend.ts';
import { subgroupsOf, targetOn, togglesFor } from './device-target.ts';
import { type Io, report } from './io.ts';
import { compileSource, type ModelFile } from './model.ts';
import { checkFeatures } from './precision.ts';
import { quietly } from './quietly.ts';
import { type Entries, entriesFor, type KernelChoice, kernelsDigest, schedulesFor, tunedModel } from './tune/apply.ts';

/** The option of every command that computes. */
export const deviceOption: OptionSpec & { readonly type: 'string' } = {
  type: 'string',
  value: 'NAME',
  doc: "auto (the best adapter there is), hardware, software, a part of an adapter's name, or reference (no WebGPU, slow)",
};

export interface Opened {
  readonly backend: Backend;
  /** The model as it was compiled for the backend. */
  readonly model: ModelFile;
  /** What the kernels are for, and which measured schedules they have: what a checkpoint keeps of them. */
  readonly kernels: string;
  /** The device's limits; undefined on the reference. */
  readonly limits: Readonly<Record<string, number>> | undefined;
}

/** What is said of kernels where there are none. */
const ON_REFERENCE = 'the reference';

const asked = ['without --device the best adapter of this machine is taken; cnnc doctor shows what there is'];

/**
 * The device that `--device` names (`auto` by default), with `toggles` of Dawn; or why the reference computes instead: it was
 * asked for, or there is no adapter and none was named. Refuses what cannot be opened.
 */
export async function openAdapter(
  device: string | undefined,
  toggles: readonly string[] = [],
): Promise<OpenedDevice | 'asked' | 'none'> {
  const wanted = device ?? 'auto';
  if (wanted === 'reference') return 'asked';
  const opened = await openDevice({ adapter: wanted, around: quietly, toggles });
  if (opened.ok) return opened;
  const none = opened.reason === 'no-adapter' || opened.reason === 'no-binding';
  return wanted === 'auto' && none ? 'none' : refuse(explainNotOpened(opened, wanted, remedyHere()));
}

/** What a model is compiled with for an adapter. */
function optionsOn(opened: OpenedDevice, target: Target, options: CompileOptions): CompileOptions {
  const subgroups = isGpu(target) ? subgroupsOf(opened) : undefined;
  return { ...options, target, ...(subgroups ? { subgroups } : {}) };
}

/**
 * The model compiled for an adapter, with the kernels that are chosen: those that suit it, with the schedules that were
 * measured on it, unless said otherwise. Closes the device when it refuses.
 */
async function suitedTo(io: Io, opened: OpenedDevice, model: ModelFile, kernels: KernelChoice): Promise<ModelFile> {
  try {
    const target = targetOn(opened, kernels.target);
    const plain = target === 'portable' ? model : compileSource(model.source, optionsOn(opened, target, model.options));
    const suited = await tunedModel(io, plain, opened.adapter, target, kernels);
    checkFeatures(suited, opened);
    checkLimits(suited, opened);
    return suited;
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** A device (`toggles` of Dawn) and the model compiled for it; undefined where the reference computes, which is said. */
export async function openFor(
  io: Io,
  device: string | undefined,
  model: ModelFile,
  toggles: readonly string[] = [],
  kernels: KernelChoice = {},
): Promise<{ readonly opened: OpenedDevice; readonly model: ModelFile } | undefined> {
  const opened = await openAdapter(device, [...toggles, ...togglesFor(kernels.target)]);
  if (opened === 'asked' || opened === 'none') {
    report(io, [say.onTheReference(opened === 'none' ? remedyHere() : asked)]);
    return undefined;
  }
  return { opened, model: await suitedTo(io, opened, model, kernels) };
}

/** The model as it is compiled for an adapter, which is let go. Refuses where there is none. */
export async function modelForAdapter(
  io: Io,
  device: string | undefined,
  model: ModelFile,
  tune: string | undefined,
): Promise<ModelFile> {
  const opened = await openAdapter(device);
  if (opened === 'asked') refuse(autoNeedsAdapter(['leave --device out to take the best adapter there is']));
  if (opened === 'none') refuse(autoNeedsAdapter(remedyHere()));
  const suited = await suitedTo(io, opened, model, { tune });
  opened.close();
  return suited;
}

/**
 * What `openBackend` says of the kernels, of all plans together that a model makes with these options: their target, and the measured
 * schedules that any of them takes.
 */
export async function kernelsOfPlans(
  io: Io,
  device: string | undefined,
  model: ModelFile,
  plans: readonly CompileOptions[],
  kernels: KernelChoice,
): Promise<string> {
  const opened = await openAdapter(device, togglesFor(kernels.target));
  if (typeof opened === 'string') return ON_REFERENCE;
  try {
    const target = targetOn(opened, kernels.target);
    const found = await entriesFor(io, model, opened.adapter, target, { ...kernels, quiet: true });
    const tuned = new Map<string, Schedule>();
    for (const plan of found ? plans : []) {
      const compiled = compileSource(model.source, optionsOn(opened, target, plan));
      for (const [key, schedule] of schedulesFor(compiled, found as Entries).tuned) tuned.set(key, schedule);
    }
    return kernelsDigest({ options: { ...model.options, target, tuned } });
  } finally {
    opened.close();
  }
}

/** Opens what `--device` names (`auto` by default) for these programs of the model. Refuses plans that do not fit. */
export async function openBackend(
  io: Io,
  device: string | undefined,
  model: ModelFile,
  programs: readonly ProgramName[],
  kernels: KernelChoice = {},
): Promise<Opened> {
  const found = await openFor(io, device, model, [], kernels);
  if (!found) {
    const { referenceBackend } = await import('../reference/train.ts');
    const { graphs, plan } = model.compiled;
    return { backend: referenceBackend(graphs, plan), model, kernels: ON_REFERENCE, limits: undefined };
  }
  const { opened, model: suited } = found;
  try {
    const backend = await deviceBackend(opened, suited.compiled.emitted, programs);
    return { backend, model: suited, kernels: kernelsDigest(suited), limits: opened.limits };
  } catch (error) {
    opened.close();
    throw error;
  }
}
