// What reading a text is done with: the semantics of the grammar, and what one run fills.
import type { Node as OhmNode } from 'ohm-js';
import grammar from '../../grammar/cnn.ohm-bundle.js';
import type { Diagnostic, Source, Span } from '../diagnostics/types.ts';

/** One parse at a time fills this; `parse` sets it and reads it back. */
export interface Reading {
  source: Source;
  diagnostics: Diagnostic[];
  /** Names of blocks whose heads could not be read. */
  unread: string[];
}

export const reading: Reading = { source: { file: '', text: '' }, diagnostics: [], unread: [] };

/** Where a part of the text stands, without the spaces behind it. */
export const spanOf = (node: OhmNode): Span => {
  const { startIdx, contents } = node.source;
  return { source: reading.source, start: startIdx, end: startIdx + contents.trimEnd().length };
};

/** From the beginning of one part to the end of another. */
export const between = (first: OhmNode, last: OhmNode): Span => ({
  source: reading.source,
  start: first.source.startIdx,
  end: spanOf(last).end,
});

/** What `?` found, if anything. */
export const optional = (node: OhmNode): OhmNode | undefined => node.children[0];

export const semantics = grammar.createSemantics();
