// From trainings to results: the mean over the seeds of a point, best first; as a table, CSV and JSON.
import { numberText } from '../../graphics/axes.ts';
import { lossText, percent, table } from '../format.ts';
import type { Axis, Point } from './grid.ts';
import type { Row } from './record.ts';

export interface Result {
  readonly point: Point;
  /** Trainings of it, one a seed, that are done. */
  readonly runs: number;
  /** How many of them diverged. */
  readonly diverged: number;
  /** Means over those that did not: by metric. NaN where all did. */
  readonly train: Readonly<Record<string, number>>;
  readonly test: Readonly<Record<string, number>>;
  /** Standard deviation of the test over the seeds (n - 1); NaN of one. */
  readonly deviation: number;
}

/** Of losses and errors less is better. */
export const lessIsBetter = (metric: string): boolean => ['loss', 'mae', 'mse'].includes(metric);
export const isPart = (metric: string): boolean => /acc$|accuracy$|^top\d/.test(metric);

/** Best first by `metric` of the test; points that diverged last. */
export function resultsOf(rows: readonly Row[], metric: string): Result[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(row.point);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const results = [...groups.values()].map((group): Result => {
    const good = group.flatMap(({ train, test }) => (train && test ? [{ train, test }] : []));
    const mean = (of: 'train' | 'test'): Record<string, number> => {
      const names = Object.keys(good[0]?.[of] ?? { loss: 0, [metric]: 0 });
      return Object.fromEntries(
        names.map((name) => [name, good.reduce((sum, g) => sum + (g[of][name] ?? Number.NaN), 0) / good.length]),
      );
    };
    const test = mean('test');
    const square = good.reduce((sum, g) => sum + ((g.test[metric] ?? 0) - (test[metric] ?? 0)) ** 2, 0);
    const deviation = good.length > 1 ? Math.sqrt(square / (good.length - 1)) : Number.NaN;
    const diverged = group.filter((row) => row.diverged !== null).length;
    return { point: (group[0] as Row).point, runs: group.length, diverged, train: mean('train'), test, deviation };
  });
  const sign = lessIsBetter(metric) ? 1 : -1;
  const rank = ({ test }: Result): number => {
    const value = test[metric] ?? Number.NaN;
    return Number.isFinite(value) ? sign * value : Number.POSITIVE_INFINITY;
  };
  // Equal ones stand by their loss, then in the order of the grid.
  return results
    .map((result, i) => ({ result, i }))
    .sort((a, b) => {
      const [p, q] = [rank(a.result), rank(b.result)];
      if (p !== q) return p < q ? -1 : 1;
      return (a.result.test.loss ?? 0) - (b.result.test.loss ?? 0) || a.i - b.i;
    })
    .map(({ result }) => result);
}

const shown = (metric: string, value: number): string =>
  !Number.isFinite(value) ? '-' : isPart(metric) ? percent(value) : lossText(value);

/** The best `most`, and how many there are behind them. */
export function resultsText(results: readonly Result[], axes: readonly Axis[], metric: string, most = 15): string {
  const several = results.some((r) => r.runs > 1);
  const head = [
    ...axes.map((a) => a.name),
    `train ${metric}`,
    `test ${metric}`,
    ...(several ? ['+-'] : []),
    'test loss',
    '',
  ];
  const rows = results
    .slice(0, most)
    .map((r) => [
      ...axes.map(({ name }) => numberText(r.point[name] as number)),
      shown(metric, r.train[metric] ?? Number.NaN),
      shown(metric, r.test[metric] ?? Number.NaN),
      ...(several ? [shown(metric, r.deviation)] : []),
      shown('loss', r.test.loss ?? Number.NaN),
      r.diverged === 0 ? '' : r.diverged === r.runs ? 'diverged' : `${r.diverged} of ${r.runs} diverged`,
    ]);
  const behind = results.length - most;
  return `${table(
    [head, ...rows],
    head.map((word) => word !== ''),
  )}${behind > 0 ? `... and ${behind} more\n` : ''}`;
}

/** A line a training, in the order of the grid; columns of numbers that diverged are empty. */
export function rowsCsv(rows: readonly Row[], axes: readonly Axis[]): string {
  const metrics = [...new Set(rows.flatMap((row) => Object.keys(row.test ?? {})))];
  const names = axes.map((a) => a.name).filter((name) => name !== 'seed' && name !== 'epochs');
  const head = [
    ...names,
    'seed',
    'epochs',
    ...metrics.map((m) => `train_${m}`),
    ...metrics.map((m) => `test_${m}`),
    'diverged',
    'seconds',
    'parameters_sha256',
  ];
  const lines = rows.map((row) =>
    [
      ...names.map((name) => row.point[name]),
      row.seed,
      row.epochs,
      ...metrics.map((m) => row.train?.[m] ?? ''),
      ...metrics.map((m) => row.test?.[m] ?? ''),
      row.diverged ?? '',
      row.seconds,
      row.parameters_sha256 ?? '',
    ].join(','),
  );
  return `${[head.join(','), ...lines].join('\n')}\n`;
}

const orNull = (values: Readonly<Record<string, number>>): Record<string, number | null> =>
  Object.fromEntries(Object.entries(values).map(([name, v]) => [name, Number.isFinite(v) ? v : null]));

export const resultJson = (r: Result): Record<string, unknown> => ({
  point: r.point,
  runs: r.runs,
  diverged: r.diverged,
  train: r.diverged === r.runs ? null : orNull(r.train),
  test: r.diverged === r.runs ? null : orNull(r.test),
  deviation: Number.isFinite(r.deviation) ? r.deviation : null,
});
