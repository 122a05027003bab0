// Adversarial pictures: one step along the sign of the gradient (FGSM, Goodfellow, Shlens & Szegedy 2015), or several that stay
// within epsilon of the picture (Kurakin, Goodfellow & Bengio 2017; the step is that of Madry et al. 2018).
import type { Looking } from './open.ts';

export interface AttackOptions {
  /** How far a value may move: part of its range from 0 to 1. */
  readonly epsilon: number;
  readonly steps: number;
  /** True: towards the given classes. False: away from them. */
  readonly towards: boolean;
}

/** How far one of several steps goes: they could go further than epsilon, and are brought back. */
export const stepSize = ({ epsilon, steps }: AttackOptions): number =>
  steps === 1 ? epsilon : (2.5 * epsilon) / steps;

/** The nearest value of a byte that is no further from the original: what a PNG file can hold. */
function asByte(value: number, original: number): number {
  // What is a byte already, up to rounding of single precision, stays.
  const exact = 255 * value;
  const whole =
    Math.abs(exact - Math.round(exact)) < 1e-3
      ? Math.round(exact)
      : value > original
        ? Math.floor(exact)
        : Math.ceil(exact);
  return Math.min(255, Math.max(0, whole)) / 255;
}

/** The gradient of the loss of these classes to each picture. */
export const lossGradient = async (
  looking: Looking,
  pictures: Float32Array,
  classes: ArrayLike<number>,
): Promise<Float32Array> => (await looking.run(pictures, { labels: classes })).get('gradient:input') as Float32Array;

/**
 * Pictures of values from 0 to 1 that the model takes for something else. `classes` are what the loss is about, one a picture.
 * The result is what a PNG file can hold of it. `first` is the gradient at the pictures, where it is known.
 */
export async function attack(
  looking: Looking,
  pictures: Float32Array,
  classes: ArrayLike<number>,
  options: AttackOptions,
  first?: Float32Array,
): Promise<Float32Array> {
  const { epsilon, steps, towards } = options;
  const step = stepSize(options) * (towards ? -1 : 1);
  let moved = pictures;
  for (let i = 0; i < steps; i++) {
    const gradient = (i === 0 ? first : undefined) ?? (await lossGradient(looking, moved, classes));
    moved = moved.map((v, k) => {
      const x = pictures[k] as number;
      const next = v + step * Math.sign(gradient[k] as number);
      return Math.min(1, x + epsilon, Math.max(0, x - epsilon, next));
    });
  }
  return moved.map((v, k) => (v === pictures[k] ? v : asByte(v, pictures[k] as number)));
}
