// Pictures of another size or other channels: area means when they shrink, bilinear when they grow.

/** For each output position: the first input position, and the weights of the inputs from there on. */
interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Weights along one axis. Shrinking: the share of each input that an output covers. Growing: linear between centres. */
function taps(from: number, to: number): readonly Tap[] {
  return Array.from({ length: to }, (_, i): Tap => {
    if (to >= from) {
      const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
      const first = Math.min(Math.floor(centre), Math.max(0, from - 2));
      return { first, weights: from === 1 ? [1] : [1 - (centre - first), centre - first] };
    }
    const [start, end] = [(i * from) / to, ((i + 1) * from) / to];
    const first = Math.floor(start);
    const length = Math.min(Math.ceil(end - 1e-9), from) - first;
    const share = (k: number): number => (Math.min(end, first + k + 1) - Math.max(start, first + k)) / (end - start);
    return { first, weights: Array.from({ length }, (_, k) => share(k)) };
  });
}

/** Resamples height x width x channels values, along x, then along y. */
export function resize(
  values: ArrayLike<number>,
  [h, w, c]: readonly [number, number, number],
  [toH, toW]: readonly [number, number],
): Float32Array {
  const across = taps(w, toW);
  const down = taps(h, toH);
  const rows = new Float32Array(h * toW * c);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < toW; x++) {
      const { first, weights } = across[x] as Tap;
      for (let k = 0; k < c; k++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) {
          sum += (weights[i] as number) * (values[(y * w + first + i) * c + k] as number);
        }
        rows[(y * toW + x) * c + k] = sum;
      }
    }
  }
  const row = toW * c;
  const out = new Float32Array(toH * row);
  for (let y = 0; y < toH; y++) {
    const { first, weights } = down[y] as Tap;
    for (let x = 0; x < row; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += (weights[i] as number) * (rows[(first + i) * row + x] as number);
      out[y * row + x] = sum;
    }
  }
  return out;
}

/** Grey from red, green and blue: luma of ITU-R BT.601. */
export function toGrey(values: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: values.length / 3 }, (_, i) => {
    const [r, g, b] = [values[3 * i], values[3 * i + 1], values[3 * i + 2]] as [number, number, number];
    return r === g && g === b ? r : 0.299 * r + 0.587 * g + 0.114 * b;
  });
}

/** Red, green and blue that look like this grey. */
export const toColour = (values: ArrayLike<number>): Float32Array =>
  Float32Array.from({ length: values.length * 3 }, (_, i) => values[Math.floor(i / 3)] as number);

/** Whether red, green and blue are equal everywhere. */
export function isGrey(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i += 3) {
    if (values[i] !== values[i + 1] || values[i] !== values[i + 2]) return false;
  }
  return true;
}
