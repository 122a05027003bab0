// Messages about what is computed once of a frozen base (train --cache-base): E0813 to E0819.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

const number = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

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

export const cacheTooLarge = entry('E0815', (pictures: number, values: number, limit: string, available: number) => ({
  message: `what the base gives takes ${number(4 * pictures * values)} bytes, where ${limit} is ${number(available)}`,
  help: [
    `${number(pictures)} pictures of ${number(values)} values of 4 bytes each`,
    'end the base with a pooling, which leaves fewer values; or train without --cache-base',
  ],
}));
