// Binds the words of a line where names may stand for numbers: parameters are put in first, then the signature binds.
import * as say from '../diagnostics/catalog/formulas.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import type { NameValue, Value, Word } from '../parser/ast.ts';
import { type ArgSpec, lookUp, type Signature } from './args.ts';
import { type Binding, bind } from './bind.ts';
import { emptyScope, numberOf, type Scope, showArithmetic } from './evaluate.ts';
import { isWhole, type Rational, toNumber } from './rational.ts';

type Report = (diagnostic: Diagnostic) => void;

const number = (value: Rational, text: string, span: Span): Value => ({
  kind: 'number',
  value: toNumber(value),
  text,
  span,
});

/** The number that a name stands for; undefined when it is a word like others. */
function numberNamed(word: NameValue, scope: Scope): Value | 'unknown' | undefined {
  const value = scope.get(word.name);
  return typeof value === 'object' ? number(value, `${word.name} = ${toNumber(value)}`, word.span) : value;
}

/**
 * A word with its arithmetic done; undefined after a report, or when a name has no value after one. Names outside
 * lists are left: whether they are options or numbers is for the signature to say.
 */
export function resolveWord(word: Word, scope: Scope, report: Report): Value | undefined {
  switch (word.kind) {
    case 'formula': {
      const value = numberOf(word.expr, scope, report);
      return value && number(value, showArithmetic(word.expr, scope, value), word.span);
    }
    case 'open-dims': {
      const values = word.parts.map((part) => {
        if (typeof part === 'number') return part;
        const value = numberOf(part, scope, report);
        if (!value || (isWhole(value) && value.n > 0n)) return value && toNumber(value);
        report(say.notWhole(part.span, showArithmetic(part, scope, value)));
        return undefined;
      });
      const known = values.filter((v) => v !== undefined);
      return known.length === values.length ? { kind: 'dims', values: known, span: word.span } : undefined;
    }
    case 'list': {
      const items = word.items.map((item) => {
        const resolved = resolveWord(item, scope, report);
        if (resolved?.kind !== 'name') return resolved;
        const value = numberNamed(resolved, scope);
        return value === 'unknown' ? undefined : (value ?? resolved);
      });
      const known = items.filter((v) => v !== undefined);
      return known.length === items.length ? { ...word, items: known } : undefined;
    }
    default:
      return word;
  }
}

/** As the line is most likely meant when it is wrong: options keep their names, other names in scope are numbers. */
function likeliest(words: readonly Value[], numbers: readonly Filled[], signature: Signature): Filled[] {
  const specAt = (i: number): ArgSpec | undefined => {
    const word = words[i];
    return word?.kind === 'name' ? lookUp(signature.args, word.name) : undefined;
  };
  return words.map((word, i) => {
    const before = specAt(i - 1)?.kind;
    const known = word.kind === 'name' && (specAt(i) ?? signature.activations.includes(word.name));
    return known || before === 'name' || before === 'text' || before === 'choice' ? word : (numbers[i] as Filled);
  });
}

/** Most names of a line that are tried both as numbers and as words. */
const mostNames = 6;

/** Every way to leave some of the names at these places words: as few as can be, and those at the end first. */
function* readings(
  words: readonly Value[],
  numbers: readonly Filled[],
  places: readonly number[],
): Generator<Filled[]> {
  const bits = (mask: number): number => places.filter((_, i) => mask & (1 << i)).length;
  const masks = Array.from({ length: 1 << places.length }, (_, mask) => mask);
  for (const mask of masks.sort((a, b) => bits(a) - bits(b) || b - a)) {
    const left = new Set(places.filter((_, i) => mask & (1 << i)));
    yield words.map((word, i) => (left.has(i) ? word : (numbers[i] as Filled)));
  }
}

type Filled = Value | 'unknown';
const nothing: Binding = { args: { bound: new Map(), activations: [] }, diagnostics: [], ok: false };

/**
 * Binds words to a signature. A name in scope is its number; where the line makes no sense that way and the name is
 * that of an option too, it is the option: `residual c s` and `residual 32 s s` both mean what they seem to.
 */
export function bindLine(signature: Signature, words: readonly Word[], line: Span, scope: Scope = emptyScope): Binding {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (d) => void diagnostics.push(d);
  const values = words.map((word) => resolveWord(word, scope, report)).filter((v) => v !== undefined);
  if (values.length < words.length) return { ...nothing, diagnostics };
  const attempt = (filled: readonly Filled[]): Binding => {
    const known = filled.filter((v) => v !== 'unknown');
    return known.length < filled.length ? nothing : bind(signature, known, line);
  };
  const numbers = values.map((word): Filled => (word.kind === 'name' ? (numberNamed(word, scope) ?? word) : word));
  const places = numbers.flatMap((v, i) => (v === values[i] ? [] : [i]));
  for (const reading of readings(values, numbers, places.slice(-mostNames))) {
    const binding = attempt(reading);
    if (binding.ok) return binding;
  }
  const failed = attempt(likeliest(values, numbers, signature));
  return misspelt(values, numbers, signature, scope, attempt) ?? failed;
}

/** A line that makes sense once a word is taken for the name in scope that it nearly is: only that is said then. */
function misspelt(
  words: readonly Value[],
  numbers: readonly Filled[],
  signature: Signature,
  scope: Scope,
  attempt: (filled: readonly Filled[]) => Binding,
): Binding | undefined {
  const diagnostics: Diagnostic[] = [];
  const repaired = numbers.map((number, i): Filled => {
    const word = words[i];
    if (word?.kind !== 'name' || number !== word) return number;
    if (lookUp(signature.args, word.name) || signature.activations.includes(word.name)) return number;
    const formula = /^(\w+)-\w/.exec(word.name)?.[1];
    const meant = formula !== undefined && scope.names.includes(formula) ? formula : nearest(word.name, scope.names);
    const value = meant === undefined ? undefined : numberNamed({ ...word, name: meant }, scope);
    if (meant === undefined || value === undefined) return number;
    diagnostics.push(
      meant === formula ? say.bareFormula(word.span, word.name) : say.unknownName(word.span, word.name, meant, []),
    );
    return value;
  });
  if (diagnostics.length === 0) return undefined;
  const sure = repaired.includes('unknown') || attempt(repaired).ok;
  return sure ? { ...nothing, diagnostics } : undefined;
}
