// Messages about ONNX files: E0520 to E0529.
import { entry } from '../entry.ts';

export const notOnnx = entry('E0520', (file: string, what: string, reason: string) => ({
  message: `this is not ${what} in the ONNX format: ${reason}`,
  file,
  help: ['ONNX files are what exporters of PyTorch, Keras and others write, usually with the ending .onnx'],
}));

export const tensorLength = entry('E0521', (file: string, name: string, dims: readonly number[], found: number) => ({
  message: `the tensor "${name}" holds ${found} values, but its shape, ${dims.join('x') || 'a scalar'}, needs ${dims.reduce((a, b) => a * b, 1)}`,
  file,
  help: ['the program that wrote the file made a mistake, or the file is damaged'],
}));

export const tensorType = entry('E0522', (file: string, name: string, type: string) => ({
  message: `the tensor "${name}" is of type ${type}, which cnnc does not read`,
  file,
  help: ['export the model in float32'],
}));

export const externalData = entry('E0523', (file: string, name: string) => ({
  message: `the tensor "${name}" lies in another file`,
  file,
  help: ['save the model in one file: onnx.save(model, path, save_as_external_data=False)'],
}));

export const notExpressible = entry('E0524', (file: string, node: string, op: string, reason: string) => ({
  message: `node "${node}" (${op}) cannot be expressed: ${reason}`,
  file,
  help: ['cnnc computes in float32 with sizes known when compiling; nothing is changed silently'],
}));

export const caseIncomplete = entry('E0525', (folder: string, reason: string) => ({
  message: `this is not a case of the ONNX backend tests: ${reason}`,
  file: folder,
  help: ['a case is a folder with model.onnx and test_data_set_0/input_0.pb, output_0.pb and so on'],
}));
