// Random data sections for random networks: numbers to normalise with, and lines of augmentation that suit the input.
import type { Pick } from './words.ts';

/** The lines of a data section; none for one network of two. `moves`: may pixels move, because no labels lie over them? */
export function dataLines(input: readonly number[], moves: boolean, pick: Pick): string[] {
  if (pick.nat(2) === 0) return [];
  const channels = input[input.length - 1] as number;
  const number = (): string => String((1 + pick.nat(9)) / 10);
  const numbers = (): string =>
    pick.nat(2) === 0 ? number() : `[${Array.from({ length: channels }, number).join(', ')}]`;
  const normalise = [
    ...(channels <= 64 ? [`normalise mean ${numbers()} std ${numbers()}`] : []),
    'normalise per_channel',
    '',
  ];
  const chance = (): string => pick.of(['', ' chance 0.5']);
  const shifts = [input[0] as number, input[1] as number].map((n) => pick.nat(Math.min(n, 4)));
  const fill = pick.of(['', ' fill zero', ' fill edge', ' fill reflect']);
  const lines = [
    `noise ${number()}`,
    `brightness ${number()}${chance()}`,
    `contrast ${number()}${chance()}`,
    ...(input.length === 3
      ? [`cutout ${1 + pick.nat(input[0] as number)}x${1 + pick.nat(input[1] as number)} value ${number()}${chance()}`]
      : []),
    ...(input.length === 3 && moves
      ? [
          `flip ${pick.of(['horizontal', 'vertical'])}`,
          `shift ${shifts.join('x')}${fill}${chance()}`,
          `rotate ${1 + pick.nat(180)}${fill}${chance()}`,
          `zoom ${number()}${fill}`,
        ]
      : []),
  ].filter(() => pick.nat(2) === 0);
  const augment = lines.length > 0 ? ['augment {', ...lines.map((line) => `  ${line}`), '}'] : [];
  return [...[pick.of(normalise)].filter((line) => line !== ''), ...augment];
}
