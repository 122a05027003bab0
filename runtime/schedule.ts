// How the learning rate changes over a training: pure functions of the step and of the losses so far.

/** A time: epochs, of which parts count too, or steps. */
export type Time = { readonly epochs: number } | { readonly steps: number };

/** What multiplies, bends or replaces the learning rate that is asked for, the base. Times count from the end of the warm-up. */
export type ScheduleSpec = {
  /** The learning rate grows in equal steps to the base. */
  readonly warmup?: Time;
} & (
  | { readonly name: 'constant' }
  /** base factor^(t / every), with whole exponents for `step` and `staircase`. */
  | {
      readonly name: 'step' | 'exponential';
      readonly factor: number;
      readonly every: Time;
      readonly staircase: boolean;
    }
  /** base, and after each of the boundaries, in epochs, base times its factor. */
  | { readonly name: 'piecewise'; readonly boundaries: readonly number[]; readonly factors: readonly number[] }
  /** Half a cosine from the base to `minLr`; with restarts, each period `tMul` times as long and `mMul` times as high. */
  | {
      readonly name: 'cosine';
      readonly minLr: number;
      readonly restart?: Time;
      readonly tMul: number;
      readonly mMul: number;
    }
  | { readonly name: 'polynomial'; readonly power: number; readonly minLr: number }
  /** Smith & Topin 2018, as PyTorch: from base / div up to the base at `pctStart`, then down to base / div / finalDiv. */
  | { readonly name: 'one_cycle'; readonly pctStart: number; readonly div: number; readonly finalDiv: number }
  /** base factor^n, at least `minLr`: n counts how often the tested loss was not better for `patience` epochs. */
  | {
      readonly name: 'plateau';
      readonly factor: number;
      readonly patience: number;
      readonly minDelta: number;
      readonly minLr: number;
    }
);

export interface Moment {
  /** Steps done before this one, of the whole training. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Epochs of the whole training. */
  readonly epochs: number;
  /** The loss on the test part after each epoch so far. */
  readonly losses?: readonly number[];
}

/** The learning rate of a step. */
export function learningRate(s: ScheduleSpec | undefined, base: number, at: Moment): number {
  if (!s) return base;
  const steps = (t: Time | undefined): number => (t ? ('epochs' in t ? t.epochs * at.stepsPerEpoch : t.steps) : 0);
  const warmup = steps(s.warmup);
  const t = Math.max(0, at.step - warmup);
  const total = Math.max(1, at.epochs * at.stepsPerEpoch - warmup);
  const lr = scheduled(s, base, t, total, steps, at.losses ?? []);
  return at.step < warmup ? lr * Math.min(1, (at.step + 1) / warmup) : lr;
}

/** Half a cosine from `from` (x = 0) to `to` (x = 1). */
const anneal = (from: number, to: number, x: number): number => to + ((from - to) * (1 + Math.cos(Math.PI * x))) / 2;

function scheduled(
  s: ScheduleSpec,
  base: number,
  t: number,
  total: number,
  steps: (t: Time | undefined) => number,
  losses: readonly number[],
): number {
  switch (s.name) {
    case 'constant':
      return base;
    case 'step':
    case 'exponential': {
      const periods = t / steps(s.every);
      return base * s.factor ** (s.staircase ? Math.floor(periods) : periods);
    }
    case 'piecewise': {
      const passed = s.boundaries.filter((epochs) => t >= steps({ epochs })).length;
      return base * (passed === 0 ? 1 : (s.factors[passed - 1] ?? 1));
    }
    case 'cosine': {
      let [at, length, height] = [t, s.restart ? steps(s.restart) : total, 1];
      for (; s.restart && at >= length; height *= s.mMul) {
        at -= length;
        length *= s.tMul;
      }
      return anneal(s.minLr + (base - s.minLr) * height, s.minLr, Math.min(1, at / length));
    }
    case 'polynomial':
      return s.minLr + (base - s.minLr) * (1 - Math.min(1, t / total)) ** s.power;
    case 'one_cycle': {
      const top = s.pctStart * total - 1;
      if (t <= top) return anneal(base / s.div, base, top > 0 ? t / top : 1);
      return anneal(base, base / s.div / s.finalDiv, Math.min(1, (t - top) / (total - 1 - top)));
    }
    case 'plateau':
      return Math.max(Math.min(base, s.minLr), base * s.factor ** plateaus(s, losses));
  }
}

/** How often the loss was not better than the best one by more than `minDelta` for `patience` epochs. */
function plateaus(s: { readonly patience: number; readonly minDelta: number }, losses: readonly number[]): number {
  let [best, waited, found] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const loss of losses) {
    if (loss < best - s.minDelta) [best, waited] = [loss, 0];
    else if (++waited >= s.patience) [waited, found] = [0, found + 1];
  }
  return found;
}
