// Signatures: what a layer or a setting takes, and the values bound to it.
import type { Span } from '../diagnostics/types.ts';

/** What one argument may be. Ranges are checked when words are bound. */
export type ArgSpec = { readonly doc: string } & (
  | { readonly kind: 'count'; readonly min?: number; readonly max?: number } // a whole number
  | {
      readonly kind: 'number';
      readonly min?: number;
      readonly max?: number;
      readonly below?: number;
      readonly above?: number;
    }
  | { readonly kind: 'size'; readonly orValues?: true; readonly min?: number } // 5x5, or 5 for a square; or by name, the values: [[1, 2], [3, 4]]
  | { readonly kind: 'shape' } // 28x28x1, or 784
  | { readonly kind: 'padding' } // 2, same, valid, full, 1x2, [1, 1, 2, 2]
  | { readonly kind: 'sides' } // 2, 1x2, [1, 1, 2, 2]
  | { readonly kind: 'order' } // [1, 0, 2]
  | { readonly kind: 'choice'; readonly choices: readonly string[] } // one of these words
  | { readonly kind: 'numbers'; readonly min?: number; readonly orOne?: true } // [1, 2.5, 1]; or 2.5 alone
  | { readonly kind: 'name' }
  | { readonly kind: 'text' } // a name or a text in quotes
  | { readonly kind: 'flag' } // present or not
  | { readonly kind: 'variant'; readonly variants: Readonly<Record<string, Variant>> } // one of these words and its number
);

/** Numbers in lists: rows of a matrix, matrices one behind the other. */
export type Numbers = number | readonly Numbers[];

/** Where the values stand that were given in place of a size. */
export const valuesOf = (name: string): string => `${name}.values`;
export type NumberSpec = Extract<ArgSpec, { kind: 'number' }>;

/** A word of a closed list, and the number that stands behind it or may do so. */
export interface Variant {
  readonly doc: string;
  readonly number?: NumberSpec & { readonly optional: boolean };
}

export interface Signature {
  /** What the user calls it, in messages. */
  readonly owner: string;
  /** Names of the arguments that are given by position, in order. */
  readonly positional: readonly string[];
  readonly required: readonly string[];
  readonly args: Readonly<Record<string, ArgSpec>>;
  /** May an activation stand at the end? */
  readonly activations: readonly string[];
  readonly example: string;
}

export type PaddingArg =
  | { readonly mode: 'same' | 'valid' | 'full' }
  | { readonly mode: 'sides'; readonly sides: readonly [number, number, number, number] };

/** A bound value: as its kind says. */
export type Bound = { readonly span: Span } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'sizes'; readonly value: readonly number[] }
  | { readonly kind: 'numbers'; readonly value: readonly number[] }
  | { readonly kind: 'padding'; readonly value: PaddingArg }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'matrices'; readonly value: Numbers }
  | { readonly kind: 'flag' }
  | { readonly kind: 'variant'; readonly value: string; readonly number?: number }
);

/** The entry of a table by a word of the user's, who may write `constructor` too. */
export const lookUp = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;

/** The values of one line. Readers return undefined when the argument was not given. */
export interface Args {
  readonly bound: ReadonlyMap<string, Bound>;
  /** Activations in order, with their places. */
  readonly activations: readonly { readonly name: string; readonly span: Span; readonly number?: number }[];
}

export function numberArg(args: Args, name: string): number | undefined {
  const bound = args.bound.get(name);
  return bound?.kind === 'number' ? bound.value : undefined;
}

/** Top, bottom, left, right. */
export function sidesArg(args: Args, name: string): readonly [number, number, number, number] | undefined {
  const padding = paddingArg(args, name);
  return padding?.mode === 'sides' ? padding.sides : undefined;
}

/** Height and width; one number means both. */
export function sizeArg(args: Args, name: string): readonly [number, number] | undefined {
  const bound = args.bound.get(name);
  if (bound?.kind !== 'sizes') return undefined;
  const [h, w = h] = bound.value;
  return [h as number, w as number];
}

export function shapeArg(args: Args, name: string): readonly number[] | undefined {
  const bound = args.bound.get(name);
  return bound?.kind === 'sizes' ? bound.value : undefined;
}

export function paddingArg(args: Args, name: string): PaddingArg | undefined {
  const bound = args.bound.get(name);
  return bound?.kind === 'padding' ? bound.value : undefined;
}

/** The numbers that were given in place of the size `name`. */
export function valuesArg(args: Args, name: string): Numbers | undefined {
  const bound = args.bound.get(valuesOf(name));
  return bound?.kind === 'matrices' ? bound.value : undefined;
}

export function textArg(args: Args, name: string): string | undefined {
  const bound = args.bound.get(name);
  return bound?.kind === 'text' ? bound.value : undefined;
}

export function numbersArg(args: Args, name: string): readonly number[] | undefined {
  const bound = args.bound.get(name);
  return bound?.kind === 'numbers' ? bound.value : undefined;
}

/** The word of a variant, with its number. */
export function variantArg(args: Args, name: string): { readonly value: string; readonly number?: number } | undefined {
  const bound = args.bound.get(name);
  return bound?.kind === 'variant' ? bound : undefined;
}

export const flagArg = (args: Args, name: string): boolean => args.bound.has(name);

/** `conv FILTERS KERNEL [stride 2x2] [nobias] [activation]`, for messages and the manual. */
export function showSignature(s: Signature): string {
  const positional = s.positional.map((name) =>
    s.required.includes(name) ? name.toUpperCase() : `[${name.toUpperCase()}]`,
  );
  const options = Object.entries(s.args)
    .filter(([name]) => !s.positional.includes(name))
    .map(([name, spec]) =>
      spec.kind === 'flag' ? `[${name}]` : `[${name} ${spec.kind === 'choice' ? spec.choices.join('|') : '...'}]`,
    );
  return [s.owner, ...positional, ...options, ...(s.activations.length > 0 ? ['[activation]'] : [])].join(' ');
}
