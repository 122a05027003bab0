// Ast -> text: the one canonical way to write a file. Printing what was parsed from a printed text changes nothing.
import { lineColumn } from '../diagnostics/render.ts';
import type { Body, Comment, File, If, Line, Statement } from './ast.ts';
import { layOut, type Row } from './lay-out.ts';
import { headOfArm, inlineStatement, printAs, printAssertion, printLayer, printParameters } from './print-words.ts';

export { printExpr, printLayer, printValue } from './print-words.ts';

/** A group that was written on one line stays on one, when it is not longer than this. */
const inlineWidth = 80;

/** Formats a file that parsed without errors. */
export function print(file: File): string {
  const { text } = file.span.source;
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
  const fixedRow = (words: string, from: number, to: number, indent: number): void => {
    rows.push({ from: lineOf(from), to: lineOf(to), indent, text: words, fixed: true });
  };
  /** Does the statement stay on one line? Empty bodies always do. */
  const isInline = (s: Statement): boolean => {
    if (s.kind === 'layer') return true;
    const end = s.kind === 'if' ? (s.arms[s.arms.length - 1]?.body.span.end ?? s.span.end) : s.body.span.end;
    if (comments.some((c) => c.span.start >= s.span.start && c.span.start < end)) return false;
    const empty = s.kind === 'group' && s.body.lines.length === 0;
    const oneLine = !text.slice(s.span.start, end).trimEnd().includes('\n');
    return empty || (oneLine && inlineStatement(s).length <= inlineWidth);
  };
  const printLine = (line: Line, indent: number, train: boolean): void => {
    commentsBefore(line.span.start, indent);
    /** What stands on the row so far, and where it began. */
    let pen = '';
    let from = line.span.start;
    const open = (head: string, body: Body): void => {
      fixedRow(`${pen}${head} {`, from, body.span.start, indent);
      printBody(body, indent + 1, train);
      commentsBefore(body.span.end - 1, indent + 1);
      pen = '}';
      from = body.span.end - 1;
    };
    const openIf = (s: If): void =>
      s.arms.forEach((arm, i) => {
        if (i > 0) {
          commentsBefore(arm.body.span.start, indent + 1);
          pen += ' ';
        }
        open(headOfArm(s, i), arm.body);
      });
    const last = line.statements[line.statements.length - 1] as Statement;
    line.statements.forEach((s, i) => {
      if (i > 0) pen += ' | ';
      if (s.kind === 'layer' && s === last) pen += printLayer(s) + printAs(s);
      else if (isInline(s)) pen += inlineStatement(s);
      else if (s.kind === 'if') openIf(s);
      else if (s.kind === 'group') {
        open(printLayer(s), s.body);
        pen += [printAs(s), printAssertion(s)].map((part) => (part === '' ? '' : ` ${part.trim()}`)).join('');
      }
    });
    const fixed = pen.startsWith('}');
    const row: Row = { from: lineOf(from), to: lineOf(line.span.end), indent, text: pen, ...(fixed ? { fixed } : {}) };
    if (train && last.kind === 'layer' && line.statements.length === 1) {
      const { name } = last;
      rows.push({ ...row, setting: [name.text, pen.slice(name.text.length + 1)] });
    } else rows.push(row);
    if (last.kind !== 'layer' || !last.assertion) return;
    const end = rows[rows.length - 1] as Row;
    if (fixed) end.text += ` ${printAssertion(last)}`;
    else end.assertion = printAssertion(last);
  };
  const printBody = (body: Body, indent: number, train: boolean): void => {
    for (const line of body.lines) printLine(line, indent, train);
  };

  for (const section of file.sections) {
    const { start, end } = section.span;
    commentsBefore(start, 0);
    if (section.kind === 'import') {
      fixedRow(`import "${section.path}"`, start, end, 0);
      continue;
    }
    const { body } = section;
    const settings = section.kind === 'train' || section.kind === 'data';
    const head = settings ? section.kind : `${section.kind} ${section.name.text}${printParameters(section.parameters)}`;
    fixedRow(`${head} {`, start, body.span.start, 0);
    printBody(body, 1, settings);
    commentsBefore(body.span.end - 1, 1);
    fixedRow('}', body.span.end - 1, body.span.end - 1, 0);
  }
  commentsBefore(Number.POSITIVE_INFINITY, 0);
  return layOut(rows);
}
