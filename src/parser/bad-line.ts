// Why a line is not a line: the first character that does not fit, and what people who write it usually mean.
import * as say from '../diagnostics/catalog/syntax.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import { matchText } from './reading.ts';

const hints: readonly (readonly [RegExp, string])[] = [
  [/^;/, 'lines end by themselves: remove the `;`, or chain layers on one line with `|`'],
  [/^#/, 'comments start with `//`'],
  [/^\/\*/, 'comments start with `//` and end with the line'],
  [/^,/, 'words are separated by spaces, without commas'],
  [/^=>/, '`=>` is followed by a shape such as 24x24x32, once, at the end of a layer'],
  [/^[=:]/, 'an option is its name and its value with a space between: `stride 2`'],
  [/^->/, 'a shape is asserted with `=>`: `conv 32 5x5 => 24x24x32`'],
  [/^[<>]/, 'two numbers are compared behind `if`: `if s > 1 { ... }`'],
  [/^[+%-]/, 'arithmetic stands in parentheses: `conv (2 * c) 3x3`'],
  [/^\)/, 'a `)` without a `(`'],
  [/^\(/, 'between parentheses stands arithmetic: `dense (c / 16)`'],
  [/^"/, 'a text in quotes ends on its own line'],
  [/^'/, 'a text stands in double quotes: "..."'],
  [/^else\b/, '`else` stands behind the `}` of its `if`: `if s > 1 { ... } else { ... }`'],
  [/^as\b/, '`as` names a value and stands behind a layer: `conv 64 3x3 relu as skip1`'],
  [/^×/u, 'a size is written with the letter x: 28x28x1'],
  [/^[*/]/, 'a size is written with the letter x: 28x28x1; arithmetic stands in parentheses: `(2 * c)`'],
  [/^\{/, 'a `{` stands behind a word such as `repeat 3`, `add`, `branch` or `if s > 1`'],
  [/^\|/, '`|` stands between two layers'],
  [/^\d/, 'a number is 32, 0.001 or 1e-4; a size is 28x28x1'],
];

const callHint = 'write the words after the layer, without brackets: `conv 32 5x5 stride 2`';

/** The first character of a text that a rule of the grammar does not know. */
function failureIn(text: string, rule: string): number {
  const match = matchText(text, rule);
  const offset = match.ok ? text.length : match.at;
  return offset + (/^[ \t]*/.exec(text.slice(offset))?.[0].length ?? 0);
}

const heads: Readonly<Record<string, readonly [rule: string, form: string]>> = {
  model: ['Model', 'model NAME { ... }, or with parameters: model NAME(width = 64) { ... }'],
  block: ['Block', 'block NAME(c, s = 1) { ... }; names are made of letters, digits and _'],
  train: ['Train', 'train { ... }'],
  data: ['Data', 'data { ... }'],
  import: ['Import', 'import "blocks/residual.cnn"'],
};

/** The message for a section that begins with a right word and does not go on as it should. */
export function explainBadHead(span: Span, word: string): Diagnostic | undefined {
  const [rule, form] = (Object.hasOwn(heads, word) ? heads[word] : undefined) ?? [];
  if (rule === undefined || form === undefined) return undefined;
  const { source } = span;
  const text = source.text.slice(span.start, span.end);
  const at = span.start + Math.min(failureIn(text, rule), Math.max(0, text.length - 1));
  const end = at + Math.max(1, /^\w*/.exec(source.text.slice(at, span.end))?.[0].length ?? 1);
  return say.badHead({ source, start: at, end }, word, form);
}

/** The message for one line that the grammar does not know. */
export function explainBadLine(span: Span): Diagnostic {
  const text = span.source.text.slice(span.start, span.end);
  // `conv(8, 3x3)`: what is wrong for the reader is the bracket, not the comma.
  const called = /^[A-Za-z_]\w*(?=\()/.exec(text)?.[0];
  const skipped = called === undefined ? failureIn(text, 'Chain') : called.length;
  // The parser sees what is missing behind `=>`, the reader the arrow.
  const arrow = /=>[ \t]*$/.exec(text.slice(0, skipped));
  const at = arrow ? arrow.index : Math.min(skipped, Math.max(0, text.length - 1));
  const rest = text.slice(at);
  const word = /^([A-Za-z_0-9.]+|=>|->|\/\*|.)/u.exec(rest)?.[0] ?? '';
  const start = span.start + at;
  const where = { source: span.source, start, end: start + Math.max(1, word.length) };
  const equals =
    /^if\b/.test(text) && /^=/.test(rest) ? 'two numbers are compared with `==`: `if s == 1 { ... }`' : undefined;
  const hint = equals ?? (called !== undefined ? callHint : hints.find(([pattern]) => pattern.test(rest))?.[1]);
  const expected = at === 0 ? 'a layer or a setting: a name and its words' : '';
  return say.badSyntax(where, word === '' ? 'the end of the line' : `\`${word}\``, expected, hint);
}
