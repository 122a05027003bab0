// The loop over epochs: trains, tests, saves; stops at Ctrl-C, early, and when the loss is no number any more.
import type { EarlyStoppingSpec, Report, Sums } from '../../../runtime/index.ts';
import { everyStepSkipped, lossNotFiniteMixed } from '../../diagnostics/catalog/precision.ts';
import { lossNotFinite } from '../../diagnostics/catalog/run.ts';
import { Failure, refuse } from '../../diagnostics/index.ts';
import { LOSS_SCALE_LIMITS } from '../../passes/loss-scale.ts';
import type { Scaling, Uploaded } from '../../reference/backend.ts';
import { judgeEpochs } from './stopping.ts';
import type { Watch } from './watch.ts';

/** Means over pictures: the loss, and each metric of the train section by its name, such as accuracy (from 0 to 1). */
export interface Mean {
  readonly loss: number;
  readonly [metric: string]: number;
}

export interface Epoch {
  /** From 1. */
  readonly epoch: number;
  /** Steps of the run so far. */
  readonly step: number;
  /** The learning rate of its last step. */
  readonly lr: number;
  /** Pictures trained on in this epoch: all of them unless it was interrupted. */
  readonly pictures: number;
  /** While training: each picture with the weights of its moment. */
  readonly train: Mean;
  /** With the weights after the epoch; null when it was interrupted. */
  readonly test: Mean | null;
  /** Of training, without the test. */
  readonly seconds: number;
  /** With precision mixed: the scale of the loss after the epoch, and the steps of the run that were skipped so far. */
  readonly scaling?: Scaling;
}

/** Where weights are, and the epoch that they stand after. */
export interface Held {
  readonly file: string;
  readonly epoch: number;
}

export interface LoopOptions {
  readonly train: Uploaded;
  readonly test: Uploaded;
  readonly epochs: number;
  readonly seed: number;
  /** The base of the schedule. */
  readonly lr: number;
  /** Numbers that the plan leaves open, by name. */
  readonly open?: Readonly<Record<string, number>>;
  /** How many steps go into a submit, carried from epoch to epoch. */
  readonly pace?: { size: number };
  readonly earlyStopping?: EarlyStoppingSpec | undefined;
  /** Tests after the last epoch alone: for who reads nothing of the others, where nothing follows from them. */
  readonly testLast?: boolean;
  readonly signal: AbortSignal | undefined;
  /** Epochs that an earlier run of the same training has finished, and where their weights are. */
  readonly done?: { readonly epochs: readonly Epoch[]; readonly kept: Held | undefined } | undefined;
  /** Called at each report with the sums of the epoch so far. */
  readonly onReport: (epoch: number, sums: Sums, seconds: number) => void;
  /** With precision mixed: how the scaling of the loss goes. */
  readonly scaling?: (() => Promise<Scaling | undefined>) | undefined;
  /** Looks for where a value first was not finite (--check-nan). */
  readonly watch?: Watch | undefined;
  /**
   * Called after each epoch that is worth keeping; resolves with where the weights are. `replace` is false when those
   * of an earlier epoch are to stay, because they are better and the best are asked for.
   */
  readonly onEpoch: (epoch: Epoch, replace: boolean) => Promise<string>;
}

export interface Outcome {
  readonly epochs: readonly Epoch[];
  readonly interrupted: boolean;
  /** Was the monitored number not better for too long? */
  readonly stoppedEarly: boolean;
  /** The best epoch by what early stopping watches; undefined without it. */
  readonly best: number | undefined;
}

/** Divides the sums. */
export const meanOf = ({ count, metrics }: Sums): Mean => ({
  loss: (metrics.loss ?? 0) / count,
  ...Object.fromEntries(Object.entries(metrics).map(([name, sum]) => [name, sum / count])),
});

const addTo = (a: Sums, b: Report): Sums => ({
  count: a.count + b.count,
  metrics: Object.fromEntries(Object.entries(b.metrics).map(([name, v]) => [name, v + (a.metrics[name] ?? 0)])),
});

