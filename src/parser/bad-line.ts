// Why a line is not a line: the first character that does not fit, and what people who write it usually mean.
import grammar from '../../grammar/cnn.ohm-bundle.js';
import * as say from '../diagnostics/catalog/syntax.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';

const hints: readonly (readonly [RegExp, string])[] = [
  [/^;/, 'lines end by themselves: remove the `;`, or chain layers on one line with `|`'],
  [/^#/, 'comments start with `//`'],
  [/^\/\*/, 'comments start with `//` and end with the line'],
  [/^,/, 'words are separated by spaces, without commas'],
  [/^=>/, '`=>` is followed by a shape such as 24x24x32, once, at the end of a layer'],
  [/^[=:]/, 'an option is its name and its value with a space between: `stride 2`'],
  [/^[()]/, 'write the words after the layer, without brackets: `conv 32 5x5 stride 2`'],
  [/^->/, 'a shape is asserted with `=>`: `conv 32 5x5 => 24x24x32`'],
  [/^"/, 'a text in quotes ends on its own line'],
  [/^'/, 'a text stands in double quotes: "..."'],
  [/^[×*]/u, 'a size is written with the letter x: 28x28x1'],
  [/^\{/, 'only `model NAME`, `train` and `repeat N` are followed by `{`'],
  [/^\|/, '`|` stands between two layers'],
  [/^\d/, 'a number is 32, 0.001 or 1e-4; a size is 28x28x1'],
];

/** The message for one line that the grammar does not know. */
export function explainBadLine(span: Span): Diagnostic {
  const text = span.source.text.slice(span.start, span.end);
  const match = grammar.match(text, 'Chain');
  const offset = match.failed() ? (match.getRightmostFailurePosition() ?? 0) : text.length;
  const skipped = offset + (/^[ \t]*/.exec(text.slice(offset))?.[0].length ?? 0);
  // The parser sees what is missing behind `=>`, the reader the arrow.
  const arrow = /=>[ \t]*$/.exec(text.slice(0, skipped));
  const at = arrow ? arrow.index : Math.min(skipped, Math.max(0, text.length - 1));
  const rest = text.slice(at);
  const word = /^([A-Za-z_0-9.]+|=>|->|\/\*|.)/u.exec(rest)?.[0] ?? '';
  const start = span.start + at;
  const where = { source: span.source, start, end: start + Math.max(1, word.length) };
  const hint = hints.find(([pattern]) => pattern.test(rest))?.[1];
  const expected = at === 0 ? 'a layer or a setting: a name and its words' : '';
  return say.badSyntax(where, word === '' ? 'the end of the line' : `\`${word}\``, expected, hint);
}
