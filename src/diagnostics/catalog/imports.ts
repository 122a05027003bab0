// E0730 to E0759: networks and weights of other programs that become those of cnnc.
import { entry } from '../entry.ts';

/** A node of ONNX that has no line in cnnc. */
export const nodeNotImported = entry('E0730', (file: string, node: string, op: string, reason: string) => ({
  message: `node "${node}" (${op}) has no counterpart in cnnc: ${reason}`,
  file,
  help: ['nothing was written; `cnnc run-onnx` may still run the file as it is'],
}));

/** Inputs and outputs of the whole network. */
export const portsNotImported = entry('E0731', (file: string, reason: string) => ({
  message: `this network cannot be one model: ${reason}`,
  file,
  help: ['a model of cnnc has one input and one output, with sizes that are known; the batch may be of any size'],
}));

/** The text that was made does not compile: `message` is the compiler's. */
export const lineNotImported = entry(
  'E0732',
  (file: string, node: string, op: string, line: string, message: string) => ({
    message: `"${node}" (${op}) has no counterpart in cnnc: ${message}`,
    file,
    help: [`it would be the line \`${line}\`; nothing was written`],
  }),
);

/** A file that holds Python objects or another container, and how to save what is read. */
export const foreignContainer = entry('E0733', (file: string, what: string, way: string) => ({
  message: `cnnc does not read ${what}`,
  file,
  help: [way],
}));

export const unknownKind = entry('E0734', (file: string) => ({
  message: 'what is in this file cannot be told from its name and its first bytes',
  file,
  help: ['`cnnc import` reads ONNX models (.onnx), Keras models as JSON (.json) and weights (.safetensors, .npz)'],
}));

/** A JSON file that is no Keras model. */
export const notKeras = entry('E0735', (file: string, reason: string) => ({
  message: `this is not a Keras model as JSON: ${reason}`,
  file,
  help: ['Keras writes such files with model.to_json(); models of one class of your own (subclasses) have none'],
}));

/** A layer of Keras that has no line in cnnc. */
export const kerasLayerNotImported = entry('E0736', (file: string, layer: string, kind: string, reason: string) => ({
  message: `layer "${layer}" (${kind}) has no counterpart in cnnc: ${reason}`,
  file,
  help: ['nothing was written'],
}));
