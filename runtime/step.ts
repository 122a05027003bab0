// The numbers of one step: what kernels read from the step uniform. In double precision, rounded once when it is written.
import type { StepField } from './plan.ts';

/** The numbers that the caller gives; others follow from them. */
export interface StepValues {
  readonly count: number;
  readonly start: number;
  /** From 1. */
  readonly step: number;
  readonly seed: number;
  readonly lr: number;
  readonly scale: number;
  /** Those that the plan leaves open, by name. */
  readonly open?: Readonly<Record<string, number>>;
}

/** The value of a field in a step. */
export const stepNumber = (f: StepField, v: StepValues): number =>
  'oneMinusPower' in f
    ? -Math.expm1(v.step * Math.log(f.oneMinusPower))
    : 'nadam' in f
      ? nadam(f.nadam, f.part, v.step)
      : 'open' in f
        ? (v.open?.[f.name] ?? 0) // tests need none of them
        : v[f.name === 'pictures' ? 'count' : (f.name as Exclude<keyof StepValues, 'open'>)];

/** mu_t = beta (1 - 0.96^t / 2), and M_t = mu_1 ... mu_t: mu_(t+1) / (1 - M_(t+1)) for the mean, (1 - mu_t) / (1 - M_t) for the gradient. */
function nadam(beta: number, part: 'mean' | 'gradient', step: number): number {
  const mu = (t: number): number => beta * (1 - 0.5 * 0.96 ** t);
  const last = part === 'mean' ? step + 1 : step;
  // Below 1e-20 a product changes nothing in 1 - product.
  let product = 1;
  for (let t = 1; t <= last && product > 1e-20; t++) product *= mu(t);
  return (part === 'mean' ? mu(last) : 1 - mu(last)) / (1 - product);
}
