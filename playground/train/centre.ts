// What was drawn, as MNIST has its digits: fitted into a box of 20x20 and laid into 28x28 by its centre of mass (LeCun et al. 1998).

/** Ink from 0 to 1, row by row. */
export interface Ink {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** The rows and columns that have ink; undefined when there is none. */
function bounds({
  width,
  height,
  values,
}: Ink): { left: number; right: number; top: number; bottom: number } | undefined {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if ((values[y * width + x] as number) <= 0.05) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  return right < 0 ? undefined : { left, right: right + 1, top, bottom: bottom + 1 };
}

/** The mean of the ink in a rectangle whose sides may lie between pixels. */
function meanIn({ width, height, values }: Ink, x0: number, y0: number, x1: number, y1: number): number {
  let sum = 0;
  for (let y = Math.max(0, Math.floor(y0)); y < Math.min(height, Math.ceil(y1)); y++)
    for (let x = Math.max(0, Math.floor(x0)); x < Math.min(width, Math.ceil(x1)); x++) {
      const part = (Math.min(x + 1, x1) - Math.max(x, x0)) * (Math.min(y + 1, y1) - Math.max(y, y0));
      sum += part * (values[y * width + x] as number);
    }
  return sum / ((x1 - x0) * (y1 - y0));
}

/** A picture of `size` x `size`: the ink scaled to a box of 20/28 of it, the centre of mass in the middle. Undefined without ink. */
export function centred(ink: Ink, size: number): Float32Array<ArrayBuffer> | undefined {
  const box = bounds(ink);
  if (!box) return undefined;
  const inner = Math.max(1, Math.round((size * 20) / 28));
  const scale = Math.max(box.right - box.left, box.bottom - box.top) / inner;
  const columns = Math.max(1, Math.ceil((box.right - box.left) / scale - 1e-9));
  const rows = Math.max(1, Math.ceil((box.bottom - box.top) / scale - 1e-9));
  // 1. The ink in the box, by the mean over each pixel's area.
  const small = new Float32Array(rows * columns);
  let [mass, mx, my] = [0, 0, 0];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const [left, top] = [box.left + x * scale, box.top + y * scale];
      const v = meanIn(ink, left, top, left + scale, top + scale);
      small[y * columns + x] = v;
      mass += v;
      mx += v * (x + 0.5);
      my += v * (y + 0.5);
    }
  if (mass === 0) return undefined;
  // 2. The whole pixels that bring the centre of mass to the middle.
  const dx = Math.round(size / 2 - mx / mass);
  const dy = Math.round(size / 2 - my / mass);
  const out = new Float32Array(size * size);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const [tx, ty] = [x + dx, y + dy];
      if (tx >= 0 && tx < size && ty >= 0 && ty < size) out[ty * size + tx] = small[y * columns + x] as number;
    }
  return out;
}
