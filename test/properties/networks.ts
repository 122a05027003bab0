// Random legal networks as .cnn text, drawn by fast-check so that what fails shrinks to few lines.
import fc from 'fast-check';
import { lowerText } from '../support/lowered.ts';
import { dataLines } from './data.ts';
import { endingOf } from './endings.ts';
import { entries } from './entries.ts';
import { LARGEST, type Pick } from './words.ts';

const table = entries.flatMap((entry) => new Array<(typeof entries)[number]>(entry.weight ?? 1).fill(entry));

/** Numbers to choose with; 0, the simplest choice, when they are used up. */
function picker(numbers: readonly number[]): Pick {
  let at = 0;
  const next = (): number => numbers[at++] ?? 0;
  return {
    nat: (below) => next() % below,
    of: (list) => list[next() % list.length] as (typeof list)[number],
    once: (times) => next() % times === times - 1,
  };
}

const text = (
  input: readonly number[],
  lines: readonly string[],
  train: readonly string[] = [],
  data: readonly string[] = [],
): string =>
  [
    ...(data.length === 0 ? [] : ['data {', ...data.map((line) => `  ${line}`), '}']),
    'model drawn {',
    `  input ${input.join('x')}`,
    ...lines.map((line) => `  ${line.replaceAll('\n', '\n  ')}`),
    '}',
    ...(train.length === 0 ? [] : ['train {', ...train.map((line) => `  ${line}`), '}']),
    '',
  ].join('\n');

/** The shape behind some lines; the compiler must accept what the entries call legal. */
function shapeBehind(input: readonly number[], lines: readonly string[]): readonly number[] {
  const source = text(input, lines.length === 0 ? ['relu'] : lines);
  const { lowered, diagnostics } = lowerText(source, { batch: 1 });
  const errors = diagnostics.filter((d) => d.severity === 'error').map((d) => d.message);
  if (!lowered || errors.length > 0)
    throw new Error(`a network that should be legal is refused: ${errors.join('; ')}\n${source}`);
  return lowered.output.type.shape.slice(1);
}

type Choices = readonly (readonly number[])[];

/** Choices become a network: the first gives the input, the second the end, each other one a layer. */
function networkOf([first = [], second = [], ...rest]: Choices): string {
  const pick = picker(first);
  const channels = 1 + pick.nat(4);
  const axis = (): number => 1 + pick.nat(8);
  const picture = (): number[] => [axis(), axis(), channels];
  const input = pick.of([picture, picture, picture, () => [axis() * 2, channels], () => [axis() * 2]])();
  const lines: string[] = [];
  let shape = shapeBehind(input, lines);
  for (const [kind = 0, ...numbers] of rest) {
    const line = (table[kind % table.length] as (typeof entries)[number]).line(shape, picker(numbers));
    if (line === undefined) continue;
    const next = shapeBehind(input, [...lines, line]);
    if (next.reduce((a, b) => a * b, 1) > LARGEST) continue;
    lines.push(line);
    shape = next;
  }
  const ending = endingOf(shape, input, picker(second));
  const all = [...lines, ...ending.lines];
  const over = shapeBehind(input, all).length > 1;
  return text(input, all, ending.train, dataLines(input, !over, pick));
}

const numbers = fc.array(fc.nat(9999), { minLength: 24, maxLength: 24 });

/** A network of up to `layers` lines before its end, with a train section. */
export const networks = (layers: number): fc.Arbitrary<string> =>
  fc
    .tuple(numbers, numbers, fc.array(numbers, { minLength: 1, maxLength: layers, size: 'max' }))
    .map(([first, second, rest]) => networkOf([first, second, ...rest]));
