// E015x: words of a closed list (initialisers, axes) and the numbers behind them.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

export const unknownVariant = entry(
  'E0150',
  (span: Span, owner: string, argument: string, word: string, near: string | undefined, all: readonly string[]) => ({
    message: `${owner} has no ${argument} \`${word}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`,
    primary: { span, text: '' },
    help: [`${argument} may be ${all.slice(0, -1).join(', ')} or ${all[all.length - 1]}`],
  }),
);

export const needsNumber = entry('E0151', (span: Span, argument: string, word: string, doc: string) => ({
  message: `\`${argument} ${word}\` needs a number behind it: ${doc}`,
  primary: { span, text: 'its number is missing here' },
  help: [`for example \`${argument} ${word} 0.1\``],
}));

export const noChannels = entry('E0152', (span: Span, owner: string, features: number) => ({
  message: `${owner} drops whole channels of a picture, and this is a row of ${features} features`,
  primary: { span, text: `${features} features, each a channel of its own` },
  help: ['`dropout` drops features one by one; whole channels are dropped before `flatten`'],
}));
