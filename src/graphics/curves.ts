// Curves over epochs: several series in one chart, each with its name at its end, readable from the back of a lecture hall.
import { interpolateTurbo } from 'd3-scale-chromatic';
import { line as lineOf } from 'd3-shape';
import { bottomAxis, countAxis, type Frame, leftAxis, linearAxis, logAxis, numberText, percentText } from './axes.ts';
import { colours, document, heading, line, MARGIN, round, text, textWidth } from './svg.ts';

export interface Series {
  /** What stands at its end. */
  readonly name: string;
  /** Those of one group share a colour. */
  readonly group: number;
  readonly dashed?: boolean;
  /** x (whole numbers, rising) and y; a y that is not finite leaves a gap. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Curves {
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  /** What the colours and lines mean. */
  readonly legend: readonly { readonly name: string; readonly group?: number; readonly dashed?: boolean }[];
  /** Values are parts of one: 0.5 is shown as 50 %. */
  readonly percent?: boolean;
  /** A logarithmic y axis; values that are not above zero leave a gap. */
  readonly log?: boolean;
  /** Does the y axis begin at zero? */
  readonly fromZero?: boolean;
}

const WIDTH = 1120;
/** Charts with a long legend or with many names are higher. */
const HEIGHT = 630;
const NAME_GAP = 18;
const NAME = 15;
/** Points that are at least so far apart are shown, each. */
const DOT_GAP = 14;
/** The names at the right are at most so wide; longer ones are shortened. The legend has them whole. */
const NAME_WIDTH = 250;
/** As dark as small text needs on white. */
const hues = [
  ...['#1f5fa8', '#c4511b', '#2b7a3b', '#7b3fa0', '#946200', '#00788a'],
  ...['#ad1457', '#5d4037', '#4a5560', '#5c7a10'],
];

/** The colour of a group among so many. */
export function hueOf(group: number, groups: number): string {
  if (groups <= hues.length) return hues[group] as string;
  // The light ones of a rainbow cannot be read on white.
  return interpolateTurbo(0.05 + (0.93 * group) / Math.max(1, groups - 1)).replace(/\d+/g, (n) =>
    String(Math.round(0.72 * Number(n))),
  );
}

/** Labels at these heights, moved apart by `gap` at least, as little as can be, between `top` and `bottom`. */
export function spread(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] as number) - (wanted[b] as number));
  // Neighbours that are too near form a block around the mean of what they want.
  const blocks: { items: number[]; sum: number }[] = [];
  const startOf = (b: { items: number[]; sum: number }): number => {
    const start = b.sum / b.items.length - ((b.items.length - 1) * gap) / 2;
    return Math.max(top, Math.min(start, bottom - (b.items.length - 1) * gap));
  };
  for (const i of order) {
    let block = { items: [i], sum: wanted[i] as number };
    for (
      let last = blocks.at(-1);
      last && startOf(last) + last.items.length * gap > startOf(block);
      last = blocks.at(-1)
    ) {
      blocks.pop();
      block = { items: [...last.items, ...block.items], sum: last.sum + block.sum };
    }
    blocks.push(block);
  }
  const places = new Array<number>(wanted.length).fill(0);
  for (const block of blocks) block.items.forEach((i, n) => (places[i] = startOf(block) + n * gap));
  return places;
}

/** `a-network-...-slide`: a name that is too wide, without its middle. */
function shortened(name: string, width: number): string {
  const letters = [...name];
  for (let keep = letters.length; keep > 4; keep--) {
    const words =
      keep === letters.length
        ? name
        : [
            ...letters.slice(0, Math.ceil(keep / 2)),
            '\u2026',
            ...letters.slice(letters.length - Math.floor(keep / 2)),
          ].join('');
    if (textWidth(words, NAME, true) <= width) return words;
  }
  return letters.slice(0, 4).join('');
}

/** Short lines with words, from left to right, and below where there is no room. */
function legendOf(entries: Curves['legend'], groups: number): { body: string[]; height: number } {
  let [x, y] = [MARGIN, MARGIN + 74];
  const body = entries.flatMap(({ name, group, dashed }) => {
    const width = 46 + textWidth(name, NAME) + 18;
    if (x + width > WIDTH - MARGIN && x > MARGIN) [x, y] = [MARGIN, y + 24];
    const hue = group === undefined ? colours.soft : hueOf(group, groups);
    const dash = dashed ? ' stroke-dasharray="7 5"' : '';
    const drawn = [
      `<line x1="${round(x)}" y1="${round(y - 5)}" x2="${round(x + 36)}" y2="${round(y - 5)}" stroke="${hue}" stroke-width="3"${dash}/>`,
      text({ x: x + 44, y }, name, { size: NAME, anchor: 'start' }),
    ];
    x += width;
    return drawn;
  });
  return { body, height: entries.length > 0 ? y - MARGIN - 42 : 0 };
}

