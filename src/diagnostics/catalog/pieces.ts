// E025x and E026x: pooling, and layers that put values together, cut them, turn them and resize them.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

export const emptyWindow = entry('E0250', (span: Span, layer: string, places: string, size: string) => ({
  message: `${layer} has a window that holds padding only`,
  primary: { span, text: `it reads ${places}, and the input has ${size}` },
  help: ['use a smaller dilation, less padding or a larger window'],
}));
