// What a command may touch of the world around it, so that tests can stand in for a terminal.
import { type Diagnostic, renderAll } from '../diagnostics/index.ts';
import { colour, type Paint } from '../diagnostics/render.ts';

export interface Io {
  /** Writes a text as it is; a line needs its own line feed. */
  stdout(text: string): void;
  stderr(text: string): void;
  /** Whether stderr, where progress and messages go, is a terminal. */
  readonly isTTY: boolean;
  readonly columns: number;
  /** Lines of the terminal, where they are known. */
  readonly rows?: number | undefined;
  /** Relative paths on the command line start here. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first Ctrl-C: finish cleanly and keep what was done. */
  readonly signal?: AbortSignal;
}

/** Colour on a terminal, unless NO_COLOR asks for none. */
export function paintFor(io: Io): Paint | undefined {
  return io.isTTY && !io.env.NO_COLOR && io.env.TERM !== 'dumb' ? colour : undefined;
}

/** Prints messages on stderr, errors last. */
export function report(io: Io, diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length > 0) io.stderr(renderAll(diagnostics, paintFor(io)));
}

/** Prints what `--json` promises: one object or array on one line. */
export function printJson(io: Io, value: unknown): void {
  io.stdout(`${JSON.stringify(value)}\n`);
}
