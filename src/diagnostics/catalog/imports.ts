// E0730 to E0759: networks and weights of other programs that become those of cnnc. E0738 and E0739 are about the command line.
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

const most = 12;
const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'nothing'
    : [...names.slice(0, most), ...(names.length > most ? [`and ${names.length - most} more`] : [])].join('\n');

/** Weights of another framework that are not those of the model: what is left on both sides. */
export const weightsNotImported = entry(
  'E0737',
  (file: string, model: string, order: string, modules: readonly string[], layers: readonly string[]) => ({
    message: `these weights, in the order of ${order}, are not those of the model "${model}"`,
    file,
    help: [
      `in the file and not in the model:\n${listed(modules)}`,
      `in the model and not in the file:\n${listed(layers)}`,
      'each layer needs the tensors of one module, by its name, or in the order of the file among those of equal shapes',
    ],
  }),
);

/** Weights by themselves say nothing of the layers between them. */
export const weightsAlone = entry('E0738', (file: string) => ({
  message: 'weights alone are no model',
  file,
  help: ['name the model that they belong to: `cnnc import weights.safetensors --model FILE.cnn -o out.safetensors`'],
}));

/** Options of one kind of file, given with another. */
export const optionOfOther = entry('E0739', (file: string, option: string, what: string) => ({
  message: `--${option} has no meaning for ${what}`,
  file,
  help: ['`cnnc import --help` shows what belongs together'],
}));

/** The one name of weights beside a model is taken: another model would find these in their place. */
export const weightsOfAnother = entry('E0740', (file: string, model: string) => ({
  message: `these are the weights of another model, "${model}": the imported ones would replace them`,
  file,
  help: ['give each imported model a folder of its own: -o DIR'],
}));

/** Which modules were paired by their place alone. */
export const matchedInOrder = entry('N0730', (file: string, pairs: readonly string[]) => ({
  message: `${pairs.length} layers got the weights of modules with other names, in order among those of equal shapes`,
  file,
  help: [listed(pairs)],
}));

/** What the text of the model does not say. */
export const importRemarks = entry('N0731', (file: string, remarks: readonly string[]) => ({
  message: `${remarks.length === 1 ? 'one thing' : `${remarks.length} things`} of the file ${remarks.length === 1 ? 'is' : 'are'} not in the model`,
  file,
  help: [listed(remarks)],
}));
