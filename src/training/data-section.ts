// The data section: where pictures come from, how they are normalised, and how chance changes them; bound and checked.
import * as say from '../diagnostics/catalog/data-section.ts';
import * as names from '../diagnostics/catalog/names.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import { type Args, bind, lookUp, numbersArg, type Signature, textArg } from '../layers/index.ts';
import type { Data, Group, Layer, Statement } from '../parser/ast.ts';
import { type AugmentLine, augments } from './augments.ts';

/** `per_channel`: with mean and variance of the training set, which training finds and keeps with the weights. */
export type Normalise = { readonly span: Span } & (
  | { readonly kind: 'per_channel' }
  | {
      readonly kind: 'given';
      readonly mean: readonly number[];
      readonly std: readonly number[];
      readonly meanSpan: Span;
      readonly stdSpan: Span;
    }
);

export interface DataConfig {
  readonly source: { readonly spec: string; readonly span: Span } | undefined;
  readonly normalise: Normalise | undefined;
  readonly augment: readonly AugmentLine[];
}

/** What each setting does, for the manual and `explain`. */
export const dataDocs: Readonly<Record<keyof typeof dataSettings, string>> = {
  source: 'The data set of the model, as `data` of the train section; one of the two.',
  normalise:
    'y = (x - mean) / std for each channel, where bytes of pictures were divided by 255: the first layer of every program, so that training, tests, predictions, modules for a page and exported models all have it.',
  augment:
    'What is done to the pictures while training, and at no other time: each line draws for each picture anew in every step, of the seed and the number of the step, so that a training that goes on is the same to the bit. Moves of pixels (flip, shift, crop, rotate, zoom) are one sampling, in their order; the other lines follow, in theirs; `normalise` comes last. Maps of classes move with their pictures, and so does a target that is the input.',
};

export const dataSettings: Readonly<Record<'source' | 'normalise' | 'augment', Signature>> = {
  source: {
    owner: 'source',
    positional: ['set'],
    required: ['set'],
    args: {
      set: {
        kind: 'text',
        doc: 'a data set, as `data` of a train section names it: mnist, cifar10, "idx:IMAGES,LABELS" ...',
      },
    },
    activations: [],
    example: 'source cifar10',
  },
  normalise: {
    owner: 'normalise',
    positional: ['how'],
    required: [],
    args: {
      how: {
        kind: 'choice',
        choices: ['per_channel'],
        doc: 'with mean and deviation of each channel of the training set, which `cnnc train` finds and keeps with the weights',
      },
      mean: { kind: 'numbers', orOne: true, doc: 'or: what is subtracted, a number a channel, or one for all' },
      std: { kind: 'numbers', orOne: true, doc: 'and what is divided by: y = (x - mean) / std' },
    },
    activations: [],
    example: 'normalise mean [0.4914, 0.4822, 0.4465] std [0.2470, 0.2435, 0.2616]',
  },
  augment: {
    owner: 'augment',
    positional: [],
    required: [],
    args: {},
    activations: [],
    example: 'augment { flip horizontal | shift 4 }',
  },
};

const setting = (name: string): Signature | undefined => lookUp<Signature>(dataSettings, name);

/** Reads a data section; undefined when it cannot be used. */
export function bindData(section: Data): { config: DataConfig | undefined; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, Span>();
  let source: DataConfig['source'];
  let normalise: Normalise | undefined;
  let augment: readonly AugmentLine[] = [];
  for (const statement of section.body.lines.flatMap((line) => line.statements)) {
    const line = named(statement, 'a data section', diagnostics);
    if (!line) continue;
    const { text, span } = line.name;
    const signature = setting(text);
    const all = Object.keys(dataSettings);
    if (!signature) {
      const own = lookUp(augments, text) ? ('augment' as const) : undefined;
      diagnostics.push(say.unknownDataSetting(span, text, own ?? nearest(text, all), all, own !== undefined));
      continue;
    }
    const first = seen.get(text);
    if (first) {
      diagnostics.push(names.givenTwice(span, 'the data section', text, first));
      continue;
    }
    seen.set(text, span);
    if ((line.kind === 'group') !== (text === 'augment')) {
      diagnostics.push(
        line.kind === 'group' ? say.bodyOfSetting(span, text, signature.example) : say.augmentAlone(span),
      );
      continue;
    }
    const { args, diagnostics: found, ok } = bind(signature, line.words, span);
    diagnostics.push(...found);
    if (!ok) continue;
    const set = args.bound.get('set');
    if (set) source = { spec: textArg(args, 'set') as string, span: set.span };
    if (text === 'normalise') normalise = normaliseOf(args, line, diagnostics);
    if (line.kind === 'group') augment = augmentOf(line, diagnostics);
  }
  const bad = diagnostics.some((d) => d.severity === 'error');
  return { config: bad ? undefined : { source, normalise, augment }, diagnostics };
}

/** A line or a group; nothing after a report for what neither is. */
function named(statement: Statement, where: string, diagnostics: Diagnostic[]): Layer | Group | undefined {
  if (statement.kind !== 'if') return statement;
  diagnostics.push(say.notASetting(statement.span, where, '`if`'));
  return undefined;
}

function normaliseOf(args: Args, { name, span }: Layer | Group, diagnostics: Diagnostic[]): Normalise | undefined {
  const how = args.bound.get('how');
  const [meanAt, stdAt] = [args.bound.get('mean'), args.bound.get('std')];
  if (how) {
    const both = meanAt ?? stdAt;
    if (both) diagnostics.push(say.normaliseBothWays(both.span, how.span));
    return { kind: 'per_channel', span };
  }
  if (!meanAt || !stdAt) {
    diagnostics.push(say.normaliseHow(name.span, meanAt ? 'std' : stdAt ? 'mean' : undefined));
    return undefined;
  }
  const [mean, std] = [numbersArg(args, 'mean') ?? [], numbersArg(args, 'std') ?? []];
  const least = std.find((v) => v <= 0);
  if (least !== undefined) diagnostics.push(say.stdNotPositive(stdAt.span, least));
  return { kind: 'given', mean, std, span, meanSpan: meanAt.span, stdSpan: stdAt.span };
}

function augmentOf(group: Group, diagnostics: Diagnostic[]): AugmentLine[] {
  const lines: AugmentLine[] = [];
  const all = Object.keys(augments);
  const counts = new Map<string, number>();
  for (const statement of group.body.lines.flatMap((line) => line.statements)) {
    const line = named(statement, 'augment', diagnostics);
    if (!line) continue;
    const { text, span } = line.name;
    const def = lookUp(augments, text);
    if (!def) {
      diagnostics.push(say.unknownAugment(span, text, nearest(text, all), all));
      continue;
    }
    if (line.kind === 'group') {
      diagnostics.push(say.bodyOfSetting(span, text, def.signature.example));
      continue;
    }
    const { args, diagnostics: found, ok } = bind(def.signature, line.words, span);
    diagnostics.push(...found);
    const count = (counts.get(text) ?? 0) + 1;
    counts.set(text, count);
    if (ok) lines.push({ def, args, name: `${text}${count}`, span: line.span, nameSpan: span });
  }
  if (group.body.lines.length === 0) diagnostics.push(say.nothingToAugment(group.name.span));
  return lines;
}
