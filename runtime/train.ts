// Epochs: shuffled batches in a few submits, one read-back a report, and the counts of a whole pass.
import type { Plan } from './plan.ts';
import { permutation } from './random.ts';
import { learningRate } from './schedule.ts';
import { type DeviceData, MOST_STEPS, type Session } from './session.ts';
import type { StepValues } from './step.ts';

/** Sums over pictures: divide by count for the mean loss, the accuracy and other metrics. */
export interface Sums {
  readonly count: number;
  /** By metric name: loss, accuracy ... */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Report extends Sums {
  /** Steps of the run so far. */
  readonly step: number;
  /** The learning rate of the last of them. */
  readonly lr: number;
}

export interface EpochOptions {
  /** From 0; with the seed it decides the shuffling. */
  readonly epoch: number;
  readonly seed: number;
  /** The base of the plan's schedule. */
  readonly lr: number;
  /** Epochs of the whole training, for the schedule; those of the plan unless given. */
  readonly epochs?: number;
  /** The loss on the test part after each epoch so far, for a schedule that waits for plateaus. */
  readonly losses?: readonly number[];
  /** Numbers that the plan leaves open, by name. */
  readonly open?: Readonly<Record<string, number>>;
  /** Steps of a submit, carried from epoch to epoch; each begins with one unless given. */
  readonly pace?: { size: number };
  /** Steps done before this epoch. */
  readonly firstStep: number;
  /** Stops after the report under way. */
  readonly signal?: AbortSignal;
}

/** The random stream of the shuffling; layers draw from hashes of their names. */
const SHUFFLE = 0x5eed;

/** The order in which an epoch (from 0) takes `count` pictures. */
export const epochOrder = (seed: number, epoch: number, count: number): Uint32Array<ArrayBuffer> =>
  permutation(seed, SHUFFLE + epoch, count) as Uint32Array<ArrayBuffer>;

/** Time that one submit should take: long enough to keep the device busy, short enough for a lively report. */
const SUBMIT_MS = 120;

/** The learning rate after `step` steps of the whole training. */
export const lrOf = (
  { train }: Plan,
  o: Pick<EpochOptions, 'lr' | 'epochs' | 'losses'>,
  stepsPerEpoch: number,
  step: number,
): number =>
  learningRate(train?.schedule, o.lr, {
    step,
    stepsPerEpoch,
    epochs: o.epochs ?? train?.epochs ?? 1,
    ...(o.losses ? { losses: o.losses } : {}),
  });

/** One pass over the data in shuffled order, a report every now and then; the last, smaller batch counts exactly. */
export async function* trainEpoch(session: Session, data: DeviceData, o: EpochOptions): AsyncGenerator<Report> {
  data.setOrder(epochOrder(o.seed, o.epoch, data.count));
  const batch = session.plan.batch;
  const steps = Math.ceil(data.count / batch);
  const pace = o.pace ?? { size: 1 };
  for (let done = 0; done < steps && !o.signal?.aborted; ) {
    const now = Math.min(pace.size, Math.ceil((data.ready(done * batch) - done * batch) / batch));
    const rows = Array.from(
      { length: now },
      (_, i): StepValues => ({
        start: (done + i) * batch,
        count: Math.min(batch, data.count - (done + i) * batch),
        step: o.firstStep + done + i + 1,
        seed: o.seed,
        lr: lrOf(session.plan, o, steps, o.firstStep + done + i),
        scale: data.scale,
        ...(o.open && { open: o.open }),
      }),
    );
    const began = performance.now();
    session.run('train', rows, data);
    data.prefetch();
    const sums = await session.readMetrics();
    const took = performance.now() - began;
    done += now;
    const lr = rows[now - 1]!.lr;
    yield { step: o.firstStep + done, lr, count: rows.reduce((a, r) => a + r.count, 0), metrics: named(session, sums) };
    pace.size = Math.max(1, Math.min(MOST_STEPS, Math.round((now * SUBMIT_MS) / Math.max(took, 0.1)), 4 * pace.size));
  }
}

/** One pass in order, without training. */
export async function evaluate(session: Session, data: DeviceData, seed = 0, signal?: AbortSignal): Promise<Sums> {
  data.setOrder(Uint32Array.from({ length: data.count }, (_, i) => i));
  const batch = session.plan.batch;
  const totals: Record<string, number> = Object.fromEntries(session.plan.metrics.map((m) => [m, 0]));
  let counted = 0;
  for (let start = 0; start < data.count && !signal?.aborted; ) {
    const rows: StepValues[] = [];
    const end = data.ready(start);
    for (; rows.length < 8 && start < end; start += batch) {
      rows.push({ start, count: Math.min(batch, data.count - start), step: 0, seed, lr: 0, scale: data.scale });
    }
    session.run('evaluate', rows, data);
    data.prefetch();
    const sums = named(session, await session.readMetrics());
    for (const [name, value] of Object.entries(sums)) totals[name] = (totals[name] ?? 0) + value;
    counted += rows.reduce((a, r) => a + r.count, 0);
  }
  return { count: counted, metrics: totals };
}

/** The output of every picture, in order: count x classes. */
export async function predictAll(
  session: Session,
  data: DeviceData,
  signal?: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> {
  data.setOrder(Uint32Array.from({ length: data.count }, (_, i) => i));
  const { batch, output } = session.plan;
  const width = output.shape.slice(1).reduce((a, b) => a * b, 1);
  const all = new Float32Array(data.count * width);
  for (let start = 0; start < data.count && !signal?.aborted; start += batch) {
    const count = Math.min(batch, data.count - start);
    session.run('infer', [{ start, count, step: 0, seed: 0, lr: 0, scale: data.scale }], data);
    data.prefetch();
    all.set((await session.readOutput()).subarray(0, count * width), start * width);
  }
  return all;
}

/** The output of pictures that are given, not uploaded: n x classes. `values` are as the network sees them. */
export async function predict(session: Session, values: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>> {
  const { batch, input, output } = session.plan;
  const size = input.shape.slice(1).reduce((a, b) => a * b, 1);
  const width = output.shape.slice(1).reduce((a, b) => a * b, 1);
  const n = values.length / size;
  const all = new Float32Array(n * width);
  for (let start = 0; start < n; start += batch) {
    const count = Math.min(batch, n - start);
    session.setInput(values.slice(start * size, (start + count) * size));
    session.run('infer', [{ start: 0, count, step: 0, seed: 0, lr: 0, scale: 1 }]);
    all.set((await session.readOutput()).subarray(0, count * width), start * width);
  }
  return all;
}

const named = (session: Session, sums: Float32Array): Record<string, number> =>
  Object.fromEntries(session.plan.metrics.map((name, i) => [name, sums[i] as number]));
