// The loop over epochs: trains, tests, saves; stops at Ctrl-C, and when the loss is no number any more.
import type { Report, Sums } from '../../../runtime/index.ts';
import { lossNotFinite } from '../../diagnostics/catalog/run.ts';
import { refuse } from '../../diagnostics/index.ts';
import type { Uploaded } from '../../reference/backend.ts';

/** Means over pictures. */
export interface Mean {
  readonly loss: number;
  /** From 0 to 1. */
  readonly accuracy: number;
}

export interface Epoch {
  /** From 1. */
  readonly epoch: number;
  /** Steps of the run so far. */
  readonly step: number;
  /** Pictures trained on in this epoch: all of them unless it was interrupted. */
  readonly pictures: number;
  /** While training: each picture with the weights of its moment. */
  readonly train: Mean;
  /** With the weights after the epoch; null when it was interrupted. */
  readonly test: Mean | null;
  /** Of training, without the test. */
  readonly seconds: number;
}

export interface LoopOptions {
  readonly train: Uploaded;
  readonly test: Uploaded;
  readonly epochs: number;
  readonly seed: number;
  readonly lr: number;
  readonly signal: AbortSignal | undefined;
  /** Called at each report with the sums of the epoch so far. */
  readonly onReport: (epoch: number, sums: Sums, seconds: number) => void;
  /** Called after each epoch that is worth keeping; resolves with where its weights are. */
  readonly onEpoch: (epoch: Epoch) => Promise<string>;
}

export interface Outcome {
  readonly epochs: readonly Epoch[];
  readonly interrupted: boolean;
}

/** Divides the sums. */
export const meanOf = ({ count, metrics }: Sums): Mean => ({
  loss: (metrics.loss ?? 0) / count,
  accuracy: (metrics.correct ?? 0) / count,
});

const addTo = (a: Sums, b: Report): Sums => ({
  count: a.count + b.count,
  metrics: Object.fromEntries(Object.entries(b.metrics).map(([name, v]) => [name, v + (a.metrics[name] ?? 0)])),
});

/** Trains for all epochs, or until Ctrl-C. Refuses to go on (E0620) when a loss is not finite. */
export async function trainLoop(o: LoopOptions): Promise<Outcome> {
  const { train, test, seed, lr } = o;
  const signal = o.signal ? { signal: o.signal } : {};
  const stopped = (): boolean => o.signal?.aborted === true;
  const epochs: Epoch[] = [];
  let kept: { file: string; epoch: number } | undefined;
  let step = 0;
  for (let epoch = 1; epoch <= o.epochs && !stopped(); epoch++) {
    const began = performance.now();
    const check = (what: 'loss' | 'test loss', value: number): void => {
      if (!Number.isFinite(value)) refuse(lossNotFinite(what, value, epoch, step, lr, kept));
    };
    let sums: Sums = { count: 0, metrics: {} };
    for await (const report of train.trainEpoch({ epoch: epoch - 1, seed, lr, firstStep: step, ...signal })) {
      step = report.step;
      check('loss', report.metrics.loss ?? 0);
      sums = addTo(sums, report);
      o.onReport(epoch, sums, (performance.now() - began) / 1000);
    }
    if (sums.count === 0) break;
    const seconds = (performance.now() - began) / 1000;
    const done = { epoch, step, pictures: sums.count, train: meanOf(sums), seconds };
    const tested = sums.count < train.count ? undefined : await test.evaluate(o.signal);
    const mean = tested?.count === test.count ? meanOf(tested) : null;
    if (mean) check('test loss', mean.loss);
    const result = { ...done, test: mean };
    epochs.push(result);
    const file = await o.onEpoch(result);
    kept = { file, epoch };
  }
  const last = epochs[epochs.length - 1];
  return { epochs, interrupted: stopped() && (last?.epoch !== o.epochs || last.test === null) };
}
