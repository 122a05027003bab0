// Numbers of the file in the order of cnnc's parameters.
import type { Tensor } from '../../network/line.ts';
import type { OnnxTensor } from '../decode.ts';
import { turnedNumbers } from '../value.ts';
import type { Importing } from './context.ts';
import type { Atom } from './flow.ts';
import { placesIn } from './flow.ts';

const singles = (values: ArrayLike<number>): Float32Array =>
  values instanceof Float32Array ? values : Float32Array.from(values);

/** An input that must hold numbers of the file. */
export const weightsOf = (c: Importing, i: number, what: string): OnnxTensor =>
  c.known(i) ?? c.refuse(`${what} are computed by the network, not given by the file`);

/** Numbers with their axes exchanged, in a shape of their own. */
export function turned(t: OnnxTensor, perm: readonly number[], shape?: readonly number[]): Tensor {
  const dims = perm.map((axis) => t.dims[axis] as number);
  return { shape: shape ?? dims, values: singles(turnedNumbers(t.values, t.dims, perm)) };
}

/** A vector; `wanted` numbers, or one for all. */
export function vectorOf(c: Importing, t: OnnxTensor, wanted: number, what: string): Tensor {
  const count = t.values.length;
  if (count !== wanted && count !== 1) c.refuse(`${count} numbers of ${what}, where ${wanted} are needed`);
  const values = Float32Array.from({ length: wanted }, (_, i) => t.values[count === 1 ? 0 : i] as number);
  return { shape: [wanted], values };
}

/** A vector along some atoms of ONNX, in the order in which they lie. */
export function alongAtoms(tensor: Tensor, order: readonly Atom[], onnx: readonly Atom[]): Tensor {
  const values = Float32Array.from(placesIn(order, onnx), (at) => tensor.values[at] as number);
  return { shape: tensor.shape, values };
}

/** The name of a layer from that of its weights: what stands before `weight`, `kernel`, `W`, `gamma` and the like. */
export function layerName(weight: string): string | undefined {
  const stem = weight
    .replace(/:\d+$/, '')
    .replace(/\/(read|readvariableop(\/.*)?|merged_input.*|conv2d.*)$/i, '')
    .replace(/[./_](weights?|kernel|gamma|scale|alpha|slope|depthwise_kernel|w|s)(_\d+)?$/i, '');
  return stem === weight || /^(\d+|onnx::.*|const.*)$/i.test(stem) ? undefined : stem;
}
