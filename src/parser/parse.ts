// Text -> Ast. Never throws for what a user wrote: each bad line becomes a message and the rest is read on.
import type { Node as OhmNode } from 'ohm-js';
import grammar from '../../grammar/cnn.ohm-bundle.js';
import * as say from '../diagnostics/catalog/syntax.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Source, Span } from '../diagnostics/types.ts';
import type { Assertion, Body, Comment, File, Line, Name, Section, Statement, Value } from './ast.ts';
import { explainBadLine } from './bad-line.ts';

export interface Parsed {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
}

// One parse at a time fills these; `parse` sets them and reads them back.
let source: Source;
let diagnostics: Diagnostic[];

const spanOf = (node: OhmNode): Span => {
  const text = node.source.contents;
  return { source, start: node.source.startIdx, end: node.source.startIdx + text.trimEnd().length };
};

const badText = (node: OhmNode): void => {
  const text = node.source.contents.replace(/\/\/.*$/, '').trimEnd();
  if (text.trim() === '') return;
  const start = node.source.startIdx + (text.length - text.trimStart().length);
  diagnostics.push(explainBadLine({ source, start, end: node.source.startIdx + text.length }));
};

const semantics = grammar.createSemantics();

semantics.addOperation<Section | Line | Statement | undefined>('item', {
  Part_good: (section, _nl) => section.item(),
  Part_bad: (bad, _nl) => {
    const text = bad.source.contents.trim();
    if (text.replace(/\/\/.*$/, '').trim() !== '') {
      const word = /^[A-Za-z_]\w*/.exec(text)?.[0] ?? '';
      diagnostics.push(say.badSection(spanOf(bad), word, nearest(word, ['model', 'train'])));
    }
    return undefined;
  },
  Part_stray: (brace, _nl) => {
    diagnostics.push(say.strayBrace(spanOf(brace)));
    return undefined;
  },
  Section: (section) => section.item(),
  Model: (_kw, name, body) => ({
    kind: 'model',
    name: name.word(),
    body: body.body('the model'),
    span: spanOf(name),
  }),
  Train: (kw, body) => ({ kind: 'train', body: body.body('the train section'), span: spanOf(kw) }),
  Line: (line) => line.item(),
  Line_good: (chain, _end) => chain.item(),
  Line_bad: (bad) => {
    badText(bad);
    return undefined;
  },
  Chain(first, _bars, rest) {
    const statements = [first, ...rest.children].map((s) => s.item() as Statement);
    return { statements, span: spanOf(this) };
  },
  Statement: (statement) => statement.item(),
  Repeat: (kw, count, body) => ({
    kind: 'repeat',
    count: count.value(),
    body: body.body('`repeat`'),
    span: spanOf(kw),
  }),
  Layer(name, words, assertion) {
    const asserted = assertion.children[0]?.assertion() as Assertion | undefined;
    return {
      kind: 'layer',
      name: name.word(),
      words: words.children.map((w) => w.value() as Value),
      ...(asserted ? { assertion: asserted } : {}),
      span: spanOf(this),
    };
  },
});

semantics.addOperation<Name>('word', {
  name(_text) {
    return { text: this.source.contents, span: spanOf(this) };
  },
});

semantics.addOperation<Assertion>('assertion', {
  Assertion(_arrow, shape) {
    const value = shape.value() as Value;
    const sizes = value.kind === 'dims' ? value.values : value.kind === 'number' ? [value.value] : [];
    return { shape: sizes, span: value.span };
  },
});

semantics.addOperation<Body>('body(what)', {
  Body(open, lines, close) {
    if (close.children[0]?.ctorName === 'close_missing')
      diagnostics.push(say.unclosedBody(spanOf(open), this.args.what));
    const items = lines.children.filter((l) => l.ctorName !== 'nl').map((l) => l.item() as Line | undefined);
    const span = { source, start: open.source.startIdx, end: close.source.endIdx };
    return { lines: items.filter((l) => l !== undefined), span };
  },
});

semantics.addOperation<Value>('value', {
  Value: (value) => value.value(),
  Item: (value) => value.value(),
  List(_open, _nl1, items, _nl2, _close) {
    const values = items.asIteration().children.map((i) => i.value() as Value);
    return { kind: 'list', items: values, span: spanOf(this) };
  },
  dims(_first, _x, _rest) {
    return { kind: 'dims', values: this.source.contents.split('x').map(Number), span: spanOf(this) };
  },
  number(_sign, _int, _dot, _fraction, _e, _esign, _exponent) {
    const text = this.source.contents;
    return { kind: 'number', value: Number(text), text, span: spanOf(this) };
  },
  string(_open, text, _close) {
    return { kind: 'string', value: text.source.contents, span: spanOf(this) };
  },
  name(_text) {
    return { kind: 'name', name: this.source.contents, span: spanOf(this) };
  },
});

semantics.addOperation<(Section | undefined)[]>('sections', {
  File: (_nl, parts) => parts.children.map((p) => p.item() as Section | undefined),
});

/** Comments, found apart from the grammar: `//` outside quotes, up to the end of the line. */
function commentsOf(from: Source): Comment[] {
  const found: Comment[] = [];
  for (const match of from.text.matchAll(/"[^"\n]*"|\/\/[^\n]*/g)) {
    if (!match[0].startsWith('//')) continue;
    const before = from.text.slice(from.text.lastIndexOf('\n', match.index) + 1, match.index);
    const text = match[0].trimEnd();
    found.push({
      text,
      own: before.trim() === '',
      span: { source: from, start: match.index, end: match.index + text.length },
    });
  }
  return found;
}

/** Reads a .cnn text. The file holds what could be read; the diagnostics say what could not. */
export function parse(from: Source): Parsed {
  source = from;
  diagnostics = [];
  const match = grammar.match(from.text, 'File');
  const span = { source: from, start: 0, end: Math.max(1, from.text.length) };
  if (match.failed()) {
    const at = match.getRightmostFailurePosition() ?? 0;
    return {
      file: { sections: [], comments: commentsOf(from), span },
      diagnostics: [explainBadLine({ source: from, start: at, end: Math.min(at + 1, from.text.length) })],
    };
  }
  const sections = (semantics(match).sections() as (Section | undefined)[]).filter((s) => s !== undefined);
  return { file: { sections, comments: commentsOf(from), span }, diagnostics };
}
