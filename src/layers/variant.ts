// Words of a closed list with a number that may stand behind them: `init he_normal`, `init normal 0.02`, `leaky_relu 0.1`.
import * as say from '../diagnostics/catalog/variants.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic } from '../diagnostics/types.ts';
import type { Value } from '../parser/ast.ts';
import type { Bound, Variant } from './args.ts';
import { lookUp } from './args.ts';

type VariantBound = Extract<Bound, { kind: 'variant' }>;

export interface Read {
  readonly bound?: VariantBound;
  readonly diagnostic?: Diagnostic;
  /** Words behind the first that belong to it: 0 or 1. */
  readonly taken: number;
}

/**
 * Reads a variant at `word`. `next` is the word behind it: its number if it takes one and there is one. `check` says
 * what is wrong with that number.
 */
export function readVariant(
  variants: Readonly<Record<string, Variant>>,
  owner: string,
  argument: string,
  word: Extract<Value, { kind: 'name' }>,
  next: Value | undefined,
  check: (value: Value, variant: Variant) => Diagnostic | number,
): Read {
  const variant = lookUp(variants, word.name);
  if (!variant) {
    const all = Object.keys(variants);
    return {
      taken: 0,
      diagnostic: say.unknownVariant(word.span, owner, argument, word.name, nearest(word.name, all), all),
    };
  }
  const bound: VariantBound = { kind: 'variant', value: word.name, span: word.span };
  if (!variant.number) return { taken: 0, bound };
  if (next?.kind !== 'number') {
    if (variant.number.optional) return { taken: 0, bound };
    return { taken: 0, diagnostic: say.needsNumber(word.span, argument, word.name, variant.number.doc) };
  }
  const number = check(next, variant);
  return typeof number === 'number' ? { taken: 1, bound: { ...bound, number } } : { taken: 1, diagnostic: number };
}
