// Messages about looking inside a trained network (show, attack, dream): E0800 to E0819.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

export const noGradientThere = entry('E0800', (span: Span, layer: string, of: string) => ({
  message: `${of} has no gradient to ${layer}`,
  primary: { span, text: `nothing of it reaches ${of}` },
  help: ['a gradient goes from a value back to what it was made of: name a layer before it'],
}));
