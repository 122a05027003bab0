// --resume: brings a training to where its last checkpoint stands, and its files to what belongs to that moment.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Plan } from '../../../runtime/index.ts';
import * as say from '../../diagnostics/catalog/checkpoints.ts';
import { otherKernels } from '../../diagnostics/catalog/tune.ts';
import type { Backend } from '../../reference/backend.ts';
import { type Io, report } from '../io.ts';
import { type Checkpoint, checkpointsIn, fileOf, readBest, readCheckpoint } from './checkpoint.ts';
import type { Identity } from './identity.ts';
import { type Kept, keep, type RunFacts } from './keep.ts';
import type { Epoch } from './loop.ts';
import { judgeEpochs } from './stopping.ts';

export interface Resumed {
  readonly epochs: readonly Epoch[];
  readonly kept: Kept;
}

interface Run {
  readonly folder: string;
  readonly identity: Identity;
  readonly plan: Plan;
  readonly backend: Backend;
  readonly facts: RunFacts;
  /** As the checkpoint keeps them. */
  readonly kernels: string;
}

/**
 * Puts the state of the last checkpoint on the backend; undefined, with a note, where there is none. A checkpoint is the first file
 * that an epoch leaves: what a kill may have kept from being written after it is written now.
 */
export async function goOn(io: Io, run: Run): Promise<Resumed | undefined> {
  const { folder, identity, plan, backend, facts, kernels } = run;
  const point = await readCheckpoint(io.cwd, folder, identity);
  if (!point) {
    report(io, [say.noCheckpoint(folder)]);
    return undefined;
  }
  if (point.adapter !== backend.name)
    report(io, [say.otherAdapter(join(folder, fileOf('last')), point.adapter, backend.name)]);
  else if (point.kernels !== undefined && point.kernels !== kernels)
    report(io, [otherKernels(join(folder, fileOf('last')), point.kernels, kernels)]);
  const { earlyStopping } = plan.train ?? {};
  const { best } = judgeEpochs(earlyStopping, point.epochs);
  const stays =
    earlyStopping?.restoreBest && best !== point.epochs.length ? await weightsOfBest(io, run, point) : undefined;
  backend.setState(point.tensors);
  if (best === point.epochs.length) await checkpointsIn(io.cwd, folder, identity, best).best();
  return { epochs: point.epochs, kept: await keep(io, folder, plan, backend, facts, point.epochs, stays) };
}

/** The weights file of the best epoch; written again, from the best checkpoint, when another one lies there. */
async function weightsOfBest(io: Io, run: Run, { kept }: Checkpoint): Promise<Kept | undefined> {
  const { folder, identity, plan, backend, facts } = run;
  if (!kept) return undefined;
  const weights = join(folder, `${plan.model}.safetensors`);
  const there = await readFile(resolve(io.cwd, weights)).catch(() => new Uint8Array());
  if (createHash('sha256').update(there).digest('hex') === kept.sha256)
    return { ...kept, weights, history: join(folder, 'history.json') };
  const best = await readBest(io.cwd, folder, identity);
  backend.setState(best.tensors);
  return keep(io, folder, plan, backend, facts, best.epochs);
}
