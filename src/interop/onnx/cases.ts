// Cases of the ONNX backend tests: a model with its inputs and expected outputs, and how far an output is from them.
import type { OnnxTensor } from './decode.ts';

/** How the backend tests compare: |found - expected| <= atol + rtol |expected|, NaN equal to NaN. */
export const tolerance = { rtol: 1e-3, atol: 1e-7 } as const;

export interface Compared {
  readonly name: string;
  readonly dims: readonly number[];
  readonly largestAbsolute: number;
  readonly largestRelative: number;
  readonly ok: boolean;
  /** Why it is wrong, when it is not the numbers. */
  readonly reason?: string;
}

export function compareTensors(
  name: string,
  dims: readonly number[],
  found: ArrayLike<number>,
  expected: OnnxTensor,
  { rtol, atol }: { readonly rtol: number; readonly atol: number } = tolerance,
): Compared {
  const shape = (d: readonly number[]): string => d.join('x') || 'scalar';
  if (shape(dims) !== shape(expected.dims)) {
    const reason = `the shape is ${shape(dims)}, not ${shape(expected.dims)}`;
    return { name, dims, largestAbsolute: Number.NaN, largestRelative: Number.NaN, ok: false, reason };
  }
  let largestAbsolute = 0;
  let largestRelative = 0;
  let ok = true;
  for (let i = 0; i < expected.values.length; i++) {
    const want = expected.values[i] as number;
    const got = found[i] as number;
    if (Object.is(want, got) || want === got || (Number.isNaN(want) && Number.isNaN(got))) continue;
    const off = Math.abs(got - want);
    if (!(off <= atol + rtol * Math.abs(want))) ok = false;
    largestAbsolute = Math.max(largestAbsolute, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
    largestRelative = Math.max(
      largestRelative,
      want === 0 ? 0 : Number.isNaN(off) ? Number.POSITIVE_INFINITY : off / Math.abs(want),
    );
  }
  return { name, dims, largestAbsolute, largestRelative, ok };
}
