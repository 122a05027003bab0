// Early stopping: which epoch was the best so far, and whether it is time to stop.
import type { EarlyStoppingSpec } from '../../../runtime/index.ts';
import type { Epoch } from './loop.ts';

export interface Verdict {
  /** The best epoch, from 1; 0 before the first. */
  readonly best: number;
  readonly stop: boolean;
}

/** `values`: the monitored number after each epoch. Of losses and errors less is better, of everything else more. */
export function judge(spec: EarlyStoppingSpec, values: readonly number[]): Verdict {
  const sign = ['loss', 'mae', 'mse'].includes(spec.monitor) ? 1 : -1;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  values.forEach((value, i) => {
    if (best > 0 && !(sign * value < least - spec.minDelta)) return;
    best = i + 1;
    least = sign * value;
  });
  return { best, stop: best > 0 && values.length - best >= spec.patience };
}

/** The verdict over the tested epochs; without early stopping the best has the least loss, and nothing stops. */
export function judgeEpochs(spec: EarlyStoppingSpec | undefined, epochs: readonly Epoch[]): Verdict {
  const wanted = spec ?? { monitor: 'loss', patience: Number.POSITIVE_INFINITY, minDelta: 0, restoreBest: false };
  const tested = epochs.flatMap(({ test }) => (test ? [test[wanted.monitor] ?? Number.NaN] : []));
  return judge(wanted, tested);
}
