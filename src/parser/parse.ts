// Text -> Ast. Never throws for what a user wrote: each bad line becomes a message and the rest is read on.
import type { Node as OhmNode } from 'ohm-js';
import grammar from '../../grammar/cnn.ohm-bundle.js';
import * as say from '../diagnostics/catalog/syntax.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Source } from '../diagnostics/types.ts';
import type {
  Arm,
  Assertion,
  Body,
  Comment,
  Expr,
  File,
  Line,
  Name,
  Parameter,
  Section,
  Statement,
  Word,
} from './ast.ts';
import { explainBadHead, explainBadLine } from './bad-line.ts';
import './parse-words.ts';
import { between, optional, reading, semantics, spanOf } from './reading.ts';

export interface Parsed {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
}

const sectionWords = ['model', 'train', 'data', 'block', 'import'];

const badText = (node: OhmNode): void => {
  const text = node.source.contents.replace(/\/\/.*$/, '').trimEnd();
  if (text.trim() === '') return;
  const start = node.source.startIdx + (text.length - text.trimStart().length);
  reading.diagnostics.push(explainBadLine({ source: reading.source, start, end: node.source.startIdx + text.length }));
};

/** `as` and `=>` behind a layer or a group. */
const behind = (as: OhmNode, assertion: OhmNode): { as?: Name; assertion?: Assertion } => {
  const name = optional(as)?.word() as Name | undefined;
  const shape = optional(assertion)?.assertion() as Assertion | undefined;
  return { ...(name ? { as: name } : {}), ...(shape ? { assertion: shape } : {}) };
};
const parametersOf = (node: OhmNode): Parameter[] => (optional(node)?.parameters() as Parameter[] | undefined) ?? [];

semantics.addOperation<Section | Line | Statement | undefined>('item', {
  Part_good: (section, _nl) => section.item(),
  Part_bad: (bad, _nl) => {
    const text = bad.source.contents.trim();
    if (text.replace(/\/\/.*$/, '').trim() !== '') {
      const word = /^[A-Za-z_]\w*/.exec(text)?.[0] ?? '';
      const block = /^block\s+([A-Za-z_]\w*)/.exec(text)?.[1];
      if (block !== undefined) reading.unread.push(block);
      reading.diagnostics.push(
        explainBadHead(spanOf(bad), word) ?? say.badSection(spanOf(bad), word, nearest(word, sectionWords)),
      );
    }
    return undefined;
  },
  Part_stray: (brace, _nl) => {
    reading.diagnostics.push(say.strayBrace(spanOf(brace)));
    return undefined;
  },
  Section: (section) => section.item(),
  Model: (_kw, name, parameters, body) => ({
    kind: 'model',
    name: name.word(),
    parameters: parametersOf(parameters),
    body: body.body('the model'),
    span: spanOf(name),
  }),
  Block: (_kw, name, parameters, body) => ({
    kind: 'block',
    name: name.word(),
    parameters: parametersOf(parameters),
    body: body.body('the block'),
    span: spanOf(name),
  }),
  Train: (kw, body) => ({ kind: 'train', body: body.body('the train section'), span: spanOf(kw) }),
  Data: (kw, body) => ({ kind: 'data', body: body.body('the data section'), span: spanOf(kw) }),
  Import: (_kw, path) => ({ kind: 'import', path: path.source.contents.slice(1, -1), span: spanOf(path) }),
  Line: (line) => line.item(),
  Line_good: (chain, _end) => chain.item(),
  Line_bad: (bad) => {
    const before = reading.diagnostics.length;
    badText(bad);
    return reading.diagnostics.length === before ? undefined : { statements: [], span: spanOf(bad) };
  },
  Chain(first, _bars, rest) {
    const statements = [first, ...rest.children].map((s) => s.item() as Statement);
    return { statements, span: spanOf(this) };
  },
  Statement: (statement) => statement.item(),
  If(kw, condition, body, others) {
    const first = { condition: condition.expr(), body: body.body('`if`') };
    return { kind: 'if', arms: [first, ...others.children.map((o) => o.arm() as Arm)], span: between(kw, condition) };
  },
  Layer(name, words, body, as, assertion) {
    const head = { name: name.word(), words: words.children.map((w) => w.value() as Word) };
    const braces = optional(body);
    if (!braces) return { kind: 'layer', ...head, ...behind(as, assertion), span: spanOf(this) };
    const last = words.children.at(-1) ?? name;
    const group = { kind: 'group', ...head, body: braces.body(`\`${head.name.text}\``) } as const;
    return { ...group, ...behind(as, assertion), span: between(name, last) };
  },
});

semantics.addOperation<Arm>('arm', {
  Else(_nl, _else, _if, condition, body) {
    const test = optional(condition)?.expr() as Expr | undefined;
    return { ...(test ? { condition: test } : {}), body: body.body(test ? '`else if`' : '`else`') };
  },
});

semantics.addOperation<Parameter[]>('parameters', {
  Parameters: (_open, _nl1, list, _nl2, _close) => list.asIteration().children.map((p) => p.parameter() as Parameter),
});

semantics.addOperation<Parameter>('parameter', {
  Parameter(name, initial) {
    const value = optional(initial)?.expr() as Expr | undefined;
    return { name: name.word(), ...(value ? { initial: value } : {}) };
  },
});

semantics.addOperation<Name>('word', {
  name(_text) {
    return { text: this.source.contents, span: spanOf(this) };
  },
  ident(_first, _rest) {
    return { text: this.source.contents, span: spanOf(this) };
  },
  As: (_kw, name) => name.word(),
});

semantics.addOperation<Assertion>('assertion', {
  Assertion(_arrow, shape) {
    return { shape: shape.value(), span: spanOf(shape) };
  },
});

semantics.addOperation<Body>('body(what)', {
  Body(open, lines, close) {
    if (close.children[0]?.ctorName === 'close_missing')
      reading.diagnostics.push(say.unclosedBody(spanOf(open), this.args.what));
    const items = lines.children.filter((l) => l.ctorName !== 'nl').map((l) => l.item() as Line | undefined);
    const span = { source: reading.source, start: open.source.startIdx, end: close.source.endIdx };
    return { lines: items.filter((l) => l !== undefined), span };
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
  const unread: string[] = [];
  const diagnostics: Diagnostic[] = [];
  Object.assign(reading, { source: from, diagnostics, unread });
  const match = grammar.match(from.text, 'File');
  const span = { source: from, start: 0, end: Math.max(1, from.text.length) };
  if (match.failed()) {
    const at = match.getRightmostFailurePosition() ?? 0;
    return {
      file: { sections: [], comments: commentsOf(from), unread, span },
      diagnostics: [explainBadLine({ source: from, start: at, end: Math.min(at + 1, from.text.length) })],
    };
  }
  const sections = (semantics(match).sections() as (Section | undefined)[]).filter((s) => s !== undefined);
  return { file: { sections, comments: commentsOf(from), unread, span }, diagnostics };
}
