// What is seen while a network trains: a bar on a terminal, a line now and then anywhere else.
import { Writable } from 'node:stream';
import type { Sums } from '../../../runtime/index.ts';
import { duration, grouped, lossText, meanText, metricText, percent } from '../format.ts';
import type { Io } from '../io.ts';
import { type Epoch, meanOf } from './loop.ts';

export interface Progress {
  /** Sums of the epoch so far, and the seconds it took. */
  report(epoch: number, sums: Sums, seconds: number): void;
  epoch(result: Epoch): void;
  stop(): void;
}

interface Size {
  readonly epochs: number;
  /** Pictures of one epoch. */
  readonly pictures: number;
  /** Does the learning rate change? Then it is shown. */
  readonly scheduled: boolean;
}

export const silent: Progress = { report: () => undefined, epoch: () => undefined, stop: () => undefined };

/** Tells the speed and the time left of all epochs. The first report of a run also made the device ready: it counts for nothing. */
function speedometer({ epochs, pictures }: Size) {
  let first: { epoch: number; count: number; seconds: number } | undefined;
  return (epoch: number, count: number, seconds: number): { rate: string; left: string } | undefined => {
    first ??= { epoch, count, seconds };
    const from = first.epoch === epoch ? first : { count: 0, seconds: 0 };
    if (count === from.count) return undefined;
    const perSecond = (count - from.count) / Math.max(seconds - from.seconds, 1e-9);
    const left = ((epochs - epoch + 1) * pictures - count) / perSecond;
    return { rate: `${grouped(Math.round(perSecond))} images/s`, left: duration(left) };
  };
}

function epochLine({ epochs, scheduled }: Size, e: Epoch): string {
  const head = `epoch ${String(e.epoch).padStart(String(epochs).length)}/${epochs}`;
  const train = meanText(e.train);
  const test = e.test ? `  test: ${meanText(e.test)}` : '';
  const lr = scheduled ? `  lr ${Number(e.lr.toPrecision(3))}` : '';
  const rate = grouped(Math.round(e.pictures / Math.max(e.seconds, 1e-9)));
  return `${head}  ${train}${test}${lr}  ${rate} images/s  ${duration(e.seconds)}\n`;
}

/** A line of an epoch under way at most this often, and at most every tenth of the epoch. */
const LINE_SECONDS = 5;

function lines(io: Io, size: Size): Progress {
  let last = { epoch: 0, tenth: 0, at: 0 };
  const speed = speedometer(size);
  return {
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
  const { default: cliProgress } = await import('cli-progress');
  const sink = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      io.stderr(String(chunk));
      done();
    },
  });
  const stream = Object.assign(sink, { isTTY: true, columns: io.columns }) as unknown as NodeJS.WritableStream;
  const one = new cliProgress.SingleBar(
    {
      stream,
      format: `{epoch}/${size.epochs} {bar} {percentage} %  loss {loss}  {metric}  {rate}  {left} left`,
      barsize: Math.max(8, Math.min(30, io.columns - 76)),
      clearOnComplete: true,
      hideCursor: false,
      gracefulExit: false,
    },
    cliProgress.Presets.shades_grey,
  );
  let shown = 0;
  const speed = speedometer(size);
  return {
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

/** The progress that suits the terminal; `size` is that of the whole run. */
export async function progressFor(io: Io, size: Size, quiet: boolean): Promise<Progress> {
  if (quiet) return silent;
  return io.isTTY ? bar(io, size) : lines(io, size);
}
