// What a .cnn text is made of. Every part knows where it stands; meaning comes later (src/layers, src/passes).
import type { Span } from '../diagnostics/types.ts';

export interface NumberValue {
  readonly kind: 'number';
  readonly value: number;
  readonly text: string;
  readonly span: Span;
}
export interface DimsValue {
  readonly kind: 'dims';
  readonly values: readonly number[];
  readonly span: Span;
}
export interface NameValue {
  readonly kind: 'name';
  readonly name: string;
  readonly span: Span;
}
export interface StringValue {
  readonly kind: 'string';
  readonly value: string;
  readonly span: Span;
}
export interface ListOf<Item> {
  readonly kind: 'list';
  readonly items: readonly Item[];
  readonly span: Span;
}

/** A word whose value is known: what signatures bind. */
export type Value = NumberValue | DimsValue | NameValue | StringValue | ListOf<Value>;

/** Arithmetic: `(c / r)`, and `1/3` where nothing else can be meant. */
export interface Formula {
  readonly kind: 'formula';
  readonly expr: Expr;
  readonly span: Span;
}
/** A size with arithmetic in it: `(k)x1`. */
export interface OpenDims {
  readonly kind: 'open-dims';
  readonly parts: readonly (number | Expr)[];
  readonly span: Span;
}

/** A word of a line, as it is written. */
export type Word = NumberValue | DimsValue | NameValue | StringValue | ListOf<Word> | Formula | OpenDims;

export type BinaryOp = 'or' | 'and' | '==' | '!=' | '<=' | '>=' | '<' | '>' | '+' | '-' | '*' | '/' | '%';

export type Expr =
  | { readonly kind: 'number'; readonly text: string; readonly span: Span }
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  | { readonly kind: 'group'; readonly inner: Expr; readonly span: Span }
  | { readonly kind: 'unary'; readonly op: '-' | 'not'; readonly operand: Expr; readonly span: Span }
  | {
      readonly kind: 'binary';
      readonly op: BinaryOp;
      readonly left: Expr;
      readonly right: Expr;
      readonly span: Span;
    }
  | { readonly kind: 'call'; readonly name: Name; readonly args: readonly Expr[]; readonly span: Span };

export interface Name {
  readonly text: string;
  readonly span: Span;
}

/** `=> 24x24x32`: a shape the compiler checks. */
export interface Assertion {
  readonly shape: Word;
  readonly span: Span;
}

/** What may stand behind a layer and behind the `}` of a group. */
interface Behind {
  /** `as skip1`: a name for the value here. */
  readonly as?: Name;
  readonly assertion?: Assertion;
}

/** `conv 32 5x5 relu => 24x24x32`, and in a train section `optimizer adam lr 0.001`. */
export interface Layer extends Behind {
  readonly kind: 'layer';
  readonly name: Name;
  readonly words: readonly Word[];
  readonly span: Span;
}

/** A word with a body: `repeat 3 { ... }`, `add { ... }`, `branch { ... }`, `freeze { ... }`. The span is its head. */
export interface Group extends Behind {
  readonly kind: 'group';
  readonly name: Name;
  readonly words: readonly Word[];
  readonly body: Body;
  readonly span: Span;
}

/** `if s > 1 { ... } else if s == 1 { ... } else { ... }`; the last arm may have no condition. */
export interface If {
  readonly kind: 'if';
  readonly arms: readonly Arm[];
  readonly span: Span;
}
export interface Arm {
  readonly condition?: Expr;
  readonly body: Body;
}

export type Statement = Layer | Group | If;

/** One line: statements chained with `|`. A line that could not be read has none. */
export interface Line {
  readonly statements: readonly Statement[];
  readonly span: Span;
}

export interface Body {
  readonly lines: readonly Line[];
  readonly span: Span;
}

/** `c`, or `s = 1`. */
export interface Parameter {
  readonly name: Name;
  readonly initial?: Expr;
}

export interface Model {
  readonly kind: 'model';
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
  readonly span: Span;
}

export interface Block {
  readonly kind: 'block';
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
  readonly span: Span;
}

export interface Train {
  readonly kind: 'train';
  readonly body: Body;
  readonly span: Span;
}

/** `data { normalise per_channel }`: what is done to pictures before the network sees them. */
export interface Data {
  readonly kind: 'data';
  readonly body: Body;
  readonly span: Span;
}

/** `import "blocks/residual.cnn"` */
export interface Import {
  readonly kind: 'import';
  readonly path: string;
  /** The text in quotes. */
  readonly span: Span;
}

export type Section = Model | Block | Train | Data | Import;

/** `// text`; `own` when nothing stands before it on its line. */
export interface Comment {
  readonly text: string;
  readonly own: boolean;
  readonly span: Span;
}

export interface File {
  readonly sections: readonly Section[];
  readonly comments: readonly Comment[];
  /** Names of blocks whose heads could not be read. */
  readonly unread: readonly string[];
  readonly span: Span;
}
