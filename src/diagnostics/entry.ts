// How a message enters the catalogue: a code, a severity, and a function from what is known to what is said.
import type { Diagnostic, Severity } from './types.ts';

export type Said = Omit<Diagnostic, 'code' | 'severity'>;

/** A function of the catalogue; its `code` lets the tests check that each entry has a golden. */
export interface Entry<A extends readonly unknown[]> {
  (...args: A): Diagnostic;
  readonly code: string;
}

/** Makes a catalogue entry. Codes are E (error), W (warning) or N (note) and four digits, each used once. */
export function entry<A extends readonly unknown[]>(code: string, say: (...args: A) => Said): Entry<A> {
  const severity: Severity = code.startsWith('E') ? 'error' : code.startsWith('W') ? 'warning' : 'note';
  const make = (...args: A): Diagnostic => ({ code, severity, ...say(...args) });
  return Object.assign(make, { code });
}
