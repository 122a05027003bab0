// The trainings of a sweep: those that share a plan run one after the other on one session, so that its pipelines are made once.
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Split } from '../../data/types.ts';
import { Failure } from '../../diagnostics/index.ts';
import type { Uploaded } from '../../reference/backend.ts';
import { type Opened, openAdapter, openBackend } from '../backend.ts';
import { dataSpec, loadFor, upload } from '../data.ts';
import { besideFile } from '../imports.ts';
import type { Io } from '../io.ts';
import { compileSource, type ModelFile } from '../model.ts';
import { trainLoop } from '../train/loop.ts';
import { measured } from '../train/normalise.ts';
import type { KernelChoice } from '../tune/apply.ts';
import { readStart, type Start } from '../weights.ts';
import type { Job } from './names.ts';
import type { Row, Table } from './record.ts';

export interface SweepRun {
  readonly io: Io;
  /** The model as it is, for its text. */
  readonly model: ModelFile;
  readonly data: string | undefined;
  readonly device: string | undefined;
  readonly kernels: KernelChoice;
  readonly memory: number | undefined;
  /** Sessions at a time. */
  readonly jobs: number;
  readonly table: Table;
  readonly onRow: (row: Row) => void;
  readonly onSession?: (key: string) => void;
}

/** What is open for jobs of one key. */
interface Place {
  readonly key: string;
  readonly opened: Opened;
  readonly start: Start | undefined;
  readonly pace: { size: number };
  /** The pictures of this seed are on the device. */
  sets?: { readonly seed: number; readonly split: Split; readonly train: Uploaded; readonly test: Uploaded };
}

/**
 * Trainings at a time that suit the adapter. Small networks leave the cores of a processor waiting for each other; of one more than
 * there are cores, one may wait for the results of its epoch.
 */
export async function jobsFor(device: string | undefined): Promise<number> {
  const opened = await openAdapter(device);
  if (typeof opened === 'string') return 1;
  opened.close();
  return opened.adapter.kind === 'software' ? availableParallelism() + 1 : 1;
}

/** Does all jobs, in their order of plans; stops after the one under way at Ctrl-C, which is not kept. */
export async function runJobs(run: SweepRun, jobs: readonly Job[]): Promise<void> {
  const undo = shareCores(run.jobs);
  try {
    await runAll(run, jobs);
  } finally {
    undo();
  }
}

/**
 * Mesa's adapter on the processor gives each session as many threads as there are cores, and they wait for each other after every
 * kernel: sessions beside each other share the cores instead. The results do not depend on it. What the user has set stays.
 */
function shareCores(sessions: number): () => void {
  if (sessions === 1 || process.env.LP_NUM_THREADS !== undefined) return () => undefined;
  process.env.LP_NUM_THREADS = String(Math.max(1, Math.floor(availableParallelism() / sessions)));
  return () => {
    delete process.env.LP_NUM_THREADS;
  };
}

