// What is seen while a sweep goes on: a line a training.
import { numberText } from '../../graphics/axes.ts';
import { duration, metricText } from '../format.ts';
import type { Io } from '../io.ts';
import type { Row } from './record.ts';

export interface SweepProgress {
  readonly row: (row: Row) => void;
}

export function progressOf(
  io: Io,
  o: { readonly total: number; readonly done: number; readonly metric: string; readonly quiet: boolean },
): SweepProgress {
  if (o.quiet) return { row: () => undefined };
  if (o.done > 0) io.stderr(`${o.done} of ${o.total} trainings are in the table\n`);
  const began = performance.now();
  let done = o.done;
  const width = String(o.total).length;
  return {
    row({ point, seed, train, test, diverged }) {
      done++;
      const elapsed = (performance.now() - began) / 1000;
      const words = Object.entries(point).map(([name, v]) => `${name} ${numberText(v)}`);
      const figure = (mean: Row['test']): string =>
        metricText(o.metric, mean?.[o.metric] ?? Number.NaN).slice(o.metric.length + 1);
      const [trained, tested] = [figure(train), figure(test)];
      const result = diverged === null ? `${o.metric} ${trained}, test ${tested}` : `diverged in epoch ${diverged}`;
      const left = done < o.total ? `  ${duration((elapsed / (done - o.done)) * (o.total - done))} left` : '';
      io.stderr(
        `${String(done).padStart(width)}/${o.total}  ${words.join(' ')}${'seed' in point ? '' : ` seed ${seed}`}  ${result}${left}\n`,
      );
    },
  };
}
