// Binds the words of a line to the signature of its layer or setting. The grammar knows nothing of this.
import * as say from '../diagnostics/catalog/names.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import type { Value } from '../parser/ast.ts';
import { printValue } from '../parser/print.ts';
import { activationNumbers } from './activations.ts';
import {
  type ArgSpec,
  type Args,
  type Bound,
  lookUp,
  type NumberSpec,
  type Numbers,
  type Signature,
  showSignature,
  type Variant,
  valuesOf,
} from './args.ts';
import { readVariant } from './variant.ts';

export interface Binding {
  readonly args: Args;
  readonly diagnostics: readonly Diagnostic[];
  /** False when an argument is missing or wrong: the layer cannot be built. */
  readonly ok: boolean;
}

const kinds: { readonly [K in Exclude<ArgSpec['kind'], 'choice'>]: string } = {
  count: 'a whole number',
  number: 'a number',
  size: 'a size such as 3x3',
  shape: 'a shape such as 28x28x1',
  padding: '`same`, `valid`, `full`, a number, a pair such as 1x2, or four sides [top, bottom, left, right]',
  sides: 'a number, a pair such as 1x2 (rows, columns), or four sides [top, bottom, left, right]',
  order: 'a list of whole numbers such as [1, 0, 2]',
  numbers: 'a list of numbers such as [1, 2, 1]',
  name: 'a name',
  text: 'a name or a text in quotes',
  flag: 'nothing',
  variant: 'one of its words',
};

/** What the argument takes, in words. */
const expected = (spec: ArgSpec): string =>
  spec.kind === 'choice' ? spec.choices.map((word) => `\`${word}\``).join(' or ') : kinds[spec.kind];

function describe(value: Value): string {
  const text = printValue(value);
  switch (value.kind) {
    case 'number':
      return `the number ${text}`;
    case 'dims':
      return `the size ${text}`;
    case 'name':
      return `the word "${text}"`;
    case 'string':
      return `the text ${text}`;
    case 'list':
      return `the list ${text}`;
  }
}

/** Does the value look like what this kind takes? Ranges are checked later. */
function accepts(spec: ArgSpec, value: Value): boolean {
  switch (spec.kind) {
    case 'count':
    case 'number':
      return value.kind === 'number';
    case 'size':
    case 'shape':
      return value.kind === 'dims' || value.kind === 'number';
    case 'padding':
      return (
        value.kind === 'number' ||
        value.kind === 'dims' ||
        value.kind === 'list' ||
        (value.kind === 'name' && ['same', 'valid', 'full'].includes(value.name))
      );
    case 'sides':
      return value.kind === 'number' || value.kind === 'dims' || value.kind === 'list';
    case 'order':
      return value.kind === 'list';
    case 'choice':
      return value.kind === 'name' && spec.choices.includes(value.name);
    case 'numbers':
      return value.kind === 'list' || (spec.orOne === true && value.kind === 'number');
    case 'name':
    case 'variant':
      return value.kind === 'name';
    case 'text':
      return value.kind === 'name' || value.kind === 'string';
    case 'flag':
      return false;
  }
}

