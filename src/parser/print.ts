// Ast -> text: the one canonical way to write a file. Printing what was parsed from a printed text changes nothing.
import { lineColumn } from '../diagnostics/render.ts';
import type { Body, Comment, File, Layer, Line, Statement, Value } from './ast.ts';

/** A row of the output: its text, what is aligned behind it, and where it stood. */
interface Row {
  readonly from: number;
  readonly to: number;
  readonly indent: number;
  text: string;
  assertion?: string;
  comment?: string;
  /** Rows of a train section: the first word is a column of its own. */
  readonly setting?: readonly [string, string];
  readonly fixed?: boolean;
}

export function printValue(value: Value): string {
  switch (value.kind) {
    case 'number':
      return value.text;
    case 'dims':
      return value.values.join('x');
    case 'name':
      return value.name;
    case 'string':
      return `"${value.value}"`;
    case 'list':
      return `[${value.items.map(printValue).join(', ')}]`;
  }
}

/** A layer without its assertion: name and words, one space between. */
export function printLayer(layer: Layer): string {
  return [layer.name.text, ...layer.words.map(printValue)].join(' ');
}

/** Formats a file that parsed without errors. */
export function print(file: File): string {
  const lineOf = (offset: number): number => lineColumn(file.span.source, offset).line;
  const rows: Row[] = [];
  const comments = [...file.comments];

  /** Comments on lines of their own that stand before `offset` become rows. */
  const commentsBefore = (offset: number, indent: number): void => {
    while (comments[0] && comments[0].span.start < offset) {
      const comment = comments.shift() as Comment;
      const line = lineOf(comment.span.start);
      const last = rows[rows.length - 1];
      if (!comment.own && last && last.to === line) last.comment = comment.text;
      else rows.push({ from: line, to: line, indent, text: comment.text, fixed: true });
    }
  };
  const open = (text: string, start: number, indent: number): void => {
    commentsBefore(start, indent);
    rows.push({ from: lineOf(start), to: lineOf(start), indent, text: `${text} {`, fixed: true });
  };
  const close = (body: Body, indent: number): void => {
    commentsBefore(body.span.end - 1, indent + 1);
    const line = lineOf(body.span.end - 1);
    rows.push({ from: line, to: line, indent, text: '}', fixed: true });
  };
  const printLine = (line: Line, indent: number, train: boolean): void => {
    commentsBefore(line.span.start, indent);
    const only = line.statements[0];
    if (line.statements.length === 1 && only?.kind === 'repeat') {
      open(`repeat ${printValue(only.count)}`, only.span.start, indent);
      printBody(only.body, indent + 1, train);
      close(only.body, indent);
      return;
    }
    const last = line.statements[line.statements.length - 1] as Statement;
    const parts = line.statements.map((s, i) => {
      if (s.kind === 'repeat') return inlineRepeat(s);
      const asserted = s.assertion && i < line.statements.length - 1 ? ` => ${s.assertion.shape.join('x')}` : '';
      return printLayer(s) + asserted;
    });
    const row: Row = {
      from: lineOf(line.span.start),
      to: lineOf(line.span.end),
      indent,
      text: parts.join(' | '),
      ...(train && only?.kind === 'layer' && line.statements.length === 1
        ? { setting: [only.name.text, only.words.map(printValue).join(' ')] as const }
        : {}),
    };
    if (last.kind === 'layer' && last.assertion) row.assertion = `=> ${last.assertion.shape.join('x')}`;
    rows.push(row);
  };
  const printBody = (body: Body, indent: number, train: boolean): void => {
    for (const line of body.lines) printLine(line, indent, train);
  };

  for (const section of file.sections) {
    const head = section.kind === 'model' ? `model ${section.name.text}` : 'train';
    open(head, section.span.start, 0);
    printBody(section.body, 1, section.kind === 'train');
    close(section.body, 0);
  }
  commentsBefore(Number.POSITIVE_INFINITY, 0);
  return layOut(rows);
}

function inlineRepeat(statement: Statement): string {
  if (statement.kind === 'layer')
    return printLayer(statement) + (statement.assertion ? ` => ${statement.assertion.shape.join('x')}` : '');
  const lines = statement.body.lines.map((l) => l.statements.map(inlineRepeat).join(' | '));
  return `repeat ${printValue(statement.count)} { ${lines.join(' | ')} }`;
}

/** Aligns settings, assertions and comments within runs of neighbouring rows, and keeps single blank lines. */
function layOut(rows: readonly Row[]): string {
  const out: string[] = [];
  const runOf: number[] = [];
  let run = 0;
  rows.forEach((row, i) => {
    const before = rows[i - 1];
    if (before && (row.fixed || before.fixed || row.indent !== before.indent || row.from > before.to + 1)) run++;
    runOf.push(run);
  });
  const widest = (of: number, width: (row: Row) => number): number =>
    Math.max(0, ...rows.filter((_, i) => runOf[i] === of).map(width));
  rows.forEach((row, i) => {
    const r = runOf[i] as number;
    const keys = widest(r, (x) => x.setting?.[0].length ?? 0);
    const text = (x: Row): string => (x.setting ? `${x.setting[0].padEnd(keys)} ${x.setting[1]}`.trimEnd() : x.text);
    const asserted = widest(r, (x) => (x.assertion ? text(x).length : 0));
    const whole = (x: Row): string => (x.assertion ? `${text(x).padEnd(asserted)}  ${x.assertion}` : text(x));
    const commented = widest(r, (x) => (x.comment ? whole(x).length : 0));
    const line = row.comment ? `${whole(row).padEnd(commented)}  ${row.comment}` : whole(row);
    const before = rows[i - 1];
    if (before && row.from > before.to + 1 && row.text !== '}' && !before.text.endsWith('{')) out.push('');
    else if (before?.text === '}' && before.indent === 0 && row.indent === 0) out.push('');
    out.push('  '.repeat(row.indent) + line);
  });
  return `${out.join('\n')}\n`;
}
