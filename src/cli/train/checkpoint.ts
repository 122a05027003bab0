// Checkpoints: all that a training needs to go on bit for bit, in files that are whole or not there.
import { createHash } from 'node:crypto';
import { copyFile, link, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as say from '../../diagnostics/catalog/checkpoints.ts';
import { Failure, refuse } from '../../diagnostics/index.ts';
import { type ReadTensor, readSafetensors, writeSafetensors } from '../../interop/safetensors.ts';
import type { StateTensor } from '../../reference/backend.ts';
import { readBytes, writeAtomic, writeTrouble } from '../files.ts';
import { version } from '../version.ts';
import { differences, type Identity } from './identity.ts';
import type { Epoch } from './loop.ts';

/** What stands after an epoch. */
export interface Checkpoint {
  readonly tensors: readonly StateTensor[];
  /** All finished epochs; the last is the one it stands after. */
  readonly epochs: readonly Epoch[];
  /** The weights file as it stood before that epoch was kept. */
  readonly kept: { readonly sha256: string; readonly epoch: number } | null;
  readonly adapter: string;
  /** What the kernels were for, and the schedules that were measured; unknown to checkpoints of before. */
  readonly kernels?: string;
}

const format = 'cnnc-checkpoint';
const formatVersion = '1';
/** The digest of a file is taken with these in its place. */
const noDigest = '0'.repeat(64);

/** Model names have no dot: these are never the weights file. */
export const fileOf = (name: 'last' | 'previous' | 'best'): string => `${name}.checkpoint.safetensors`;

/** The bytes of a checkpoint. Its metadata has the SHA-256 of the whole file, taken with zeros for the digest. */
export function checkpointBytes(point: Checkpoint, identity: Identity): Uint8Array<ArrayBuffer> {
  const last = point.epochs[point.epochs.length - 1] as Epoch;
  const metadata = {
    digest: noDigest,
    format,
    format_version: formatVersion,
    cnnc: version,
    model: identity.model,
    epoch: String(last.epoch),
    step: String(last.step),
    adapter: point.adapter,
    ...(point.kernels === undefined ? {} : { kernels: point.kernels }),
    identity: JSON.stringify(identity),
    epochs: JSON.stringify(point.epochs),
    kept: JSON.stringify(point.kept),
  };
  const bytes = writeSafetensors(point.tensors, metadata);
  const digest = createHash('sha256').update(bytes).digest('hex');
  bytes.set(new TextEncoder().encode(digest), placeOfDigest(bytes));
  return bytes;
}

/** The digest stands first in the metadata, which stands first in the header. */
const placeOfDigest = (bytes: Uint8Array): number =>
  8 + new TextDecoder('latin1').decode(bytes.subarray(8, 200)).indexOf('"digest":"') + '"digest":"'.length;

/** Numbers in the precision of the file. */
function exact({ dtype, shape, values, bytes }: ReadTensor, name: string): StateTensor {
  if (dtype !== 'F64') return { name, shape, values };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    name,
    shape,
    values: Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true)),
  };
}

