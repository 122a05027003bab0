// `cnnc import`: networks and weights of other programs.
import { resolve } from 'node:path';
import { optionMissing } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import type { Imported } from '../../interop/network/imported.ts';
import { command } from '../args.ts';
import { readBytes } from '../files.ts';
import { kindOf } from '../import/kind.ts';
import { importedText, modelName, weightsName, writeImported } from '../import/output.ts';
import { printJson, report } from '../io.ts';

export const importModel = command({
  name: 'import',
  summary: 'turn an ONNX or Keras model into a .cnn file with weights',
  usage: `cnnc import resnet50.onnx -o resnet50
cnnc predict resnet50/resnet50.cnn --weights resnet50/weights.safetensors photograph.jpg`,
  positionals: { name: 'FILE', doc: 'an ONNX model', min: 1, max: 1 },
  options: {
    out: { type: 'string', short: 'o', value: 'DIR', doc: 'the folder to write to; it is made if need be' },
    json: { type: 'boolean', doc: 'print {ok, model, weights, name, layers, parameters, input, output} instead' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    const out = values.out ?? refuse(optionMissing('out', 'DIR', 'import', 'the folder to write to'));
    const bytes = await readBytes(resolve(io.cwd, file), file, ['give the path of an ONNX model, such as model.onnx']);
    kindOf(bytes, file);
    const { importOnnx } = await import('../../interop/onnx/import/model.ts');
    const made: Imported = importOnnx(bytes, modelName(file), file, weightsName);
    const written = await writeImported(io, out, made, file);
    report(io, made.warnings);
    if (values.json) {
      const { plan } = made;
      printJson(io, {
        ok: true,
        ...written,
        name: made.name,
        layers: made.layers,
        parameters: plan.parameters.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0),
        input: plan.input.shape.slice(1),
        output: plan.output.shape.slice(1),
      });
      return 0;
    }
    io.stdout(importedText(made, written));
    return 0;
  },
});
