// The embedded set `shapes`: discs, squares and triangles on noise, and for each pixel what it belongs to. For segmentation.
import { hash32, uniform } from '../../runtime/random.ts';
import { classNames } from './labels.ts';
import type { DataSet, Split } from './types.ts';

export const shapesSize = 32;
export const shapesCounts = { train: 1000, test: 200 } as const;

/** Streams of pictures: the test pictures do not depend on how many there are to train on. */
const firstStream = { train: 0x50000000, test: 0x60000000 } as const;

/** How much the pictures vary: limits of uniform draws. */
const variation = {
  most: 3, // shapes of a picture: 1 to 3
  radius: [0.16, 0.3], // of the circle around a shape, in parts of the picture's size
  tone: [0.45, 1], // of a shape
  ground: [0, 0.3], // of the background
  noise: [0.02, 0.1], // deviation
} as const;

/** A shape in pixels: its circle's middle and radius, and how it is turned. Later shapes lie above earlier ones. */
interface Placed {
  readonly kind: 1 | 2 | 3;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly cos: number;
  readonly sin: number;
  readonly tone: number;
}

/** Is the point inside? Discs fill their circle; squares and triangles have their corners on it. */
function inside({ kind, x, y, radius, cos, sin }: Placed, px: number, py: number): boolean {
  const [dx, dy] = [px - x, py - y];
  if (kind === 1) return dx * dx + dy * dy <= radius * radius;
  const u = (cos * dx + sin * dy) / radius;
  const v = (cos * dy - sin * dx) / radius;
  if (kind === 2) return Math.max(Math.abs(u), Math.abs(v)) <= Math.SQRT1_2;
  // The triangle's sides are at distance 1/2 from its middle.
  return v <= 0.5 && Math.sqrt(3) * Math.abs(u) - v <= 1;
}

/**
 * Draws one picture of size x size x 1 bytes, and its map of classes: functions of the seed and the stream alone. A pixel
 * belongs to the topmost shape at its middle.
 */
export function drawShapes(seed: number, stream: number, size: number, out: Uint8Array, map: Uint32Array): void {
  let next = 0;
  const draw = (low = 0, high = 1): number => low + (high - low) * uniform(seed, stream, next++);
  const ground = draw(...variation.ground);
  const noise = draw(...variation.noise) / 147.8;
  const placed = Array.from({ length: 1 + Math.floor(draw(0, variation.most)) }, (): Placed => {
    const kind = (1 + Math.floor(draw(0, 3))) as Placed['kind'];
    const radius = size * draw(...variation.radius);
    const [x, y] = [draw(radius / 2, size - radius / 2), draw(radius / 2, size - radius / 2)];
    const turn = 2 * Math.PI * draw();
    return { kind, x, y, radius, cos: Math.cos(turn), sin: Math.sin(turn), tone: draw(...variation.tone) };
  });
  for (let i = 0; i < size * size; i++) {
    const [px, py] = [(i % size) + 0.5, Math.floor(i / size) + 0.5];
    const top = placed.findLast((shape) => inside(shape, px, py));
    // Noise: the sum of the four bytes of a hash is near enough to normal (mean 510, deviation 147.8).
    const h = hash32(seed, stream ^ 0x08000000, i);
    const bytes = (h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24);
    const value = (top?.tone ?? ground) + noise * (bytes - 510);
    out[i] = Math.min(255, Math.max(0, Math.round(255 * value)));
    map[i] = top?.kind ?? 0;
  }
}

function drawSet(seed: number, part: 'train' | 'test', count: number, size: number): DataSet {
  const values = new Uint8Array(count * size * size);
  const labels = new Uint32Array(count * size * size);
  for (let i = 0; i < count; i++) {
    const [from, to] = [i * size * size, (i + 1) * size * size];
    drawShapes(seed, firstStream[part] + i, size, values.subarray(from, to), labels.subarray(from, to));
  }
  return {
    name: 'shapes',
    shape: [size, size, 1],
    count,
    classes: classNames.shapes.length,
    classNames: classNames.shapes,
    pixels: { dtype: 'u8', values, scale: 1 / 255 },
    labels,
    labelShape: [size, size],
  };
}

/** The set: pictures of size x size, and a class for each of their pixels. */
export function shapes(
  seed: number,
  train: number = shapesCounts.train,
  test: number = shapesCounts.test,
  size: number = shapesSize,
): Split {
  return { train: drawSet(seed, 'train', train, size), test: drawSet(seed, 'test', test, size) };
}
