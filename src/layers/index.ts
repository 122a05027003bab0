// The layers of the language. A new one is a file and a line here.
import { activationLayers, activationNames } from './activations.ts';
import type { Signature } from './args.ts';
import { conv } from './conv.ts';
import { convTranspose } from './conv-transpose.ts';
import { dense, flatten } from './dense.ts';
import { depthwise, separable } from './depthwise.ts';
import { dropoutLayers } from './dropout.ts';
import type { LayerDef } from './layer.ts';
import { normLayers } from './norm.ts';
import { avgpool, globalAvgpool, globalMaxpool, maxpool } from './pool.ts';
import { crop, pad, resize, upsample } from './resize.ts';
import { depthToSpace, identity, reshape, slice, spaceToDepth, transpose } from './shape.ts';

export const layers: Readonly<Record<string, LayerDef>> = {
  conv,
  conv_transpose: convTranspose,
  depthwise,
  separable,
  maxpool,
  avgpool,
  global_avgpool: globalAvgpool,
  global_maxpool: globalMaxpool,
  upsample,
  resize,
  pad,
  crop,
  slice,
  reshape,
  transpose,
  depth_to_space: depthToSpace,
  space_to_depth: spaceToDepth,
  identity,
  flatten,
  dense,
  ...dropoutLayers,
  ...normLayers,
  ...activationLayers,
};

/** The signature of a layer: its own arguments, and the name that every layer may have. */
export const signatureOf = (def: LayerDef): Signature => ({
  owner: def.name,
  positional: def.positional,
  required: def.required,
  args: { ...def.args, name: { kind: 'name', doc: 'a name for listings, weights and messages' } },
  activations: def.activated ? activationNames : [],
  example: def.example,
});

/** The signature of `input`, which begins a model. */
export const inputSignature: Signature = {
  owner: 'input',
  positional: ['shape'],
  required: ['shape'],
  args: { shape: { kind: 'shape', doc: 'height x width x channels of a picture, or a number of features' } },
  activations: [],
  example: 'input 28x28x1',
};

export * from './args.ts';
export { bindLine as bind, resolveWord } from './bind-line.ts';
export { conditionOf, emptyScope, functions, numberOf, type Scope, showArithmetic } from './evaluate.ts';
export type { LayerContext, LayerDef, Statistic } from './layer.ts';
export { isWhole, type Rational, rationalOf, toNumber } from './rational.ts';
export { isMerge, type Merge, merges, type StructureDef, structures } from './structure.ts';
