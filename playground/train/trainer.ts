// A training on the page's device: so many steps at a time, so that it can be paused, stepped, and given another learning rate.

import {
  createSession,
  type DeviceData,
  epochOrder,
  evaluate,
  exceededLimits,
  lrOf,
  MOST_STEPS,
  type Plan,
  predict,
  predictAll,
  type Session,
  type StepValues,
  type Sums,
} from '../../runtime/index.ts';
import { sizeOf } from '../../src/ir/types.ts';
import type { CompiledView, FeatureMap, LoadedSet } from '../protocol.ts';

/** Means over the pictures of the last steps. */
export interface Progress {
  readonly step: number;
  /** Passes over the pictures so far: 1.5 is in the middle of the second. */
  readonly epochs: number;
  readonly lr: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly picturesPerSecond: number;
  /** Did a pass over the pictures end here? */
  readonly epochDone: boolean;
}

export interface Values {
  readonly name: string;
  /** Of one picture, or of a parameter. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Trainer {
  readonly model: CompiledView;
  readonly set: LoadedSet;
  readonly seed: number;
  /** The base of the schedule; may change at any time. */
  lr: number;
  /** Trains on: so many steps as take about a tenth of a second, or exactly `steps`. */
  advance(steps?: number): Promise<Progress>;
  test(): Promise<Readonly<Record<string, number>>>;
  /** The outputs of all test pictures. */
  outputs(): Promise<Float32Array>;
  predict(picture: Float32Array<ArrayBuffer>): Promise<Float32Array>;
  /** The weights of the first layer with filters. */
  filters(): Promise<Values | undefined>;
  /** What each layer makes of a picture. */
  maps(picture: Float32Array<ArrayBuffer>): Promise<readonly Values[]>;
  weights(): Promise<ReadonlyMap<string, Float32Array<ArrayBuffer>>>;
  dispose(): void;
}

/** Time that one submit should take. */
const SUBMIT_MS = 100;

const meanOf = ({ count, metrics }: Sums): Record<string, number> =>
  Object.fromEntries(Object.entries(metrics).map(([name, sum]) => [name, sum / Math.max(1, count)]));

/** The first parameter that is a stack of windows: height x width x channels x filters. */
const filterParameter = ({ parameters }: Plan): Plan['parameters'][number] | undefined =>
  parameters.find(({ shape }) => shape.length === 4 && (shape[0] ?? 1) * (shape[1] ?? 1) > 1);

/** Why the plan cannot run on this device; undefined when it can. */
export function tooLarge(plan: Plan, device: GPUDevice): string | undefined {
  const [worst] = exceededLimits(plan, device.limits);
  if (!worst) return undefined;
  const { limit, needed, available, what } = worst;
  return `This network at batch ${plan.batch} needs more than this device gives: ${limit} is ${available.toLocaleString('en')}, and ${what} needs ${needed.toLocaleString('en')}. A smaller batch may fit.`;
}

export async function createTrainer(
  device: GPUDevice,
  model: CompiledView,
  set: LoadedSet,
  seed: number,
): Promise<Trainer> {
  const { plan, maps } = model;
  const session: Session = await createSession(device, plan);
  session.initialise(seed);
  session.setParameters(set.measured);
  const train = session.upload(set.train);
  const test = session.upload(set.test);
  const stepsPerEpoch = Math.ceil(train.count / plan.batch);
  const losses: number[] = [];
  let step = 0;
  let size = 1;
  let ordered = -1;
  let turn: Promise<unknown> = Promise.resolve();
  const self: Trainer = {
    model,
    set,
    seed,
    lr: plan.train?.lr ?? 0.001,
    advance: (steps) => inTurn(() => advance(steps)),
    test: () =>
      inTurn(async () => {
        const mean = meanOf(await evaluate(session, test));
        losses[Math.round(step / stepsPerEpoch) - 1] = mean.loss ?? 0;
        return mean;
      }),
    outputs: () => predictAll(session, test),
    predict: (picture) => predict(session, picture),
    async filters() {
      const p = filterParameter(plan);
      if (!p) return undefined;
      const bytes = await session.read({ buffer: 'parameters', offset: p.offset, bytes: 4 * sizeOf(p.shape) });
      return { name: p.name, shape: p.shape, values: new Float32Array(bytes) };
    },
    maps: (picture) => Promise.all(maps.map((map) => mapOf(session, map, picture))),
    weights: () => session.parameters(),
    dispose() {
      for (const data of [train, test] as readonly DeviceData[]) data.destroy();
      session.dispose();
    },
  };
  /** Steps and tests one after the other, as they share the sums of the device. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }
  async function advance(steps?: number): Promise<Progress> {
    const epoch = Math.floor(step / stepsPerEpoch);
    const done = step - epoch * stepsPerEpoch;
    if (ordered !== epoch) train.setOrder(epochOrder(seed, epoch, train.count));
    ordered = epoch;
    // A set that the device does not hold as a whole comes in parts.
    const there = Math.ceil((train.ready(done * plan.batch) - done * plan.batch) / plan.batch);
    const now = Math.min(steps ?? size, there);
    const rows = Array.from({ length: now }, (_, i) => rowOf(epoch, done + i));
    const began = performance.now();
    session.run('train', rows, train);
    train.prefetch();
    const sums = await session.readMetrics();
    const took = Math.max(performance.now() - began, 0.1);
    step += now;
    if (steps === undefined) size = Math.max(1, Math.min(MOST_STEPS, Math.round((now * SUBMIT_MS) / took), 4 * size));
    const count = rows.reduce((n, r) => n + r.count, 0);
    const metrics = Object.fromEntries(plan.metrics.map((name, i) => [name, (sums[i] as number) / count]));
    return {
      step,
      epochs: step / stepsPerEpoch,
      lr: (rows[now - 1] as StepValues).lr,
      metrics,
      picturesPerSecond: (1000 * count) / took,
      epochDone: done + now === stepsPerEpoch,
    };
  }
  function rowOf(epoch: number, inEpoch: number): StepValues {
    const start = inEpoch * plan.batch;
    const before = epoch * stepsPerEpoch + inEpoch;
    const how = { lr: self.lr, losses };
    return {
      start,
      count: Math.min(plan.batch, train.count - start),
      step: before + 1,
      seed,
      lr: lrOf(plan, how, stepsPerEpoch, before),
      scale: train.scale,
    };
  }
  return self;
}

/** One value on the way: the network runs as far as the kernel that leaves it, and the first picture's part is read. */
async function mapOf(session: Session, map: FeatureMap, picture: Float32Array<ArrayBuffer>): Promise<Values> {
  session.setInput(picture);
  session.run('infer', [{ start: 0, count: 1, step: 0, seed: 0, lr: 0, scale: 1 }], undefined, [0, map.after]);
  const bytes = await session.read({ ...map.place, bytes: 4 * sizeOf(map.shape) });
  return { name: map.layer, shape: map.shape, values: new Float32Array(bytes) };
}
