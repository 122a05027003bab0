// Gradient ascent on units of a layer (Erhan et al. 2009; Simonyan, Vedaldi & Zisserman 2014), kept picture-like as in Yosinski et
// al. 2015: pulled to grey, blurred now and then, shaken, and smoothed where neighbours differ.
import { hash32, normal } from '../../../runtime/index.ts';
import { SCORE } from '../../passes/attribute.ts';
import type { Looking } from './open.ts';

export interface DreamOptions {
  readonly steps: number;
  /** How far a step moves a value, in the root of the mean square. */
  readonly lr: number;
  /** What part of its distance to middle grey a value loses a step (the L2 penalty). */
  readonly decay: number;
  /** How strongly differences of neighbours are smoothed: weight of the gradient of total variation beside that of the unit. */
  readonly smooth: number;
  /** Points that the picture is shifted by at most, at random, in each step. */
  readonly jitter: number;
  /** Blur (a binomial of 3x3) after every so many steps; 0 for never. The last quarter of the steps is without. */
  readonly blur: number;
  readonly seed: number;
}

type Shape = readonly [height: number, width: number, channels: number];

const NOISE = 0x0d2ea000;
const SHIFT = 0x0d2eb000;

/** Middle grey with a little noise. */
export const noise = (seed: number, size: number, stream: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.min(1, Math.max(0, 0.5 + 0.08 * normal(seed, NOISE + stream, i))));

/** Shifted by (down, right); what leaves at a side comes in at the other. */
export function rolled(picture: Float32Array, [h, w, c]: Shape, down: number, right: number): Float32Array {
  const out = new Float32Array(picture.length);
  const wrap = (n: number, size: number): number => ((n % size) + size) % size;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const from = (wrap(y - down, h) * w + wrap(x - right, w)) * c;
      for (let k = 0; k < c; k++) out[(y * w + x) * c + k] = picture[from + k] as number;
    }
  return out;
}

/** The picture with the weights 1 2 1 / 4 along both axes; the border repeats. */
export function blurred(picture: Float32Array, [h, w, c]: Shape): Float32Array {
  const along = (from: Float32Array, step: number, at: (i: number) => number, size: number): Float32Array =>
    from.map((v, i) => {
      const p = at(i);
      const before = p > 0 ? (from[i - step] as number) : v;
      const after = p < size - 1 ? (from[i + step] as number) : v;
      return (before + 2 * v + after) / 4;
    });
  const across = along(picture, c, (i) => Math.floor(i / c) % w, w);
  return along(across, w * c, (i) => Math.floor(i / (w * c)), h);
}

/** Gradient of the sum of squared differences of neighbours, halved: how far each value is from its neighbours. */
export function roughness(picture: Float32Array, [h, w, c]: Shape): Float32Array {
  return picture.map((v, i) => {
    const [y, x] = [Math.floor(i / (w * c)), Math.floor(i / c) % w];
    let sum = 0;
    if (x > 0) sum += v - (picture[i - c] as number);
    if (x < w - 1) sum += v - (picture[i + c] as number);
    if (y > 0) sum += v - (picture[i - w * c] as number);
    if (y < h - 1) sum += v - (picture[i + w * c] as number);
    return sum;
  });
}

const rms = (values: Float32Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

export interface Dreamt {
  /** The picture of each unit, one after the other. */
  readonly pictures: Float32Array;
  /** How strongly each unit answered to what it began with, and in the end. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Places among the units whose gradient was zero all over at the beginning. */
  readonly silent: readonly number[];
}

/**
 * Climbs from `start` (n pictures) for n units at once; row i of `weights` says which unit picture i is for. The same start,
 * options and adapter give the same bits.
 */
export async function dream(
  looking: Looking,
  start: Float32Array,
  weights: Float32Array,
  shape: Shape,
  o: DreamOptions,
): Promise<Dreamt> {
  const size = shape[0] * shape[1] * shape[2];
  const n = start.length / size;
  let pictures = start.slice();
  const silent: number[] = [];
  const scores = async (): Promise<number[]> => [
    ...((await looking.run(pictures, { weights })).get(SCORE) as Float32Array),
  ];
  const before = await scores();
  for (let step = 0; step < o.steps; step++) {
    const shift = (axis: number): number => (hash32(o.seed, SHIFT + axis, step) % (2 * o.jitter + 1)) - o.jitter;
    const [down, right] = [shift(0), shift(1)];
    const seen = new Float32Array(pictures.length);
    for (let i = 0; i < n; i++)
      seen.set(rolled(pictures.subarray(i * size, (i + 1) * size), shape, down, right), i * size);
    const found = (await looking.run(seen, { weights })).get('gradient:input') as Float32Array;
    const next = new Float32Array(pictures.length);
    const soft = o.blur > 0 && step % o.blur === o.blur - 1 && step < 0.75 * o.steps;
    for (let i = 0; i < n; i++) {
      const picture = pictures.subarray(i * size, (i + 1) * size);
      const gradient = rolled(found.subarray(i * size, (i + 1) * size), shape, -down, -right);
      const strength = rms(gradient);
      if (step === 0 && strength === 0) silent.push(i);
      const rough = o.smooth > 0 ? roughness(picture, shape) : undefined;
      const moved = picture.map((v, k) => {
        const climb = strength > 0 ? (gradient[k] as number) / strength : 0;
        const value = v + o.lr * climb - o.smooth * (rough?.[k] ?? 0);
        return Math.min(1, Math.max(0, 0.5 + (value - 0.5) * (1 - o.decay)));
      });
      next.set(soft ? blurred(moved, shape) : moved, i * size);
    }
    pictures = next;
  }
  return { pictures, before, after: await scores(), silent };
}
