// What cnnc explain says of one layer, section by section.

import type { CompiledModel } from '../compile.ts';
import { lineColumn } from '../diagnostics/index.ts';
import { nearestOutputs } from '../graphics/diagram.ts';
import { type Graph, type Node, opDef, printNode } from '../ir/index.ts';
import { layers as definitions, lookUp } from '../layers/index.ts';
import type { LayerInfo } from '../passes/lower-ast.ts';
import { dataDocs } from '../training/data-section.ts';
import { kernelSections } from './kernels.ts';
import { fieldLines, multiplyAddLines, parameterLines, sizeLines } from './sizes.ts';

export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Words of at most `width` a line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1] as string;
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** Values as the listings have them, each operation explained where it comes first. */
export function formulas(nodes: readonly Node[], width: number): string[] {
  const told = new Set<string>();
  return nodes.flatMap((n) => {
    const known = told.has(n.op);
    told.add(n.op);
    return [printNode(n), ...(known ? [] : wrap(opDef(n.op).doc, width - 4).map((l) => `    ${l}`))];
  });
}

const byLayer = (graph: Graph | undefined, name: string): Node[] =>
  graph?.nodes.filter((n) => n.layer?.name === name && n.inputs.length > 0) ?? [];

/** The nodes of the training step that belong to the backward pass of a layer: neither its forward pass nor its updates. */
export function backwardNodes({ forward, emitted }: CompiledModel, layer: LayerInfo): Node[] {
  const train = emitted.scheduled.train;
  if (!train) return [];
  const ahead = new Set(forward.nodes.map((n) => n.id));
  const updates = new Set(train.fused.groups.filter((g) => g.family === 'update').flatMap((g) => g.nodes));
  return byLayer(train.fused.graph, layer.name).filter((n) => !ahead.has(n.id) && !updates.has(n));
}

/** Everything there is to say about a layer. `shaders` leaves the WGSL out when false. */
export function layerSections(model: CompiledModel, layer: LayerInfo, width: number, shaders: boolean): Section[] {
  const { forward, layers, plan } = model;
  const nodes = byLayer(forward, layer.name);
  const outputs = new Map(layers.map((l) => [l.output, l.name]));
  const before = nearestOutputs(layer.output, outputs).flatMap((name) => layers.filter((l) => l.name === name));
  const { source, start, end } = layer.span;
  const line = source.text.slice(source.text.lastIndexOf('\n', start - 1) + 1).split('\n')[0] ?? '';
  const at = lineColumn(source, start).line;
  const doc = lookUp(definitions, layer.op)?.doc ?? lookUp<string>(dataDocs, layer.op);
  const backward = backwardNodes(model, layer);
  const gradients = layer.parameters.flatMap((p) => {
    const id = model.training?.gradients.get(p.id);
    return id === undefined ? [] : [`the gradient of %${p.id} is %${id}`];
  });
  const sections: Section[] = [
    {
      title: `${layer.name}: ${source.text.slice(start, end).replace(/\s+/g, ' ')}`,
      lines: [`${source.file}:${at}`, `${at} | ${line.trimEnd()}`, ...(doc ? wrap(doc, width - 2) : [])],
    },
    {
      title: 'size',
      lines: sizeLines(
        layer,
        before.map((l) => l.output),
      ),
    },
    { title: 'parameters', lines: parameterLines(layer.parameters) },
    { title: 'multiply-adds of one picture', lines: multiplyAddLines(nodes, plan.batch) },
    { title: 'one output sees', lines: fieldLines(layer, nodes, forward) },
    { title: 'forward', lines: nodes.length === 0 ? ['given'] : formulas(nodes, width - 2) },
  ];
  if (model.training)
    sections.push({
      title: 'backward',
      lines:
        backward.length === 0
          ? ['nothing to compute: gradients pass unchanged, or not at all']
          : [...gradients, ...formulas(backward, width - 2)],
    });
  return [...sections, ...kernelSections(model, layer, shaders)];
}

export const sectionsText = (sections: readonly Section[]): string =>
  `${sections
    .map(({ title, lines }) => [title, ...lines.map((l) => (l === '' ? '' : `  ${l}`)), ''].join('\n'))
    .join('\n')
    .trimEnd()}\n`;
