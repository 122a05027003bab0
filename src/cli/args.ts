// Options of a command: their types, how they are read, and what is said when one is wrong.
import { parseArgs } from 'node:util';
import * as say from '../diagnostics/catalog/usage.ts';
import { type Diagnostic, refuse, refuseErrors } from '../diagnostics/index.ts';
import type { Io } from './io.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What stands for the value in the help: `N`, `DIR`. */
  readonly value?: string;
  readonly doc: string;
  /** May it be given several times? Then its value is a list, empty when it is not given. */
  readonly many?: true;
}
export type Options = Readonly<Record<string, OptionSpec>>;

export interface Positionals {
  /** As the help shows it: `FILE`, `PICTURE...`. */
  readonly name: string;
  readonly doc: string;
  readonly min: number;
  readonly max: number;
}

/** Booleans are false when not given, strings undefined. The last of several wins, unless there may be many. */
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K]['type'] extends 'boolean'
    ? boolean
    : O[K] extends { readonly many: true }
      ? readonly string[]
      : string | undefined;
};

/** As they are read, before a command knows their types. */
type AnyValue = string | boolean | readonly string[] | undefined;

export interface Context<O extends Options> {
  readonly io: Io;
  readonly values: Values<O>;
  readonly positionals: readonly string[];
}

export interface Command<O extends Options = Options> {
  readonly name: string;
  /** One line for `cnnc --help`, no full stop. */
  readonly summary: string;
  /** Example command lines, one a line. */
  readonly usage: string;
  readonly options: O;
  readonly positionals: Positionals;
  /** Returns the exit code. Trouble is thrown as a Failure. */
  run(context: Context<O>): Promise<number>;
}

/** A command whatever its options are, as the table holds it. */
export interface AnyCommand extends Omit<Command, 'run'> {
  run(context: { io: Io; values: Readonly<Record<string, unknown>>; positionals: readonly string[] }): Promise<number>;
}

/** Defines a command; its `run` sees exactly the options it declares. */
export function command<const O extends Options>(definition: Command<O>): AnyCommand {
  return {
    ...definition,
    run: ({ io, values, positionals }) => definition.run({ io, values: values as Values<O>, positionals }),
  };
}

/** Reads the words after a command's name. Throws a Failure with every word that is wrong. */
export function readArguments(
  definition: AnyCommand,
  words: readonly string[],
): { values: Record<string, AnyValue>; positionals: string[] } {
  const { name: commandName, options, positionals: wanted } = definition;
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type, short }]) => [name, short ? { type, short } : { type }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const wrong: Diagnostic[] = [];
  const positionals: string[] = [];
  const values: Record<string, AnyValue> = {};
  for (const [name, { type, many }] of Object.entries(options))
    values[name] = many ? [] : type === 'boolean' ? false : undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    const { value } = token;
    if (!spec) wrong.push(say.noSuchOption(token.rawName, commandName, Object.keys(options)));
    else if (spec.type === 'boolean') {
      if (value !== undefined) wrong.push(say.unexpectedValue(token.name, value, commandName));
      values[token.name] = true;
    } else {
      const anOption = !token.inlineValue && /^-+[a-z]/i.test(value ?? '');
      if (value === undefined || value === '' || anOption) {
        wrong.push(say.optionNeedsValue(token.name, spec.value ?? 'VALUE', commandName));
      }
      const before = values[token.name];
      values[token.name] = Array.isArray(before) ? [...(before as string[]), value ?? ''] : value;
    }
  }
  if (positionals.length < wanted.min && wrong.length === 0) {
    wrong.push(say.argumentMissing(commandName, wanted.name, wanted.doc));
  }
  const extra = positionals[wanted.max];
  if (extra !== undefined) wrong.push(say.tooManyArguments(commandName, extra, wanted.max, wanted.name));
  refuseErrors(wrong);
  return { values, positionals };
}

const shown = (n: number): string => (Number.isInteger(n) ? String(n).replace(/\B(?=(\d{3})+$)/g, ',') : String(n));

/** A whole number from `min` (1) to `max` (2^31 - 1); undefined when not given. */
export function wholeNumber(
  at: { command: string; option: string },
  value: string | undefined,
  { min = 1, max = 2 ** 31 - 1 }: { min?: number; max?: number } = {},
): number | undefined {
  if (value === undefined) return undefined;
  const n = /^\d[\d_]*$/.test(value) ? Number(value.replaceAll('_', '')) : Number.NaN;
  if (n >= min && n <= max) return n;
  return refuse(say.badValue(at.option, value, `a whole number from ${shown(min)} to ${shown(max)}`, at.command));
}

/** A number from `min` to `max`, both included unless `above` says that `min` is not; undefined when not given. */
export function realNumber(
  at: { command: string; option: string },
  value: string | undefined,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, above = false } = {},
): number | undefined {
  if (value === undefined) return undefined;
  const n = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
  if ((above ? n > min : n >= min) && n <= max && Number.isFinite(n)) return n;
  const from = min === Number.NEGATIVE_INFINITY ? '' : above ? ` above ${shown(min)}` : ` from ${shown(min)}`;
  const to = max === Number.POSITIVE_INFINITY ? '' : ` up to ${shown(max)}`;
  return refuse(say.badValue(at.option, value, `a number${from}${to}`, at.command));
}

/** One of the words; undefined when not given. */
export function choice<const C extends string>(
  at: { command: string; option: string },
  value: string | undefined,
  choices: readonly C[],
): C | undefined {
  if (value === undefined) return undefined;
  return choices.find((name) => name === value) ?? refuse(say.badChoice(at.option, value, choices, at.command));
}

/** The option of every command that opens a model. */
export const setOption: OptionSpec & { readonly type: 'string'; readonly many: true } = {
  type: 'string',
  value: 'NAME=NUMBER',
  doc: 'sets a parameter of the model; may be given several times',
  many: true,
};

/** What `--set` (or `--hyper`) gives, by name; the last of equal names wins. */
export function settings(
  command: string,
  values: readonly string[],
  option: 'set' | 'hyper' = 'set',
): Readonly<Record<string, number>> {
  const wrong: Diagnostic[] = [];
  const out: Record<string, number> = {};
  for (const value of values) {
    const [, name, number] = /^([A-Za-z_]\w*)=([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)$/i.exec(value) ?? [];
    if (name === undefined || !Number.isFinite(Number(number)))
      wrong.push(
        say.badValue(
          option,
          value,
          `NAME=NUMBER, such as ${option === 'set' ? 'classes=10' : 'momentum=0.9'}`,
          command,
        ),
      );
    else out[name] = Number(number);
  }
  refuseErrors(wrong);
  return out;
}
