// What a command computes on: the adapter that --device names, or the reference interpreter.
import type { ProgramName } from '../../runtime/index.ts';
import { openDevice } from '../../runtime/node.ts';
import * as say from '../diagnostics/catalog/device.ts';
import { refuse } from '../diagnostics/index.ts';
import type { Backend } from '../reference/backend.ts';
import type { OptionSpec } from './args.ts';
import { explainNotOpened, remedyHere } from './device.ts';
import { checkLimits, deviceBackend } from './device-backend.ts';
import { targetFor } from './device-target.ts';
import { type Io, report } from './io.ts';
import { compileSource, type ModelFile } from './model.ts';
import { quietly } from './quietly.ts';

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
  /** The device's limits; undefined on the reference. */
  readonly limits: Readonly<Record<string, number>> | undefined;
}

const asked = ['without --device the best adapter of this machine is taken; cnnc doctor shows what there is'];

async function onReference(io: Io, model: ModelFile, help: readonly string[]): Promise<Opened> {
  const { referenceBackend } = await import('../reference/train.ts');
  report(io, [say.onTheReference(help)]);
  const { graphs, plan } = model.compiled;
  return { backend: referenceBackend(graphs, plan), model, limits: undefined };
}

/** Opens what `--device` names (`auto` by default) for these programs of the model. Refuses plans that do not fit. */
export async function openBackend(
  io: Io,
  device: string | undefined,
  model: ModelFile,
  programs: readonly ProgramName[],
): Promise<Opened> {
  const wanted = device ?? 'auto';
  if (wanted === 'reference') return onReference(io, model, asked);
  const opened = await openDevice({ adapter: wanted, around: quietly });
  if (!opened.ok) {
    const none = opened.reason === 'no-adapter' || opened.reason === 'no-binding';
    if (wanted === 'auto' && none) return onReference(io, model, remedyHere());
    return refuse(explainNotOpened(opened, wanted, remedyHere()));
  }
  try {
    const target = targetFor(opened);
    const suited = target ? compileSource(model.source, { ...model.options, target }) : model;
    checkLimits(suited, opened);
    const backend = await deviceBackend(opened, suited.compiled.plan, programs);
    return { backend, model: suited, limits: opened.limits };
  } catch (error) {
    opened.close();
    throw error;
  }
}
