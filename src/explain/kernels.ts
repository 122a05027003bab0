// The kernels that a layer became: what was fused into each, where its values lie, and its WGSL.
import type { View } from '../../runtime/index.ts';
import type { CompiledModel } from '../compile.ts';
import { type Node, showShape } from '../ir/index.ts';
import type { LayerInfo } from '../passes/lower-ast.ts';
import type { ProgramKey } from '../schedule/index.ts';
import type { Section } from './layer.ts';
import { annotated } from './margin.ts';
import { type Origin, originsOf } from './origins.ts';

const programs = ['infer', 'evaluate', 'train'] as const;

const ofLayer = (layer: LayerInfo, { groups }: Origin): boolean =>
  groups.some(
    (g) =>
      (g.family !== 'update' && g.nodes.some((n) => n.layer?.name === layer.name)) ||
      g.effects.some((e) => e.kind === 'assign' && layer.parameters.some((p) => p.id === e.target.id)),
  );

const placeText = (view: View | undefined): string =>
  view ? `${view.buffer} ${view.offset} + ${view.bytes} bytes` : 'written into the text';

/** One kernel: what it computes, node by node, with the layer of each where it is another one; reads and writes. */
function kernelLines(model: CompiledModel, program: ProgramKey, layer: LayerInfo, origin: Origin): string[] {
  const { places } = model.emitted.scheduled[program]?.memory ?? { places: new Map<Node, View>() };
  const { groups, dispatch, index } = origin;
  const count = model.plan.programs[program].length;
  const family = groups[0]?.family ?? '';
  const head = `dispatch ${index + 1} of ${count}, ${family}, ${dispatch.groups.join(' x ')} workgroups`;
  if (family === 'update') {
    const mine = groups.flatMap((g) => g.effects.flatMap((e) => (e.kind === 'assign' ? [e.target] : [])));
    const members = groups.length === 1 ? '' : `, with ${groups.length - 1} other parameters in the same kernel`;
    const own = mine.filter((t) => layer.parameters.some((p) => t.id === p.id || t.id.startsWith(`${p.id}.`)));
    return [`${head}${members}`, ...own.map((t) => `  %${t.id}: ${placeText(places.get(t as unknown as Node))}`)];
  }
  const value = (n: Node): string => `%${n.id} ${showShape(n.type.shape)}: ${placeText(places.get(n))}`;
  return [
    head,
    ...groups
      .flatMap((g) => g.nodes)
      .map((n, i) => {
        const from = n.layer && n.layer.name !== layer.name ? `  (of ${n.layer.name})` : '';
        return `  ${i === 0 ? 'computes ' : '         '}%${n.id} = ${n.op}${from}`;
      }),
    ...groups.flatMap((g) => g.inputs).map((n, i) => `  ${i === 0 ? 'reads    ' : '         '}${value(n)}`),
    ...groups.flatMap((g) => g.outputs).map((n, i) => `  ${i === 0 ? 'writes   ' : '         '}${value(n)}`),
  ];
}

/** A section a program, then the shaders, each once. */
export function kernelSections(model: CompiledModel, layer: LayerInfo, shaders: boolean): Section[] {
  const shown = new Map<string, Origin>();
  const sections: Section[] = [];
  for (const program of programs) {
    const origins = originsOf(model.emitted, program).filter((o) => ofLayer(layer, o));
    if (origins.length === 0) continue;
    const lines = origins.flatMap((o) => {
      const known = shown.has(o.kernel.name);
      if (!known) shown.set(o.kernel.name, o);
      const name =
        o.dispatch.label === o.kernel.name ? o.kernel.name : `${o.dispatch.label}, by the kernel ${o.kernel.name}`;
      return [name, ...kernelLines(model, program, layer, o).map((l) => `  ${l}`)];
    });
    sections.push({ title: `kernels of ${program}`, lines });
  }
  if (sections.length === 0)
    sections.push({ title: 'kernels', lines: ['none: its value is given, or a view of another'] });
  if (!shaders) return sections;
  // Of a kernel that updates many parameters, the lines are traced to those of this layer.
  const own = (g: Origin['groups'][number]): boolean =>
    g.effects.some((e) => e.kind === 'assign' && layer.parameters.some((p) => p.id === e.target.id));
  for (const [name, { kernel, groups }] of shown) {
    const first = [...groups].sort((a, b) => Number(own(b)) - Number(own(a)));
    sections.push({ title: `${name}.wgsl`, lines: annotated(kernel.wgsl, first).split('\n') });
  }
  return sections;
}
