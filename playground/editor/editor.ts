// The editor of the model's text: CodeMirror in a shadow root, where its style sheets need no exception in the page's policy.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, toggleComment } from '@codemirror/commands';
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, StateEffect, StateField, type Text } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
  type Tooltip,
} from '@codemirror/view';
import type { Problem, Vocabulary } from '../protocol.ts';
import { el } from '../ui/dom.ts';
import { completeCnn } from './complete.ts';
import { cnn, colours } from './language.ts';
import { look } from './look.ts';

const markLine = StateEffect.define<number>();

/** The line that the cursor of the shader serves. */
const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(set, { effects, changes }) {
    let now = set.map(changes);
    for (const effect of effects) {
      if (!effect.is(markLine)) continue;
      now =
        effect.value < 0
          ? Decoration.none
          : Decoration.set([Decoration.line({ class: 'cm-linked' }).range(effect.value)]);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly vocabulary: Vocabulary;
  changed(text: string): void;
  /** The cursor is on another line, from 1. */
  moved(line: number, position: number): void;
  /** What to show of the word at a place. */
  hover(word: string, position: number): Promise<HTMLElement | undefined>;
}

export interface Editor {
  text(): string;
  setText(text: string): void;
  showProblems(problems: readonly Problem[]): void;
  /** Moves the cursor to a line, from 1, and shows it. */
  goTo(line: number): void;
  select(from: number, to: number): void;
  /** Marks a line, from 1; none for 0. */
  mark(line: number): void;
}

/** A message as the tooltip of its squiggle shows it. */
function problemCard({ code, message, label, help }: Problem): HTMLElement {
  const said = el('div', { class: 'cm-card' }, el('p', {}, message, ' ', el('span', { class: 'code' }, code)));
  if (label) said.append(el('p', { class: 'soft' }, label));
  for (const line of help) said.append(el('p', { class: 'help' }, line));
  return said;
}

function diagnosticOf(problem: Problem, doc: Text): Diagnostic {
  const from = Math.min(problem.from, doc.length);
  const to = Math.min(Math.max(problem.to, from), doc.length);
  return {
    from,
    to,
    severity: problem.severity === 'note' ? 'info' : problem.severity,
    message: problem.message,
    renderMessage: () => problemCard(problem),
  };
}

const wordAt = ({ state }: EditorView, pos: number): { word: string; from: number; to: number } | undefined => {
  const { text, from } = state.doc.lineAt(pos);
  for (const found of text.matchAll(/[A-Za-z_][\w.]*/g)) {
    const start = from + found.index;
    if (pos >= start && pos <= start + found[0].length)
      return { word: found[0], from: start, to: start + found[0].length };
  }
  return undefined;
};

export function createEditor(o: EditorOptions): Editor {
  const root = o.parent.attachShadow({ mode: 'open' });
  let line = 0;
  const hover = hoverTooltip(
    async (view, pos): Promise<Tooltip | null> => {
      const at = wordAt(view, pos);
      const dom = at && (await o.hover(at.word, pos));
      return at && dom ? { pos: at.from, end: at.to, above: true, create: () => ({ dom }) } : null;
    },
    { hoverTime: 250 },
  );
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: o.text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of('  '),
        bracketMatching(),
        closeBrackets(),
        cnn(o.vocabulary),
        syntaxHighlighting(colours),
        autocompletion({ override: [completeCnn(o.vocabulary)], icons: false }),
        hover,
        marked,
        keymap.of([
          { key: 'Mod-/', run: toggleComment },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...lintKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({ 'aria-label': 'Model, in the language .cnn', spellcheck: 'false' }),
        look,
        EditorView.updateListener.of((update) => {
          if (update.docChanged) o.changed(update.state.doc.toString());
          const { head } = update.state.selection.main;
          const now = update.state.doc.lineAt(head).number;
          if (now !== line || update.docChanged) {
            line = now;
            o.moved(now, head);
          }
        }),
      ],
    }),
  });
  const show = (from: number, to = from): void => {
    view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    view.focus();
  };
  return {
    text: () => view.state.doc.toString(),
    setText: (text) =>
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: 0 },
        scrollIntoView: true,
      }),
    showProblems: (problems) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          problems.map((p) => diagnosticOf(p, view.state.doc)),
        ),
      ),
    goTo: (n) => show(view.state.doc.line(Math.min(Math.max(n, 1), view.state.doc.lines)).from),
    select: (from, to) => show(Math.min(from, view.state.doc.length), Math.min(to, view.state.doc.length)),
    mark: (n) =>
      view.dispatch({
        effects: markLine.of(n >= 1 && n <= view.state.doc.lines ? view.state.doc.line(n).from : -1),
      }),
  };
}
