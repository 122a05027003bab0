// The small curve of --live as text: training as it goes, and the tests after the epochs, over the whole training so far.
import { plot } from 'asciichart';

/** x: epochs so far, such as 1.25; y: the value there. */
export type Point = readonly [x: number, y: number];

export interface LiveCurves {
  readonly name: string;
  readonly train: readonly Point[];
  readonly test: readonly Point[];
}

export interface Room {
  readonly columns: number;
  readonly rows: number;
  /** May colours tell the curves apart? Without them the test is drawn with asterisks. */
  readonly colours: boolean;
}

const [BLUE, ORANGE, PLAIN] = ['\x1b[34m', '\x1b[33m', '\x1b[0m'];

/**
 * The mean of the points at each of `columns` places between `from` and `to`; straight between places that have some, NaN before
 * the first, and level behind the last.
 */
export function resampled(points: readonly Point[], from: number, to: number, columns: number): number[] {
  const sums = Array.from({ length: columns }, (): [sum: number, count: number] => [0, 0]);
  for (const [x, y] of points) {
    const at = to === from ? 0 : Math.round(((x - from) / (to - from)) * (columns - 1));
    const place = sums[Math.max(0, Math.min(columns - 1, at))] as [number, number];
    place[0] += y;
    place[1]++;
  }
  const values = sums.map(([sum, count]) => (count > 0 ? sum / count : Number.NaN));
  let last = -1;
  sums.forEach(([, count], at) => {
    if (count === 0) return;
    const [a, b] = [values[last] as number, values[at] as number];
    for (let i = last + 1; last >= 0 && i < at; i++) values[i] = a + ((b - a) * (i - last)) / (at - last);
    last = at;
  });
  return last < 0 ? values : values.fill(values[last] as number, last);
}

/**
 * Lines of at most `columns` characters, `rows` of them or less, the last with what is shown; none where there is no room or nothing
 * to draw. `show` writes a value.
 */
export function liveChart({ name, train, test }: LiveCurves, room: Room, show: (value: number) => string): string[] {
  const values = [...train, ...test].map(([, y]) => y).filter(Number.isFinite);
  const [min, max] = [values.reduce((a, b) => Math.min(a, b), 1 / 0), values.reduce((a, b) => Math.max(a, b), -1 / 0)];
  // The labels with a space and the axis behind them.
  const wide = Math.max(show(min).length, show(max).length, 7);
  const width = room.columns - wide - 3;
  const height = Math.min(8, room.rows - 2);
  const from = Math.min(train[0]?.[0] ?? 0, test[0]?.[0] ?? 0);
  const to = Math.max(train.at(-1)?.[0] ?? 0, test.at(-1)?.[0] ?? 0);
  if (width < 12 || height < 2 || !(max > min) || !(to > from)) return [];
  /** One curve alone: lines of characters, and the column that it begins at. */
  const draw = (points: readonly Point[]): { lines: string[]; begins: number } => {
    const places = resampled(points, from, to, width + 1);
    const begins = places.findIndex(Number.isFinite);
    const filled = places.map((y) => (Number.isFinite(y) ? y : (places[begins] as number)));
    const format = (v: number): string => show(v).padStart(wide);
    return { lines: plot([filled], { min, max, height: height - 1, offset: 3, format }).split('\n'), begins };
  };
  const own = draw(train);
  const other = test.length > 0 ? draw(test) : undefined;
  const axis = wide + 2;
  const paint = (text: string, colour: string): string => (room.colours ? `${colour}${text}${PLAIN}` : text);
  const lines = own.lines.slice(0, height).map((line, row) => {
    const above = other?.lines[row] ?? '';
    return [...line]
      .map((c, at) => {
        const over = other && at >= axis + other.begins ? (above[at] ?? ' ') : ' ';
        if (over !== ' ') return room.colours ? paint(over, ORANGE) : '*';
        return at < axis || c === ' ' ? c : paint(c, BLUE);
      })
      .join('')
      .trimEnd();
  });
  const last = (points: readonly Point[]): string => show(points.at(-1)?.[1] ?? 0).trim();
  const words = [
    `${' '.repeat(Math.max(0, wide - name.length))}${name}: `,
    `\u2500 training ${last(train)}`,
    ...(test.length > 0 ? [`  ${room.colours ? '\u2500' : '*'} test ${last(test)}`] : []),
  ];
  const fits = words.join('').length <= room.columns;
  const caption = words.map((w, i) => (i === 0 ? w : paint(w, i === 1 ? BLUE : ORANGE))).join('');
  return [...lines, ...(fits ? [caption] : [])];
}
