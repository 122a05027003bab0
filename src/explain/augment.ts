// What cnnc explain says of `augment`: its lines with their formulas, and the kernels of training that do them.

import type { CompiledModel } from '../compile.ts';
import { lineColumn } from '../diagnostics/index.ts';
import { isOp } from '../ir/index.ts';
import { AUGMENT } from '../passes/augment.ts';
import type { LayerInfo } from '../passes/lower-ast.ts';
import { dataDocs } from '../training/data-section.ts';
import { kernelSections } from './kernels.ts';
import { formulas, type Section, wrap } from './layer.ts';

/** Undefined for a model that is not augmented. */
export function augmentSections(model: CompiledModel, width: number, shaders: boolean): Section[] | undefined {
  const lines = model.data?.augment ?? [];
  const [first] = lines;
  const graph = model.stages.get('train after augment');
  const input = graph?.nodes.find((n) => isOp(n, 'input'));
  if (!first || !graph || !input) return undefined;
  const layer: LayerInfo = {
    name: AUGMENT,
    op: AUGMENT,
    span: first.span,
    inputs: [],
    output: input,
    parameters: [],
    path: [],
  };
  const said = lines.map(({ def, span: { source, start, end } }): Section => {
    const text = source.text.slice(start, end).replace(/\s+/g, ' ');
    return {
      title: text,
      lines: [`${source.file}:${lineColumn(source, start).line}`, ...wrap(def.doc, width - 2)],
    };
  });
  const nodes = graph.nodes.filter((n) => n.layer?.name === AUGMENT);
  return [
    { title: AUGMENT, lines: wrap(dataDocs.augment, width - 2) },
    ...said,
    { title: 'training', lines: formulas(nodes, width - 2) },
    ...kernelSections(model, layer, shaders),
  ];
}
