// From runs to a chart: which columns are drawn, what they are called, and what is said when they do not go together.
import * as say from '../../diagnostics/catalog/logs.ts';
import { nearest, refuse } from '../../diagnostics/index.ts';
import type { Curves, Series } from '../../graphics/index.ts';
import type { RunLog } from './run.ts';

/** `accuracy` stands for two columns, and `val_accuracy` for one of them. */
function columnsFor(run: RunLog, metric: string): readonly string[] {
  const asked = metric.replace(/^val_/, 'test_');
  if (run.columns.has(asked)) return [asked];
  return [`train_${metric}`, `test_${metric}`].filter((name) => run.columns.has(name));
}

/** What `--metric` may be for a run. */
const metricsOf = (run: RunLog): string[] => [
  ...new Set([...run.columns.keys()].map((name) => name.replace(/^(train|test)_/, ''))),
];

/** The first metric that all have: accuracy, another, or the loss. */
function usualMetric(runs: readonly RunLog[]): string {
  const shared = metricsOf(runs[0] as RunLog).filter((m) => runs.every((run) => columnsFor(run, m).length > 0));
  const facts = ['lr', 'step', 'seconds', 'images_per_second', 'loss'];
  return ['accuracy', ...shared.filter((m) => !facts.includes(m))].find((m) => shared.includes(m)) ?? 'loss';
}

const isPart = (metric: string): boolean =>
  /(^|_)(acc|accuracy|top\d+)$/.test(metric.replace(/^(val|train|test)_/, ''));

/** `val_accuracy`, as the lecture's charts have it. */
const seriesName = (column: string): string => column.replace(/^test_/, 'val_').replace(/^train_/, '');

/** Refuses (E0542 ...) what cannot be drawn together. */
export function chartOf(
  runs: readonly RunLog[],
  options: { readonly metric?: string | undefined; readonly log: boolean; readonly title?: string | undefined },
): Curves {
  // 1. The columns.
  const metric = options.metric ?? usualMetric(runs);
  const picked = runs.map((run) => ({ run, columns: columnsFor(run, metric) }));
  const lacking = picked.find(({ columns }) => columns.length === 0)?.run;
  if (lacking) {
    const have = runs.map((run) => `${run.name} has ${metricsOf(run).join(', ') || 'no numbers'}`);
    const near = nearest(metric, metricsOf(lacking));
    refuse(say.noSuchMetric(metric, lacking.file, [...(near ? [`did you mean "${near}"?`] : []), have.join('\n')]));
  }
  const [first] = runs as readonly [RunLog, ...RunLog[]];
  const other = runs.find((run) => run.over !== first.over);
  if (other) refuse(say.differentAxes(first.file, first.over, other.file, other.over));
  // 2. The series: a colour a run, or, of one run, a colour each.
  const single = runs.length === 1;
  const names = namesOf(runs);
  const series = picked.flatMap(({ run, columns }, n): Series[] =>
    columns.map((column, c) => ({
      name: single
        ? seriesName(column)
        : columns.length > 1 && column.startsWith('train_')
          ? `${names[n]} (training)`
          : (names[n] as string),
      group: single ? c : n,
      ...(columns.length > 1 && column.startsWith('train_') && !single ? { dashed: true } : {}),
      points: run.at.map((at, i) => [at, run.columns.get(column)?.[i] ?? Number.NaN] as const),
    })),
  );
  const values = series.flatMap((s) => s.points.map(([, y]) => y)).filter(Number.isFinite);
  if (values.length === 0) refuse(say.nothingFinite(metric));
  if (options.log && !values.some((y) => y > 0)) refuse(say.notOnLogScale(metric, runs.length));
  // 3. Words.
  const plain = metric.replace(/^(train|test|val)_/, '');
  const both = picked.some(({ columns }) => columns.length > 1);
  const columns = [...new Set(picked.flatMap((p) => p.columns))];
  const legend = single
    ? columns.map((column, group) => ({
        name: column.startsWith('train_')
          ? `${plain} while training`
          : column.startsWith('test_')
            ? `${plain} of the test (val_${plain})`
            : column,
        group,
      }))
    : [
        ...names.map((name, group) => ({ name, group })),
        ...(both ? [{ name: `test (val_${plain})` }, { name: 'while training', dashed: true }] : []),
      ];
  return {
    title: options.title ?? (single ? first.name : seriesName(columns.length === 1 ? (columns[0] as string) : plain)),
    subtitle: single ? (first.facts ?? plain) : `${runs.length} runs`,
    xLabel: first.over,
    yLabel: `${plain}${options.log ? ' (logarithmic)' : ''}`,
    series,
    legend,
    percent: isPart(metric) && values.every((y) => y >= 0 && y <= 1),
    log: options.log,
    fromZero: /loss$|^(mae|mse)$/.test(plain),
  };
}

/** Names that differ: those of runs that would be called the same are where they lie. */
function namesOf(runs: readonly RunLog[]): string[] {
  const count = (name: string): number => runs.filter((r) => r.name === name).length;
  return runs.map((run) => (count(run.name) === 1 ? run.name : run.file.replace(/\/history\.json$/, '')));
}
