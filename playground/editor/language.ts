// The .cnn language for the editor: what each word is, for its colour. What is right is the compiler's business.
import { HighlightStyle, LanguageSupport, StreamLanguage, type StringStream } from '@codemirror/language';
import { tags as t } from '@lezer/highlight';
import type { Vocabulary } from '../protocol.ts';

const sections = ['model', 'train', 'block', 'import'];
const words = ['if', 'else', 'as', 'and', 'or', 'not'];

/** What the next piece of text is: a name of a style, or null. `first`: a word here begins a line. */
function token(stream: StringStream, state: { first: boolean }, kinds: ReadonlyMap<string, string>): string | null {
  if (stream.sol()) state.first = true;
  if (stream.eatSpace()) return null;
  if (stream.match('//')) {
    stream.skipToEnd();
    return 'comment';
  }
  if (stream.match('=>')) {
    state.first = false;
    return stream.match(/^\s*\S+/) ? 'assertion' : 'operator';
  }
  if (stream.match(/^"[^"\n]*"?/)) return 'string';
  if (stream.match(/^\d+(?:x\d+)+(?!\w)/)) return 'size';
  if (stream.match(/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return 'number';
  const found = stream.match(/^[A-Za-z_][\w-]*/) as RegExpMatchArray | null;
  if (found) {
    const word = found[0];
    const first = state.first;
    state.first = false;
    if (first && (sections.includes(word) || (word === 'data' && stream.match(/^\s*\{/, false)))) return 'keyword';
    if (words.includes(word)) return 'keyword';
    const kind = kinds.get(word);
    return first
      ? kind === 'structure'
        ? 'keyword'
        : kind
          ? 'layer'
          : 'name'
      : kind === 'activation'
        ? 'activation'
        : 'option';
  }
  const c = stream.next();
  if (c === '|' || c === '{' || c === '}') state.first = true;
  return c === '|' ? 'operator' : null;
}

/** Colours are the page's variables, so that a theme changes them at once. */
export const colours = HighlightStyle.define([
  { tag: t.keyword, color: 'var(--code-keyword)', fontWeight: '600' },
  { tag: t.typeName, color: 'var(--code-layer)', fontWeight: '600' },
  { tag: t.variableName, color: 'var(--ink)' },
  { tag: t.propertyName, color: 'var(--code-option)' },
  { tag: t.atom, color: 'var(--code-activation)' },
  { tag: t.number, color: 'var(--code-number)' },
  { tag: t.literal, color: 'var(--code-number)' },
  { tag: t.string, color: 'var(--code-string)' },
  { tag: t.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: t.annotation, color: 'var(--code-assertion)' },
  { tag: t.operator, color: 'var(--soft)' },
]);

const tokenTable = {
  layer: t.typeName,
  name: t.variableName,
  option: t.propertyName,
  activation: t.atom,
  size: t.literal,
  assertion: t.annotation,
};

export function cnn({ layers, settings, data, options }: Vocabulary): LanguageSupport {
  const activations = Object.values(options).flatMap((list) => list.filter((w) => w.kind === 'activation'));
  const kinds = new Map([...activations, ...data, ...settings, ...layers].map((w) => [w.label, w.kind]));
  return new LanguageSupport(
    StreamLanguage.define<{ first: boolean }>({
      name: 'cnn',
      startState: () => ({ first: true }),
      token: (stream, state) => token(stream, state, kinds),
      tokenTable,
      languageData: { commentTokens: { line: '//' }, closeBrackets: { brackets: ['(', '[', '{', '"'] } },
    }),
  );
}

const wgslWords =
  /^(?:const|let|var|fn|struct|if|else|for|while|loop|return|break|continue|switch|case|default|enable|override|alias)\b/;
const wgslTypes = /^(?:f32|u32|i32|bool|array|vec[234]f?|vec[234]u|mat\w+|ptr|atomic|texture_\w+)\b/;

/** WGSL, coloured as far as reading it is easier so. */
export const wgsl = (): LanguageSupport =>
  new LanguageSupport(
    StreamLanguage.define<null>({
      name: 'wgsl',
      token(stream) {
        if (stream.eatSpace()) return null;
        if (stream.match('//')) {
          stream.skipToEnd();
          return 'comment';
        }
        if (stream.match(/^@\w+/)) return 'assertion';
        if (stream.match(wgslWords)) return 'keyword';
        if (stream.match(wgslTypes)) return 'layer';
        if (stream.match(/^\d[\w.]*/)) return 'number';
        if (stream.match(/^[A-Za-z_]\w*/)) return null;
        stream.next();
        return null;
      },
      tokenTable,
    }),
  );
