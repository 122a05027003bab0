// A network without branches as a row of solids (after the figures of LeCun et al. 1998 and Krizhevsky et al. 2012): height
// and depth of a solid follow rows and columns of its map, its width the channels; vectors are bars.
import { type Box, type Diagram, shapeText } from './diagram.ts';
import { colours, document, heading, line, MARGIN, type Point, palette, polygon, text, textWidth } from './svg.ts';

const SHAPE = { size: 17, bold: true } as const;
const WORD = { size: 15, fill: colours.ink } as const;
const TALLEST = 210;
/** Where depth goes: right by 0.5 and up by 0.4 of its length. */
const RECEDE = { x: 0.42, y: 0.34 };
/** A row longer than this, and the next one begins. */
const ROW_WIDTH = 1500;

interface Solid {
  readonly box: Box;
  /** Width, height and depth in the picture. */
  readonly w: number;
  readonly h: number;
  readonly d: number;
}

interface Placed extends Solid {
  /** The left edge of the front, and the middle of its height. */
  readonly x: number;
  readonly y: number;
}

/** Rows, columns and channels; vectors have none of the first two. */
function extents(shape: readonly number[]): { rows: number; columns: number; channels: number; flat: boolean } {
  if (shape.length >= 3) return { rows: shape[0] ?? 1, columns: shape[1] ?? 1, channels: shape[2] ?? 1, flat: false };
  if (shape.length === 2) return { rows: shape[0] ?? 1, columns: 1, channels: shape[1] ?? 1, flat: false };
  return { rows: 1, columns: 1, channels: shape[0] ?? 1, flat: true };
}

/** Sizes by square roots, so that 224 and 7 rows stand in one picture; bars by the logarithm of their number. */
function solidOf(box: Box, largest: number): Solid {
  const { rows, columns, channels, flat } = extents(box.shape);
  if (flat) return { box, w: 16, h: Math.min(TALLEST, 26 + 15 * Math.log2(1 + channels)), d: 14 };
  const side = (n: number): number => Math.max(12, TALLEST * Math.sqrt(n / largest));
  return { box, w: 6 + 3.4 * Math.sqrt(channels), h: side(rows), d: columns === 1 ? 12 : side(columns) };
}

/** How far the solid reaches to the right of its front, and above it. */
const right = (s: Solid): number => s.w + s.d * RECEDE.x;
const up = (s: Solid): number => s.d * RECEDE.y;

/** Two words a line at most, as the figure has little room. */
const labelOf = (box: Box): readonly string[] => box.words.flatMap((w) => w.split(/ (?=stride|dilation|groups)/));
const labelWidth = (box: Box): number => Math.max(0, ...labelOf(box).map((w) => textWidth(w, WORD.size)));

/** The distance from one solid's middle to the next one's that leaves room for labels above and below. */
function distance(a: Solid, b: Solid): number {
  const bodies = right(a) / 2 + right(b) / 2 + 34;
  const shapes =
    (textWidth(shapeText(a.box.shape), SHAPE.size, true) + textWidth(shapeText(b.box.shape), SHAPE.size, true)) / 2 +
    16;
  return Math.max(bodies, shapes, labelWidth(b.box) + 26);
}

/** Solids in rows of about equal length. */
function rowsOf(solids: readonly Solid[]): Solid[][] {
  const length = (row: readonly Solid[]): number =>
    row.reduce((sum, s, i) => sum + (i === 0 ? 0 : distance(row[i - 1] as Solid, s)), 0);
  const count = Math.max(1, Math.ceil(length(solids) / ROW_WIDTH));
  const goal = length(solids) / count;
  const rows: Solid[][] = [[]];
  for (const s of solids) {
    const row = rows[rows.length - 1] as Solid[];
    if (row.length > 0 && rows.length < count && length([...row, s]) > goal * 1.04) rows.push([s]);
    else row.push(s);
  }
  return rows;
}

function corners(p: Placed): { front: Point[]; side: Point[]; top: Point[] } {
  const [dx, dy] = [p.d * RECEDE.x, p.d * RECEDE.y];
  const [x0, x1, y0, y1] = [p.x, p.x + p.w, p.y - p.h / 2, p.y + p.h / 2];
  const at = (x: number, y: number): Point => ({ x, y });
  return {
    front: [at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)],
    side: [at(x1, y0), at(x1 + dx, y0 - dy), at(x1 + dx, y1 - dy), at(x1, y1)],
    top: [at(x0, y0), at(x0 + dx, y0 - dy), at(x1 + dx, y0 - dy), at(x1, y0)],
  };
}

function drawSolid(p: Placed): string[] {
  const { front, side, top } = corners(p);
  const fill = palette[p.box.kind];
  return [
    polygon(side, fill.side, fill.edge),
    polygon(top, fill.top, fill.edge),
    polygon(front, fill.front, fill.edge),
  ];
}

