// The program `cnnc`: joins the command line to this process. `start/launch.ts` loads it.
import type { Io } from './io.ts';
import { main } from './main.ts';

// `cnnc ... | head` closes the pipe while there is more to say: that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    if (stream === process.stdout) process.stderr.write(`cannot write the output: ${error.message}\n`);
    process.exit(1);
  });
}

// The first Ctrl-C asks to finish cleanly, the second ends at once. One key press can arrive twice: npm passes on what the
// terminal has sent to all already.
const stop = new AbortController();
let stoppedAt = 0;
process.on('SIGINT', () => {
  if (stop.signal.aborted && performance.now() - stoppedAt > 500) process.exit(130);
  if (!stop.signal.aborted) stoppedAt = performance.now();
  stop.abort();
});

const io: Io = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  isTTY: process.stderr.isTTY === true,
  // As they are now: a window may be made narrower.
  get columns() {
    return process.stdout.columns ?? process.stderr.columns ?? 100;
  },
  get rows() {
    return process.stderr.rows as number | undefined;
  },
  cwd: process.cwd(),
  env: process.env,
  signal: stop.signal,
};

/** Resolves when the command has ended; the exit code is set then. */
export const done: Promise<void> = main(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
