// Resize and Upsample: whatever the node says, if it comes to what cnnc's `upsample` and `resize` compute.
import type { ResizeMode } from '../../../ir/index.ts';
import { mixture } from '../../../ir/ops/resize.ts';
import { type Resized, resizedAxes, upsampledAxes } from '../operators/resize.ts';
import { type Importer, type Importing, layer, spatial } from './context.ts';
import { dimsOf } from './flow.ts';

/** Is each new row made of the old ones as cnnc makes it? */
function agrees({ rows }: Resized, mode: ResizeMode, input: number): boolean {
  return rows.every((row, o) => {
    if (!row) return false;
    const ours = new Array<number>(input).fill(0);
    for (const [at, weight] of mixture(mode, o, input, rows.length)) ours[at] = (ours[at] as number) + weight;
    return row.every((v, i) => Math.abs(v - (ours[i] as number)) < 1e-5);
  });
}

const resized =
  (axesOf: (c: Importing & { count: (i: number) => number }, dims: readonly number[]) => Resized[]): Importer =>
  (c) => {
    const x = c.flow(0);
    const dims = dimsOf(x);
    const axes = axesOf({ ...c, count: (i) => c.known(i)?.values.length ?? 0 }, dims);
    if (axes.length === 0) return x;
    if (axes.some(({ axis }) => axis < 2)) c.refuse('another size of the batch or the channels');
    const mode = (['nearest', 'bilinear'] as const).find((m) =>
      axes.every((a) => agrees(a, m, dims[a.axis] as number)),
    );
    if (!mode) {
      const way = ['mode', 'coordinate_transformation_mode', 'nearest_mode']
        .map((key) => c.text(key, ''))
        .filter((v) => v !== '');
      c.refuse(
        `new values made as ${way.join(', ') || 'it says'}; cnnc has nearest (floor(o i / O)) and bilinear (half_pixel)`,
      );
    }
    const line = spatial(c, x);
    const size = dims.slice(2).map((n, i) => axes.find(({ axis }) => axis === i + 2)?.rows.length ?? n);
    const factors = size.map((n, i) => n / (dims[i + 2] as number));
    const whole = factors.every((f) => Number.isInteger(f));
    const text = (whole ? factors : size).join('x');
    const shape = [...size, line.shape[line.shape.length - 1] as number];
    return layer(c, whole ? 'upsample' : 'resize', [line], shape, [text, ...(mode === 'nearest' ? [] : ['bilinear'])])
      .flow;
  };

export const resizing: Readonly<Record<string, Importer>> = {
  Resize: resized(resizedAxes),
  Upsample: resized(upsampledAxes),
};
