// A table of numbers as a heat map: a cell each, coloured and annotated as seaborn does, with the scale of colours beside it.
import { interpolateViridis } from 'd3-scale-chromatic';
import { LABEL, linearAxis, numberText, percentText, TICK } from './axes.ts';
import { colours, document, escapeXml, heading, MARGIN, round, text, textWidth } from './svg.ts';

export interface HeatMap {
  readonly title: string;
  readonly subtitle?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** What the columns are, from left to right. */
  readonly xs: readonly (number | string)[];
  /** What the rows are, from top to bottom. */
  readonly ys: readonly (number | string)[];
  /** A row for each of `ys` with a value for each of `xs`; one that is not finite is an empty cell. */
  readonly values: readonly (readonly number[])[];
  /** Values are parts of one: 0.5 is shown as 50 %. */
  readonly percent?: boolean;
  /** What the darkest and the lightest colour stand for; the least and the largest value unless given. */
  readonly range?: readonly [low: number, high: number];
}

/** Height and least width of a cell; wide tables have smaller ones. */
const CELL = 58;
const SMALL_CELL = 30;
const BAR = 22;
const EMPTY = '#eceff2';

/** Relative luminance of `rgb(r, g, b)` or `#rrggbb` (WCAG 2.2). */
export function luminance(colour: string): number {
  const hex = /^#(..)(..)(..)$/
    .exec(colour)
    ?.slice(1)
    .map((h) => Number.parseInt(h, 16));
  const [r = 0, g = 0, b = 0] = (hex ?? colour.match(/\d+/g)?.map(Number) ?? []).map((v) => {
    const part = v / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** White or black, whichever stands out more: at least 4.5 to 1, the contrast that WCAG asks of text. */
const readableOn = (colour: string): string => (luminance(colour) > 0.179 ? '#000000' : colours.paper);

const word = (v: number | string): string => (typeof v === 'number' ? numberText(v) : v);

/** The colour of a value; the middle of the scale where there is only one. */
export function heatColour(value: number, [low, high]: readonly [number, number]): string {
  return interpolateViridis(high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5);
}

/** `values` has a row for each y with a value for each x. */
export function heatMap(map: HeatMap): string {
  const { xs, ys, values, percent = false } = map;
  if (values.length !== ys.length || values.some((row) => row.length !== xs.length))
    throw new Error(`a heat map of ${ys.length} x ${xs.length} needs as many values`);
  const finite = values.flat().filter(Number.isFinite);
  const range = map.range ?? ([Math.min(...finite, Infinity), Math.max(...finite, -Infinity)] as const);
  // 1. What is written, and how much room it needs.
  const written = values.map((row) =>
    row.map((v) => (Number.isFinite(v) ? (percent ? (100 * v).toFixed(1) : numberText(Number(v.toPrecision(3)))) : '')),
  );
  const many = xs.length > 16 || ys.length > 12;
  const size = many ? 12 : 16;
  const widest = Math.max(...written.flat().map((w) => textWidth(w, size)), ...xs.map((x) => textWidth(word(x), TICK)));
  const cell = { width: Math.max(many ? SMALL_CELL : CELL * 1.25, widest + 12), height: many ? SMALL_CELL : CELL };
  const left = MARGIN + 30 + Math.max(...ys.map((y) => textWidth(word(y), TICK))) + 12;
  const top = MARGIN + (map.subtitle === undefined ? 40 : 64);
  const [width, height] = [xs.length * cell.width, Math.max(ys.length * cell.height, 60)];
  const [right, bottom] = [left + width, top + ys.length * cell.height];
  // 2. Cells.
  const cells = values.flatMap((row, r) =>
    row.flatMap((v, c) => {
      const [x, y] = [left + c * cell.width, top + r * cell.height];
      const fill = Number.isFinite(v) ? heatColour(v, range) : EMPTY;
      const place = `${map.yLabel} ${word(ys[r] as number)}, ${map.xLabel} ${word(xs[c] as number)}`;
      const hint = `<title>${escapeXml(`${place}: ${Number.isFinite(v) ? (percent ? percentText(v) : String(v)) : 'no value'}`)}</title>`;
      return [
        `<rect x="${round(x)}" y="${round(y)}" width="${round(cell.width)}" height="${round(cell.height)}" fill="${fill}" stroke="${colours.paper}" stroke-width="1">${hint}</rect>`,
        text({ x: x + cell.width / 2, y: y + cell.height / 2 + size * 0.36 }, written[r]?.[c] || '\u2013', {
          size,
          fill: Number.isFinite(v) ? readableOn(fill) : colours.soft,
        }),
      ];
    }),
  );
  // 3. What the rows and columns are.
  const labels = [
    ...xs.map((x, c) =>
      text({ x: left + (c + 0.5) * cell.width, y: bottom + 22 }, word(x), { size: TICK, fill: colours.soft }),
    ),
    ...ys.map((y, r) =>
      text({ x: left - 10, y: top + (r + 0.5) * cell.height + 5 }, word(y), {
        size: TICK,
        fill: colours.soft,
        anchor: 'end',
      }),
    ),
    text({ x: left + width / 2, y: bottom + 50 }, map.xLabel, { size: LABEL }),
    `<g transform="rotate(-90 ${round(MARGIN + 12)} ${round((top + bottom) / 2)})">${text({ x: MARGIN + 12, y: (top + bottom) / 2 }, map.yLabel, { size: LABEL })}</g>`,
  ];
  // 4. The scale.
  const bar = { x: right + 28, top, bottom: top + height };
  const show = percent ? percentText : numberText;
  const scale: string[] = [];
  let widthOfScale = 0;
  if (finite.length > 0 && range[1] > range[0]) {
    const stops = Array.from(
      { length: 11 },
      (_, i) => `<stop offset="${10 * i}%" stop-color="${interpolateViridis(i / 10)}"/>`,
    );
    // Ticks are where they are, and only those between the ends of the colours.
    const at = (v: number): number => bar.bottom - ((v - range[0]) / (range[1] - range[0])) * (bar.bottom - bar.top);
    const ticks = linearAxis(range, [0, 1], show).ticks.filter(({ value }) => value >= range[0] && value <= range[1]);
    scale.push(
      `<linearGradient id="heat" x1="0" y1="1" x2="0" y2="0">${stops.join('')}</linearGradient>`,
      `<rect x="${round(bar.x)}" y="${round(bar.top)}" width="${BAR}" height="${round(bar.bottom - bar.top)}" fill="url(#heat)"/>`,
      ...ticks.map(({ value, label }) =>
        text({ x: bar.x + BAR + 8, y: at(value) + 5 }, label, { size: TICK, fill: colours.soft, anchor: 'start' }),
      ),
    );
    widthOfScale = 28 + BAR + 8 + Math.max(0, ...ticks.map(({ label }) => textWidth(label, TICK)));
  }
  const head = Math.max(textWidth(map.title, 26, true), textWidth(map.subtitle ?? '', 15)) + 2 * MARGIN;
  return document(
    Math.max(right + widthOfScale + MARGIN, head),
    Math.max(bottom, top + height) + 50 + MARGIN,
    map.title,
    [...heading(map.title, map.subtitle ?? ''), ...cells, ...labels, ...scale],
  );
}