/** The window on the side of a map, and the rays from it to the value it makes; for a dense layer, from all of the map. */
function drawRays(from: Placed, to: Placed): string[] {
  const { rows, columns, flat } = extents(from.box.shape);
  const target = { x: to.x, y: to.y };
  const [dx, dy] = [from.d * RECEDE.x, from.d * RECEDE.y];
  const x = from.x + from.w;
  /** A point of the side face: u along the depth, v down the height, both 0 to 1. */
  const on = (u: number, v: number): Point => ({ x: x + u * dx, y: from.y - from.h / 2 + v * from.h - u * dy });
  const edge = palette[to.box.kind].edge;
  const { window } = to.box;
  if (!window || flat) {
    const ends = [on(1, 0), on(1, 1)];
    const top = { x: to.x, y: to.y - to.h / 2 };
    const bottom = { x: to.x, y: to.y + to.h / 2 };
    const faint = ' stroke-dasharray="3 4"';
    return [line(ends[0] as Point, top, colours.line, faint), line(ends[1] as Point, bottom, colours.line, faint)];
  }
  const part = (k: number, n: number, length: number): number =>
    Math.min(1, Math.max(k / n, Math.min(1, 9 / Math.max(1, length))));
  const [v, u] = [part(window[0], rows, from.h), columns === 1 ? 1 : part(window[1], columns, from.d)];
  const [u0, v0] = [(1 - u) * 0.6, (1 - v) * 0.35];
  const patch = [on(u0, v0), on(u0 + u, v0), on(u0 + u, v0 + v), on(u0, v0 + v)];
  const rays = [1, 2].map((i) => line(patch[i] as Point, target, edge, ' stroke-opacity="0.75"'));
  return [polygon(patch, palette[to.box.kind].front, edge, ' fill-opacity="0.9"'), ...rays];
}

/** The whole picture, as SVG. */
export function chainSvg({ title, subtitle, boxes }: Diagram): string {
  const largest = Math.max(1, ...boxes.flatMap((b) => (extents(b.shape).flat ? [] : b.shape.slice(0, 2))));
  const solids = boxes.map((b) => solidOf(b, largest));
  const head = title === '' ? 0 : 62;
  const body: string[] = [];
  let y = MARGIN + head;
  let width = 0;
  let previous: { placed: Placed; base: number } | undefined;
  for (const row of rowsOf(solids)) {
    const above = Math.max(...row.map((s) => s.h / 2 + up(s))) + 34;
    const below = Math.max(...row.map((s) => s.h / 2)) + 34;
    const lines = Math.max(...row.map((s) => labelOf(s.box).length));
    const wrapped = previous !== undefined;
    const first = row[0] as Solid;
    const start = wrapped ? labelWidth(first.box) + 30 : 0;
    // 1. Middles from left to right.
    const half = (s: Solid): number => Math.max(right(s), textWidth(shapeText(s.box.shape), SHAPE.size, true)) / 2;
    let middle = MARGIN + start + half(first);
    const axis = y + above;
    const base = axis + below;
    const placed = row.map((s, i): Placed => {
      if (i > 0) middle += distance(row[i - 1] as Solid, s);
      return { ...s, x: middle - right(s) / 2, y: axis };
    });
    // 2. Solids, with rays between neighbours; shapes above, operations below with arrows from map to map.
    placed.forEach((p, i) => {
      body.push(...drawSolid(p));
      const next = placed[i + 1];
      if (next) body.push(...drawRays(p, next));
    });
    const centre = (p: Placed): number => p.x + right(p) / 2;
    placed.forEach((p, i) => {
      body.push(text({ x: centre(p), y: p.y - p.h / 2 - up(p) - 12 }, shapeText(p.box.shape), SHAPE));
      const before = i === 0 ? undefined : placed[i - 1];
      const started = before && i === 1 && !wrapped ? labelWidth(before.box) / 2 + 3 : 0;
      const from = before ? centre(before) + 5 + started : wrapped ? MARGIN : undefined;
      if (from !== undefined) {
        const to = centre(p) - 5;
        body.push(line({ x: from, y: base }, { x: to, y: base }, colours.soft, ' marker-end="url(#arrow)"'));
        labelOf(p.box).forEach((words, k) => {
          body.push(text({ x: (from + to) / 2, y: base + 22 + 19 * k }, words, WORD));
        });
      } else {
        labelOf(p.box).forEach((words, k) => {
          body.push(text({ x: centre(p), y: base + 5 + 19 * k }, words, { ...WORD, fill: colours.soft }));
        });
      }
      width = Math.max(width, centre(p) + half(p) + MARGIN);
    });
    previous = { placed: placed[placed.length - 1] as Placed, base };
    y = base + 22 + 19 * lines + 14;
  }
  width = Math.max(width, MARGIN * 2 + textWidth(title, 26, true), MARGIN * 2 + textWidth(subtitle, 15));
  if (title !== '') body.unshift(...heading(title, subtitle));
  return document(width, y + MARGIN / 2, title, body);
}
