// A sheet of small pictures: a title, tiles in rows with lines of text below, and a scale of colours.
import type { Ramp } from './ramps.ts';
import { blank, type Colour, fill, ink, lineHeight, put, type Raster, soft, textWidth, write } from './raster.ts';

export interface Tile {
  readonly picture: Raster;
  /** Lines below it. */
  readonly lines?: readonly (string | { readonly text: string; readonly colour: Colour })[];
}

/** What the colours of the tiles mean: a bar from `low` to `high`. */
export interface Scale {
  readonly ramp: Ramp;
  readonly low: string;
  readonly middle?: string;
  readonly high: string;
}

export interface Sheet {
  readonly title: string;
  /** A line below the title. */
  readonly facts?: string;
  readonly tiles: readonly Tile[];
  /** Tiles a row; as many as make the sheet a little wider than high unless given. */
  readonly columns?: number;
  /** Points that the longer side of a tile should take, about; tiles are enlarged by whole numbers. */
  readonly side?: number;
  readonly scale?: Scale;
}

const MARGIN = 14;
const GAP = 8;
const SIZE = 2;

/** Enlarges tiles by a whole number, so that the longest side comes near to `side` points. */
export function zoomFor(tiles: readonly Tile[], side: number): number {
  const longest = Math.max(1, ...tiles.map(({ picture }) => Math.max(picture.width, picture.height)));
  return Math.max(1, Math.round(side / longest));
}

export function drawSheet({ title, facts, tiles, columns: asked, side, scale }: Sheet): Raster {
  // 1. Sizes: all tiles take the room of the largest, with its text.
  const zoom = zoomFor(tiles, side ?? (tiles.length > 64 ? 40 : tiles.length > 16 ? 72 : 120));
  const textOf = (line: NonNullable<Tile['lines']>[number]): string => (typeof line === 'string' ? line : line.text);
  const room = Math.max(190, ...tiles.map(({ picture }) => picture.width * zoom));
  const small = tiles.some(({ lines = [] }) => lines.some((l) => textWidth(textOf(l), SIZE) > room)) ? 1 : SIZE;
  const width = Math.max(
    ...tiles.map(({ picture, lines = [] }) =>
      Math.max(picture.width * zoom, ...lines.map((l) => textWidth(textOf(l), small))),
    ),
  );
  const height = Math.max(...tiles.map(({ picture }) => picture.height * zoom));
  const text = Math.max(...tiles.map(({ lines = [] }) => lines.length)) * lineHeight(small);
  const below = text === 0 ? 0 : text + 4;
  const fitting = Math.round(Math.sqrt((tiles.length * 1.4 * (height + below + GAP)) / (width + GAP)));
  // The nearest number that leaves no gap in the last row, where one is near.
  const near = Array.from({ length: 2 * fitting }, (_, i) => i + 1)
    .filter((n) => tiles.length % n === 0 && n >= 0.6 * fitting && n <= 1.6 * fitting)
    .sort((p, q) => Math.abs(p - fitting) - Math.abs(q - fitting));
  const full = near[0] ?? fitting;
  const columns = Math.min(tiles.length, asked ?? Math.max(1, full));
  const rows = Math.ceil(tiles.length / columns);
  const head = MARGIN + lineHeight(SIZE) + (facts === undefined ? 0 : lineHeight(SIZE)) + 6;
  const foot = scale ? 46 : 0;
  const wide = Math.max(
    columns * (width + GAP) - GAP,
    textWidth(title, SIZE),
    textWidth(facts ?? '', SIZE),
    scale ? 260 : 0,
  );
  const sheet = blank(wide + 2 * MARGIN, head + rows * (height + below + GAP) - GAP + foot + MARGIN);
  // 2. Title and tiles.
  write(sheet, title, MARGIN, MARGIN, SIZE);
  if (facts !== undefined) write(sheet, facts, MARGIN, MARGIN + lineHeight(SIZE), SIZE, soft);
  tiles.forEach(({ picture, lines = [] }, i) => {
    const x = MARGIN + (i % columns) * (width + GAP);
    const y = head + Math.floor(i / columns) * (height + below + GAP);
    put(sheet, picture, x, y, zoom);
    lines.forEach((line, k) => {
      const colour = typeof line === 'string' ? ink : line.colour;
      write(sheet, textOf(line), x, y + height + 4 + k * lineHeight(small), small, colour);
    });
  });
  // 3. The scale at the foot.
  if (scale) drawScale(sheet, scale, MARGIN, sheet.height - MARGIN - 34, Math.min(wide, 320));
  return sheet;
}

function drawScale(sheet: Raster, { ramp, low, middle, high }: Scale, x: number, y: number, width: number): void {
  for (let i = 0; i < width; i++) fill(sheet, x + i, y, 1, 12, ramp(i / (width - 1)));
  write(sheet, low, x, y + 17, SIZE);
  if (middle !== undefined) write(sheet, middle, x + Math.round((width - textWidth(middle, SIZE)) / 2), y + 17, SIZE);
  write(sheet, high, x + width - textWidth(high, SIZE), y + 17, SIZE);
}
