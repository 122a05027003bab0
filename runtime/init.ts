// How parameters start: counter-based random numbers, a stream a parameter, so that layers do not disturb each other.
import type { ParameterSpec } from './plan.ts';
import { normal, streamOf, uniform } from './random.ts';

/** The values that a parameter starts with, for a seed. */
export function initialValues({ name, shape, init }: ParameterSpec, seed: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const stream = streamOf(name);
  for (let i = 0; i < values.length; i++) {
    values[i] =
      init.kind === 'constant'
        ? init.value
        : init.kind === 'values'
          ? (init.values[Math.floor((i * init.values.length) / values.length)] as number)
          : init.kind === 'uniform'
            ? (2 * uniform(seed, stream, i) - 1) * init.limit
            : normal(seed, stream, i) * init.deviation;
  }
  return values;
}
