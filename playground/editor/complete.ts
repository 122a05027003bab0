// Completion: what may begin a line where the cursor is, and what may follow its first word, with their documentation.
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import type { Vocabulary, Word } from '../protocol.ts';
import { el } from '../ui/dom.ts';
import { type Section, sectionAt } from './sections.ts';

/** Usage and documentation of a word. */
export const wordCard = ({ usage, doc }: Word): HTMLElement =>
  el('div', { class: 'cm-card' }, el('code', {}, usage), el('p', {}, doc));

const types: { readonly [K in Word['kind']]: string } = {
  layer: 'class',
  structure: 'keyword',
  activation: 'constant',
  option: 'property',
  setting: 'property',
  value: 'enum',
};

const completion = (word: Word): Completion => ({
  label: word.label,
  type: types[word.kind],
  detail: word.kind === 'layer' ? '' : word.kind,
  info: () => wordCard(word),
});

const beginnings: readonly Completion[] = [
  { label: 'model', type: 'keyword', detail: 'a network', apply: 'model name {\n  input 28x28x1\n}' },
  {
    label: 'train',
    type: 'keyword',
    detail: 'how it is trained',
    apply: 'train {\n  data drawn\n  loss cross_entropy\n  optimizer adam lr 0.001\n}',
  },
  { label: 'data', type: 'keyword', detail: 'pictures, and what changes them' },
  { label: 'block', type: 'keyword', detail: 'layers with a name' },
  { label: 'import', type: 'keyword', detail: 'blocks of another file' },
];

export function completeCnn({ layers, settings, data, options }: Vocabulary): CompletionSource {
  const wordsAt = (section: Exclude<Section, 'none'>, words: readonly string[]): readonly Word[] => {
    const [first = '', second = ''] = words;
    if (words.length === 0) return { model: layers, train: settings, data }[section];
    if (section === 'train' && words.length > 1 && options[`${first} ${second}`])
      return options[`${first} ${second}`] ?? [];
    if (section === 'data') return options[`augment ${first}`] ?? options[first] ?? [];
    return options[first] ?? [];
  };
  return ({ state, pos, explicit, matchBefore }: CompletionContext): CompletionResult | null => {
    void matchBefore;
    const before = state.doc.sliceString(0, pos);
    const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('|'), before.lastIndexOf('{')) + 1;
    const line = before.slice(lineStart);
    if (line.includes('//') || line.includes('=>')) return null;
    const typed = /[A-Za-z_]\w*$/.exec(line)?.[0] ?? '';
    if (typed === '' && !explicit) return null;
    if (/[\dx)]$/.test(line.slice(0, line.length - typed.length))) return null;
    const words = line
      .slice(0, line.length - typed.length)
      .trim()
      .split(/\s+/)
      .filter(Boolean);
    const section = sectionAt(before);
    const from = pos - typed.length;
    if (section === 'none') return words.length === 0 ? { from, options: beginnings, validFor: /^\w*$/ } : null;
    const found = wordsAt(section, words).filter((w) => !words.includes(w.label));
    return found.length === 0 ? null : { from, options: found.map(completion), validFor: /^\w*$/ };
  };
}
