// The operators of ONNX that have lines in cnnc.
import { activations } from './activations.ts';
import type { Importer } from './context.ts';
import { convolutions } from './convolutions.ts';
import { products } from './dense.ts';
import { merges } from './merges.ts';
import { norms } from './norms.ts';
import { pools } from './pools.ts';
import { resizing } from './resize.ts';
import { shaping } from './shaping.ts';

export const importers: Readonly<Record<string, Importer>> = {
  ...convolutions,
  ...products,
  ...norms,
  ...activations,
  ...pools,
  ...merges,
  ...shaping,
  ...resizing,
};
