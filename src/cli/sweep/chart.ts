// The picture of a sweep: heat maps of training and test over two names, or a curve over one.
import { heatMap } from '../../graphics/index.ts';
import { pointsSvg } from '../../graphics/points.ts';
import { sideBySide } from '../../graphics/side-by-side.ts';
import type { Axis } from './grid.ts';
import { isPart, type Result } from './results.ts';

export interface ChartOptions {
  readonly model: string;
  readonly metric: string;
  /** One or two of the names: rows, then columns. */
  readonly axes: readonly Axis[];
  /** Names that are not drawn: the best over them is. */
  readonly hidden: readonly string[];
  /** Points were drawn at random: they are put into bins. */
  readonly random: boolean;
  readonly epochs: string;
}

interface Places {
  readonly labels: readonly number[];
  /** The place of a value. */
  of(value: number): number;
}

const BINS = 7;

function placesOf({ values, scale }: Axis, random: boolean): Places {
  const rising = [...values].sort((a, b) => a - b);
  if (!random || !scale) return { labels: rising, of: (v) => rising.indexOf(v) };
  const [low, high] = [rising[0] as number, rising[rising.length - 1] as number];
  const [to, back] = scale === 'log' ? [Math.log10, (v: number) => 10 ** v] : [(v: number) => v, (v: number) => v];
  const width = (to(high) - to(low)) / BINS;
  return {
    labels: Array.from({ length: BINS }, (_, i) => Number(back(to(low) + (i + 0.5) * width).toPrecision(2))),
    of: (v) => Math.min(BINS - 1, Math.max(0, Math.floor((to(v) - to(low)) / width))),
  };
}

/** `results`: best first. Undefined when no point has a value. */
export function sweepSvg(results: readonly Result[], o: ChartOptions): string | undefined {
  const { metric, axes, random } = o;
  const percent = isPart(metric);
  const places = axes.map((axis) => placesOf(axis, random));
  const best = new Map<string, Result>();
  for (const r of results) {
    const key = axes.map(({ name }, i) => places[i]?.of(r.point[name] as number)).join();
    const known = best.get(key);
    if (!known || !Number.isFinite(known.test[metric] ?? Number.NaN)) best.set(key, r);
  }
  const value = (of: 'train' | 'test', ...at: number[]): number => best.get(at.join())?.[of][metric] ?? Number.NaN;
  const notes = [
    o.epochs,
    ...(random && axes.some((a) => a.scale) ? ['the best point of each cell'] : []),
    ...(o.hidden.length > 0 ? [`the best over ${o.hidden.join(', ')}`] : []),
    ...(results.some((r) => r.runs > 1) ? [`means of ${results[0]?.runs} seeds`] : []),
  ].join('; ');
  const [rows, columns] = places;
  if (!rows || !axes[0]) return undefined;
  const all = (of: 'train' | 'test'): number[] => [...best.values()].map((r) => r[of][metric] ?? Number.NaN);
  const finite = [...all('train'), ...all('test')].filter(Number.isFinite);
  if (finite.length === 0) return undefined;
  const ys = rows.labels;
  if (!columns || !axes[1]) {
    return pointsSvg({
      title: `${o.model}: ${metric} over ${axes[0].name}`,
      subtitle: notes,
      xLabel: axes[0].name,
      yLabel: metric,
      xs: ys,
      series: (['train', 'test'] as const).map((name) => ({ name, values: ys.map((_, i) => value(name, i)) })),
      percent,
      logX: axes[0].scale === 'log' || (ys.every((v) => v > 0) && Math.max(...ys) >= 20 * Math.min(...ys)),
    });
  }
  const range = [Math.min(...finite), Math.max(...finite)] as const;
  const panel = (of: 'train' | 'test', title: string): string =>
    heatMap({
      title,
      subtitle: notes,
      xLabel: (axes[1] as Axis).name,
      yLabel: (axes[0] as Axis).name,
      xs: columns.labels,
      ys,
      values: ys.map((_, y) => columns.labels.map((_, x) => value(of, y, x))),
      percent,
      range,
    });
  const unit = percent ? ' (%)' : '';
  return sideBySide(`${o.model}: ${metric}`, [
    panel('train', `${o.model}: training ${metric}${unit}`),
    panel('test', `Test ${metric}${unit}`),
  ]);
}
