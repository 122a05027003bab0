// An ONNX graph as a network of cnnc: node by node, each value with the order in which it lies.
import * as say from '../../../diagnostics/catalog/imports.ts';
import { type Diagnostic, Failure, refuse } from '../../../diagnostics/index.ts';
import { type Line, type Network, newLine, type Origin } from '../../network/line.ts';
import { isName, nameFrom } from '../../network/names.ts';
import type { OnnxModel, OnnxNode, OnnxPort, OnnxTensor } from '../decode.ts';
import type { Importing } from './context.ts';
import { type Atom, atoms, CannotLay, dimsOf, type Flow, laid, type Shaped, sizeOfAtoms } from './flow.ts';
import { importers } from './index.ts';
import { computeKnown } from './known.ts';
import { fusePatterns } from './patterns.ts';
import { layerName } from './weights.ts';

/** Names that exporters count up say nothing. */
const counted = (node: OnnxNode): boolean =>
  node.name === '' ||
  /^(n|node|op)?_?\d+$/i.test(node.name) ||
  node.name.toLowerCase().startsWith(`${node.op.toLowerCase()}_`);

/** What a layer is called: after its weights, else after its node. */
function wishedName(node: OnnxNode, line: Line): string | undefined {
  if (line.tensors.size > 0) {
    const [weight = ''] = node.inputs.slice(1).filter((name) => name !== '');
    const stem = layerName(weight);
    const name = stem === undefined ? undefined : nameFrom(stem.replace(/^[a-z]+_\d+\//, ''));
    if (name !== undefined) return name;
  }
  if (counted(node)) return undefined;
  return isName(node.name) ? node.name : line.tensors.size > 0 ? nameFrom(node.name) : undefined;
}

/** The line of the input, and how it lies: pictures as height x width x channels. */
function inputOf(port: OnnxPort, model: OnnxModel, file: string): { flow: Flow; batch: Atom[] } {
  const { dims, name } = port;
  if (!dims) return refuse(say.portsNotImported(file, `the input "${name}" has no sizes`));
  const sizes = dims.map((d, i) => {
    if (typeof d === 'number' && d > 0) return d;
    // The batch is implied; other sizes must be known.
    return i === 0 ? 1 : refuse(say.portsNotImported(file, `size ${i + 1} of the input "${name}" is "${d}"`));
  });
  if (sizes.length < 2 || sizes.length > 4)
    refuse(say.portsNotImported(file, `the input "${name}" has ${sizes.length} dimensions`));
  const n = sizes[0] as number;
  const batch: Atom[] = n === 1 ? [] : [{ size: n, batch: true }];
  const own = sizes.slice(1).map(atoms);
  // Exporters from channels-last frameworks begin with a transpose: then the input lies as cnnc has it.
  const readers = model.nodes.filter((node) => node.inputs.includes(name));
  const last = readers.every(({ op, attributes }) => {
    const perm = attributes.get('perm');
    return op === 'Transpose' && perm?.kind === 'numbers' && perm.value[1] === sizes.length - 1;
  });
  const order = last || own.length < 2 ? own : [...own.slice(1), own[0] as Atom[]];
  const shape = order.map(sizeOfAtoms);
  const line = newLine('input', [], shape, { name, op: 'input' }, [shape.join('x')]);
  return { flow: { line, order: order.flat(), dims: [batch, ...own], sole: true }, batch };
}

/** The value of an output as cnnc gives it: a picture, a signal or features. */
function outputLine(flow: Flow, made: Shaped, origin: Origin): Line {
  const dims = flow.dims.filter((dim) => !dim.some(({ batch }) => batch));
  const own = flow.dims.length === dims.length && (flow.dims[0]?.length ?? 0) === 0 ? dims.slice(1) : dims;
  const long = own.filter((dim) => dim.length > 0);
  // Pictures of one pixel are features.
  if (long.length <= 1) return laid(made, flow, [long.flat()], origin);
  const [channels, ...places] = own as [Atom[], ...Atom[][]];
  if (own.length === 2 || own.length === 3) {
    const last = [...places, channels];
    const lies = (list: readonly (readonly Atom[])[]): boolean =>
      flow.order.every((atom, i) => list.flat()[i] === atom);
    return laid(made, flow, !lies(last) && lies(own) ? own : last, origin);
  }
  throw new CannotLay(`an output of ${dimsOf(flow).join('x')}`);
}

/** Builds the network. `file` is what messages call the model; all nodes that cannot be imported are told at once. */
export function networkOf(given: OnnxModel, name: string, file: string): Network {
  const model = fusePatterns(given);
  const [input, second] = model.inputs;
  const [output, another] = model.outputs;
  if (!input || !output) return refuse(say.portsNotImported(file, `it has no ${input ? 'output' : 'input'}`));
  if (second)
    refuse(
      say.portsNotImported(file, `it has ${model.inputs.length} inputs: ${model.inputs.map((p) => p.name).join(', ')}`),
    );
  if (another)
    refuse(
      say.portsNotImported(
        file,
        `it has ${model.outputs.length} outputs: ${model.outputs.map((p) => p.name).join(', ')}`,
      ),
    );
  const { flow, batch } = inputOf(input, model, file);
  const flows = new Map<string, Flow>([[input.name, flow]]);
  const known = new Map<string, OnnxTensor>(model.initializers);
  const lost = new Set<string>();
  const uses = new Map<string, number>([[output.name, 1]]);
  for (const node of model.nodes)
    if (node.op !== 'Shape' && node.op !== 'Size')
      for (const value of node.inputs) uses.set(value, (uses.get(value) ?? 0) + 1);
  const made: Shaped = new Map();
  const wrong: Diagnostic[] = [];
  model.nodes.forEach((node, index) => {
    const label = node.name || node.outputs[0] || `${index + 1}`;
    if (node.inputs.some((value) => lost.has(value))) {
      for (const value of node.outputs) lost.add(value);
      return;
    }
    try {
      importNode(node, label, { model, flows, known, uses, made, batch });
    } catch (error) {
      if (!(error instanceof CannotLay || error instanceof Refused)) throw error;
      wrong.push(say.nodeNotImported(file, label, node.op, error.message));
      for (const value of node.outputs) lost.add(value);
    }
  });
  if (wrong.length > 0) throw new Failure(wrong);
  const end = flows.get(output.name);
  if (!end) return refuse(say.portsNotImported(file, `the output "${output.name}" does not depend on the input`));
  let line: Line;
  try {
    line = outputLine(end, made, { name: output.name, op: 'output' });
  } catch (error) {
    if (!(error instanceof CannotLay)) throw error;
    return refuse(say.portsNotImported(file, error.message));
  }
  const version = model.opsets.get('');
  const by = [model.producer, version === undefined ? '' : `opset ${version}`].filter((s) => s !== '').join(', ');
  const order = flow.order.length > 1 && dimsOf(flow).length > 2 ? `, here ${flow.line.shape.join('x')}` : '';
  return {
    name,
    about: [
      `${name}, imported from ${file.replace(/^.*[\\/]/, '')} (${by}).`,
      `Its input "${input.name}" is ${dimsOf(flow).join('x')} there${order}.`,
    ],
    output: line,
    train: [],
    remarks: [],
  };
}

class Refused extends Error {}

interface Scope {
  readonly model: OnnxModel;
  readonly flows: Map<string, Flow>;
  readonly known: Map<string, OnnxTensor>;
  readonly uses: ReadonlyMap<string, number>;
  readonly made: Shaped;
  readonly batch: readonly Atom[];
}

function importNode(node: OnnxNode, label: string, { model, flows, known, uses, made, batch }: Scope): void {
  const fail = (reason: string): never => {
    throw new Refused(reason);
  };
  const names = node.inputs.filter((value) => value !== '');
  const op = node.domain === '' ? node.op : `${node.domain}.${node.op}`;
  // 1. Sizes of a value, and what follows from known numbers.
  const [only] = names;
  const sized = only === undefined ? undefined : flows.get(only);
  if ((op === 'Shape' || op === 'Size') && sized) {
    const type = 'int64';
    const dims = dimsOf(sized);
    const at = (key: string, otherwise: number): number => {
      const a = node.attributes.get(key);
      const v = a?.kind === 'number' ? a.value : otherwise;
      return Math.min(dims.length, Math.max(0, v < 0 ? v + dims.length : v));
    };
    const part = dims.slice(at('start', 0), at('end', dims.length));
    const values = op === 'Shape' ? part : [dims.reduce((a, b) => a * b, 1)];
    const out = node.outputs[0] as string;
    known.set(out, { name: out, dims: op === 'Shape' ? [values.length] : [], type, values });
    return;
  }
  if (names.every((value) => known.has(value))) {
    for (const [value, tensor] of computeKnown(model, node, known, fail)) known.set(value, tensor);
    return;
  }
  // 2. A line, or several, or another view of a value.
  const importer = Object.hasOwn(importers, op) ? importers[op] : undefined;
  if (!importer) fail('cnnc has no such layer');
  const attribute = (key: string) => node.attributes.get(key);
  const inputName = (i: number): string => node.inputs[i] ?? '';
  const c: Importing = {
    node,
    opset: model.opsets.get(node.domain) ?? 1,
    origin: { name: label, op: node.op },
    batch,
    made,
    has: (i) => inputName(i) !== '',
    flow: (i) => {
      const value = inputName(i);
      if (known.has(value))
        return fail(`input ${i + 1} ("${value}") holds known numbers, where the network's value is needed`);
      const flow =
        flows.get(value) ?? fail(value === '' ? `input ${i + 1} is missing` : `there is no value "${value}"`);
      return { ...flow, sole: flow.sole && uses.get(value) === 1 };
    },
    known: (i) => known.get(inputName(i)),
    numbers: (i, what) =>
      Array.from(known.get(inputName(i))?.values ?? fail(`${what} must be known, not computed by the network`)),
    nameOf: inputName,
    uses: (i) => uses.get(node.outputs[i] ?? '') ?? 0,
    number: (key, otherwise) => {
      const a = attribute(key);
      return a?.kind === 'number' ? a.value : otherwise;
    },
    numberList: (key) => {
      const a = attribute(key);
      return a?.kind === 'numbers' ? a.value : a?.kind === 'number' && a.value === 0 ? [] : undefined;
    },
    text: (key, otherwise) => {
      const a = attribute(key);
      return a?.kind === 'text' ? a.value : otherwise;
    },
    attribute,
    refuse: fail,
  };
  const result = (importer as NonNullable<typeof importer>)(c);
  const results = (Array.isArray(result) ? result : [result]) as readonly (Flow | undefined)[];
  node.outputs.forEach((value, i) => {
    const flow = results[i];
    if (value === '' || !flow) return;
    flows.set(value, flow);
    const { line } = flow;
    if (line.origin === c.origin && line.name === undefined) line.name = wishedName(node, line);
  });
}
