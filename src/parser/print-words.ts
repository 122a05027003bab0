// Words, arithmetic and heads as text: the parts of a line, one space between.
import type { Body, Expr, Group, If, Layer, Line, Parameter, Statement, Word } from './ast.ts';

/** Arithmetic, with the parentheses that were written. */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return expr.text;
    case 'name':
      return expr.name;
    case 'group':
      return `(${printExpr(expr.inner)})`;
    case 'unary':
      return expr.op === 'not' ? `not ${printExpr(expr.operand)}` : `-${printExpr(expr.operand)}`;
    case 'call':
      return `${expr.name.text}(${expr.args.map(printExpr).join(', ')})`;
    case 'binary': {
      const fraction = expr.op === '/' && expr.left.kind === 'number' && expr.right.kind === 'number';
      return [printExpr(expr.left), expr.op, printExpr(expr.right)].join(fraction ? '' : ' ');
    }
  }
}

export function printValue(value: Word): string {
  switch (value.kind) {
    case 'number':
      return value.text;
    case 'dims':
      return value.values.join('x');
    case 'open-dims':
      return value.parts.map((p) => (typeof p === 'number' ? p : printExpr(p))).join('x');
    case 'name':
      return value.name;
    case 'string':
      return `"${value.value}"`;
    case 'formula':
      return printExpr(value.expr);
    case 'list':
      return `[${value.items.map(printValue).join(', ')}]`;
  }
}

/** A layer, or the head of a group, without what stands behind it: name and words. */
export function printLayer(layer: Layer | Group): string {
  return [layer.name.text, ...layer.words.map(printValue)].join(' ');
}

/** ` as skip1`, or nothing. */
export const printAs = (layer: Layer | Group): string => (layer.as ? ` as ${layer.as.text}` : '');

/** `=> 24x24x32`, or nothing. */
export const printAssertion = (layer: Layer | Group): string =>
  layer.assertion ? `=> ${printValue(layer.assertion.shape)}` : '';

const spaced = (text: string): string => (text === '' ? '' : ` ${text}`);

/** `(c, s = 1)`; nothing when there are none. */
export function printParameters(parameters: readonly Parameter[]): string {
  const parts = parameters.map((p) => (p.initial ? `${p.name.text} = ${printExpr(p.initial)}` : p.name.text));
  return parts.length === 0 ? '' : `(${parts.join(', ')})`;
}

/** `if s > 1`, `else if s == 1`, `else`. */
export const headOfArm = (statement: If, i: number): string => {
  const condition = statement.arms[i]?.condition;
  return [...(i > 0 ? ['else'] : []), ...(condition ? ['if', printExpr(condition)] : [])].join(' ');
};

const inlineBody = (head: string, body: Body): string =>
  `${head} {${body.lines.map((l) => ` ${inlineLine(l)}`).join('')} }`;

/** A statement on one line. */
export function inlineStatement(s: Statement): string {
  if (s.kind === 'if') return s.arms.map((arm, i) => inlineBody(headOfArm(s, i), arm.body)).join(' ');
  const text = s.kind === 'layer' ? printLayer(s) : inlineBody(printLayer(s), s.body);
  return text + printAs(s) + spaced(printAssertion(s));
}

const inlineLine = (line: Line): string => line.statements.map(inlineStatement).join(' | ');
