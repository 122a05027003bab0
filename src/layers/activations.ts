// Activations, as words at the end of a layer and as layers of their own.

import type { Node } from '../ir/index.ts';
import { emit } from '../ir/index.ts';
import type { LayerContext, LayerDef } from './layer.ts';

type Activation = 'relu' | 'sigmoid' | 'tanh' | 'softmax';

export const activations: { readonly [K in Activation]: string } = {
  relu: 'max(x, 0)',
  sigmoid: '1 / (1 + exp(-x))',
  tanh: 'the hyperbolic tangent',
  softmax: 'exp(x_j) / sum of exp(x_k) over the last dimension: class probabilities',
};

export const activationNames = Object.keys(activations) as readonly Activation[];

/** Applies the activations of the line to z; the last one gets the layer's name. */
export function activate(c: LayerContext, z: Node): Node {
  const { activations: words } = c.args;
  return words.reduce((x, word, i) => {
    const id = i === words.length - 1 ? c.name : `${c.name}.${word.name}`;
    return emit(c.b, word.name as Activation, [x], {}, id);
  }, z);
}

const layerOf = (name: Activation): LayerDef => ({
  name,
  doc: activations[name],
  example: name,
  positional: [],
  required: [],
  args: {},
  activated: false,
  build: (c) => emit(c.b, name, [c.x], {}, c.name),
});

export const activationLayers = {
  relu: layerOf('relu'),
  sigmoid: layerOf('sigmoid'),
  tanh: layerOf('tanh'),
  softmax: layerOf('softmax'),
};
