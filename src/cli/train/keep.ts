// What a training leaves on the disk: the weights and the history, each whole or not at all.
import { constants } from 'node:fs';
import { access, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Plan } from '../../../runtime/index.ts';
import { refuse } from '../../diagnostics/index.ts';
import type { Backend } from '../../reference/backend.ts';
import { makeFolders, needFolder, writeAtomic, writeTrouble } from '../files.ts';
import type { Io } from '../io.ts';
import { version } from '../version.ts';
import { writeWeights } from '../weights.ts';
import type { Epoch } from './loop.ts';

/** What a run was made with: in the history, and as words in the weights. */
export interface RunFacts {
  readonly model: string;
  readonly data: string;
  readonly optimizer: string;
  readonly lr: number;
  /** Where it is not f32. */
  readonly precision?: 'mixed';
  /** Its name, where there is one. */
  readonly schedule?: string;
  readonly batch: number;
  readonly seed: number;
  /** The names of the classes, where the data alone says them. */
  readonly class_names?: readonly string[];
}

export interface Kept {
  /** Paths as the user would write them. */
  readonly weights: string;
  readonly sha256: string;
  readonly history: string;
  /** The epoch whose weights they are. */
  readonly epoch: number;
}

/** Makes the folder and checks that it can be written to, before any time is spent on training. */
export async function prepareFolder(io: Io, folder: string): Promise<void> {
  const path = resolve(io.cwd, folder);
  try {
    await makeFolders(path);
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!exists) refuse(writeTrouble(error, folder, 0));
  }
  await needFolder(path, folder);
  await access(path, constants.W_OK).catch((error: unknown) => refuse(writeTrouble(error, folder, 0)));
  await removeLeftovers(path);
}

/** Half-written files of processes that were killed. */
async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    const [, pid] = /^\..+\.(\d+)\.tmp$/.exec(name) ?? [];
    if (pid !== undefined && !runs(Number(pid))) await rm(join(path, name), { force: true });
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const rounded = (n: number, digits: number): number => Number(n.toFixed(digits));

/** A line an epoch, under the names of the history: `train_loss`, `test_accuracy` ... Numbers are as exact as they are known. */
export function epochsCsv(epochs: readonly Epoch[]): string {
  if (epochs.length === 0) return '';
  const flat = epochs.map((e) =>
    Object.entries(epochJson(e)).flatMap(([name, v]): [string, unknown][] =>
      typeof v === 'object' ? Object.entries(v ?? {}).map(([k, x]) => [`${name}_${k}`, x]) : [[name, v]],
    ),
  );
  // An epoch that was interrupted was not tested: its columns stay empty.
  const names = (flat[0] ?? []).map(([name]) => name);
  const rows = flat.map((row) => names.map((name) => row.find(([n]) => n === name)?.[1] ?? '').join(','));
  return `${[names.join(','), ...rows].join('\n')}\n`;
}

/** An epoch as the history and `--json` have it. */
export const epochJson = (e: Epoch): Record<string, unknown> => ({
  epoch: e.epoch,
  step: e.step,
  lr: e.lr,
  train: e.train,
  test: e.test,
  images_per_second: rounded(e.pictures / Math.max(e.seconds, 1e-9), 1),
  seconds: rounded(e.seconds, 3),
  ...(e.scaling ? { loss_scale: e.scaling.scale, skipped_steps: e.scaling.skipped } : {}),
});

/** Writes both files after an epoch; the weights stay as they are where `stays` says which those are. No time and no machine is in the weights: the same run gives the same bytes. */
export async function keep(
  io: Io,
  folder: string,
  plan: Plan,
  backend: Backend,
  facts: RunFacts,
  epochs: readonly Epoch[],
  stays?: Kept,
): Promise<Kept> {
  const last = epochs[epochs.length - 1] as Epoch;
  const words = Object.entries(facts).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  const metadata = {
    format: 'cnnc',
    cnnc: version,
    ...Object.fromEntries(words),
    epoch: String(last.epoch),
    step: String(last.step),
    ...Object.fromEntries(
      Object.entries(last.test ?? {}).flatMap(([metric, v]) =>
        metric === 'loss' ? [] : [[`test_${metric}`, String(rounded(v, 6))]],
      ),
    ),
  };
  const name = `${plan.model}.safetensors`;
  const shown = { weights: join(folder, name), history: join(folder, 'history.json') };
  const write = async (): Promise<Kept> => {
    const values = await backend.parameters();
    const sha256 = await writeWeights(resolve(io.cwd, folder, name), shown.weights, plan, values, metadata);
    return { ...shown, sha256, epoch: last.epoch };
  };
  const kept = stays ?? (await write());
  const history = { cnnc: version, ...facts, adapter: backend.name, epochs: epochs.map(epochJson) };
  await writeAtomic(resolve(io.cwd, shown.history), `${JSON.stringify(history, null, 2)}\n`, shown.history);
  return kept;
}