/** The bound form of an accepted value, or what its range should have been. */
function convert(spec: ArgSpec, value: Value): Bound | string {
  const { span } = value;
  const whole = (n: number): boolean => Number.isInteger(n);
  if (spec.kind === 'count' && value.kind === 'number') {
    const min = spec.min ?? 1;
    const max = spec.max ?? 2 ** 31 - 1;
    if (!whole(value.value) || value.value < min || value.value > max) {
      return `a whole number${spec.max === undefined ? ` from ${min} on` : ` from ${min} to ${max}`}`;
    }
    return { kind: 'number', value: value.value, span };
  }
  if (spec.kind === 'number' && value.kind === 'number') {
    const v = value.value;
    const bad =
      (spec.min !== undefined && v < spec.min) ||
      (spec.above !== undefined && v <= spec.above) ||
      (spec.max !== undefined && v > spec.max) ||
      (spec.below !== undefined && v >= spec.below);
    if (bad || !Number.isFinite(v)) {
      const low =
        spec.min !== undefined ? `at least ${spec.min}` : spec.above !== undefined ? `above ${spec.above}` : '';
      const high =
        spec.max !== undefined ? `at most ${spec.max}` : spec.below !== undefined ? `below ${spec.below}` : '';
      return [low, high].filter((s) => s !== '').join(' and ');
    }
    return { kind: 'number', value: v, span };
  }
  if (spec.kind === 'size' || spec.kind === 'shape') {
    const sizes = value.kind === 'dims' ? value.values : value.kind === 'number' ? [value.value] : [];
    const wanted = spec.kind === 'size' ? 2 : 3;
    if (sizes.length > wanted)
      return spec.kind === 'size'
        ? 'height x width, two numbers'
        : 'height x width x channels, or one number of features';
    const least = (spec.kind === 'size' ? spec.min : undefined) ?? 1;
    if (sizes.some((n) => !whole(n) || n < least)) return `made of whole numbers from ${least} on`;
    return { kind: 'sizes', value: sizes, span };
  }
  if (spec.kind === 'padding' || spec.kind === 'sides') {
    if (value.kind === 'name')
      return { kind: 'padding', value: { mode: value.name as 'same' | 'valid' | 'full' }, span };
    const n =
      value.kind === 'number'
        ? [value.value]
        : value.kind === 'dims'
          ? value.values
          : value.kind === 'list'
            ? value.items.map((v) => (v.kind === 'number' ? v.value : Number.NaN))
            : [];
    if (n.some((v) => !whole(v) || v < 0)) return 'made of whole numbers from 0 on';
    const [a = 0, b = a, c, d] = n;
    if (n.length === 1 || n.length === 2)
      return { kind: 'padding', value: { mode: 'sides', sides: [a, a, b, b] }, span };
    if (n.length === 4)
      return { kind: 'padding', value: { mode: 'sides', sides: [a, b, c as number, d as number] }, span };
    return 'one number, a pair (rows, columns) or four sides [top, bottom, left, right]';
  }
  if (spec.kind === 'order' && value.kind === 'list') {
    const items = value.items.map((v) => (v.kind === 'number' ? v.value : Number.NaN));
    return items.every((n) => whole(n) && n >= 0)
      ? { kind: 'sizes', value: items, span }
      : 'made of whole numbers from 0 on';
  }
  if (spec.kind === 'numbers' && (value.kind === 'list' || value.kind === 'number')) {
    const min = spec.min ?? Number.NEGATIVE_INFINITY;
    const n = (value.kind === 'list' ? value.items : [value]).map((v) => (v.kind === 'number' ? v.value : Number.NaN));
    if (n.length === 0 || n.some((v) => !Number.isFinite(v) || v < min))
      return `made of numbers${spec.min === undefined ? '' : ` from ${spec.min} on`}`;
    return { kind: 'numbers', value: n, span };
  }
  if (value.kind === 'name') return { kind: 'text', value: value.name, span };
  if (value.kind === 'string') return { kind: 'text', value: value.value, span };
  throw new Error(`a ${spec.kind} cannot be made of a ${value.kind}`);
}

