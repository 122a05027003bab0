// Occlusion (Zeiler & Fergus 2014): how much less probable a class is when a grey patch hides a part of the picture.
import { patchTooLarge } from '../../diagnostics/catalog/looking.ts';
import { refuse } from '../../diagnostics/index.ts';

export interface Patches {
  readonly patch: number;
  readonly stride: number;
  /** Corners of the patches: row and column. */
  readonly corners: readonly (readonly [number, number])[];
}

/** Where patches lie: every `stride` points, and at the far edges, so that every point is hidden at least once. */
export function patchesFor(
  [h, w]: readonly [number, number, ...number[]],
  asked: { readonly patch: number | undefined; readonly stride: number | undefined },
): Patches {
  const patch = asked.patch ?? Math.max(1, Math.round(Math.min(h, w) / 4));
  if (patch >= Math.max(h, w) || patch > Math.min(h, w)) refuse(patchTooLarge(patch, h, w));
  const stride = Math.min(patch, asked.stride ?? Math.max(1, Math.floor(patch / 2)));
  const along = (n: number): number[] => {
    const starts: number[] = [];
    for (let at = 0; at < n - patch; at += stride) starts.push(at);
    return [...starts, n - patch];
  };
  return { patch, stride, corners: along(h).flatMap((y) => along(w).map((x) => [y, x] as const)) };
}

/** The picture once for each patch, with the patch in middle grey. */
export function hidden(
  picture: Float32Array,
  [h, w, c]: readonly [number, number, number],
  { patch, corners }: Patches,
): Float32Array {
  const all = new Float32Array(corners.length * h * w * c);
  corners.forEach(([top, left], i) => {
    const at = i * h * w * c;
    all.set(picture, at);
    for (let y = top; y < top + patch; y++) all.fill(0.5, at + (y * w + left) * c, at + (y * w + left + patch) * c);
  });
  return all;
}

/** For each point the mean loss of probability over the patches that hide it. */
export function dropMap(
  [h, w]: readonly [number, number, ...number[]],
  { patch, corners }: Patches,
  drops: readonly number[],
): Float32Array {
  const sum = new Float64Array(h * w);
  const times = new Uint32Array(h * w);
  corners.forEach(([top, left], i) => {
    for (let y = top; y < top + patch; y++)
      for (let x = left; x < left + patch; x++) {
        sum[y * w + x] = (sum[y * w + x] as number) + (drops[i] as number);
        times[y * w + x] = (times[y * w + x] as number) + 1;
      }
  });
  return Float32Array.from(sum, (v, i) => v / Math.max(1, times[i] as number));
}
