// Text -> Ast: the words of a line, and arithmetic. Importing this file gives the semantics its operations.
import type { Node as OhmNode } from 'ohm-js';
import type { BinaryOp, Expr, Word } from './ast.ts';
import { semantics, spanOf } from './reading.ts';

semantics.addOperation<Word>('value', {
  Value: (value) => value.value(),
  Item_value: (value, _next) => value.value(),
  Item_formula(expr) {
    return { kind: 'formula', expr: expr.expr(), span: spanOf(this) };
  },
  List(_open, _nl1, items, _nl2, _close) {
    const values = items.asIteration().children.map((i) => i.value() as Word);
    return { kind: 'list', items: values, span: spanOf(this) };
  },
  Fraction(left, _over, right) {
    const span = spanOf(this);
    return { kind: 'formula', expr: { kind: 'binary', op: '/', left: left.expr(), right: right.expr(), span }, span };
  },
  Paren(_open, _expr, _close) {
    return { kind: 'formula', expr: this.expr(), span: spanOf(this) };
  },
  dims(first, _x, rest) {
    const parts = [first, ...rest.children].map((d) => d.part() as number | Expr);
    const span = spanOf(this);
    const values = parts.filter((p) => typeof p === 'number');
    return values.length === parts.length ? { kind: 'dims', values, span } : { kind: 'open-dims', parts, span };
  },
  number(_sign, _int, _dot, _fraction, _e, _esign, _exponent) {
    const text = this.source.contents;
    return { kind: 'number', value: Number(text), text, span: spanOf(this) };
  },
  string(_open, text, _close) {
    return { kind: 'string', value: text.source.contents, span: spanOf(this) };
  },
  name(_text) {
    return { kind: 'name', name: this.source.contents, span: spanOf(this) };
  },
  ident(_first, _rest) {
    return { kind: 'name', name: this.source.contents, span: spanOf(this) };
  },
});

semantics.addOperation<number | Expr>('part', {
  dim_digits(_digits) {
    return Number(this.source.contents);
  },
  dim_formula(_open, expr, _close) {
    return { kind: 'group', inner: expr.expr(), span: spanOf(this) };
  },
});

const binary = (op: BinaryOp) =>
  function (this: OhmNode, left: OhmNode, _op: OhmNode, right: OhmNode): Expr {
    return { kind: 'binary', op, left: left.expr(), right: right.expr(), span: spanOf(this) };
  };
const unary = (op: '-' | 'not') =>
  function (this: OhmNode, _op: OhmNode, operand: OhmNode): Expr {
    return { kind: 'unary', op, operand: operand.expr(), span: spanOf(this) };
  };

semantics.addOperation<Expr>('expr', {
  Default: (_is, expr) => expr.expr(),
  Expr_or: binary('or'),
  And_and: binary('and'),
  Not_not: unary('not'),
  Compare_compare(left, op, right) {
    const word = op.source.contents as BinaryOp;
    return { kind: 'binary', op: word, left: left.expr(), right: right.expr(), span: spanOf(this) };
  },
  Sum_plus: binary('+'),
  Sum_minus: binary('-'),
  Product_times: binary('*'),
  Product_over: binary('/'),
  Product_rest: binary('%'),
  Unary_minus: unary('-'),
  Paren(_open, expr, _close) {
    return { kind: 'group', inner: expr.expr(), span: spanOf(this) };
  },
  Call(name, _open, args, _close) {
    return {
      kind: 'call',
      name: name.word(),
      args: args.asIteration().children.map((a) => a.expr() as Expr),
      span: spanOf(this),
    };
  },
  literal(_int, _dot, _fraction, _e, _esign, _exponent) {
    return { kind: 'number', text: this.source.contents, span: spanOf(this) };
  },
  ident(_first, _rest) {
    return { kind: 'name', name: this.source.contents, span: spanOf(this) };
  },
});
