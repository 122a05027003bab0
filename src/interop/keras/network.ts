// A Keras model as a network of cnnc.
import * as say from '../../diagnostics/catalog/imports.ts';
import { type Diagnostic, Failure, refuse } from '../../diagnostics/index.ts';
import { type Line, type Network, newLine, type Origin } from '../network/line.ts';
import { nameFrom } from '../network/names.ts';
import { type Importing, readerOf } from './context.ts';
import { importers } from './layers.ts';
import { isObject, type Json, type KerasLayer, type KerasModel, listOf, modelFrom, readKeras } from './read.ts';
import { trainingOf } from './training.ts';

class Refused extends Error {}

interface Scope {
  readonly file: string;
  readonly version: number;
  readonly remarks: string[];
  readonly wrong: Diagnostic[];
  /** Lines of layers with weights, by the names of Keras. */
  readonly named: Map<Line, string>;
}

/** Names that Keras counts up itself say nothing: conv2d_3, batch_normalization. */
const counted = ({ name, kind }: KerasLayer): boolean => {
  const usual = kind
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
  const short = usual.replace(/_/g, '');
  return (
    new RegExp(`^(${usual}|${short}|layer)(_\\d+)?$`).test(name) ||
    name.replace(/_\d+$/, '').replace(/_/g, '') === short
  );
};

const inputKinds = new Set(['InputLayer', 'Input']);

/** Sizes without the batch; refuses those that are not known. */
function shapeOf(v: readonly Json[] | undefined, layer: string, file: string): number[] {
  const sizes = v
    ?.slice(1)
    .map((n, i) =>
      typeof n === 'number'
        ? n
        : refuse(say.portsNotImported(file, `size ${i + 2} of the input "${layer}" is not given`)),
    );
  if (!sizes || sizes.length === 0 || sizes.length > 3)
    return refuse(
      say.portsNotImported(file, `the input "${layer}" has ${sizes ? sizes.length : 'no'} sizes beside the batch`),
    );
  return sizes;
}

const batchShape = ({ config }: KerasLayer): readonly Json[] | undefined =>
  listOf(config.batch_shape) ?? listOf(config.batch_input_shape);

const inputLine = (sizes: readonly number[], origin: Origin): Line =>
  newLine('input', [], sizes, origin, [sizes.join('x')]);

/** Imports one layer that reads these lines; a model that stands as a layer is written out. */
function importLayer(layer: KerasLayer, inputs: readonly Line[], scope: Scope): Line {
  const { name, kind, config } = layer;
  const fail = (reason: string): never => {
    throw new Refused(reason);
  };
  const [x] = inputs;
  if (!x) return fail('it reads nothing');
  if (kind === 'Sequential' || kind === 'Functional' || kind === 'Model') {
    const inner = modelFrom({ class_name: kind, config }, scope.file);
    return inner.sequential ? sequence(inner, x, scope) : graph(inner, x, scope);
  }
  const built = layer.builtFor?.slice(1);
  const known = built?.length === x.shape.length && built.every((n) => typeof n === 'number');
  if (known && inputs.length === 1 && built.join() !== x.shape.join())
    fail(`it was built for ${built.join('x')}, and gets ${x.shape.join('x')} here`);
  const importer = Object.hasOwn(importers, kind) ? importers[kind] : undefined;
  if (!importer) return fail('cnnc has no such layer');
  const origin = { name, op: kind };
  const c: Importing = {
    kind,
    config,
    origin,
    inputs,
    x,
    version: scope.version,
    remark: (text) => void scope.remarks.push(text),
    refuse: fail,
    ...readerOf(config, fail),
  };
  const line = importer(c);
  if (line.origin === origin) {
    if (!counted(layer)) line.name = nameFrom(name);
    scope.named.set(line, name);
  }
  return line;
}

