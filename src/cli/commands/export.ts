// `cnnc export`: a model with its weights as an ONNX file.
import { resolve } from 'node:path';
import { badValue, optionMissing } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { choice, command, setOption, settings, wholeNumber } from '../args.ts';
import { exportModel } from '../export/model.ts';
import { exportText } from '../export/text.ts';
import { writeAtomic } from '../files.ts';
import { printJson } from '../io.ts';

export const exporting = command({
  name: 'export',
  summary: 'write a model with its weights as an ONNX file',
  usage: `cnnc export models/lenet5.cnn --weights runs/lenet5/lenet5.safetensors -o lenet5.onnx
cnnc export models/lenet5.cnn --seed 1 -o untrained.onnx
cnnc export models/lenet5.cnn --weights runs/lenet5/lenet5.safetensors --layout nhwc --fold -o lenet5.onnx --json`,
  positionals: { name: 'FILE', doc: 'the model file', min: 1, max: 1 },
  options: {
    out: { type: 'string', short: 'o', value: 'FILE', doc: 'the ONNX file to write' },
    weights: {
      type: 'string',
      short: 'w',
      value: 'FILE',
      doc: 'a safetensors file, such as train writes; not needed where every kernel is written in the model',
    },
    seed: { type: 'string', value: 'N', doc: 'instead of weights: export the untrained model that this seed starts' },
    layout: {
      type: 'string',
      value: 'LAYOUT',
      doc: 'of input and output: nchw, channels first, as is usual in ONNX (unless given), or nhwc, as cnnc has pictures',
    },
    opset: { type: 'string', value: 'N', doc: 'operator set of ONNX, 17 (unless given) to 22' },
    fold: { type: 'boolean', doc: 'fold batch normalisation into the layers before it' },
    set: setOption,
    json: { type: 'boolean', doc: 'print {file, bytes, sha256, opset, inputs, outputs, operators, ...} instead' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    const at = (option: string) => ({ command: 'export', option });
    const out = values.out ?? refuse(optionMissing('out', 'FILE', 'export', 'the ONNX file to write'));
    const opset = wholeNumber(at('opset'), values.opset, { min: 17, max: 22 }) ?? 17;
    const seed = wholeNumber(at('seed'), values.seed, { min: 0, max: 2 ** 32 - 1 });
    if (values.weights !== undefined && values.seed !== undefined)
      refuse(badValue('seed', values.seed, 'nothing where --weights says what the weights are', 'export'));
    const made = await exportModel(io, file, {
      weights: values.weights,
      seed,
      opset,
      layout: choice(at('layout'), values.layout, ['nchw', 'nhwc']) ?? 'nchw',
      fold: values.fold,
      set: settings('export', values.set),
    });
    await writeAtomic(resolve(io.cwd, out), made.bytes, out);
    const { bytes, ...facts } = made;
    if (values.json) printJson(io, { file: out, bytes: bytes.length, ...facts });
    else io.stdout(exportText(out, made));
    return 0;
  },
});
