// The parameters of a model as modules of other frameworks keep them: which names, which shapes, and what is done to them.

import type { Compiled } from '../../compile.ts';
import { sizeOf } from '../../ir/index.ts';
import type { LayerInfo } from '../../passes/lower-ast.ts';
import { turnedNumbers } from '../onnx/value.ts';

export type Order = 'pytorch' | 'keras' | 'cnnc';

/** One parameter, and the tensor that it is made of. */
export interface Need {
  /** The parameter's name in the model. */
  readonly name: string;
  /** The tensor's name behind that of its module; several are tried in order. */
  readonly keys: readonly string[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly convert: (values: Float32Array) => Float32Array;
}

/** What one module of the other framework holds. */
export interface Unit {
  /** The layer in the model. */
  readonly layer: string;
  readonly needs: readonly Need[];
}

const singles = (values: ArrayLike<number>): Float32Array =>
  values instanceof Float32Array ? values : Float32Array.from(values);

/** Layers that leave positions where they are: behind them features of a picture still stand as the picture did. */
const inPlace = new Set(['dropout', 'alpha_dropout', 'gaussian_dropout', 'gaussian_noise', 'batchnorm', 'identity']);

/** The picture or signal whose values a layer's features are, or undefined where they are none. */
function pictureBefore(
  layer: LayerInfo,
  all: readonly LayerInfo[],
  activations: ReadonlySet<string>,
): number[] | undefined {
  let value = layer.inputs[0];
  while (value) {
    const maker = all.find(({ output }) => output === value);
    if (!maker) return undefined;
    const [before] = maker.inputs;
    if (maker.op === 'flatten' || maker.op === 'reshape') {
      const shape = before?.type.shape.slice(1) ?? [];
      const many = shape.length > 1 && sizeOf(shape.slice(0, -1)) > 1 && (shape[shape.length - 1] as number) > 1;
      return many ? [...shape] : undefined;
    }
    if (!inPlace.has(maker.op) && !activations.has(maker.op)) return undefined;
    value = before;
  }
  return undefined;
}

/** Rows of a matrix (or numbers of a vector) from channels x places to places x channels. */
function rowsLast(values: Float32Array, picture: readonly number[], columns: number): Float32Array {
  const channels = picture[picture.length - 1] as number;
  const places = sizeOf(picture) / channels;
  return singles(turnedNumbers(values, [channels, places, columns], [1, 0, 2]));
}

/** PyTorch keeps filters first, dense layers outputs x inputs, and pictures flattened channel by channel. */
function fromPyTorch(
  layer: LayerInfo,
  suffix: string,
  to: readonly number[],
  picture: readonly number[] | undefined,
): Omit<Need, 'name' | 'to'> {
  const rank = to.length;
  const space = Array.from({ length: rank - 2 }, (_, i) => i);
  const weight = suffix === 'weight' || suffix === 'depthwise_weight' || suffix === 'pointwise_weight';
  if (weight && layer.op === 'dense') {
    const from = [to[1] as number, to[0] as number];
    return {
      keys: ['weight'],
      from,
      convert: (v) => {
        const turned = singles(turnedNumbers(v, from, [1, 0]));
        return picture ? rowsLast(turned, picture, to[1] as number) : turned;
      },
    };
  }
  if (weight && (layer.op === 'depthwise' || suffix === 'depthwise_weight')) {
    const [channels, multiplier] = to.slice(-2) as [number, number];
    const kernel = to.slice(0, -2);
    const apart = [channels, multiplier, ...kernel];
    return {
      keys: ['weight'],
      from: [channels * multiplier, 1, ...kernel],
      convert: (v) => singles(turnedNumbers(v, apart, [...space.map((i) => i + 2), 0, 1])),
    };
  }
  if (weight) {
    const from = [to[rank - 1] as number, to[rank - 2] as number, ...to.slice(0, -2)];
    return {
      keys: ['weight'],
      from,
      convert: (v) => singles(turnedNumbers(v, from, [...space.map((i) => i + 2), 1, 0])),
    };
  }
  const names: Readonly<Record<string, string>> = {
    gamma: 'weight',
    beta: 'bias',
    moving_mean: 'running_mean',
    moving_variance: 'running_var',
    alpha: 'weight',
  };
  const vector = picture && layer.op === 'batchnorm';
  return { keys: [names[suffix] ?? suffix], from: to, convert: (v) => (vector ? rowsLast(v, picture, 1) : v) };
}

/** Keras keeps what cnnc keeps, under other names. */
function fromKeras(layer: LayerInfo, suffix: string, to: readonly number[]): Omit<Need, 'name' | 'to'> {
  const names: Readonly<Record<string, readonly string[]>> = {
    weight: layer.op === 'depthwise' ? ['kernel', 'depthwise_kernel'] : ['kernel'],
    depthwise_weight: ['depthwise_kernel'],
    pointwise_weight: ['pointwise_kernel'],
  };
  return { keys: names[suffix] ?? [suffix], from: to, convert: (v) => v };
}

/** The modules that a model's layers are in an order, in the order of the text. */
export function unitsOf(compiled: Pick<Compiled, 'layers'>, order: Order, activations: ReadonlySet<string>): Unit[] {
  const layers = compiled.layers ?? [];
  return layers.flatMap((layer): Unit[] => {
    const features = layer.inputs[0]?.type.shape.length === 2;
    const picture = features && order === 'pytorch' ? pictureBefore(layer, layers, activations) : undefined;
    const needs = layer.parameters.map((node): Need & { readonly suffix: string } => {
      const suffix = node.id.slice(layer.name.length + 1);
      const to = node.type.shape;
      const found =
        order === 'pytorch'
          ? fromPyTorch(layer, suffix, to, picture)
          : order === 'keras'
            ? fromKeras(layer, suffix, to)
            : { keys: [suffix], from: to, convert: (v: Float32Array) => v };
      return { name: node.id, to, suffix, ...found };
    });
    // The slopes of an activation, and the first half of a separable convolution in PyTorch, are modules of their own.
    const own = (n: { suffix: string }): boolean =>
      (n.suffix === 'alpha' && layer.op !== 'prelu') || (order === 'pytorch' && n.suffix === 'depthwise_weight');
    const [apart, together] = [needs.filter(own), needs.filter((n) => !own(n))];
    const first = apart.filter((n) => n.suffix !== 'alpha');
    const last = apart.filter((n) => n.suffix === 'alpha');
    return [...first.map((n) => [n]), together, ...last.map((n) => [n])]
      .filter((list) => list.length > 0)
      .map((list) => ({ layer: layer.name, needs: list }));
  });
}