async function runAll(run: SweepRun, jobs: readonly Job[]): Promise<void> {
  const { io } = run;
  const waiting = ordered(jobs);
  const stopped = (): boolean => io.signal?.aborted === true;
  let failed = false;
  let told = run.kernels.quiet === true;
  const worker = async (): Promise<void> => {
    let place: Place | undefined;
    try {
      for (;;) {
        // Another plan only when none of this one is left.
        const at = Math.max(
          0,
          waiting.findIndex((job) => job.key === place?.key),
        );
        const [job] = waiting.splice(at, 1);
        if (!job || stopped() || failed) return;
        if (place?.key !== job.key) {
          place?.opened.backend.close();
          place = undefined;
          const quiet = told;
          told = true;
          place = await openPlace(run, job, quiet);
        }
        const row = await trainJob(run, place, job);
        if (!row) return;
        await run.table.add(row);
        run.onRow(row);
      }
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      place?.opened.backend.close();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(run.jobs, jobs.length) }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** By plan, and within it by seed, in the order in which those appear. */
function ordered(jobs: readonly Job[]): Job[] {
  const plans = [...new Set(jobs.map((job) => job.key))];
  const seeds = [...new Set(jobs.map((job) => job.seed))];
  const rank = new Map(plans.flatMap((key, i) => seeds.map((seed, k) => [`${key} ${seed}`, i * seeds.length + k])));
  const of = (job: Job): number => rank.get(`${job.key} ${job.seed}`) ?? 0;
  return [...jobs].sort((a, b) => of(a) - of(b));
}

/** `quiet`: of the file of measured schedules it has been told. */
async function openPlace(
  { io, model, device, kernels, onSession }: SweepRun,
  job: Job,
  quiet: boolean,
): Promise<Place> {
  const compiled = compileSource(model.source, job.options);
  const opened = await openBackend(io, device, compiled, ['evaluate', 'train'], { ...kernels, quiet });
  onSession?.(job.key);
  try {
    const { startsFrom, plan } = opened.model.compiled;
    const file = startsFrom && besideFile(startsFrom.path, startsFrom.span.source);
    const start = file === undefined ? undefined : await readStart(io, file, plan, startsFrom?.span);
    return { key: job.key, opened, start, pace: { size: 1 } };
  } catch (error) {
    opened.backend.close();
    throw error;
  }
}

/** The pictures of a seed; those of another are given back. */
async function setsFor(
  { io, data, memory, model }: SweepRun,
  place: Place,
  seed: number,
): Promise<NonNullable<Place['sets']>> {
  if (place.sets?.seed === seed) return place.sets;
  const spec = dataSpec(model, data, 'sweep');
  const { split } = await loadFor({ ...io, stderr: () => undefined }, place.opened.model.compiled.plan, spec, seed);
  place.sets?.train.free?.();
  place.sets?.test.free?.();
  const put = (set: Split['train']): Uploaded => upload(place.opened, set, spec, memory);
  place.sets = { seed, split, train: put(split.train), test: put(split.test) };
  return place.sets;
}

/** One training; undefined when it was interrupted. */
async function trainJob(run: SweepRun, place: Place, job: Job): Promise<Row | undefined> {
  const { backend, model } = place.opened;
  const { plan } = model.compiled;
  const { split, train, test } = await setsFor(run, place, job.seed);
  const began = performance.now();
  backend.initialise(job.seed);
  if (place.start) backend.setParameters(place.start.values);
  backend.setParameters(measured(model.compiled, split.train, place.start?.values));
  const facts = { point: job.point, seed: job.seed, adapter: backend.name };
  const seconds = (): number => Number(((performance.now() - began) / 1000).toFixed(3));
  const spec = plan.train?.earlyStopping;
  let finished = 0;
  let best: string | undefined;
  try {
    const {
      epochs,
      interrupted,
      best: bestEpoch,
    } = await trainLoop({
      train,
      test,
      epochs: job.epochs,
      seed: job.seed,
      lr: job.lr ?? plan.train?.lr ?? 0,
      open: job.open,
      pace: place.pace,
      earlyStopping: spec,
      testLast: !spec && plan.train?.schedule?.name !== 'plateau',
      signal: run.io.signal,
      onReport: () => undefined,
      onEpoch: async (epoch, replace) => {
        finished = epoch.epoch;
        if (spec?.restoreBest && replace) best = await parametersHash(place);
        return '';
      },
    });
    if (interrupted) return undefined;
    const kept = epochs.find((e) => e.epoch === (spec?.restoreBest ? bestEpoch : epochs.length));
    return {
      ...facts,
      epochs: epochs.length,
      train: kept?.train ?? null,
      test: kept?.test ?? null,
      diverged: null,
      parameters_sha256: best ?? (await parametersHash(place)),
      seconds: seconds(),
    };
  } catch (error) {
    if (!(error instanceof Failure) || error.diagnostics[0]?.code !== 'E0620') throw error;
    return {
      ...facts,
      epochs: finished,
      train: null,
      test: null,
      diverged: finished + 1,
      parameters_sha256: null,
      seconds: seconds(),
    };
  }
}

async function parametersHash({ opened: { backend, model } }: Place): Promise<string> {
  const values = await backend.parameters();
  const hash = createHash('sha256');
  for (const { name } of model.compiled.plan.parameters) {
    const { buffer, byteOffset, byteLength } = values.get(name) as Float32Array;
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
