// `cnnc import`: networks and weights of other programs.
import { importRemarks, optionOfOther, weightsAlone } from '../../diagnostics/catalog/imports.ts';
import { optionMissing } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { readArrays } from '../../interop/arrays.ts';
import type { Imported } from '../../interop/network/imported.ts';
import { choice, command, setOption, settings } from '../args.ts';
import { readBytes } from '../files.ts';
import { grouped } from '../format.ts';
import { kindOf } from '../import/kind.ts';
import { importedText, modelName, weightsName, writeImported } from '../import/output.ts';
import { at, importWeights, orders } from '../import/weights.ts';
import { type Io, printJson, report } from '../io.ts';
import { parameterCount } from '../model.ts';

/** A network of either kind. */
async function importNetwork(
  io: Io,
  kind: 'onnx' | 'keras',
  file: string,
  bytes: Uint8Array,
  weights?: string,
): Promise<Imported> {
  if (kind === 'onnx') {
    const { importOnnx } = await import('../../interop/onnx/import/model.ts');
    return importOnnx(bytes, modelName(file), file, weightsName);
  }
  const given = weights === undefined ? undefined : await readBytes(at(io, weights), weights);
  if (given) kindOf(given, weights as string);
  const { importKeras } = await import('../../interop/keras/model.ts');
  const arrays = given && { file: weights as string, arrays: readArrays(given, weights as string) };
  return importKeras(new TextDecoder().decode(bytes), modelName(file), file, arrays, weightsName);
}

export const importModel = command({
  name: 'import',
  summary: 'turn an ONNX or Keras model into a .cnn file with weights',
  usage: `cnnc import resnet50.onnx -o resnet50
cnnc import model.json --weights weights.npz -o mine
cnnc import torchvision.safetensors --model models/vgg16.cnn --order pytorch -o vgg16.safetensors`,
  positionals: {
    name: 'FILE',
    doc: 'an ONNX model, a Keras model as JSON, or weights (.safetensors, .npz)',
    min: 1,
    max: 1,
  },
  options: {
    out: {
      type: 'string',
      short: 'o',
      value: 'PATH',
      doc: 'the folder to write to, made if need be; for weights alone, also a .safetensors file',
    },
    weights: { type: 'string', short: 'w', value: 'FILE', doc: 'of a Keras model: its weights, .safetensors or .npz' },
    model: { type: 'string', short: 'm', value: 'FILE', doc: 'of weights: the .cnn file that they are for' },
    order: {
      type: 'string',
      value: 'ORDER',
      doc: 'of weights: pytorch, keras or cnnc; what the names of the tensors say, unless given',
    },
    set: setOption,
    json: { type: 'boolean', doc: 'print {ok, model, weights, name, layers, parameters, input, output} instead' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    const out = values.out ?? refuse(optionMissing('out', 'PATH', 'import', 'the folder to write to'));
    const asked = choice({ command: 'import', option: 'order' }, values.order, orders);
    const set = settings('import', values.set);
    const help = ['give the path of an ONNX model, a Keras model as JSON, or weights'];
    const bytes = await readBytes(at(io, file), file, help);
    const kind = kindOf(bytes, file);
    if (kind === 'weights') {
      const model = values.model ?? refuse(weightsAlone(file));
      if (values.weights !== undefined) refuse(optionOfOther(file, 'weights', 'weights: they are the file itself'));
      const made = await importWeights(io, { bytes, file, model, out, asked, set });
      if (values.json) printJson(io, { ok: true, ...made });
      else io.stdout(`${made.weights}: ${grouped(made.parameters)} parameters, from the order of ${made.order}\n`);
      return 0;
    }
    const what = kind === 'onnx' ? 'an ONNX model, which holds its weights' : 'a Keras model';
    for (const option of ['model', 'order', ...(kind === 'onnx' ? (['weights'] as const) : [])] as const)
      if (values[option] !== undefined) refuse(optionOfOther(file, option, what));
    const made = await importNetwork(io, kind, file, bytes, values.weights);
    const written = await writeImported(io, out, made, file);
    report(io, [...made.warnings, ...(made.remarks.length > 0 ? [importRemarks(file, made.remarks)] : [])]);
    if (!values.json) {
      io.stdout(importedText(made, written));
      return 0;
    }
    const { plan } = made;
    printJson(io, {
      ok: true,
      model: written.model,
      weights: written.weights ?? null,
      name: made.name,
      layers: made.layers,
      parameters: parameterCount(plan),
      input: plan.input.shape.slice(1),
      output: plan.output.shape.slice(1),
      remarks: made.remarks,
    });
    return 0;
  },
});
