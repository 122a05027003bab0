// `cnnc explain`: what a layer computes, how its numbers come about, and the kernels it became.
import { matrixTooLarge, noMatrix, noSuchLayer } from '../../diagnostics/catalog/usage.ts';
import { lineColumn, refuse } from '../../diagnostics/index.ts';
import { augmentSections } from '../../explain/augment.ts';
import { layerSections, sectionsText } from '../../explain/layer.ts';
import { linearNode, matrixOf, matrixText } from '../../explain/matrix.ts';
import { times } from '../../explain/sizes.ts';
import { isOp, type Node, sizeOf, storageOf } from '../../ir/index.ts';
import { AUGMENT } from '../../passes/augment.ts';
import type { LayerInfo } from '../../passes/lower-ast.ts';
import { command, setOption, settings, wholeNumber } from '../args.ts';
import { modelForAdapter } from '../backend.ts';
import { targetWord } from '../device-target.ts';
import { grouped, table } from '../format.ts';
import { limitOf, memoryLimitOption } from '../memory-limit.ts';
import { type CompiledModel, openModel } from '../model.ts';
import { tuneOption } from '../tune/apply.ts';

/** Columns of a matrix that a terminal still shows. */
const WIDEST = 40;

/** One line a layer: name, line, text, shape, parameters. */
function listText({ layers, plan, data }: CompiledModel, file: string): string {
  const rows = layers.map((l) => {
    const { source, start, end } = l.span;
    const count = l.parameters.reduce((n, p) => n + sizeOf(p.type.shape), 0);
    const shape = times(l.output.type.shape.slice(1));
    const text = source.text.slice(start, end).replace(/\s+/g, ' ');
    return [l.name, String(lineColumn(source, start).line), text, shape, grouped(count)];
  });
  const head = ['layer', 'line', 'text', 'output', 'parameters'];
  const last = layers[layers.length - 1]?.name ?? '';
  const listed = table([head, ...rows], [false, true, false, true, true]);
  const lines = data?.augment.map(({ span: { source, start, end } }) => source.text.slice(start, end)) ?? [];
  const augmented =
    lines.length > 0 ? `while training: ${lines.join(' | ')}, see cnnc explain ${file} ${AUGMENT}\n` : '';
  return `model ${plan.model}\n${listed}\n${augmented}one of them: cnnc explain ${file} ${last}\n`;
}

function matrixOfLayer({ forward }: CompiledModel, layer: LayerInfo): string {
  const found = linearNode(forward.nodes.filter((n) => n.layer?.name === layer.name && n.inputs.length > 0));
  if (!found) return refuse(noMatrix(layer.span, layer.name, layer.op));
  const last = storageOf(layer.output) === found.node;
  // A signal is computed as a picture of one row: shown as it is written.
  const given = found.node.inputs[found.x] as Node;
  const source = isOp(given, 'reshape') && given.layer?.name === layer.name ? (given.inputs[0] as Node) : given;
  const xs = source.type.shape.slice(1);
  const ys = (last ? layer.output : found.node).type.shape.slice(1);
  const [columns, rows] = [sizeOf(xs), sizeOf(ys)];
  if (columns > WIDEST || rows > 4 * WIDEST)
    refuse(matrixTooLarge(layer.span, layer.name, times(xs), columns, times(ys), rows, WIDEST));
  const added = last ? '' : '; what else the layer does comes after';
  return `${layer.name} is y = M x: ${times(xs)} -> ${times(ys)}, M is ${rows}x${columns}${added}\n\n${matrixText(matrixOf(found))}`;
}

export const explain = command({
  name: 'explain',
  summary: 'explain a layer: formula, sizes, gradients, kernels, WGSL',
  usage: `cnnc explain models/lenet5.cnn
cnnc explain models/lenet5.cnn conv2
cnnc explain models/lenet5.cnn conv2 --brief
cnnc explain small.cnn conv1 --matrix`,
  positionals: { name: 'FILE [LAYER]', doc: 'the model file, and the name of a layer in it', min: 1, max: 2 },
  options: {
    matrix: { type: 'boolean', doc: `print the layer as a matrix, where its input has ${WIDEST} values at most` },
    brief: { type: 'boolean', doc: 'leave the shaders out' },
    'memory-limit': memoryLimitOption,
    target: {
      type: 'string',
      value: 'TARGET',
      doc: 'what the kernels are for: portable (unless given), cpu, gpu, gpu-subgroups, web (as portable), or auto (asks the adapter)',
    },
    device: { type: 'string', value: 'NAME', doc: 'with --target auto: the adapter, as for train' },
    tune: { ...tuneOption, doc: `with --target auto: ${tuneOption.doc}` },
    set: setOption,
    batch: { type: 'string', value: 'N', doc: 'pictures a step; that of the train section, or 32' },
  },
  async run({ io, values, positionals: [file = '', name] }) {
    const word = targetWord('explain', values.target);
    const target = word === 'web' ? 'portable' : word;
    const asked = wholeNumber({ command: 'explain', option: 'batch' }, values.batch, { max: 65_536 });
    const batch = values.matrix ? 1 : asked;
    const read = await openModel(io, file, {
      set: settings('explain', values.set),
      ...limitOf('explain', values['memory-limit']),
      ...(target && target !== 'auto' ? { target } : {}),
      ...(batch === undefined ? {} : { batch }),
    });
    const { compiled } = target === 'auto' ? await modelForAdapter(io, values.device, read, values.tune) : read;
    if (name === undefined) {
      io.stdout(listText(compiled, file));
      return 0;
    }
    const width = Math.min(io.columns, 110);
    const augmented = name === AUGMENT && !values.matrix ? augmentSections(compiled, width, !values.brief) : undefined;
    if (augmented) {
      io.stdout(sectionsText(augmented));
      return 0;
    }
    const names = compiled.layers.map((l) => l.name);
    const layer = compiled.layers.find((l) => l.name === name) ?? refuse(noSuchLayer(name, file, names));
    if (values.matrix) io.stdout(matrixOfLayer(compiled, layer));
    else io.stdout(sectionsText(layerSections(compiled, layer, width, !values.brief)));
    return 0;
  },
});
