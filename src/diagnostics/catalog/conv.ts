// E023x and E024x: convolutions, and layers that slide along signals.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

export const twoSizesOnSignal = entry(
  'E0230',
  (span: Span, layer: string, argument: string, given: string, signal: string, forgotten: string | undefined) => ({
    message: `${layer} slides along a signal here (length x channels = ${signal}), which has one direction, and its ${argument} is ${given}`,
    primary: { span, text: 'one number: positions along the signal' },
    help: [
      ...(forgotten === undefined ? [] : [`if this is a picture, its channels are missing: \`${forgotten}\``]),
      `for a signal, write one number, such as \`${argument} 3\``,
    ],
  }),
);
