// Text -> Ast. Never throws for what a user wrote: each bad line becomes a message and the rest is read on.
import * as say from '../diagnostics/catalog/syntax.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Source } from '../diagnostics/types.ts';
import type { Arm, Assertion, Body, Comment, File, Line, Name, Parameter, Section, Statement } from './ast.ts';
import { explainBadHead, explainBadLine } from './bad-line.ts';
import { exprOf, wordOf, wordValue } from './parse-words.ts';
import type { Tree } from './peg/match.ts';
import { elements, operation } from './peg/operation.ts';
import { between, matchText, optional, reading, spanOf, textOf } from './reading.ts';

export interface Parsed {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
}

const sectionWords = ['model', 'train', 'data', 'block', 'import'];

const badText = (node: Tree): void => {
  const text = textOf(node)
    .replace(/\/\/.*$/, '')
    .trimEnd();
  if (text.trim() === '') return;
  const start = node.start + (text.length - text.trimStart().length);
  reading.diagnostics.push(explainBadLine({ source: reading.source, start, end: node.start + text.length }));
};

/** `as` and `=>` behind a layer or a group. */
const behind = (as: Tree | undefined, assertion: Tree | undefined): { as?: Name; assertion?: Assertion } => {
  const name = optional(as);
  const shape = optional(assertion);
  return { ...(name ? { as: wordOf(name) } : {}), ...(shape ? { assertion: assertionOf(shape) } : {}) };
};

const assertionOf = operation<Assertion>('assertion', {
  Assertion: (_arrow, shape) => ({ shape: wordValue(shape), span: spanOf(shape) }),
});

const parameterOf = operation<Parameter>('parameter', {
  Parameter(name, initial) {
    const value = optional(initial);
    return { name: wordOf(name), ...(value ? { initial: exprOf(value) } : {}) };
  },
});

const parametersOf = (node: Tree | undefined): Parameter[] => {
  const list = optional(node)?.children[2];
  return list ? elements(list).map(parameterOf) : [];
};

function bodyOf(tree: Tree, what: string): Body {
  const [open, lines, close] = tree.children as readonly [Tree, Tree, Tree];
  if (close.children[0]?.name === 'close_missing') reading.diagnostics.push(say.unclosedBody(spanOf(open), what));
  const items = lines.children.filter((l) => l.name !== 'nl').map((l) => lineOf(l));
  return {
    lines: items.filter((l) => l !== undefined),
    span: { source: reading.source, start: open.start, end: close.end },
  };
}

const sectionOf: (tree: Tree) => Section | undefined = operation<Section | undefined>('section', {
  Part_good: (section) => sectionOf(section),
  Part_bad(bad) {
    const span = spanOf(bad);
    const text = textOf(bad).trim();
    if (text.replace(/\/\/.*$/, '').trim() !== '') {
      const word = /^[A-Za-z_]\w*/.exec(text)?.[0] ?? '';
      const block = /^block\s+([A-Za-z_]\w*)/.exec(text)?.[1];
      if (block !== undefined) reading.unread.push(block);
      reading.diagnostics.push(explainBadHead(span, word) ?? say.badSection(span, word, nearest(word, sectionWords)));
    }
    return undefined;
  },
  Part_stray(brace) {
    reading.diagnostics.push(say.strayBrace(spanOf(brace)));
    return undefined;
  },
  Model: (_kw, name, parameters, body) => ({
    kind: 'model',
    name: wordOf(name),
    parameters: parametersOf(parameters),
    body: bodyOf(body, 'the model'),
    span: spanOf(name),
  }),
  Block: (_kw, name, parameters, body) => ({
    kind: 'block',
    name: wordOf(name),
    parameters: parametersOf(parameters),
    body: bodyOf(body, 'the block'),
    span: spanOf(name),
  }),
  Train: (kw, body) => ({ kind: 'train', body: bodyOf(body, 'the train section'), span: spanOf(kw) }),
  Data: (kw, body) => ({ kind: 'data', body: bodyOf(body, 'the data section'), span: spanOf(kw) }),
  Import: (_kw, path) => ({
    kind: 'import',
    path: textOf(path).slice(1, -1),
    span: spanOf(path),
  }),
});

const lineOf: (tree: Tree) => Line | undefined = operation<Line | undefined>('line', {
  Line_good: (chain) => lineOf(chain),
  Line_bad(bad) {
    const before = reading.diagnostics.length;
    badText(bad);
    return reading.diagnostics.length === before ? undefined : { statements: [], span: spanOf(bad) };
  },
  Chain(first, _bars, rest) {
    return { statements: [first, ...rest.children].map(statementOf), span: spanOf(this) };
  },
});

const statementOf: (tree: Tree) => Statement = operation<Statement>('statement', {
  If(kw, condition, body, others) {
    const first = { condition: exprOf(condition), body: bodyOf(body, '`if`') };
    const arms = [first, ...others.children.map(armOf)];
    return { kind: 'if', arms, span: between(kw, condition) };
  },
  Layer(name, words, body, as, assertion) {
    const values = words.children;
    const head = { name: wordOf(name), words: values.map(wordValue) };
    const braces = optional(body);
    if (!braces) return { kind: 'layer', ...head, ...behind(as, assertion), span: spanOf(this) };
    const last = values.at(-1) ?? name;
    const group = { kind: 'group', ...head, body: bodyOf(braces, `\`${head.name.text}\``) } as const;
    return { ...group, ...behind(as, assertion), span: between(name, last) };
  },
});

const armOf = operation<Arm>('arm', {
  Else(_nl, _else, _if, condition, body) {
    const test = optional(condition);
    return {
      ...(test ? { condition: exprOf(test) } : {}),
      body: bodyOf(body, test ? '`else if`' : '`else`'),
    };
  },
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
  const match = matchText(from.text, 'File');
  const span = { source: from, start: 0, end: Math.max(1, from.text.length) };
  if (!match.ok) {
    const start = Math.max(0, match.at);
    return {
      file: { sections: [], comments: commentsOf(from), unread, span },
      diagnostics: [explainBadLine({ source: from, start, end: Math.min(start + 1, from.text.length) })],
    };
  }
  const parts = match.tree.children[1]?.children ?? [];
  const sections = parts.map(sectionOf).filter((s) => s !== undefined);
  return { file: { sections, comments: commentsOf(from), unread, span }, diagnostics };
}