/** A list of numbers, or of lists of them; a word that is neither is undefined. */
function numbersOf(value: Value): Numbers | undefined {
  if (value.kind === 'number') return value.value;
  if (value.kind !== 'list') return undefined;
  const items = value.items.map(numbersOf);
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** Binds words to arguments: options by name, then activations, then positions in order. */
export function bind(signature: Signature, words: readonly Value[], line: Span): Binding {
  const diagnostics: Diagnostic[] = [];
  const bound = new Map<string, Bound>();
  const activations: { name: string; span: Span; number?: number }[] = [];
  const { owner, positional, activations: known } = signature;
  const options = Object.keys(signature.args).filter((name) => !positional.includes(name));
  let bad = false;
  /** Positions that a word was meant for, bound or not: the next word goes to the next one. */
  const met = new Set<string>();
  const free = (): string | undefined => positional.find((name) => !bound.has(name) && !met.has(name));
  const report = (d: Diagnostic): void => {
    bad = true;
    diagnostics.push(d);
  };
  const put = (name: string, spec: ArgSpec, value: Value): void => {
    const first = bound.get(name);
    if (first) return report(say.givenTwice(value.span, owner, name, first.span));
    met.add(name);
    const result = convert(spec, value);
    if (typeof result === 'string') report(say.outOfRange(value.span, owner, name, printValue(value), result));
    else bound.set(name, result);
  };

  /** Binds a variant, and returns how many words behind it are its own. */
  const putVariant = (
    name: string,
    variants: Readonly<Record<string, Variant>>,
    word: Extract<Value, { kind: 'name' }>,
    next: Value | undefined,
  ): number => {
    const read = readVariant(variants, owner, name, word, next, (value, { number }) => {
      const result = convert(number as NumberSpec, value);
      return typeof result === 'string' || result.kind !== 'number'
        ? say.outOfRange(value.span, owner, `number of ${name} ${word.name}`, printValue(value), String(result))
        : result.value;
    });
    const first = bound.get(name);
    if (first) report(say.givenTwice(word.span, owner, name, first.span));
    else if (read.diagnostic) report(read.diagnostic);
    else if (read.bound) bound.set(name, read.bound);
    return read.taken;
  };

  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Value;
    const next = words[i + 1];
    // 1. A name is an option (with its value behind it), a flag or an activation.
    if (word.kind === 'name') {
      const spec = lookUp(signature.args, word.name);
      const place = free();
      const placeSpec = place === undefined ? undefined : signature.args[place];
      if (spec?.kind === 'flag') {
        const first = bound.get(word.name);
        if (first) report(say.givenTwice(word.span, owner, word.name, first.span));
        else bound.set(word.name, { kind: 'flag', span: word.span });
      } else if (spec) {
        const values = spec.kind === 'size' && spec.orValues && next?.kind === 'list' ? numbersOf(next) : undefined;
        if (spec.kind === 'variant' && next?.kind === 'name')
          i += 1 + putVariant(word.name, spec.variants, next, words[i + 2]);
        else if (next && values !== undefined) {
          const first = bound.get(valuesOf(word.name));
          if (first) report(say.givenTwice(next.span, owner, word.name, first.span));
          else bound.set(valuesOf(word.name), { kind: 'matrices', value: values, span: next.span });
          i++;
        } else if (next === undefined) report(say.missingValue(word.span, owner, word.name, expected(spec)));
        else if (!accepts(spec, next)) {
          report(say.wrongKind(next.span, owner, word.name, expected(spec), describe(next)));
          i++;
        } else {
          put(word.name, spec, next);
          i++;
        }
      } else if (known.includes(word.name)) {
        // A number behind it is the activation's, unless the layer still waits for one of its own.
        const spec = lookUp(activationNumbers, word.name);
        const number = spec && next?.kind === 'number' && place === undefined ? convert(spec, next) : undefined;
        if (number !== undefined) i++;
        if (typeof number === 'string')
          report(say.outOfRange((next as Value).span, word.name, 'number', printValue(next as Value), number));
        else
          activations.push({
            name: word.name,
            span: word.span,
            ...(number?.kind === 'number' ? { number: number.value } : {}),
          });
      } else if (place !== undefined && placeSpec !== undefined && accepts(placeSpec, word)) {
        put(place, placeSpec, word);
      } else if (place !== undefined && placeSpec?.kind === 'choice' && (next === undefined || next.kind === 'name')) {
        met.add(place);
        report(say.wrongKind(word.span, owner, place, expected(placeSpec), describe(word)));
      } else if (next !== undefined && next.kind !== 'name' && place === undefined) {
        report(say.unknownOption(word.span, owner, word.name, nearest(word.name, options), options));
        i++;
      } else if (options.length === 0 && place !== undefined && placeSpec !== undefined) {
        met.add(place);
        report(say.wrongKind(word.span, owner, place, expected(placeSpec), describe(word)));
      } else if (known.length === 0) {
        report(say.unknownOption(word.span, owner, word.name, nearest(word.name, options), options));
      } else {
        report(
          say.unknownActivation(
            word.span,
            owner,
            word.name,
            nearest(word.name, [...known, ...options]),
            known,
            options,
          ),
        );
      }
      continue;
    }
    // 2. Anything else goes to the next position that is free.
    const place = free();
    const spec = place === undefined ? undefined : signature.args[place];
    if (place === undefined || spec === undefined) {
      report(say.tooMany(word.span, owner, describe(word), showSignature(signature)));
    } else if (!accepts(spec, word)) {
      met.add(place);
      report(say.wrongKind(word.span, owner, place, expected(spec), describe(word)));
    } else put(place, spec, word);
  }
  // 3. What is required and was not given; silent when something else is wrong already.
  for (const name of signature.required) {
    if (!bound.has(name) && !bound.has(valuesOf(name)) && !bad)
      report(say.missingArgument(line, owner, name, signature.args[name]?.doc ?? '', signature.example));
  }
  return { args: { bound, activations }, diagnostics, ok: !bad };
}
