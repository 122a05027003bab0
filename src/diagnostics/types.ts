// What a message to the user is made of: plain data, so that it can be printed, sent as JSON, or drawn in an editor.

/** A text the user wrote: a `.cnn` file, or the text of an editor. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** Characters `start` (included) to `end` (excluded) of a source. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A span with a few words about it, drawn under carets. */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

export type Severity = 'error' | 'warning' | 'note';

/** One message. `file` names the place when the trouble is not in a text (a data file, a folder, a picture). */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly primary?: Label;
  readonly labels?: readonly Label[];
  readonly file?: string;
  readonly help?: readonly string[];
}

/** Thrown where a diagnostic ends the work at hand; the command line prints it. Anything else thrown is a bug of ours. */
export class Failure extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => `${d.code}: ${d.message}`).join('\n'));
    this.name = 'Failure';
    this.diagnostics = diagnostics;
  }
}

/** Ends the work at hand with one message. */
export function refuse(diagnostic: Diagnostic): never {
  throw new Failure([diagnostic]);
}

/** Ends the work at hand if any of the messages is an error. */
export function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.some((d) => d.severity === 'error')) throw new Failure(diagnostics);
}