/** Trains for all epochs, or until Ctrl-C. Refuses to go on (E0620) when a loss is not finite. */
export async function trainLoop(o: LoopOptions): Promise<Outcome> {
  const { train, test, seed, lr, earlyStopping } = o;
  const signal = o.signal ? { signal: o.signal } : {};
  const stopped = (): boolean => o.signal?.aborted === true;
  const epochs: Epoch[] = [...(o.done?.epochs ?? [])];
  let kept = o.done?.kept;
  const losses = epochs.flatMap(({ test }) => (test ? [test.loss] : []));
  let verdict = judgeEpochs(earlyStopping, epochs);
  let { step, lr: lrNow } = epochs[epochs.length - 1] ?? { step: 0, lr };
  for (let epoch = epochs.length + 1; epoch <= o.epochs && !stopped() && !verdict.stop; epoch++) {
    const began = performance.now();
    const { watch } = o;
    const how = {
      epoch: epoch - 1,
      seed,
      lr,
      firstStep: step,
      epochs: o.epochs,
      losses,
      ...(o.open ? { open: o.open } : {}),
      ...(o.pace ? { pace: o.pace } : {}),
      ...signal,
    };
    const check = (what: 'loss' | 'test loss', value: number): void => {
      if (!Number.isFinite(value) && o.scaling && !watch) refuse(lossNotFiniteMixed(what, value, epoch, step, lr));
      if (!Number.isFinite(value)) refuse(lossNotFinite(what, value, epoch, step, lr, kept, watch !== undefined));
    };
    /** The report, or --check-nan's answer when it, or a parameter, is not finite. */
    const reported = async (loss: number): Promise<void> => {
      if (!watch) return check('loss', loss);
      if (Number.isFinite(loss) && !(await watch.broken())) return watch.keep(step);
      const found = await watch.find(how, step);
      const said = Number.isFinite(loss) ? [] : [lossNotFinite('loss', loss, epoch, step, lr, kept, true)];
      throw new Failure([...said, found]);
    };
    await watch?.keep(step);
    let sums: Sums = { count: 0, metrics: {} };
    for await (const report of train.trainEpoch(how)) {
      ({ step, lr: lrNow } = report);
      await reported(report.metrics.loss ?? 0);
      sums = addTo(sums, report);
      o.onReport(epoch, sums, (performance.now() - began) / 1000);
    }
    if (sums.count === 0) break;
    const seconds = (performance.now() - began) / 1000;
    const scaling = await o.scaling?.();
    const steps = step - how.firstStep;
    const taken = steps - ((scaling?.skipped ?? 0) - (epochs[epochs.length - 1]?.scaling?.skipped ?? 0));
    if (scaling && taken === 0 && scaling.scale <= LOSS_SCALE_LIMITS.least)
      refuse(everyStepSkipped(epoch, steps, scaling.scale, lr));
    const done = {
      epoch,
      step,
      lr: lrNow,
      pictures: sums.count,
      train: meanOf(sums),
      seconds,
      ...(scaling ? { scaling } : {}),
    };
    const untested = sums.count < train.count || (o.testLast && epoch < o.epochs);
    const tested = untested ? undefined : await test.evaluate(o.signal);
    const mean = tested?.count === test.count ? meanOf(tested) : null;
    if (mean) check('test loss', mean.loss);
    const result = { ...done, test: mean };
    epochs.push(result);
    if (mean) losses.push(mean.loss);
    verdict = judgeEpochs(earlyStopping, epochs);
    const replace = !earlyStopping?.restoreBest || verdict.best === epoch || !kept;
    const file = await o.onEpoch(result, replace);
    if (replace) kept = { file, epoch };
  }
  const last = epochs[epochs.length - 1];
  return {
    epochs,
    interrupted: stopped() && !verdict.stop && (last?.epoch !== o.epochs || last.test === null),
    stoppedEarly: verdict.stop && last?.epoch !== o.epochs,
    best: earlyStopping && verdict.best > 0 ? verdict.best : undefined,
  };
}
