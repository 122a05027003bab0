// The WGSL of a kernel: read only, with the line of the model that each line serves in its margin.
import { defaultKeymap } from '@codemirror/commands';
import { syntaxHighlighting } from '@codemirror/language';
import { EditorState, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  GutterMarker,
  gutter,
  highlightActiveLine,
  keymap,
} from '@codemirror/view';
import type { KernelView } from '../protocol.ts';
import { colours, wgsl } from './language.ts';
import { look } from './look.ts';

/** The margin's words for a line: the number of the model's line. */
class Origin extends GutterMarker {
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
  override eq(other: Origin): boolean {
    return other.text === this.text;
  }
  override toDOM(): Node {
    return document.createTextNode(this.text);
  }
}

export interface Shader {
  /** Shows a kernel; lines that serve the line `of` of the model are marked. */
  show(kernel: KernelView, of: number): void;
}

export function createShader(parent: HTMLElement, moved: (line: number) => void, goTo: (line: number) => void): Shader {
  const root = parent.attachShadow({ mode: 'open' });
  let kernel: KernelView | undefined;
  let shown = 0;
  const lineOf = (n: number): number => kernel?.lines[n - 1]?.line ?? 0;
  const marks = (state: EditorState): DecorationSet => {
    const builder = new RangeSetBuilder<Decoration>();
    for (let n = 1; n <= state.doc.lines; n++) {
      const at = state.doc.line(n).from;
      if (shown > 0 && lineOf(n) === shown) builder.add(at, at, Decoration.line({ class: 'cm-linked' }));
    }
    return builder.finish();
  };
  const stateOf = (text: string): EditorState =>
    EditorState.create({
      doc: text,
      extensions: [
        EditorState.readOnly.of(true),
        gutter({
          class: 'cm-origin',
          lineMarker: (view, block) => {
            const n = view.state.doc.lineAt(block.from).number;
            const line = lineOf(n);
            return line > 0 && line !== lineOf(n - 1) ? new Origin(String(line)) : null;
          },
        }),
        highlightActiveLine(),
        drawSelection(),
        wgsl(),
        syntaxHighlighting(colours),
        EditorView.decorations.of((view) => marks(view.state)),
        keymap.of([
          {
            key: 'Enter',
            run: ({ state }) => {
              const line = lineOf(state.doc.lineAt(state.selection.main.head).number);
              if (line > 0) goTo(line);
              return true;
            },
          },
          ...defaultKeymap,
        ]),
        EditorView.domEventHandlers({
          click: (event, view) => {
            const pos = view.posAtCoords(event);
            const line = pos === null ? 0 : lineOf(view.state.doc.lineAt(pos).number);
            if (line > 0) moved(line);
          },
          dblclick: (event, view) => {
            const pos = view.posAtCoords(event);
            const line = pos === null ? 0 : lineOf(view.state.doc.lineAt(pos).number);
            if (line > 0) goTo(line);
          },
        }),
        EditorView.contentAttributes.of({
          'aria-label': 'WGSL of the kernel; Enter goes to the line of the model',
          'aria-readonly': 'true',
        }),
        EditorView.updateListener.of(({ state, selectionSet }) => {
          if (selectionSet) moved(lineOf(state.doc.lineAt(state.selection.main.head).number));
        }),
        look,
      ],
    });
  const view = new EditorView({ root, parent: root, state: stateOf('') });
  return {
    show(next, of) {
      kernel = next;
      shown = of;
      view.setState(stateOf(next.wgsl));
      const first = next.lines.findIndex((l) => l.line === of && of > 0);
      if (first >= 0)
        view.dispatch({
          effects: EditorView.scrollIntoView(view.state.doc.line(first + 1).from, { y: 'start', yMargin: 40 }),
        });
    },
  };
}
