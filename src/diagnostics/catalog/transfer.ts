// Messages about what is computed once of a frozen base (train --cache-base): E0813 to E0819.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

export const noBase = entry('E0813', (span: Span | undefined, why: string) => ({
  message: `there is no frozen base to compute once: ${why}`,
  ...(span ? { primary: { span, text: '' } } : {}),
  help: [
    'a base is all that comes before the first trained layer, without dropout or noise, and one value goes on from it',
    'put its layers into `freeze { ... }`, or train without --cache-base',
  ],
}));

export const baseAsTarget = entry('E0814', (span: Span) => ({
  message: 'the loss compares with the input of the model, which the cached activations do not hold',
  primary: { span, text: '' },
  help: ['train without --cache-base'],
}));

/** `name` is how the data section calls the change. */
export const baseOfChanged = entry('E0815', (span: Span, name: string) => ({
  message: `there is no frozen base to compute once: \`${name}\` changes the pictures anew in each epoch`,
  primary: { span, text: '' },
  help: ['train without --cache-base, or without changing the pictures'],
}));