/** As importLayer; what is refused is told at the end, and undefined stands for it. */
function tried(layer: KerasLayer, inputs: readonly (Line | undefined)[], scope: Scope): Line | undefined {
  if (inputs.includes(undefined)) return undefined;
  try {
    return importLayer(layer, inputs as readonly Line[], scope);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    scope.wrong.push(say.kerasLayerNotImported(scope.file, layer.name, layer.kind, error.message));
    return undefined;
  }
}

const lost = new Refused('a layer in it');

function sequence(model: KerasModel, x: Line, scope: Scope): Line {
  let line: Line | undefined = x;
  for (const layer of model.layers) if (!inputKinds.has(layer.kind)) line = tried(layer, [line], scope);
  if (!line) throw lost;
  return line;
}

/** Layers in the order in which they can be computed: a file may list them in any order. */
function graph(model: KerasModel, x: Line, scope: Scope): Line {
  const lines = new Map<string, Line | undefined>();
  const waiting = new Map<string, KerasLayer>();
  for (const layer of model.layers) {
    if (inputKinds.has(layer.kind)) lines.set(layer.name, x);
    else waiting.set(layer.name, layer);
  }
  for (let before = -1; waiting.size !== before; ) {
    before = waiting.size;
    for (const [name, layer] of waiting) {
      const [call, again] = layer.calls ?? [];
      if (again) {
        scope.wrong.push(
          say.kerasLayerNotImported(scope.file, name, layer.kind, 'it is called several times with the same weights'),
        );
        lines.set(name, undefined);
        waiting.delete(name);
      } else if (call?.every((from) => lines.has(from))) {
        lines.set(
          name,
          tried(
            layer,
            call.map((from) => lines.get(from)),
            scope,
          ),
        );
        waiting.delete(name);
      }
    }
  }
  const [output, another] = model.outputs;
  if (another)
    refuse(say.portsNotImported(scope.file, `it has ${model.outputs.length} outputs: ${model.outputs.join(', ')}`));
  if (output === undefined) return refuse(say.notKeras(scope.file, 'it names no output layer'));
  if (!lines.has(output)) refuse(say.notKeras(scope.file, `no layer leads to its output "${output}"`));
  const line = lines.get(output);
  if (!line) throw lost;
  return line;
}

export interface KerasNetwork {
  readonly network: Network;
  /** What layers are called in Keras, where they are lines of their own. */
  readonly named: ReadonlyMap<Line, string>;
}

/** Builds the network of a JSON text; `file` is what messages call it. */
export function networkOf(source: string, name: string, file: string): KerasNetwork {
  const { model, root } = readKeras(source, file);
  const [first] = model.layers as readonly [KerasLayer, ...KerasLayer[]];
  const wrapped = isObject(root.module as Json) || typeof root.module === 'string';
  const version = model.version === '' ? (wrapped ? 3 : 2) : Number(model.version.split('.')[0]);
  const scope: Scope = { file, version, remarks: [], wrong: [], named: new Map() };
  const inputs = model.layers.filter(({ kind }) => inputKinds.has(kind));
  if (inputs.length > 1)
    refuse(say.portsNotImported(file, `it has ${inputs.length} inputs: ${inputs.map((l) => l.name).join(', ')}`));
  const given = inputs[0] ?? first;
  const sizes = shapeOf(batchShape(given) ?? model.inputShape, given.name, file);
  const x = inputLine(sizes, { name: given.name, op: given.kind });
  let output: Line | undefined;
  try {
    output = model.sequential ? sequence(model, x, scope) : graph(model, x, scope);
  } catch (error) {
    if (error !== lost) throw error;
  }
  if (scope.wrong.length > 0) throw new Failure(scope.wrong);
  if (!output) throw new Error(`${file}: no output, and no message`);
  const train = trainingOf(model.training, (text) => void scope.remarks.push(text));
  const by = model.version === '' ? `Keras ${version}` : `Keras ${model.version}`;
  const about = [`${name}, imported from ${file.replace(/^.*[\\/]/, '')} (${by}).`];
  return { network: { name, about, output, train, remarks: [...new Set(scope.remarks)] }, named: scope.named };
}
