// The first line of a table: whether it is a header, and which column the label is in.
import { csvColumn } from '../diagnostics/catalog/data-files.ts';
import { refuse } from '../diagnostics/index.ts';
import { type Cut, fieldsOf, lineEnd, slowNumber, trimmed } from './csv-lines.ts';

export interface Head {
  /** The names of the columns; undefined when the first line is a picture already. */
  readonly names: readonly string[] | undefined;
  /** The number of fields of a line. */
  readonly fields: number;
  /** The first of these columns holds the label: counted from 0. */
  readonly label: number;
  /** The line it was read from, counted from 1, and where the next one begins. */
  readonly line: number;
  readonly next: number;
  /** Where the line itself begins. */
  readonly start: number;
}

/** Columns of these names hold the label unless the spec says another. */
const labelWords = ['label', 'labels', 'class', 'target', 'y'];
const isWord = (text: string): boolean => text !== '' && slowNumber(text) === undefined;

/** Whether a line is a header, as far as it and the next line can tell. */
function isHeader(first: readonly string[], second: readonly string[] | undefined, label: string | undefined): boolean {
  if (label !== undefined && isWord(label) && first.includes(label)) return true;
  if (first.some((name) => labelWords.includes(name.toLowerCase()))) return true;
  if (2 * first.filter(isWord).length > first.length) return true;
  return isWord(first.at(-1) ?? '') && !isWord(second?.at(-1) ?? '');
}

/** Reads the first line that is not empty; undefined when there is none. `label` is a column's name, or its number from 1. */
export function readHead(cut: Cut, from: number, label: string | undefined): Head | undefined {
  const lines: { start: number; next: number; line: number; fields: string[] }[] = [];
  for (let start = from, line = 1; start < cut.bytes.length && lines.length < 2; line++) {
    const found = lineEnd(cut, start);
    const end = trimmed(cut.bytes, start, found);
    if (end > start) lines.push({ start, line, next: found + 1, fields: fieldsOf(cut, start, end) });
    start = found + 1;
  }
  const [first, second] = lines;
  if (first === undefined) return undefined;
  const fields = first.fields.length;
  const names = isHeader(first.fields, second?.fields, label) ? first.fields : undefined;
  let at = fields - 1;
  if (label !== undefined) {
    const number = /^[1-9]\d*$/.test(label) ? Number(label) - 1 : -1;
    at = names?.indexOf(label) ?? -1;
    if (at < 0 && number >= 0 && number < fields) at = number;
    if (at < 0) refuse(csvColumn(cut.file, label, names ?? []));
  } else {
    const known = names?.flatMap((name, i) => (labelWords.includes(name.toLowerCase()) ? [i] : [])) ?? [];
    if (known.length === 1) at = known[0] as number;
  }
  return { names, fields, label: at, line: first.line, next: first.next, start: first.start };
}
