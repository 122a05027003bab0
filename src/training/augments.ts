// What may stand in `augment { ... }` of a data section: each line with its signature, its formula, and what it does.
import type { Span } from '../diagnostics/types.ts';
import type { WarpAttrs, WarpStep } from '../ir/attrs.ts';
import { type ArgSpec, type Args, numberArg, type Signature, sizeArg, textArg } from '../layers/args.ts';

/** Work that one operation does to each element where it stands: of `vary`, `gaussian` and `cutout`, without their streams. */
export type Change =
  | { readonly op: 'vary'; readonly way: 'add' | 'multiply'; readonly by: number; readonly chance: number }
  | { readonly op: 'gaussian'; readonly deviation: number }
  | {
      readonly op: 'cutout';
      readonly size: readonly [number, number];
      readonly value: number;
      readonly chance: number;
    };

export interface AugmentDef {
  readonly name: string;
  /** For the manual: what it does, with its formula. */
  readonly doc: string;
  readonly signature: Signature;
  /** Moves of pixels are one sampling together; all else is done behind them. */
  readonly does:
    | { readonly kind: 'move'; readonly step: (args: Args) => WarpStep }
    | { readonly kind: 'change'; readonly change: (args: Args) => Change };
}

/** A line of `augment` with its words bound. */
export interface AugmentLine {
  readonly def: AugmentDef;
  readonly args: Args;
  /** The line's name in listings: flip1, shift1 ... */
  readonly name: string;
  readonly span: Span;
  readonly nameSpan: Span;
}

type Words = Pick<Signature, 'positional' | 'required' | 'args'>;

const chance: ArgSpec = { kind: 'number', above: 0, max: 1, doc: 'how likely it is for a picture; 1 unless given' };
const fill: ArgSpec = {
  kind: 'choice',
  choices: ['zero', 'edge', 'reflect'],
  doc: 'what comes from beyond the border: zeros (unless given), the edge again, or the mirrored picture; the same for all moves',
};
const chanceOf = (args: Args): number => numberArg(args, 'chance') ?? 1;
const amount = (args: Args, name: string): number => numberArg(args, name) ?? 0;

const define = (name: string, doc: string, example: string, words: Words, does: AugmentDef['does']): AugmentDef => ({
  name,
  doc,
  signature: { owner: name, ...words, activations: [], example },
  does,
});

const move = (name: string, doc: string, example: string, words: Words, step: (args: Args) => WarpStep): AugmentDef =>
  define(name, doc, example, words, { kind: 'move', step });

const change = (name: string, doc: string, example: string, words: Words, of: (args: Args) => Change): AugmentDef =>
  define(name, doc, example, words, { kind: 'change', change: of });

const one = (name: string, spec: ArgSpec, more: Readonly<Record<string, ArgSpec>>): Words => ({
  positional: [name],
  required: [name],
  args: { [name]: spec, ...more },
});

