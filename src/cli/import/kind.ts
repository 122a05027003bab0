// What a file to import is: by its first bytes, else by its name.
import { foreignContainer, unknownKind } from '../../diagnostics/catalog/imports.ts';
import { refuse } from '../../diagnostics/index.ts';

export type Kind = 'onnx' | 'keras' | 'weights';

const starts = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));

const savePyTorch =
  'in Python: `from safetensors.torch import save_file; save_file(model.state_dict(), "weights.safetensors")`, then `cnnc import weights.safetensors --model FILE.cnn`; or export the whole model with `torch.onnx.export`';
const saveKeras =
  'in Python: `open("model.json", "w").write(model.to_json())` and `numpy.savez("weights.npz", **{w.path: w.numpy() for w in model.weights})`, then `cnnc import model.json --weights weights.npz`';

/** The kind of a file; refuses containers that cnnc does not read, with the way to save what it does. */
export function kindOf(bytes: Uint8Array, file: string): Kind {
  const ending = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  const foreign = (what: string, way: string): never => refuse(foreignContainer(file, what, way));
  if (starts(bytes, '\x89HDF')) foreign('HDF5 files, such as Keras writes (.h5)', saveKeras);
  if (ending === 'keras') foreign('Keras archives (.keras)', saveKeras);
  if (['pt', 'pth', 'ckpt', 'pkl', 'pickle'].includes(ending) || bytes[0] === 0x80)
    foreign('pickled Python objects, such as PyTorch saves (.pt, .pth)', savePyTorch);
  if (ending === 'bin' && starts(bytes, 'PK')) foreign('pickled Python objects, such as PyTorch saves', savePyTorch);
  if (ending === 'tflite' || String.fromCharCode(...bytes.subarray(4, 8)) === 'TFL3')
    foreign(
      'TensorFlow Lite models',
      'convert the model it was made of to ONNX (tf2onnx), or save it with Keras as JSON',
    );
  if (ending === 'pb' || ending === 'pbtxt')
    foreign(
      'TensorFlow graphs',
      'convert the saved model to ONNX: python -m tf2onnx.convert --saved-model DIR --output model.onnx',
    );
  if (ending === 'caffemodel' || ending === 'prototxt' || ending === 'mlmodel')
    foreign(`.${ending} files`, 'convert the model to ONNX first');
  if (ending === 'onnx') return 'onnx';
  if (ending === 'json') return 'keras';
  if (ending === 'safetensors' || ending === 'npz') return 'weights';
  if (bytes[8] === 0x7b && new DataView(bytes.buffer, bytes.byteOffset, 8).getUint32(4, true) === 0) return 'weights';
  const text = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (text.startsWith('{')) return 'keras';
  // The first field of an ONNX model is its version: one number.
  if (bytes[0] === 0x08 && bytes.length > 8) return 'onnx';
  return refuse(unknownKind(file));
}