/** Reads a checkpoint of this training, or says what is wrong with it. */
function parse(bytes: Uint8Array, file: string, identity: Identity, offer: string | undefined): Checkpoint {
  let read: ReturnType<typeof readSafetensors>;
  try {
    read = readSafetensors(bytes, file);
  } catch (error) {
    if (error instanceof Failure) refuse(say.checkpointDamaged(file, error.diagnostics[0]?.message ?? '', offer));
    throw error;
  }
  const { tensors, metadata } = read;
  if (metadata.format !== format) {
    const what = metadata.format === 'cnnc' ? 'it holds weights alone' : 'cnnc train did not write it';
    refuse(say.notACheckpoint(file, what, offer));
  }
  if (metadata.format_version !== formatVersion) {
    const written = `it was written by cnnc ${metadata.cnnc}, and this is cnnc ${version}`;
    refuse(say.notACheckpoint(file, written, offer));
  }
  const zeroed = bytes.slice();
  zeroed.set(new TextEncoder().encode(noDigest), placeOfDigest(bytes));
  const digest = createHash('sha256').update(zeroed).digest('hex');
  if (digest !== metadata.digest)
    refuse(say.checkpointDamaged(file, 'its SHA-256 is not the one that it was written with', offer));
  const different = differences(JSON.parse(metadata.identity ?? '{}') as Record<string, unknown>, identity);
  if (different.length > 0) refuse(say.checkpointForeign(file, different, offer));
  return {
    tensors: [...tensors].map(([name, tensor]) => exact(tensor, name)),
    epochs: JSON.parse(metadata.epochs ?? '[]') as Epoch[],
    kept: JSON.parse(metadata.kept ?? 'null') as Checkpoint['kept'],
    adapter: metadata.adapter ?? 'an unknown adapter',
    ...(metadata.kernels === undefined ? {} : { kernels: metadata.kernels }),
  };
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The words that offer a checkpoint beside the one that cannot be used, if one is whole and fits. */
async function offerOf(folder: string, cwd: string, identity: Identity): Promise<string | undefined> {
  for (const name of ['previous', 'best'] as const) {
    const shown = join(folder, fileOf(name));
    const path = resolve(cwd, shown);
    if (!(await exists(path))) continue;
    try {
      const { epochs } = parse(await readBytes(path, shown), shown, identity, undefined);
      return `${shown} is whole and stands after epoch ${epochs.length}; to go on from it: ${name === 'best' ? 'cp' : 'mv'} ${shown} ${join(folder, fileOf('last'))}`;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
  return undefined;
}

/** The best checkpoint of a folder. Refuses what cannot be used. */
export async function readBest(cwd: string, folder: string, identity: Identity): Promise<Checkpoint> {
  const shown = join(folder, fileOf('best'));
  return parse(await readBytes(resolve(cwd, shown), shown), shown, identity, undefined);
}

/** Reads the last checkpoint of a folder; undefined where there is none yet. Refuses what cannot be gone on from. */
export async function readCheckpoint(cwd: string, folder: string, identity: Identity): Promise<Checkpoint | undefined> {
  const shown = join(folder, fileOf('last'));
  const path = resolve(cwd, shown);
  const offer = await offerOf(folder, cwd, identity);
  if (!(await exists(path))) {
    return offer === undefined ? undefined : refuse(say.checkpointDamaged(shown, 'the file is gone', offer));
  }
  return parse(await readBytes(path, shown), shown, identity, offer);
}

/** Gives a file a second name at once; the old file of that name is let go. Without links a copy is made. */
async function secondName(from: string, to: string): Promise<void> {
  const beside = join(dirname(to), `.${basename(to)}.${process.pid}.tmp`);
  await rm(beside, { force: true });
  await link(from, beside).catch(() => copyFile(from, beside));
  await rename(beside, to);
  await rm(beside, { force: true }); // a rename between two names of one file leaves both
}

export interface Checkpoints {
  /**
   * Writes what stands after the last epoch; what stood after the one before becomes `previous`. There is a whole `last` at every
   * moment. Refuses (E0405 ...) when it cannot be written, and says what still stands.
   */
  save(point: Checkpoint): Promise<void>;
  /** Makes the last checkpoint the best one too. */
  best(): Promise<void>;
}

/**
 * Checkpoints of a folder. `stands`: the epoch of the last one; undefined when what is there is of another run, which the first
 * save lets go.
 */
export function checkpointsIn(
  cwd: string,
  folder: string,
  identity: Identity,
  stands: number | undefined,
): Checkpoints {
  const at = (name: 'last' | 'previous' | 'best'): string => resolve(cwd, folder, fileOf(name));
  const last = join(folder, fileOf('last'));
  let saved = stands;
  /** Says of any trouble what still stands. */
  const saying = async (bytes: number, shown: string, work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      const said = error instanceof Failure ? error.diagnostics : [writeTrouble(error, shown, bytes)];
      if (saved === undefined) throw new Failure(said);
      const help = `${last} stands after epoch ${saved} and is whole: when this is mended, the same command with --resume goes on`;
      throw new Failure(said.map((d) => ({ ...d, help: [...(d.help ?? []), help] })));
    }
  };
  const makeRoom = async (): Promise<void> => {
    if (saved !== undefined) return secondName(at('last'), at('previous'));
    // Files of another run must not be taken for those of this one.
    for (const name of ['previous', 'best'] as const) await rm(at(name), { force: true });
  };
  return {
    async save(point) {
      const bytes = checkpointBytes(point, identity);
      await saying(bytes.length, last, writeAtomic(at('last'), bytes, last, makeRoom));
      saved = point.epochs.length;
    },
    best: () => saying(0, join(folder, fileOf('best')), secondName(at('last'), at('best'))),
  };
}
