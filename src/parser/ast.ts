// What a .cnn text is made of. Every part knows where it stands; meaning comes later (src/layers, src/passes).
import type { Span } from '../diagnostics/types.ts';

export type Value =
  | { readonly kind: 'number'; readonly value: number; readonly text: string; readonly span: Span }
  | { readonly kind: 'dims'; readonly values: readonly number[]; readonly span: Span }
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  | { readonly kind: 'list'; readonly items: readonly Value[]; readonly span: Span };

export interface Name {
  readonly text: string;
  readonly span: Span;
}

/** `=> 24x24x32`: a shape the compiler checks. */
export interface Assertion {
  readonly shape: readonly number[];
  readonly span: Span;
}

/** `conv 32 5x5 relu => 24x24x32`, and in a train section `optimizer adam lr 0.001`. */
export interface Layer {
  readonly kind: 'layer';
  readonly name: Name;
  readonly words: readonly Value[];
  readonly assertion?: Assertion;
  readonly span: Span;
}

/** `repeat 3 { ... }` */
export interface Repeat {
  readonly kind: 'repeat';
  readonly count: Value;
  readonly body: Body;
  readonly span: Span;
}

export type Statement = Layer | Repeat;

/** One line: statements chained with `|`. */
export interface Line {
  readonly statements: readonly Statement[];
  readonly span: Span;
}

export interface Body {
  readonly lines: readonly Line[];
  readonly span: Span;
}

export interface Model {
  readonly kind: 'model';
  readonly name: Name;
  readonly body: Body;
  readonly span: Span;
}

export interface Train {
  readonly kind: 'train';
  readonly body: Body;
  readonly span: Span;
}

export type Section = Model | Train;

/** `// text`; `own` when nothing stands before it on its line. */
export interface Comment {
  readonly text: string;
  readonly own: boolean;
  readonly span: Span;
}

export interface File {
  readonly sections: readonly Section[];
  readonly comments: readonly Comment[];
  readonly span: Span;
}
