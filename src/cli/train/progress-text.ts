// What the progress of a training says, however it is shown.
import type { Sums } from '../../../runtime/index.ts';
import { duration, grouped, meanText, percent } from '../format.ts';
import type { Io } from '../io.ts';
import { type Epoch, meanOf } from './loop.ts';

export interface Progress {
  /** Where others write while it is shown. */
  readonly io: Io;
  /** Sums of the epoch so far, and the seconds it took. */
  report(epoch: number, sums: Sums, seconds: number): void;
  epoch(result: Epoch): void;
  stop(): void;
}

export interface Size {
  readonly epochs: number;
  /** Pictures of one epoch. */
  readonly pictures: number;
  /** Does the learning rate change? Then it is shown. */
  readonly scheduled: boolean;
}

/** Tells the speed and the time left of all epochs. The first report of a run also made the device ready: it counts for nothing. */
export function speedometer({ epochs, pictures }: Size) {
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

export function epochLine({ epochs, scheduled }: Size, e: Epoch): string {
  const head = `epoch ${String(e.epoch).padStart(String(epochs).length)}/${epochs}`;
  const train = meanText(e.train);
  const test = e.test ? `  test: ${meanText(e.test)}` : '';
  const lr = scheduled ? `  lr ${Number(e.lr.toPrecision(3))}` : '';
  const skipped = e.scaling && e.scaling.skipped > 0 ? `  skipped ${grouped(e.scaling.skipped)}` : '';
  const rate = grouped(Math.round(e.pictures / Math.max(e.seconds, 1e-9)));
  return `${head}  ${train}${test}${lr}${skipped}  ${rate} images/s  ${duration(e.seconds)}\n`;
}

/** The progress of an epoch in one line, without the library that draws it. */
export function barText(
  size: Size,
  epoch: number,
  sums: Sums,
  speed: { readonly rate: string; readonly left: string } | undefined,
): string {
  const part = Math.min(1, sums.count / size.pictures);
  const full = Math.round(20 * part);
  const now = speed ? `  ${speed.rate}  ${speed.left} left` : '';
  return `${epoch}/${size.epochs} ${'\u2588'.repeat(full)}${'\u2591'.repeat(20 - full)} ${percent(part, 0)}  ${meanText(meanOf(sums))}${now}`;
}
