// Gemm and MatMul with known weights: dense layers, or 1x1 convolutions where each position is multiplied.

import { affine } from './affine.ts';
import { checkBatch, type Importer, type Importing, layer } from './context.ts';
import { type Atom, atoms, dimsOf, type Flow, laid, placesIn, sizeOfAtoms } from './flow.ts';
import { vectorOf, weightsOf } from './weights.ts';

/** Rows of a matrix, features x units, in the order in which the features lie. */
function rowsInOrder(
  values: ArrayLike<number>,
  { features, units, transposed }: { features: number; units: number; transposed: boolean },
  places: Int32Array,
  factor: number,
): Float32Array {
  const out = new Float32Array(features * units);
  for (let i = 0; i < features; i++) {
    const row = places[i] as number;
    for (let k = 0; k < units; k++)
      out[i * units + k] = factor * (values[transposed ? k * features + row : row * units + k] as number);
  }
  return out;
}

/** x W: the last dimension of x is multiplied at each position of the others. */
function product(c: Importing, x: Flow, transposed: boolean, factor: number): Flow {
  const w = weightsOf(c, 1, 'the weights');
  if (w.dims.length !== 2) c.refuse(`weights of ${w.dims.length} dimensions; a matrix is needed`);
  const [features, units] = (transposed ? [w.dims[1], w.dims[0]] : w.dims) as [number, number];
  const last = x.dims[x.dims.length - 1] as Atom[];
  if (sizeOfAtoms(last) !== features)
    c.refuse(`weights for ${features} features, where the value is ${dimsOf(x).join('x')}`);
  checkBatch(c, x);
  const places = x.dims.slice(1, -1);
  const positions = places.flat();
  // 1. Features: the rows of the weights stand as the features lie, so that no picture is turned.
  if (positions.length === 0) {
    const input = laid(c.made, x, [x.order], c.origin);
    const { line } = layer(c, 'dense', [input], [units], [`${units}`, 'nobias']);
    const values = rowsInOrder(w.values, { features, units, transposed }, placesIn(x.order, last), factor);
    line.tensors.set('weight', { shape: [features, units], values });
    const out = atoms(units);
    return { line, order: out, dims: [...x.dims.slice(0, -1), out], sole: true };
  }
  // 2. Positions of a signal or picture: a convolution of one.
  if (places.length > 2) c.refuse(`a product over ${dimsOf(x).join('x')}; cnnc has signals and pictures`);
  const input = laid(c.made, x, [...places, last], c.origin);
  const ones = places.map(() => 1);
  const shape = [...input.shape.slice(0, -1), units];
  const { line } = layer(c, 'conv', [input], shape, [`${units}`, ones.join('x'), 'nobias']);
  const values = rowsInOrder(w.values, { features, units, transposed }, placesIn(last, last), factor);
  line.tensors.set('weight', { shape: [...ones, features, units], values });
  const out = atoms(units);
  return { line, order: [...positions, ...out], dims: [...x.dims.slice(0, -1), out], sole: true };
}

const gemm: Importer = (c) => {
  const x = c.flow(0);
  if (c.number('transA', 0) !== 0) c.refuse('a transposed value (transA)');
  if (x.dims.length !== 2) c.refuse(`a value of ${x.dims.length} dimensions`);
  const y = product(c, x, c.number('transB', 0) !== 0, c.number('alpha', 1));
  const beta = c.number('beta', 1);
  if (!c.has(2) || beta === 0) return y;
  const bias = vectorOf(c, weightsOf(c, 2, 'the biases'), y.line.shape[0] as number, 'the bias');
  return affine(c, y, { shift: bias.values.map((v) => v * beta) });
};

const matmul: Importer = (c) => {
  if (c.known(0)) c.refuse('known numbers on the left side of the product');
  return product(c, c.flow(0), false, 1);
};

export const products: Readonly<Record<string, Importer>> = { Gemm: gemm, MatMul: matmul };
