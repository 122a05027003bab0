// The pictures among the events: the confusion matrix, and the kernels of the first layer.
import type { Png } from './events.ts';

type Colour = readonly [number, number, number];

/** Digits and what else stands in a number, three pixels wide and five high, a row of three bits each. */
const glyphs: Readonly<Record<string, readonly number[]>> = {
  0: [7, 5, 5, 5, 7],
  1: [2, 6, 2, 2, 7],
  2: [7, 1, 7, 4, 7],
  3: [7, 1, 3, 1, 7],
  4: [5, 5, 7, 1, 1],
  5: [7, 4, 7, 1, 7],
  6: [7, 4, 7, 5, 7],
  7: [7, 1, 2, 2, 2],
  8: [7, 5, 7, 5, 7],
  9: [7, 5, 7, 1, 7],
  k: [4, 5, 6, 6, 5],
};
const GLYPH = { width: 3, height: 5 } as const;

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

const canvas = (width: number, height: number): Canvas => ({
  width,
  height,
  data: new Uint8Array(3 * width * height).fill(255),
});

function fill({ width, data }: Canvas, x: number, y: number, w: number, h: number, colour: Colour): void {
  for (let row = y; row < y + h; row++) for (let at = x; at < x + w; at++) data.set(colour, 3 * (row * width + at));
}

/** A number centred on a place, `scale` pixels for each of its own. */
function write(to: Canvas, words: string, x: number, y: number, colour: Colour, scale: number): void {
  const width = words.length * (GLYPH.width + 1) - 1;
  const left = Math.round(x - (width * scale) / 2);
  const top = Math.round(y - (GLYPH.height * scale) / 2);
  [...words].forEach((letter, n) => {
    (glyphs[letter] ?? []).forEach((bits, row) => {
      for (let bit = 0; bit < GLYPH.width; bit++) {
        if ((bits & (4 >> bit)) === 0) continue;
        fill(to, left + scale * (n * (GLYPH.width + 1) + bit), top + scale * row, scale, scale, colour);
      }
    });
  });
}

async function png({ width, height, data }: Canvas): Promise<Png> {
  const { encode } = await import('fast-png');
  return { width, height, bytes: encode({ width, height, channels: 3, depth: 8, data }) as Uint8Array<ArrayBuffer> };
}

const mix = (a: Colour, b: Colour, t: number): Colour =>
  [0, 1, 2].map((i) => Math.round((a[i] as number) * (1 - t) + (b[i] as number) * t)) as unknown as Colour;
const paper: Colour = [255, 255, 255];
const ink: Colour = [31, 41, 51];
const blue: Colour = [8, 81, 156];

/** `1234`, `56k`: at most four letters. */
const short = (n: number): string => (n < 10_000 ? String(n) : `${Math.round(n / 1000)}k`);

/**
 * Row r, column c: how many of class r were taken for class c; the darker, the larger the part of its row. Up to 20 classes are
 * numbered, and the counts written.
 */
export function confusionPng(matrix: readonly (readonly number[])[]): Promise<Png> {
  const classes = matrix.length;
  const named = classes <= 20;
  const cell = named ? 36 : Math.max(2, Math.floor(640 / classes));
  const margin = named ? 24 : 0;
  const picture = canvas(margin + classes * cell + 1, margin + classes * cell + 1);
  matrix.forEach((row, r) => {
    const all = row.reduce((a, b) => a + b, 0);
    row.forEach((count, c) => {
      const part = all === 0 ? 0 : count / all;
      const [x, y] = [margin + c * cell, margin + r * cell];
      fill(picture, x, y, cell, cell, mix(paper, blue, part));
      if (!named) return;
      fill(picture, x, y, cell, 1, [222, 226, 230]);
      fill(picture, x, y, 1, cell, [222, 226, 230]);
      if (count > 0) write(picture, short(count), x + cell / 2, y + cell / 2, part > 0.5 ? paper : ink, 2);
    });
    if (!named) return;
    write(picture, String(r), margin / 2, margin + (r + 0.5) * cell, ink, 2);
    write(picture, String(r), margin + (r + 0.5) * cell, margin / 2, ink, 2);
  });
  return png(picture);
}

/**
 * Kernels of a convolution (height x width x channels x filters) in a grid: three channels as colours, else the first. Each is
 * stretched so that its least value is black and its largest white; those of colours all three together.
 */
export function kernelsPng(values: ArrayLike<number>, shape: readonly number[]): Promise<Png> {
  const [height = 1, width = 1, channels = 1, filters = 1] = shape;
  const shown = Math.min(filters, 256);
  const columns = Math.ceil(Math.sqrt(shown));
  const scale = Math.max(1, Math.floor(48 / Math.max(height, width)));
  const [stepX, stepY] = [width * scale + 4, height * scale + 4];
  const picture = canvas(columns * stepX + 4, Math.ceil(shown / columns) * stepY + 4);
  const planes = channels === 3 ? [0, 1, 2] : [0, 0, 0];
  for (let f = 0; f < shown; f++) {
    const at = (y: number, x: number, c: number): number =>
      values[((y * width + x) * channels + c) * filters + f] as number;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (const c of planes) [low, high] = [Math.min(low, at(y, x, c)), Math.max(high, at(y, x, c))];
    const grey = (v: number): number => (high > low ? Math.round((255 * (v - low)) / (high - low)) : 128);
    const [left, top] = [4 + (f % columns) * stepX, 4 + Math.floor(f / columns) * stepY];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const colour = planes.map((c) => grey(at(y, x, c))) as unknown as Colour;
        fill(picture, left + x * scale, top + y * scale, scale, scale, colour);
      }
    }
  }
  return png(picture);
}
