// What reading a text is done with: the rules of the grammar, and what one run fills.
import rules from '../../grammar/cnn.rules.js';
import type { Diagnostic, Source, Span } from '../diagnostics/types.ts';
import { type Match, matchRule, type Tree } from './peg/match.ts';
import { grammarOf } from './peg/rules.ts';

/** One parse at a time fills this; `parse` sets it and reads it back. */
export interface Reading {
  source: Source;
  diagnostics: Diagnostic[];
  /** Names of blocks whose heads could not be read. */
  unread: string[];
}

export const reading: Reading = { source: { file: '', text: '' }, diagnostics: [], unread: [] };

const ruleOf = grammarOf(rules);

/** A whole text by a rule of the grammar. */
export const matchText = (text: string, rule: string): Match => matchRule(text, ruleOf('spaces'), ruleOf(rule));

export const textOf = ({ start, end }: Tree): string => reading.source.text.slice(start, end);

/** Where a part of the text stands, without the spaces behind it. */
export const spanOf = (node: Tree): Span => {
  const { start } = node;
  return { source: reading.source, start, end: start + textOf(node).trimEnd().length };
};

/** From the beginning of one part to the end of another. */
export const between = (first: Tree, last: Tree): Span => ({
  source: reading.source,
  start: first.start,
  end: spanOf(last).end,
});

/** What `?` found, if anything. */
export const optional = (node: Tree | undefined): Tree | undefined => node?.children[0];
