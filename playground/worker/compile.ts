// A text compiled, as the page wants to see it: messages with their places, tables, the picture, kernels with their lines.

import { packPlan } from '../../src/cli/web/pack.ts';
import { type CompiledModel, compile } from '../../src/compile.ts';
import { lineColumn } from '../../src/diagnostics/render.ts';
import type { Diagnostic, Source } from '../../src/diagnostics/types.ts';
import { layerSections, type Section } from '../../src/explain/layer.ts';
import { lineOf, marginOf } from '../../src/explain/margin.ts';
import { type Origin, originsOf } from '../../src/explain/origins.ts';
import { diagramOf, svg } from '../../src/graphics/index.ts';
import type { Node } from '../../src/ir/index.ts';
import { layers as definitions, lookUp } from '../../src/layers/index.ts';
import type { LayerInfo } from '../../src/passes/lower-ast.ts';
import { summarise } from '../../src/summary.ts';
import { losses } from '../../src/training/losses/index.ts';
import type {
  Compilation,
  FeatureMap,
  KernelView,
  LayerPlace,
  LayerView,
  ModuleParts,
  Problem,
  Requests,
} from '../protocol.ts';
import { readImport } from './examples.ts';

/** What the last text without errors compiled to. */
let last: { readonly source: Source; readonly compiled: CompiledModel } | undefined;

/** A message about an imported file stands at the beginning, with the name of the file. */
function problemOf(d: Diagnostic, source: Source): Problem {
  const span = d.primary?.span;
  const mine = span?.source === source;
  const from = mine ? Math.min(span.start, source.text.length) : 0;
  const to = mine ? Math.min(Math.max(span.end, span.start), source.text.length) : 0;
  return {
    severity: d.severity,
    code: d.code,
    message: span && !mine ? `${span.source.file}: ${d.message}` : d.message,
    from,
    to,
    line: lineColumn(source, from).line,
    label: d.primary?.text ?? '',
    help: d.help ?? [],
  };
}

const placeOf = ({ name, op, span }: LayerInfo, source: Source): LayerPlace =>
  span.source === source
    ? { name, op, from: span.start, to: span.end, line: lineColumn(source, span.start).line }
    : { name, op, from: 0, to: 0, line: 0 };

/** Layers of a deep network that are shown: each costs a run of the network as far as it. */
const MOST_MAPS = 8;

/** The pictures that can be read while the network infers: values that a kernel stores, each of a layer of its own. */
function mapsOf({ emitted, layers }: CompiledModel): FeatureMap[] {
  const places = emitted.scheduled.infer?.memory.places;
  const found = new Map<string, FeatureMap>();
  for (const { index, groups, complete } of originsOf(emitted, 'infer')) {
    if (!complete) continue;
    for (const node of groups.flatMap((g) => g.outputs)) {
      const place = places?.get(node);
      const layer = node.layer?.name;
      if (!place || !layer || place.buffer !== 'arena' || !layers.some((l) => l.name === layer)) continue;
      found.set(layer, { layer, shape: node.type.shape.slice(1), after: index + 1, place });
    }
  }
  const all = [...found.values()];
  if (all.length <= MOST_MAPS) return all;
  return Array.from(
    { length: MOST_MAPS },
    (_, i) => all[Math.round((i * (all.length - 1)) / (MOST_MAPS - 1))] as FeatureMap,
  );
}

const thresholdOf = ({ forward, config }: CompiledModel): number => {
  const output = forward.effects.find((e) => e.kind === 'output')?.value;
  return (output && losses[config?.loss ?? '']?.reads(output).threshold) ?? 0.5;
};

const counted = (n: number): string => n.toLocaleString('en');

export function compileText({ text, hardware }: Requests['compile']['ask']): Compilation {
  const source: Source = { file: 'model.cnn', text };
  const compiled = compile(source, {
    read: readImport,
    target: hardware ? 'gpu' : 'portable',
    keepActivations: true,
  });
  const problems = compiled.diagnostics.map((d) => problemOf(d, source));
  if (!compiled.plan) return { problems };
  const whole = compiled as CompiledModel;
  last = { source, compiled: whole };
  const summary = summarise(whole);
  const { plan, layers, forward } = whole;
  const facts = `${counted(summary.parameters)} parameters, ${counted(summary.multiply_adds)} multiply-adds`;
  return {
    problems,
    model: {
      plan,
      summary,
      svg: svg(diagramOf('', facts, layers, forward)),
      layers: layers.map((l) => placeOf(l, source)),
      maps: mapsOf(whole),
      threshold: thresholdOf(whole),
      perChannel: whole.data?.normalise?.kind === 'per_channel',
    },
  };
}

const belongs = (layer: LayerInfo, { groups }: Origin): boolean =>
  groups.some((g) => g.family !== 'update' && g.nodes.some((n) => n.layer?.name === layer.name));

/** The kernels of a layer in the order of the programs, each text once. */
function kernelsOf({ emitted }: CompiledModel, source: Source, layer: LayerInfo): KernelView[] {
  const told = new Set<string>();
  return (['train', 'infer'] as const).flatMap((program) =>
    originsOf(emitted, program)
      .filter((o) => belongs(layer, o) && !told.has(o.kernel.name))
      .map(({ dispatch, kernel, groups }): KernelView => {
        told.add(kernel.name);
        const wgsl = kernel.wgsl.trimEnd();
        const mine = (n: Node | undefined): number => (n?.layer?.span.source === source ? (lineOf(n) ?? 0) : 0);
        return {
          program,
          label: dispatch.label,
          wgsl,
          lines: marginOf(wgsl, groups).map((n) => ({ line: mine(n), value: n ? `%${n.id}` : '' })),
          facts: `${groups[0]?.family ?? ''}, ${dispatch.groups.join(' x ')} workgroups`,
        };
      }),
  );
}

/** What there is to say about a layer of the last text without errors. */
export function describeLayer(name: string): LayerView | undefined {
  const layer = last?.compiled.layers.find((l) => l.name === name);
  if (!last || !layer) return undefined;
  const { source, compiled } = last;
  const [head, ...sections] = layerSections(compiled, layer, 96, false) as [Section, ...Section[]];
  return {
    name,
    title: head.title,
    doc: lookUp(definitions, layer.op)?.doc ?? '',
    sections: sections.filter((s) => !s.title.startsWith('kernels')),
    kernels: kernelsOf(compiled, source, layer),
  };
}

/** The module of the last text without errors, for inference, one picture at a time; its runtime comes from the page's own files. */
export function moduleParts(): ModuleParts | undefined {
  if (!last) return undefined;
  const { plan } = compile(last.source, { read: readImport, inferOnly: true, batch: 1 });
  return plan && { model: plan.model, packed: JSON.stringify(packPlan(plan, false)) };
}
