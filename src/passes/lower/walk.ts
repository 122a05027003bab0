// Visits what stands in a body, without doing what it says: for names that are used, and calls that are made.
import type { Body, Expr, Group, Layer, Statement, Word } from '../../parser/ast.ts';

export interface Visitor {
  /** A line, or the head of a group. */
  readonly line?: (line: Layer | Group) => void;
  /** A name in a formula. */
  readonly name?: (name: Expr & { kind: 'name' }) => void;
  /** A word that is a name, outside formulas. */
  readonly word?: (word: Word & { kind: 'name' }) => void;
}

export function visitExpr(expr: Expr, v: Visitor): void {
  switch (expr.kind) {
    case 'number':
      return;
    case 'name':
      return v.name?.(expr);
    case 'group':
      return visitExpr(expr.inner, v);
    case 'unary':
      return visitExpr(expr.operand, v);
    case 'binary':
      visitExpr(expr.left, v);
      return visitExpr(expr.right, v);
    case 'call':
      for (const arg of expr.args) visitExpr(arg, v);
  }
}

function visitWord(word: Word, v: Visitor): void {
  if (word.kind === 'name') v.word?.(word);
  else if (word.kind === 'formula') visitExpr(word.expr, v);
  else if (word.kind === 'list') for (const item of word.items) visitWord(item, v);
  else if (word.kind === 'open-dims') for (const part of word.parts) if (typeof part !== 'number') visitExpr(part, v);
}

function visitStatement(s: Statement, v: Visitor): void {
  if (s.kind === 'if') {
    for (const { condition, body } of s.arms) {
      if (condition) visitExpr(condition, v);
      visitBody(body, v);
    }
    return;
  }
  v.line?.(s);
  for (const word of s.words) visitWord(word, v);
  if (s.assertion) visitWord(s.assertion.shape, v);
  if (s.kind === 'group') visitBody(s.body, v);
}

/** Every statement of a body and of the bodies in it, in order. */
export function visitBody(body: Body, v: Visitor): void {
  for (const line of body.lines) for (const s of line.statements) visitStatement(s, v);
}
