// A bar of progress on a terminal, through the Io of the command.
import { Writable } from 'node:stream';
import type { SingleBar } from 'cli-progress';
import type { Io } from './io.ts';

/** `format` is that of cli-progress; `others` is how many columns it takes beside the bar. */
export async function openBar(io: Io, format: string, others: number): Promise<SingleBar> {
  const { default: cliProgress } = await import('cli-progress');
  const sink = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      io.stderr(String(chunk));
      done();
    },
  });
  const stream = Object.assign(sink, { isTTY: true, columns: io.columns }) as unknown as NodeJS.WritableStream;
  return new cliProgress.SingleBar(
    {
      stream,
      format,
      barsize: Math.max(8, Math.min(30, io.columns - others)),
      clearOnComplete: true,
      hideCursor: false,
      gracefulExit: false,
    },
    cliProgress.Presets.shades_grey,
  );
}
