// How parameters start: counter-based random numbers, a stream a parameter, so that layers do not disturb each other.
import type { InitSpec, ParameterSpec } from './plan.ts';
import { normal, streamOf, uniform } from './random.ts';

/** The values that a parameter starts with, for a seed. */
export function initialValues({ name, shape, init }: ParameterSpec, seed: number): Float32Array<ArrayBuffer> {
  const size = shape.reduce((a, b) => a * b, 1);
  const stream = streamOf(name);
  if (init.kind === 'orthogonal') {
    const columns = shape[shape.length - 1] ?? 1;
    return orthogonal(size / columns, columns, (i) => normal(seed, stream, i)).map((v) => v * init.gain);
  }
  return Float32Array.from({ length: size }, (_, i) =>
    init.kind === 'values'
      ? (init.values[Math.floor((i * init.values.length) / size)] as number)
      : valueAt(init, seed, stream, i),
  );
}

function valueAt(
  init: Exclude<InitSpec, { kind: 'orthogonal' | 'values' }>,
  seed: number,
  stream: number,
  i: number,
): number {
  switch (init.kind) {
    case 'constant':
      return init.value;
    case 'uniform':
      return (2 * uniform(seed, stream, i) - 1) * init.limit;
    case 'normal':
      return normal(seed, stream, i) * init.deviation;
    case 'truncated_normal': {
      // Draws again, from another stream, until it lies within two deviations.
      let value = 3;
      for (let n = 0; Math.abs(value) > 2; n++) value = normal(seed, (stream ^ Math.imul(n, 0x9e3779b9)) >>> 0, i);
      return value * init.deviation;
    }
  }
}

/**
 * A rows x columns matrix with orthonormal columns, or rows if they are fewer: the Q of the QR decomposition of a normal
 * matrix whose R has a positive diagonal (Mezzadri 2007), by Gram-Schmidt in double precision.
 */
function orthogonal(rows: number, columns: number, draw: (i: number) => number): Float32Array<ArrayBuffer> {
  const [long, few] = [Math.max(rows, columns), Math.min(rows, columns)];
  const vectors: Float64Array[] = [];
  for (let k = 0; k < few; k++) {
    const v = Float64Array.from({ length: long }, (_, i) => draw(i * few + k));
    const dot = (u: Float64Array): number => v.reduce((sum, x, i) => sum + x * (u[i] as number), 0);
    // Twice: the second time takes away what rounding left the first time.
    for (const u of [...vectors, ...vectors]) {
      const along = dot(u);
      for (let i = 0; i < long; i++) v[i] = (v[i] as number) - along * (u[i] as number);
    }
    const norm = Math.sqrt(dot(v));
    vectors.push(v.map((x) => x / norm));
  }
  return Float32Array.from({ length: rows * columns }, (_, e) => {
    const [r, c] = [Math.floor(e / columns), e % columns];
    const [k, i] = rows < columns ? [r, c] : [c, r];
    return (vectors[k] as Float64Array)[i] as number;
  });
}
