// Arithmetic and conditions: exact values of what stands in parentheses and behind `if`, with messages about the rest.
import * as say from '../diagnostics/catalog/formulas.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic } from '../diagnostics/types.ts';
import type { BinaryOp, Expr } from '../parser/ast.ts';
import { printExpr } from '../parser/print.ts';
import { compareRationals, floorOf, parseRational, type Rational, rational, showRational } from './rational.ts';

/** What names stand for in a body. */
export interface Scope {
  /** undefined: no such name; 'unknown': an error that was reported already left it without a value. */
  get(name: string): Rational | 'unknown' | undefined;
  readonly names: readonly string[];
}

export const emptyScope: Scope = { get: () => undefined, names: [] };

/** undefined after a report, or when something unknown is in it. */
type Result = Rational | boolean | undefined;
type Report = (diagnostic: Diagnostic) => void;

interface FunctionDef {
  readonly needed: string;
  readonly takes: (count: number) => boolean;
  readonly of: (args: readonly Rational[]) => Rational;
}

const one = (of: (x: Rational) => bigint): FunctionDef => ({
  needed: 'one number',
  takes: (n) => n === 1,
  of: ([x]) => ({ n: of(x as Rational), d: 1n }),
});
const extreme = (sign: number): FunctionDef => ({
  needed: 'two numbers or more',
  takes: (n) => n >= 2,
  of: (args) => args.reduce((a, b) => (sign * compareRationals(b, a) > 0 ? b : a)),
});

/** Halves are rounded up, as 2.5 to 3. */
export const functions: Readonly<Record<string, FunctionDef>> = {
  min: extreme(-1),
  max: extreme(1),
  floor: one(floorOf),
  ceil: one(({ n, d }) => -floorOf({ n: -n, d })),
  round: one(({ n, d }) => floorOf({ n: 2n * n + d, d: 2n * d })),
};

const strip = (expr: Expr): Expr => (expr.kind === 'group' ? strip(expr.inner) : expr);

/** The formula with values in the place of names; the same text when there are none. */
function withValues(expr: Expr, scope: Scope): string {
  const filled = (e: Expr): Expr => {
    switch (e.kind) {
      case 'name': {
        const value = scope.get(e.name);
        return typeof value === 'object' ? { ...e, name: showRational(value) } : e;
      }
      case 'group':
        return { ...e, inner: filled(e.inner) };
      case 'unary':
        return { ...e, operand: filled(e.operand) };
      case 'binary':
        return { ...e, left: filled(e.left), right: filled(e.right) };
      case 'call':
        return { ...e, args: e.args.map(filled) };
      case 'number':
        return e;
    }
  };
  return printExpr(filled(expr));
}

/** `c / r = 100 / 16 = 6.25`: a formula, its numbers, and its value. */
export function showArithmetic(expr: Expr, scope: Scope, value: Rational | undefined): string {
  const bare = strip(expr);
  const parts = [printExpr(bare), withValues(bare, scope), ...(value ? [showRational(value)] : [])];
  return parts.filter((part, i) => i === 0 || part !== parts[i - 1]).join(' = ');
}

const comparisons: Partial<Record<BinaryOp, (sign: number) => boolean>> = {
  '==': (s) => s === 0,
  '!=': (s) => s !== 0,
  '<': (s) => s < 0,
  '<=': (s) => s <= 0,
  '>': (s) => s > 0,
  '>=': (s) => s >= 0,
};

function arithmetic(op: BinaryOp, a: Rational, b: Rational): Rational | undefined {
  switch (op) {
    case '+':
      return rational(a.n * b.d + b.n * a.d, a.d * b.d);
    case '-':
      return rational(a.n * b.d - b.n * a.d, a.d * b.d);
    case '*':
      return rational(a.n * b.n, a.d * b.d);
    case '/':
      return rational(a.n * b.d, a.d * b.n);
    default: {
      // a % b has the sign of b: a - b floor(a / b).
      const quotient = rational(a.n * b.d, a.d * b.n);
      const times = quotient && floorOf(quotient);
      return times === undefined ? undefined : rational(a.n * b.d - b.n * times * a.d, a.d * b.d);
    }
  }
}

function evaluate(expr: Expr, scope: Scope, report: Report): Result {
  switch (expr.kind) {
    case 'number': {
      const value = parseRational(expr.text);
      if (!value) report(say.tooLarge(expr.span));
      return value;
    }
    case 'name': {
      const value = scope.get(expr.name);
      if (value === undefined)
        report(say.unknownName(expr.span, expr.name, nearest(expr.name, scope.names), scope.names));
      return value === 'unknown' ? undefined : value;
    }
    case 'group':
      return evaluate(expr.inner, scope, report);
    case 'unary': {
      if (expr.op === 'not') {
        const value = conditionOf(expr.operand, scope, report);
        return value === undefined ? undefined : !value;
      }
      const value = numberOf(expr.operand, scope, report);
      return value && { n: -value.n, d: value.d };
    }
    case 'call':
      return call(expr, scope, report);
    case 'binary':
      return binary(expr, scope, report);
  }
}

function call(expr: Expr & { kind: 'call' }, scope: Scope, report: Report): Result {
  const { name, args } = expr;
  const known = Object.keys(functions);
  const def = known.includes(name.text) ? functions[name.text] : undefined;
  const values = args.map((a) => numberOf(a, scope, report));
  if (!def) report(say.unknownFunction(name.span, name.text, nearest(name.text, known), known));
  else if (!def.takes(args.length)) report(say.wrongCount(expr.span, name.text, def.needed, args.length));
  else {
    const given = values.filter((v) => v !== undefined);
    if (given.length === values.length) return def.of(given);
  }
  return undefined;
}

function binary(expr: Expr & { kind: 'binary' }, scope: Scope, report: Report): Result {
  const { op, left, right } = expr;
  if (op === 'and' || op === 'or') {
    const a = conditionOf(left, scope, report);
    // As in every language, what stands behind a decided condition is not computed: `n > 0 and c / n > 2`.
    if (a === (op === 'or')) return a;
    const b = conditionOf(right, scope, report);
    return a === undefined ? undefined : b;
  }
  const a = numberOf(left, scope, report);
  const b = numberOf(right, scope, report);
  if (!a || !b) return undefined;
  const compared = comparisons[op];
  if (compared) return compared(compareRationals(a, b));
  if ((op === '/' || op === '%') && b.n === 0n) {
    report(say.divisionByZero(right.span, showArithmetic(expr, scope, undefined)));
    return undefined;
  }
  const value = arithmetic(op, a, b);
  if (!value) report(say.tooLarge(expr.span));
  return value;
}

/** The value of a formula; undefined after a report, or when a name in it is unknown after one. */
export function numberOf(expr: Expr, scope: Scope, report: Report): Rational | undefined {
  const value = evaluate(expr, scope, report);
  if (typeof value !== 'boolean') return value;
  report(say.notANumber(expr.span));
  return undefined;
}

/** Whether a condition holds; undefined after a report. */
export function conditionOf(expr: Expr, scope: Scope, report: Report): boolean | undefined {
  const value = evaluate(expr, scope, report);
  if (value === undefined || typeof value === 'boolean') return value;
  report(say.notACondition(expr.span, showArithmetic(expr, scope, value)));
  return undefined;
}
