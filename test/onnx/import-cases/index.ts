// Small ONNX graphs to import, one or a few for each operator, in old and new forms.
import type { ImportCase } from './build.ts';
import { activations, norms, pools } from './layers.ts';
import { merges, moves } from './moves.ts';
import { patterns, shapes } from './patterns.ts';
import { convolutions, dense } from './weights.ts';

export const importCases: readonly ImportCase[] = [
  ...convolutions,
  ...dense,
  ...norms,
  ...activations,
  ...pools,
  ...merges,
  ...moves,
  ...patterns,
  ...shapes,
];
