// --live: the progress with a small curve below it, drawn again in its place.
import type { Sums } from '../../../runtime/index.ts';
import { lossText, percent } from '../format.ts';
import type { Io } from '../io.ts';
import { liveChart, type Point } from './live-chart.ts';
import { type Epoch, meanOf } from './loop.ts';
import { barText, epochLine, type Progress, type Size, speedometer } from './progress-text.ts';

/** Up so many lines to their first column, and away with all below. */
const away = (lines: number): string => (lines > 0 ? `\x1b[${lines}A\r\x1b[0J` : '');

/** What is shown: the first metric, or the loss where there is none. */
const shownOf = (mean: Readonly<Record<string, number>>): string =>
  Object.keys(mean).find((m) => m !== 'loss') ?? 'loss';

/** Nothing of the terminal is changed but what is written: there is nothing to restore when the program ends in its midst. */
export function liveProgress(io: Io, size: Size): Progress {
  const colours = !io.env.NO_COLOR;
  const speed = speedometer(size);
  const train: Point[] = [];
  const test: Point[] = [];
  let name = 'loss';
  let bar = '';
  let before: { epoch: number; sums: Sums } | undefined;
  /** Lines on the terminal now, above the cursor. */
  let drawn = 0;

  const block = (withBar: boolean): string[] => {
    const show = (v: number): string => (/acc$|accuracy$|^top\d/.test(name) ? percent(v, 1) : lossText(v));
    const room = { columns: io.columns - 1, rows: (io.rows ?? 24) - 3, colours };
    return [
      ...(withBar && bar !== '' ? [bar.slice(0, room.columns)] : []),
      ...liveChart({ name, train, test }, room, show),
    ];
  };
  /** One write, so that nothing flickers. */
  const redraw = (before: string, lines: readonly string[]): void => {
    io.stderr(`${away(drawn)}${before}${lines.map((l) => `${l}\n`).join('')}`);
    drawn = lines.length;
  };
  /** What others write stands above. */
  const between =
    (write: (text: string) => void) =>
    (text: string): void => {
      redraw('', []);
      write(text);
      redraw('', block(true));
    };
  return {
    io: { ...io, stdout: between(io.stdout), stderr: between(io.stderr) },
    report(epoch, sums, seconds) {
      // 1. The mean since the report before.
      const known = before?.epoch === epoch ? before.sums : { count: 0, metrics: {} };
      const count = sums.count - known.count;
      const metrics = Object.entries(sums.metrics).map(([m, v]) => [m, v - (known.metrics[m] ?? 0)] as const);
      before = { epoch, sums };
      if (count > 0) {
        const mean = meanOf({ count, metrics: Object.fromEntries(metrics) });
        name = shownOf(mean);
        train.push([epoch - 1 + sums.count / size.pictures, mean[name] as number]);
      }
      // 2. The bar.
      bar = barText(size, epoch, sums, speed(epoch, sums.count, seconds));
      redraw('', block(true));
    },
    epoch(e: Epoch) {
      const value = e.test?.[name];
      if (value !== undefined) test.push([e.epoch, value]);
      bar = '';
      redraw(epochLine(size, e), block(false));
    },
    stop() {
      bar = '';
      redraw('', block(false));
      drawn = 0; // what stands there stays
    },
  };
}
