// A diagnostic as text: the place, the source lines, carets under the exact words, and the help.
import type { Diagnostic, Label, Source } from './types.ts';

/** 1-based line and column of an offset. Columns count characters. */
export function lineColumn(source: Source, offset: number): { line: number; column: number } {
  const before = source.text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/** The text of a 1-based line, without its end, tabs as one space so that carets stay under their words. */
function lineText(source: Source, line: number): string {
  return (source.text.split('\n')[line - 1] ?? '').replace(/\r$/, '').replace(/\t/g, ' ');
}

export type Paint = (kind: 'error' | 'warning' | 'note' | 'help' | 'frame' | 'bold', text: string) => string;
const plain: Paint = (_kind, text) => text;
const ansi: Record<Parameters<Paint>[0], string> = {
  error: '1;31',
  warning: '1;33',
  note: '1;36',
  help: '1;32',
  frame: '1;34',
  bold: '1',
};
export const colour: Paint = (kind, text) => `\x1b[${ansi[kind]}m${text}\x1b[0m`;

/** Renders one diagnostic; the text ends with a line feed. */
export function render(d: Diagnostic, paint: Paint = plain): string {
  const out: string[] = [`${paint(d.severity, `${d.severity}[${d.code}]`)}${paint('bold', `: ${d.message}`)}`];
  let margin = 1;
  if (d.primary) {
    const { source, start } = d.primary.span;
    const at = lineColumn(source, start);
    const labels = [d.primary, ...(d.labels ?? [])];
    const lines = new Map<string, { source: Source; line: number; labels: Label[] }>();
    for (const label of labels) {
      const line = lineColumn(label.span.source, label.span.start).line;
      const key = `${label.span.source.file}\0${line}`;
      const row = lines.get(key) ?? { source: label.span.source, line, labels: [] };
      row.labels.push(label);
      lines.set(key, row);
    }
    margin = Math.max(...[...lines.values()].map((row) => String(row.line).length)) + 1;
    const bar = `${' '.repeat(margin)} ${paint('frame', '|')}`;
    out.push(`${' '.repeat(margin)}${paint('frame', '-->')} ${source.file}:${at.line}:${at.column}`, bar);
    const rows = [...lines.values()].sort((a, b) =>
      a.source === b.source ? a.line - b.line : a.source === source ? -1 : 1,
    );
    let shown = source;
    for (const row of rows) {
      if (row.source !== shown)
        out.push(`${' '.repeat(margin)}${paint('frame', ':::')} ${row.source.file}:${row.line}`);
      shown = row.source;
      const text = lineText(row.source, row.line);
      out.push(`${paint('frame', `${String(row.line).padStart(margin)} |`)} ${text}`.trimEnd());
      for (const label of row.labels) {
        const column = lineColumn(label.span.source, label.span.start).column - 1;
        const width = Math.max(1, Math.min(label.span.end - label.span.start, Math.max(1, text.length - column)));
        const primary = label === d.primary;
        const mark = (primary ? '^' : '-').repeat(width) + (label.text === '' ? '' : ` ${label.text}`);
        out.push(`${bar} ${' '.repeat(column)}${paint(primary ? d.severity : 'frame', mark)}`);
      }
    }
  } else if (d.file !== undefined) {
    out.push(`  ${paint('frame', '-->')} ${d.file}`);
  }
  for (const help of d.help ?? []) {
    const [first, ...rest] = help.split('\n');
    out.push(`${' '.repeat(margin + 1)}${paint('frame', '=')} ${paint('help', 'help')}: ${first}`);
    for (const line of rest) out.push(`${' '.repeat(margin + 9)}${line}`);
  }
  return `${out.join('\n')}\n`;
}

/** All of them, errors last so that they are what the eye meets, with a count. */
export function renderAll(diagnostics: readonly Diagnostic[], paint: Paint = plain): string {
  const order = { note: 0, warning: 1, error: 2 };
  const sorted = [...diagnostics].sort((a, b) => order[a.severity] - order[b.severity]);
  return sorted.map((d) => render(d, paint)).join('\n');
}

/** The JSON form that `cnnc check --json` promises. */
export interface DiagnosticJson {
  code: string;
  severity: string;
  message: string;
  file: string | null;
  line: number | null;
  column: number | null;
  length: number | null;
  help: string[];
}

export function toJson(d: Diagnostic): DiagnosticJson {
  const at = d.primary ? lineColumn(d.primary.span.source, d.primary.span.start) : undefined;
  return {
    code: d.code,
    severity: d.severity,
    message: d.message,
    file: d.primary?.span.source.file ?? d.file ?? null,
    line: at?.line ?? null,
    column: at?.column ?? null,
    length: d.primary ? d.primary.span.end - d.primary.span.start : null,
    help: [...(d.help ?? [])],
  };
}
