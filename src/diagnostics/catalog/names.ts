// E01xx: words that do not fit the layer or setting they stand in.
import { entry } from '../entry.ts';
import { listOf } from '../suggest.ts';
import type { Span } from '../types.ts';

const meant = (near: string | undefined, all: readonly string[], what: string): readonly string[] =>
  near === undefined ? [`${what}: ${all.join(', ')}`] : [`did you mean \`${near}\`?`];

export const unknownLayer = entry(
  'E0101',
  (span: Span, name: string, near: string | undefined, all: readonly string[]) => ({
    message: `there is no layer \`${name}\``,
    primary: { span, text: '' },
    help: meant(near, all, 'the layers are'),
  }),
);

export const unknownOption = entry(
  'E0102',
  (span: Span, owner: string, word: string, near: string | undefined, all: readonly string[]) => ({
    message: `${owner} has no option "${word}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
    primary: { span, text: '' },
    help: [
      all.length === 0
        ? `${owner} has no options`
        : all.length === 1
          ? `the only option of ${owner} is ${all[0]}`
          : `the options of ${owner} are ${listOf(all, 'and')}`,
    ],
  }),
);

export const missingArgument = entry(
  'E0103',
  (span: Span, owner: string, argument: string, doc: string, example: string) => ({
    message: `${owner} needs its ${argument}: ${doc}`,
    primary: { span, text: '' },
    help: [`for example \`${example}\``],
  }),
);

export const wrongKind = entry(
  'E0104',
  (span: Span, owner: string, argument: string, expected: string, found: string) => ({
    message: `the ${argument} of ${owner} must be ${expected}, not ${found}`,
    primary: { span, text: `expected ${expected}` },
  }),
);

export const givenTwice = entry('E0105', (span: Span, owner: string, argument: string, first: Span) => ({
  message: `the ${argument} of ${owner} is given twice`,
  primary: { span, text: 'again here' },
  labels: [{ span: first, text: 'first here' }],
  help: ['keep one of the two'],
}));

export const tooMany = entry('E0106', (span: Span, owner: string, found: string, signature: string) => ({
  message: `${owner} has no place for ${found}`,
  primary: { span, text: '' },
  help: [`it is written: ${signature}`],
}));

export const missingValue = entry('E0107', (span: Span, owner: string, option: string, expected: string) => ({
  message: `the option "${option}" of ${owner} needs a value: ${expected}`,
  primary: { span, text: 'its value is missing here' },
}));

export const nameTaken = entry('E0108', (span: Span, name: string, first: Span) => ({
  message: `two layers are named \`${name}\``,
  primary: { span, text: 'this layer' },
  labels: [{ span: first, text: 'has the name already' }],
  help: ['give one of them another name: `name other`'],
}));

export const outOfRange = entry(
  'E0109',
  (span: Span, owner: string, argument: string, value: string, range: string) => ({
    message: `${value} is not possible as the ${argument} of ${owner}: it must be ${range}`,
    primary: { span, text: range },
  }),
);

export const unknownActivation = entry(
  'E0110',
  (
    span: Span,
    owner: string,
    word: string,
    near: string | undefined,
    activations: readonly string[],
    options: readonly string[],
  ) => ({
    message: `${owner} does not know the word "${word}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
    primary: { span, text: '' },
    help: [
      `activations: ${activations.join(', ')}`,
      ...(options.length === 0 ? [] : [`options: ${options.join(', ')}`]),
    ],
  }),
);

export const badRepeat = entry('E0111', (span: Span, found: string) => ({
  message: `\`repeat\` takes how often, a whole number from 1 to 1000, not ${found}`,
  primary: { span, text: '' },
  help: ['for example `repeat 3 { conv 16 3x3 pad same relu }`'],
}));
