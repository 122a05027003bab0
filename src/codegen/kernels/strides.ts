// Axes of a value that stay and axes that are summed, as runs of memory.
import { join, u32, type Wgsl, wgsl } from '../wgsl.ts';

/** `n` steps of `stride` elements. */
export interface Stride {
  readonly n: number;
  readonly stride: number;
}

/** The axes that stay and those that are summed, innermost first, neighbours joined. */
export function strides(shape: readonly number[], axes: readonly number[]): { kept: Stride[]; summed: Stride[] } {
  const kept: Stride[] = [];
  const summed: Stride[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis] as number;
    const into = axes.includes(axis) ? summed : kept;
    const last = into[into.length - 1];
    if (last && last.n * last.stride === stride) into[into.length - 1] = { n: last.n * n, stride: last.stride };
    else into.push({ n, stride });
    stride *= n;
  }
  return { kept, summed };
}

/** The offset of the i-th combination of axes. */
export function offset(axes: readonly Stride[], i: Wgsl): Wgsl {
  let below = 1;
  const terms = axes.map(({ n, stride }, k) => {
    const divided = below === 1 ? i : wgsl`${i} / ${u32(below)}`;
    below *= n;
    const coordinate = k === axes.length - 1 ? divided : wgsl`${divided} % ${u32(n)}`;
    return stride === 1 ? wgsl`${coordinate}` : wgsl`${coordinate} * ${u32(stride)}`;
  });
  return terms.length === 0 ? u32(0) : join(terms, ' + ');
}
