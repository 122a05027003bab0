// Values over one number that may stand on a logarithmic axis: what a sweep of one name gives.
import { line as lineOf } from 'd3-shape';
import { bottomAxis, type Frame, leftAxis, linearAxis, logAxis, numberText, percentText } from './axes.ts';
import { hueOf } from './curves.ts';
import { document, heading, MARGIN, round, text, textWidth } from './svg.ts';

export interface Points {
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Rising. */
  readonly xs: readonly number[];
  /** A value for each x; one that is not finite leaves a gap. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly percent?: boolean;
  /** A logarithmic x axis; all x are above zero. */
  readonly logX?: boolean;
}

const [WIDTH, HEIGHT, NAME] = [1120, 630, 15];

/** The chart. Needs a finite value at least. */
export function pointsSvg(chart: Points): string {
  const { xs, series, percent = false } = chart;
  const finite = series.flatMap((s) => s.values).filter(Number.isFinite);
  if (finite.length === 0) throw new Error('a chart without a value');
  const names = Math.max(...series.map((s) => textWidth(s.name, NAME, true)));
  const frame: Frame = {
    left: MARGIN + 62,
    right: WIDTH - MARGIN - names - 24,
    top: MARGIN + 90,
    bottom: HEIGHT - MARGIN - 48,
  };
  const ends = [Math.min(...xs), Math.max(...xs)] as const;
  const x = (chart.logX ? logAxis : linearAxis)(ends, [frame.left + 8, frame.right - 8]);
  const y = linearAxis(
    [Math.min(...finite), Math.max(...finite)],
    [frame.bottom, frame.top],
    percent ? percentText : numberText,
  );
  const drawn = series.flatMap((s, n) => {
    const hue = hueOf(n, series.length);
    const points = xs.map((at, i) => [at, s.values[i] ?? Number.NaN] as const);
    const path = lineOf<readonly [number, number]>(
      ([at]) => x.at(at),
      ([, v]) => y.at(v),
    )
      .defined(([, v]) => Number.isFinite(v))
      .digits(1);
    const known = points.filter(([, v]) => Number.isFinite(v));
    const last = known[known.length - 1];
    return [
      `<path d="${path(points) ?? ''}" fill="none" stroke="${hue}" stroke-width="3" stroke-linejoin="round"/>`,
      ...known.map(
        ([at, v]) =>
          `<circle cx="${round(x.at(at))}" cy="${round(y.at(v))}" r="4" fill="${hue}"><title>${chart.xLabel} ${numberText(at)}: ${percent ? percentText(v) : numberText(v)}</title></circle>`,
      ),
      ...(last
        ? [
            text({ x: frame.right + 16, y: frame.top + 5 + 22 * n }, s.name, {
              size: NAME,
              bold: true,
              fill: hue,
              anchor: 'start',
            }),
          ]
        : []),
    ];
  });
  return document(WIDTH, HEIGHT, chart.title, [
    ...heading(chart.title, chart.subtitle),
    ...leftAxis(frame, y, chart.yLabel),
    ...bottomAxis(frame, x, chart.xLabel),
    ...drawn,
  ]);
}
