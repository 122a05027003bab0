// The embedded set `drawn`: digits drawn by code, so that a first training needs no download.
import { hash32, uniform } from '../../runtime/random.ts';
import { digits, type Stroke } from './strokes.ts';
import type { DataSet, Split } from './types.ts';

export const drawnSize = 28;
export const drawnCounts = { train: 6000, test: 1000 } as const;

/** Streams of pictures: the test pictures do not depend on how many there are to train on. */
const firstStream = { train: 0x10000000, test: 0x20000000 } as const;

/** How much the digits vary: limits of uniform draws, in pictures' pixels, radians or parts of the digit's size. */
const variation = {
  height: [15, 22], // of the digit, pixels
  aspect: [0.75, 1.1], // width to height, against the strokes as written
  rotation: 0.22,
  shear: 0.2,
  shift: 3, // of the digit's middle, pixels, along each axis
  jitter: 0.03, // of each control point
  radius: [0.8, 1.7], // of the pen
  ink: [0.65, 1],
  noise: [0.01, 0.08], // deviation
  speck: 0.2, // probability of a dot or short line that belongs to nothing
} as const;

/** A source of uniform numbers in [0, 1): the next of a stream at each call. */
type Draw = () => number;
const between = (draw: Draw, [low, high]: readonly [number, number]): number => low + (high - low) * draw();
const around = (draw: Draw, limit: number): number => limit * (2 * draw() - 1);

/** Straight pieces of a stroke: x, y, x, y ...; a curve is a Catmull-Rom spline, four pieces between two points. */
function flatten(stroke: Stroke, p: readonly number[]): readonly number[] {
  if (!stroke.curved) return p;
  const n = p.length / 2;
  const at = (i: number, axis: number): number => p[2 * Math.min(Math.max(i, 0), n - 1) + axis] as number;
  const out: number[] = [at(0, 0), at(0, 1)];
  for (let i = 0; i + 1 < n; i++) {
    for (let k = 1; k <= 4; k++) {
      const t = k / 4;
      for (const axis of [0, 1]) {
        const [a, b, c, d] = [at(i - 1, axis), at(i, axis), at(i + 1, axis), at(i + 2, axis)];
        out.push(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))));
      }
    }
  }
  return out;
}

/** Lowers each pixel of `distance` (squared, pixels) to its distance from the segment, within `reach` of it. */
function trace(distance: Float32Array, x0: number, y0: number, x1: number, y1: number, reach: number): void {
  const last = drawnSize - 1;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(last, Math.ceil(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(last, Math.ceil(Math.max(y0, y1) + reach));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const inverse = 1 / Math.max(dx * dx + dy * dy, 1e-9);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const t = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) * inverse));
      const ex = x - x0 - t * dx;
      const ey = y - y0 - t * dy;
      const squared = ex * ex + ey * ey;
      const i = y * drawnSize + x;
      if (squared < (distance[i] as number)) distance[i] = squared;
    }
  }
}

/** Blackens `ink` (0 to 1) with a pen of that radius along `distance`, the edge smoothed over one pixel. */
function blacken(ink: Float32Array, distance: Float32Array, radius: number, strength: number): void {
  for (let i = 0; i < ink.length; i++) {
    const cover = radius + 0.5 - Math.sqrt(distance[i] as number);
    if (cover > 0) ink[i] = Math.max(ink[i] as number, strength * Math.min(1, cover));
  }
}

/** The strokes of a digit in pixels, varied. */
function pose(draw: Draw, digit: number): readonly (readonly number[])[] {
  const ways = digits[digit] as (typeof digits)[number];
  const strokes = ways[Math.floor(draw() * ways.length)] as readonly Stroke[];
  const height = between(draw, variation.height);
  const width = height * between(draw, variation.aspect);
  const angle = around(draw, variation.rotation);
  const shear = around(draw, variation.shear);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  // 1. Jitter, size, shear and rotation, about the digit's middle.
  const lines = strokes.map((stroke) => {
    const moved = stroke.points.map((v) => v - 0.5 + around(draw, variation.jitter));
    const points = flatten(stroke, moved);
    const out: number[] = [];
    for (let i = 0; i < points.length; i += 2) {
      const y = ((points[i + 1] as number) / 0.8) * height;
      const x = ((points[i] as number) / 0.8) * width - shear * y;
      out.push(cos * x - sin * y, sin * x + cos * y);
    }
    return out;
  });
  // 2. Its place: near the picture's middle.
  const x = (drawnSize - 1) / 2 + around(draw, variation.shift);
  const y = (drawnSize - 1) / 2 + around(draw, variation.shift);
  return lines.map((points) => points.map((v, i) => v + (i % 2 === 0 ? x : y)));
}

/** Draws one picture, 28x28x1 bytes, white on black: a function of the seed, the stream and the digit alone. */
export function drawDigit(seed: number, stream: number, digit: number, out = new Uint8Array(784)): Uint8Array {
  let next = 0;
  const draw: Draw = () => uniform(seed, stream, next++);
  const ink = new Float32Array(out.length);
  const distance = new Float32Array(out.length).fill(1e6);
  const radius = between(draw, variation.radius);
  for (const points of pose(draw, digit)) {
    for (let i = 0; i + 3 < points.length; i += 2) {
      trace(distance, points[i]!, points[i + 1]!, points[i + 2]!, points[i + 3]!, radius + 1);
    }
  }
  const strength = between(draw, variation.ink);
  blacken(ink, distance, radius, strength);
  if (draw() < variation.speck) {
    distance.fill(1e6);
    const [x, y] = [draw() * (drawnSize - 1), draw() * (drawnSize - 1)];
    trace(distance, x, y, x + around(draw, 3), y + around(draw, 3), 2);
    blacken(ink, distance, 0.3 + 0.5 * draw(), strength * 0.8);
  }
  // Noise: the sum of the four bytes of a hash is near enough to normal (mean 510, deviation 147.8).
  const noise = between(draw, variation.noise) / 147.8;
  for (let i = 0; i < out.length; i++) {
    const h = hash32(seed, stream ^ 0x40000000, i);
    const bytes = (h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24);
    const value = (ink[i] as number) + noise * (bytes - 510);
    out[i] = Math.min(255, Math.max(0, Math.round(255 * value)));
  }
  return out;
}

function drawSet(seed: number, part: 'train' | 'test', count: number): DataSet {
  const size = drawnSize * drawnSize;
  const values = new Uint8Array(count * size);
  const labels = Uint32Array.from({ length: count }, (_, i) => i % 10);
  for (let i = 0; i < count; i++) {
    drawDigit(seed, firstStream[part] + i, i % 10, values.subarray(i * size, (i + 1) * size));
  }
  const classNames = [...'0123456789'];
  return {
    name: 'drawn',
    shape: [drawnSize, drawnSize, 1],
    count,
    classes: 10,
    classNames,
    pixels: { dtype: 'u8', values, scale: 1 / 255 },
    labels,
  };
}

/** The set: picture i shows the digit i modulo 10. The test pictures are the same whatever the number of others. */
export function drawn(seed: number, train: number = drawnCounts.train, test: number = drawnCounts.test): Split {
  return { train: drawSet(seed, 'train', train), test: drawSet(seed, 'test', test) };
}