const defs: readonly AugmentDef[] = [
  move(
    'flip',
    'The picture mirrored with probability `chance` (0.5): y[r, c] = x[r, w - 1 - c] for `horizontal`, x[h - 1 - r, c] for `vertical`.',
    'flip horizontal',
    one(
      'axis',
      { kind: 'choice', choices: ['horizontal', 'vertical'], doc: 'left and right, or top and bottom' },
      { chance: { ...chance, doc: 'how likely it is for a picture; 0.5 unless given' } },
    ),
    (args) => ({
      kind: 'flip',
      axis: textArg(args, 'axis') === 'vertical' ? 'vertical' : 'horizontal',
      chance: numberArg(args, 'chance') ?? 0.5,
    }),
  ),
  move(
    'shift',
    'The picture moved by whole pixels: y[r, c] = x[r - a, c - b], a and b uniform among -n to n, of their own for each picture.',
    'shift 4 fill edge',
    one(
      'pixels',
      { kind: 'size', min: 0, doc: 'how far at most: rows x columns, or one number for both' },
      { fill, chance },
    ),
    (args) => {
      const [rows, columns] = sizeArg(args, 'pixels') ?? [0, 0];
      return { kind: 'shift', rows, columns, chance: chanceOf(args) };
    },
  ),
  move(
    'crop',
    'A part of the picture in its own size, after a border of `pad` pixels was added on each side: y[r, c] = x[r + a - pad, c + b - pad], a and b uniform among 0 to 2 pad. It is `shift` by `pad` pixels, as papers put it.',
    'crop 32x32 pad 4',
    {
      positional: ['size'],
      required: ['pad'],
      args: {
        size: { kind: 'size', doc: 'height x width, those of the input; need not be written' },
        pad: { kind: 'count', max: 16384, doc: 'pixels of the border' },
        fill,
        chance,
      },
    },
    (args) => {
      const pad = amount(args, 'pad');
      return { kind: 'shift', rows: pad, columns: pad, chance: chanceOf(args) };
    },
  ),
  move(
    'rotate',
    'The picture turned about its middle by an angle uniform in [-degrees, degrees). Pixels between pixels are mixed in their shares (bilinear).',
    'rotate 15',
    one('degrees', { kind: 'number', above: 0, max: 180, doc: 'how far at most, to either side' }, { fill, chance }),
    (args) => ({ kind: 'rotate', degrees: amount(args, 'degrees'), chance: chanceOf(args) }),
  ),
  move(
    'zoom',
    'The picture larger or smaller about its middle, by a factor uniform in [1 - by, 1 + by), in rows and columns alike. Pixels between pixels are mixed in their shares (bilinear).',
    'zoom 0.2 fill reflect',
    one('by', { kind: 'number', above: 0, below: 1, doc: 'how much at most, in parts of the size' }, { fill, chance }),
    (args) => ({ kind: 'zoom', by: amount(args, 'by'), chance: chanceOf(args) }),
  ),
  change(
    'brightness',
    'y = x + d, with d uniform in [-by, by) for each picture. Values are not cut off at 0 and 1.',
    'brightness 0.2',
    one('by', { kind: 'number', above: 0, doc: 'how much at most; white is 1' }, { chance }),
    (args) => ({ op: 'vary', way: 'add', by: amount(args, 'by'), chance: chanceOf(args) }),
  ),
  change(
    'contrast',
    'y = 0.5 + (x - 0.5) f, with f uniform in [1 - by, 1 + by) for each picture. Values are not cut off at 0 and 1.',
    'contrast 0.2',
    one('by', { kind: 'number', above: 0, max: 1, doc: 'how much at most' }, { chance }),
    (args) => ({ op: 'vary', way: 'multiply', by: amount(args, 'by'), chance: chanceOf(args) }),
  ),
  change(
    'noise',
    'y = x + deviation n, with n normal of mean 0 and deviation 1 for each value.',
    'noise 0.05',
    one('deviation', { kind: 'number', above: 0, doc: 'standard deviation; white is 1' }, {}),
    (args) => ({ op: 'gaussian', deviation: amount(args, 'deviation') }),
  ),
  change(
    'cutout',
    'A box of one value whose middle is any pixel of the picture; what of it lies outside is lost (DeVries & Taylor 2017).',
    'cutout 8x8',
    one(
      'size',
      { kind: 'size', doc: 'height x width of the box, or one number for both' },
      { value: { kind: 'number', doc: 'what it is filled with, before `normalise`; 0 unless given' }, chance },
    ),
    (args) => ({
      op: 'cutout',
      size: sizeArg(args, 'size') ?? [1, 1],
      value: amount(args, 'value'),
      chance: chanceOf(args),
    }),
  ),
];

export const augments: Readonly<Record<string, AugmentDef>> = Object.fromEntries(defs.map((def) => [def.name, def]));

/** What all moves of the lines are together; undefined when there are none. The border is that of the first that names one. */
export function movesOf(lines: readonly AugmentLine[]): Pick<WarpAttrs, 'steps' | 'border'> | undefined {
  const steps = lines.flatMap(({ def, args }) => (def.does.kind === 'move' ? [def.does.step(args)] : []));
  const named = lines.map(({ args }) => textArg(args, 'fill')).find((word) => word !== undefined);
  const border = named === 'edge' || named === 'reflect' ? named : 'zero';
  return steps.length > 0 ? { steps, border } : undefined;
}
