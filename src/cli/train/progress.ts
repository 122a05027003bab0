// What is seen while a network trains: a bar on a terminal, a line now and then anywhere else.

import { noTerminal } from '../../diagnostics/catalog/logs.ts';
import { openBar } from '../bar.ts';
import { lossText, meanText, metricText, percent } from '../format.ts';
import { type Io, report } from '../io.ts';
import { meanOf } from './loop.ts';
import { epochLine, type Progress, type Size, speedometer } from './progress-text.ts';

const silent = { report: () => undefined, epoch: () => undefined, stop: () => undefined };

/** A line of an epoch under way at most this often, and at most every tenth of the epoch. */
const LINE_SECONDS = 5;

function lines(io: Io, size: Size): Progress {
  let last = { epoch: 0, tenth: 0, at: 0 };
  const speed = speedometer(size);
  return {
    io,
    report(epoch, sums, seconds) {
      const tenth = Math.floor((10 * sums.count) / size.pictures);
      if (epoch !== last.epoch) last = { epoch, tenth: 0, at: 0 };
      const now = speed(epoch, sums.count, seconds);
      if (!now || tenth === last.tenth || tenth >= 10 || seconds - last.at < LINE_SECONDS) return;
      last = { epoch, tenth, at: seconds };
      const mean = meanOf(sums);
      const part = percent(sums.count / size.pictures, 0).padStart(5);
      io.stderr(`  ${part}  ${meanText(mean)}  ${now.rate}  ${now.left} left\n`);
    },
    epoch: (result) => io.stderr(epochLine(size, result)),
    stop: () => undefined,
  };
}

async function bar(io: Io, size: Size): Promise<Progress> {
  const one = await openBar(
    io,
    `{epoch}/${size.epochs} {bar} {percentage} %  loss {loss}  {metric}  {rate}  {left} left`,
    76,
  );
  let shown = 0;
  const speed = speedometer(size);
  return {
    io,
    report(epoch, sums, seconds) {
      const mean = meanOf(sums);
      // The first metric only: the line must fit.
      const [name, value] = Object.entries(mean).find(([metric]) => metric !== 'loss') ?? [];
      const payload = {
        epoch,
        loss: lossText(mean.loss),
        metric: name === undefined ? '' : metricText(name === 'accuracy' ? 'acc' : name, value as number, 1),
        ...(speed(epoch, sums.count, seconds) ?? { rate: '-', left: '-' }),
      };
      if (shown !== epoch) one.start(size.pictures, sums.count, payload);
      else one.update(sums.count, payload);
      shown = epoch;
    },
    epoch(result) {
      one.stop();
      io.stderr(epochLine(size, result));
    },
    stop: () => one.stop(),
  };
}

/** The progress that suits the terminal; `size` is that of the whole run. `live`: with a curve (N0540 where that cannot be). */
export async function progressFor(io: Io, size: Size, quiet: boolean, live: boolean): Promise<Progress> {
  if (quiet) return { io, ...silent };
  if (live && io.isTTY && io.env.TERM !== 'dumb') return (await import('./live.ts')).liveProgress(io, size);
  if (live) report(io, [noTerminal()]);
  return io.isTTY ? bar(io, size) : lines(io, size);
}
