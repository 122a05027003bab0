// The operators of ONNX that cnnc has, each with its converter.
import type { Converter } from '../convert.ts';
import { activations } from './activations.ts';
import { arithmetic } from './arithmetic.ts';
import { convolutions } from './convolutions.ts';
import { losses } from './losses.ts';
import { normalisations } from './normalise.ts';
import { optimizers } from './optimizers.ts';
import { pools } from './pools.ts';
import { products } from './products.ts';
import { reductions } from './reduce.ts';
import { resizing } from './resize.ts';
import { shaping } from './shaping.ts';

export const converters: Readonly<Record<string, Converter>> = {
  ...arithmetic,
  ...activations,
  ...shaping,
  ...products,
  ...reductions,
  ...convolutions,
  ...pools,
  ...normalisations,
  ...resizing,
  ...losses,
  ...optimizers,
};
