// An ONNX file as a model of cnnc: text and weights.
import { finish, type Imported } from '../../network/imported.ts';
import { decodeModel } from '../decode.ts';
import { networkOf } from './network.ts';

/** `name` is the model's, `file` what messages call the file, `weights` the name of the weights' file beside the model. */
export const importOnnx = (
  bytes: Uint8Array,
  name: string,
  file: string,
  weights = 'weights.safetensors',
): Imported => {
  const network = networkOf(decodeModel(bytes, file), name, file);
  return finish(network, weights, file);
};
