// Lines and fields of a table, as RFC 4180 has them: commas, quotes, and where in the file something stands.
import type { CsvPlace } from '../diagnostics/catalog/data.ts';
import { csvQuote } from '../diagnostics/catalog/data-files.ts';
import { refuse } from '../diagnostics/index.ts';

export const [comma, newline, carriage, point, minus, zero, nine, quote] = [44, 10, 13, 46, 45, 48, 57, 34];
/** Longer lines are not shown in messages. */
const shownLine = 120;

/** The place of the bytes `start` to `end` of a file, for a message. */
export function placeOf(bytes: Uint8Array, file: string, start: number, end: number): CsvPlace {
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, start));
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  const lineEnd = bytes.indexOf(newline, start);
  const length = (lineEnd < 0 ? bytes.length : lineEnd) - bytes.lastIndexOf(newline, start - 1);
  if (length > shownLine) return { file, line, column };
  const source = { file, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) };
  return {
    file,
    line,
    column,
    primary: { span: { source, start: before.length, end: before.length + end - start }, text: '' },
  };
}

/** A number as a text may have it, or undefined; NaN and infinities are numbers here. */
export function slowNumber(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^[+-]?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  return /^[+-]?nan$/i.test(text) ? Number.NaN : undefined;
}

/** The text of a field without spaces and quotes. */
export function fieldText(bytes: Uint8Array, start: number, end: number): string {
  const text = new TextDecoder().decode(bytes.subarray(start, end)).trim();
  return /^".*"$/s.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/** How a table is cut: `quoted` says whether it has quotes at all; without them, lines and commas are all there is. */
export interface Cut {
  readonly bytes: Uint8Array;
  readonly file: string;
  readonly quoted: boolean;
}

/** The end of the line that begins at `start`: a line feed outside quotes, or the end of the file. */
export function lineEnd({ bytes, file, quoted }: Cut, start: number): number {
  const plain = bytes.indexOf(newline, start);
  const end = plain < 0 ? bytes.length : plain;
  if (!quoted) return end;
  let opened = -1;
  for (let i = start; i < bytes.length; i++) {
    if (bytes[i] === quote) opened = opened < 0 ? i : -1;
    else if (bytes[i] === newline && opened < 0) return i;
  }
  if (opened >= 0) refuse(csvQuote(placeOf(bytes, file, opened, opened + 1)));
  return bytes.length;
}

/** The end of the field that begins at `at`: a comma outside quotes, or the end of the line. */
export function fieldEnd({ bytes, quoted }: Cut, at: number, end: number): number {
  if (!quoted) {
    const stop = bytes.indexOf(comma, at);
    return stop < 0 || stop > end ? end : stop;
  }
  let inside = false;
  for (let i = at; i < end; i++) {
    if (bytes[i] === quote) inside = !inside;
    else if (bytes[i] === comma && !inside) return i;
  }
  return end;
}

/** The texts of a line's fields. */
export function fieldsOf(cut: Cut, start: number, end: number): string[] {
  const out: string[] = [];
  for (let at = start; at <= end; ) {
    const stop = fieldEnd(cut, at, end);
    out.push(fieldText(cut.bytes, at, stop));
    at = stop + 1;
  }
  return out;
}

/** A line without its line feed, carriage return and spaces at the end. */
export function trimmed(bytes: Uint8Array, start: number, end: number): number {
  let last = end;
  while (last > start && (bytes[last - 1] === carriage || bytes[last - 1] === 32)) last--;
  return last;
}