/** The chart. Needs a finite value at least (with `log` one above zero). */
export function curvesSvg(chart: Curves): string {
  const { series, log = false, percent = false } = chart;
  const drawable = (y: number): boolean => Number.isFinite(y) && (!log || y > 0);
  const seen = series.flatMap((s) => s.points.filter(([, y]) => drawable(y)));
  if (seen.length === 0) throw new Error('a chart without a value');
  const groups = 1 + Math.max(...series.map((s) => s.group));
  const show = percent ? percentText : numberText;
  // 1. Room: for the legend above, and for the names at the right.
  const legend = legendOf(chart.legend, groups);
  /** A dashed curve beside another of its colour is known by that. */
  const solid = new Set(series.filter((s) => !s.dashed).map((s) => s.group));
  const ends = series.flatMap((s) => {
    if (s.dashed && solid.has(s.group)) return [];
    const last = s.points.findLast(([, y]) => drawable(y));
    return last
      ? [
          {
            s,
            last,
            words: `${shortened(s.name, NAME_WIDTH)}  ${percent ? `${(100 * last[1]).toFixed(1)} %` : numberText(Number(last[1].toPrecision(3)))}`,
          },
        ]
      : [];
  });
  const names = Math.max(...ends.map((e) => textWidth(e.words, NAME, true)));
  const top = MARGIN + 42 + legend.height + 48;
  const below = MARGIN + 48;
  const height = Math.max(HEIGHT + Math.max(0, legend.height - 56), top + NAME_GAP * ends.length + below);
  const frame: Frame = { left: MARGIN + 62, right: WIDTH - MARGIN - names - 24, top, bottom: height - below };
  // 2. Axes. They hold all values.
  const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
  const [xs, ys] = [series.flatMap((s) => s.points.map(([x]) => x)), seen.map(([, y]) => y)];
  const x = countAxis([least(xs), most(xs)], [frame.left + 8, frame.right - 8]);
  const low = chart.fromZero && !log ? Math.min(0, least(ys)) : least(ys);
  const y = (log ? logAxis : linearAxis)([low, most(ys)], [frame.bottom, frame.top], show);
  // 3. Curves.
  const path = lineOf<readonly [number, number]>(
    ([at]) => x.at(at),
    ([, v]) => y.at(v),
  )
    .defined(([, v]) => drawable(v))
    .digits(1);
  const step = (frame.right - frame.left) / Math.max(1, most(xs) - least(xs));
  const drawn = series.flatMap((s) => {
    const hue = hueOf(s.group, groups);
    const dash = s.dashed ? ' stroke-dasharray="7 5"' : '';
    const alone = (i: number): boolean => [i - 1, i + 1].every((n) => !drawable(s.points[n]?.[1] ?? Number.NaN));
    const dots = s.points.filter(([, v], i) => drawable(v) && (step >= DOT_GAP || alone(i)));
    return [
      `<path d="${path(s.points) ?? ''}" fill="none" stroke="${hue}" stroke-width="${s.dashed ? 2.2 : 3}" stroke-linejoin="round"${dash}/>`,
      ...dots.map(
        ([at, v]) =>
          `<circle cx="${round(x.at(at))}" cy="${round(y.at(v))}" r="${s.dashed ? 3 : 4}" fill="${s.dashed ? colours.paper : hue}" stroke="${hue}" stroke-width="1.6"/>`,
      ),
    ];
  });
  // 4. Names at the ends, moved apart where they would meet.
  const heights = ends.map(({ last }) => y.at(last[1]));
  const places = spread(heights, NAME_GAP, frame.top, frame.bottom);
  const labels = ends.flatMap(({ s, last, words }, i) => {
    const place = places[i] as number;
    const from = { x: x.at(last[0]) + 7, y: y.at(last[1]) };
    const to = { x: frame.right + 12, y: place };
    const hue = hueOf(s.group, groups);
    return [
      ...(Math.abs(place - from.y) > 3 || to.x - from.x > 20 ? [line(from, to, hue, ' stroke-opacity="0.35"')] : []),
      text({ x: frame.right + 16, y: place + 5 }, words, { size: NAME, bold: !s.dashed, fill: hue, anchor: 'start' }),
    ];
  });
  return document(WIDTH, height, chart.title, [
    ...heading(chart.title, chart.subtitle),
    ...legend.body,
    ...leftAxis(frame, y, chart.yLabel),
    ...bottomAxis(frame, x, chart.xLabel),
    ...drawn,
    ...labels,
  ]);
}
