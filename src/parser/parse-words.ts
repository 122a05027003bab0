// Text -> Ast: the words of a line, and arithmetic.
import type { BinaryOp, Expr, Name, Word } from './ast.ts';
import type { Tree } from './peg/match.ts';
import { elements, operation } from './peg/operation.ts';
import { spanOf, textOf } from './reading.ts';

export const wordOf: (tree: Tree) => Name = operation<Name>('word', {
  name() {
    return { text: textOf(this), span: spanOf(this) };
  },
  ident() {
    return { text: textOf(this), span: spanOf(this) };
  },
  As: (_kw, name) => wordOf(name),
});

export const wordValue: (tree: Tree) => Word = operation<Word>('value', {
  Item_value: (value) => wordValue(value),
  Item_formula(expr) {
    return { kind: 'formula', expr: exprOf(expr), span: spanOf(this) };
  },
  List(_open, _nl1, items) {
    return { kind: 'list', items: elements(items).map(wordValue), span: spanOf(this) };
  },
  Fraction(left, _over, right) {
    const span = spanOf(this);
    const [over, under] = [exprOf(left), exprOf(right)];
    return { kind: 'formula', expr: { kind: 'binary', op: '/', left: over, right: under, span }, span };
  },
  Paren() {
    return { kind: 'formula', expr: exprOf(this), span: spanOf(this) };
  },
  dims(first, _x, rest) {
    const parts = [first, ...rest.children].map(partOf);
    const span = spanOf(this);
    const values = parts.filter((p) => typeof p === 'number');
    return values.length === parts.length ? { kind: 'dims', values, span } : { kind: 'open-dims', parts, span };
  },
  number() {
    const text = textOf(this);
    return { kind: 'number', value: Number(text), text, span: spanOf(this) };
  },
  string(_open, text) {
    return { kind: 'string', value: textOf(text), span: spanOf(this) };
  },
  name() {
    return { kind: 'name', name: textOf(this), span: spanOf(this) };
  },
  ident() {
    return { kind: 'name', name: textOf(this), span: spanOf(this) };
  },
});

const partOf = operation<number | Expr>('part', {
  dim_digits() {
    return Number(textOf(this));
  },
  dim_formula(_open, expr) {
    return { kind: 'group', inner: exprOf(expr), span: spanOf(this) };
  },
});

const binary = (op: BinaryOp) =>
  function (this: Tree, left: Tree, _op: Tree, right: Tree): Expr {
    return { kind: 'binary', op, left: exprOf(left), right: exprOf(right), span: spanOf(this) };
  };
const unary = (op: '-' | 'not') =>
  function (this: Tree, _op: Tree, operand: Tree): Expr {
    return { kind: 'unary', op, operand: exprOf(operand), span: spanOf(this) };
  };

export const exprOf: (tree: Tree) => Expr = operation<Expr>('expr', {
  Default: (_is, expr) => exprOf(expr),
  Expr_or: binary('or'),
  And_and: binary('and'),
  Not_not: unary('not'),
  Compare_compare(left, op, right) {
    return binary(textOf(op) as BinaryOp).call(this, left, op, right);
  },
  Sum_plus: binary('+'),
  Sum_minus: binary('-'),
  Product_times: binary('*'),
  Product_over: binary('/'),
  Product_rest: binary('%'),
  Unary_minus: unary('-'),
  Paren(_open, expr) {
    return { kind: 'group', inner: exprOf(expr), span: spanOf(this) };
  },
  Call(name, _open, args) {
    return { kind: 'call', name: wordOf(name), args: elements(args).map(exprOf), span: spanOf(this) };
  },
  literal() {
    return { kind: 'number', text: textOf(this), span: spanOf(this) };
  },
  ident() {
    return { kind: 'name', name: textOf(this), span: spanOf(this) };
  },
});
