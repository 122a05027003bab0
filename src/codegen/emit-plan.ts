// Graphs, grouped and placed, become the plan: kernels once each, dispatches, buffers, parameters.
import type {
  BufferSpec,
  DispatchSpec,
  KernelSpec,
  LabelSpec,
  ParameterSpec,
  Plan,
  PlanFeature,
  Programs,
  StepField,
  TensorSpec,
  TrainSpec,
  View,
} from '../../runtime/plan.ts';
import {
  type Graph,
  isOfLossScale,
  isOp,
  LOSS_SCALE,
  LOSS_SCALE_SKIPPED,
  type Node,
  sizeOf,
  stepFieldsOf,
  storageOf,
} from '../ir/index.ts';
import {
  type Group,
  type MemoryPlan,
  type ModelSchedule,
  type ParameterLayout,
  type Scheduled,
  sharedPlace,
  type Update,
} from '../schedule/index.ts';
import type { Bound, Kernel } from './kernel.ts';
import { kernelCache } from './kernel-cache.ts';
import { updateSchedule } from './kernels/family-work.ts';
import { kernelOf } from './kernels/index.ts';
import { loadKernel } from './kernels/load.ts';
import { spanOf } from './kernels/squares.ts';
import { updateKernel } from './kernels/update.ts';
import { operandTextures, type Textures } from './operands.ts';
import type { Target, Tuned } from './schedules.ts';
import type { Subgroups } from './subgroup-schedules.ts';

export interface Emitted extends ModelSchedule {
  readonly plan: Plan;
}

const STEP_STRIDE = 256;
/** Bytes from one binding to the next at least, on any adapter. */
const ALIGNED = 256;
/** The most bytes of a buffer that any adapter binds: WebGPU's default of maxStorageBufferBindingSize. */
const MOST_BOUND = 2 ** 27;
const order = ['infer', 'evaluate', 'train'] as const;

export function emitPlan(
  name: string,
  schedule: ModelSchedule,
  train: TrainSpec | null,
  outputIs: Plan['outputIs'],
  target: Target = 'portable',
  tuned: Tuned = new Map(),
  subgroups?: Subgroups,
): Emitted {
  // 1. What the step uniform and the metrics hold.
  const { scheduled, layout, updates, parameters } = schedule;
  const infer = scheduled.infer;
  if (!infer) throw new Error('a plan needs an infer program');
  const graphs = Object.values(scheduled).map((s) => s.fused.graph);
  const fields = stepFields(graphs);
  const sums = graphs.flatMap((g) => g.effects.flatMap((e) => (e.kind === 'accumulate' ? [e.metric] : [])));
  const metrics = [...new Set(sums)];
  // 2. Texts and dispatches.
  const library = kernelLibrary();
  const textures = operandTextures();
  const programs = {} as { -readonly [K in keyof Programs]: DispatchSpec[] };
  const main = scheduled.train ?? scheduled.evaluate ?? infer;
  const input = leaf(main, 'input') as Node;
  const labels = leaf(main, 'labels');
  for (const stored of ['u8', 'f32'] as const) {
    const kernel = loadKernel(stored, input, labels, target, fields);
    programs[`load_${stored}`] = [library.dispatch(kernel, (bound) => viewOf(bound, main.memory, layout))];
  }
  for (const key of order)
    programs[key] = dispatches(
      scheduled[key],
      { fields, metrics, target, tuned, subgroups },
      layout,
      library,
      textures,
    );
  // 3. Everything else the runtime needs to know.
  const output = infer.fused.graph.effects.find((e) => e.kind === 'output')?.value as Node;
  const slots = Math.max(0, ...updates.map((u) => u.members[0]?.slots.length ?? 0));
  const scales = scaleStates(scheduled.train);
  const buffers: BufferSpec[] = [
    { role: 'arena', bytes: Math.max(...Object.values(scheduled).map((s) => s.memory.arenaBytes)) + textures.slack() },
    { role: 'parameters', bytes: Math.max(layout.bytes, 256) + textures.slack() },
    ...(slots > 0 || scales.length > 0
      ? [
          {
            role: 'state',
            bytes: slots * layout.slotBytes + ALIGNED * scales.length,
            ...fillsOf(updates, layout, scales),
          } as const,
        ]
      : []),
    ...(metrics.length > 0 ? [{ role: 'metrics', bytes: 4 * metrics.length } as const] : []),
    ...textures.buffers(),
    { role: 'pictures', bytes: 0 },
    ...(labels ? [{ role: 'labels', bytes: 0 } as const] : []),
    { role: 'order', bytes: 0 },
    { role: 'step', bytes: 0 },
  ];
  const plan: Plan = {
    format: 'cnnc-plan',
    version: 1,
    model: name,
    batch: input.type.shape[0] as number,
    input: tensor('input', input, infer.memory),
    output: tensor('output', output, infer.memory),
    outputIs,
    labels: labels ? labelSpec(labels, output) : null,
    buffers,
    kernels: library.kernels,
    programs,
    parameters: parameters.map((n) => parameterSpec(n as Node<'parameter'>, layout)),
    metrics,
    step: { stride: STEP_STRIDE, fields },
    train,
    ...lossScaleOf(scales),
    ...featuresOf(library.kernels),
  };
  return { ...schedule, plan };
}

/** Words after `enable` and what they are called as features of a device. */
const featureNames: Readonly<Record<string, PlanFeature>> = {
  subgroups: 'subgroups',
  f16: 'shader-f16',
  chromium_experimental_subgroup_matrix: 'chromium-experimental-subgroup-matrix',
};

/** What the kernels enable, a device must have. */
function featuresOf(kernels: readonly KernelSpec[]): Pick<Plan, 'features'> {
  const words = new Set(kernels.flatMap((k) => [...k.wgsl.matchAll(/^enable (\w+);/gm)].map((m) => m[1] as string)));
  const features = Object.keys(featureNames).flatMap((word) =>
    words.has(word) ? [featureNames[word] as PlanFeature] : [],
  );
  return features.length > 0 ? { features } : {};
}

/** Blocks of slots that start as another value than zero. */
function fillsOf(
  updates: readonly Update[],
  layout: ParameterLayout,
  scales: readonly ScaleState[],
): Pick<BufferSpec, 'fills'> {
  const fills = updates.flatMap((update, i) => {
    const { offset, bytes } = layout.ranges[i] as { offset: number; bytes: number };
    return (update.members[0]?.slots ?? []).flatMap((slot, k) => {
      const value = isOp(slot, 'state') ? (slot.attrs.initial ?? 0) : 0;
      return value === 0 ? [] : [{ offset: k * layout.slotBytes + offset, bytes, value }];
    });
  });
  const all = [
    ...fills,
    ...scales.flatMap(({ node, offset }) =>
      node.attrs.initial ? [{ offset, bytes: 4, value: node.attrs.initial }] : [],
    ),
  ];
  return all.length > 0 ? { fills: all } : {};
}

interface ScaleState {
  readonly node: Node<'state'>;
  readonly offset: number;
}

/** Where the runtime finds them. */
function lossScaleOf(scales: readonly ScaleState[]): Pick<Plan, 'lossScale'> {
  const at = (id: string): View | undefined => {
    const found = scales.find(({ node }) => node.id === id);
    return found && { buffer: 'state', offset: found.offset, bytes: 4 };
  };
  const [scale, skipped] = [at(LOSS_SCALE), at(LOSS_SCALE_SKIPPED)];
  return scale && skipped ? { lossScale: { scale, skipped } } : {};
}

/** The states of the loss scale, which lie behind those of the parameters. */
const scaleStates = (train: Scheduled | undefined): ScaleState[] =>
  (train?.fused.graph.nodes ?? []).flatMap((node) =>
    isOfLossScale(node) ? [{ node, offset: train?.memory.places.get(node as unknown as Node)?.offset as number }] : [],
  );

const leaf = (s: Scheduled, op: 'input' | 'labels'): Node | undefined => s.fused.graph.nodes.find((n) => isOp(n, op));

/** Classes are those of the output's last dimension; a single number tells two apart. */
function labelSpec({ type }: Node, output: Node): LabelSpec {
  const shape = type.shape.slice(1);
  if (type.dtype === 'f32') return { dtype: 'f32', shape };
  return { dtype: 'u32', shape, classes: Math.max(2, output.type.shape[output.type.shape.length - 1] ?? 0) };
}

const parameterSpec = (n: Node<'parameter'>, layout: ParameterLayout): ParameterSpec => ({
  name: n.id,
  shape: n.type.shape,
  offset: layout.offsets.get(n.id) as number,
  init: n.attrs.init,
  trainable: n.attrs.trainable,
  ...(n.attrs.stored ? { stored: n.attrs.stored } : {}),
});

const tensor = (name: string, node: Node, memory: MemoryPlan): TensorSpec => ({
  name,
  shape: node.type.shape,
  view: { ...(memory.places.get(storageOf(node)) as View), bytes: 4 * sizeOf(node.type.shape) },
});

/** The step uniform: what loading a batch needs, and what the graphs read. */
function stepFields(graphs: readonly Graph[]): StepField[] {
  const base: StepField[] = [
    { name: 'count', type: 'u32' },
    { name: 'start', type: 'u32' },
    { name: 'scale', type: 'f32' },
  ];
  const read = graphs.flatMap(stepFieldsOf);
  return [...new Map([...base, ...read].map((f) => [f.name, f])).values()];
}

type ViewOf = (bound: Bound) => View;

function viewOf(bound: Bound, memory: MemoryPlan, layout: ParameterLayout): View {
  if (bound.kind === 'buffer') return { buffer: bound.buffer, offset: 0, bytes: 0 };
  if (bound.kind === 'block') {
    const range = layout.ranges[bound.update] as { offset: number; bytes: number };
    if (bound.block === 'parameters') return { buffer: 'parameters', ...range };
    if (bound.block === 'gradients')
      return { buffer: 'arena', offset: memory.gradients[bound.update] as number, bytes: range.bytes };
    return { buffer: 'state', offset: bound.slot * layout.slotBytes + range.offset, bytes: range.bytes };
  }
  if (bound.kind === 'span') return spanOf(bound.nodes, memory);
  const view = memory.places.get(bound.node);
  if (!view) throw new Error(`%${bound.node.id} has no place`);
  return view;
}

/** Kernels by what they compute, and by text: equal texts with equal bindings are one. */
function kernelLibrary() {
  const kernels: KernelSpec[] = [];
  /** By text without comments, then by access. */
  const known = new Map<string, Map<string, number>>();
  const names = new Set<string>();
  /** Most kernels are dispatched many times: a text is searched for comments once. */
  const texts = new Map<string, Map<string, number>>();
  const sameText = (wgsl: string): Map<string, number> => {
    const text = withoutComments(wgsl);
    const same = known.get(text) ?? new Map<string, number>();
    known.set(text, same);
    texts.set(wgsl, same);
    return same;
  };
  return {
    kernels,
    kernelOf: kernelCache(),
    dispatch(kernel: Kernel, view: ViewOf): DispatchSpec {
      const access = kernel.bindings.map((b) => b.access);
      const same = texts.get(kernel.wgsl) ?? sameText(kernel.wgsl);
      const key = access.join();
      let index = same.get(key);
      if (index === undefined) {
        index = kernels.length;
        same.set(key, index);
        const wgsl = /\b(f16|vec4h)\b/.test(withoutComments(kernel.wgsl)) ? `${HALVES}${kernel.wgsl}` : kernel.wgsl;
        kernels.push({ name: freshName(kernel.name, names), wgsl, bindings: access });
      }
      return {
        label: kernel.name,
        kernel: index,
        bindings: kernel.bindings.map((b) => view(b.bound)),
        groups: kernel.groups,
      };
    },
  };
}

/** The first line of kernels that read, write or make halves. */
const HALVES = 'enable f16;\n';

const withoutComments = (text: string): string => text.replace(/\/\/[^\n]*/g, '');

function freshName(name: string, names: Set<string>): string {
  let id = name;
  for (let i = 2; names.has(id); i++) id = `${name}.${i}`;
  names.add(id);
  return id;
}

function dispatches(
  s: Scheduled | undefined,
  context: Omit<Parameters<typeof kernelOf>[1], 'memory'>,
  layout: ParameterLayout,
  library: ReturnType<typeof kernelLibrary>,
  textures: Textures,
): DispatchSpec[] {
  if (!s) return [];
  const view: ViewOf = (bound) => viewOf(bound, s.memory, layout);
  textures.forget();
  const whole = (g: Group): DispatchSpec => {
    const inPlace = sharedPlace(g, s.memory) !== undefined;
    const kernel = library.kernelOf(g, () => kernelOf(g, { ...context, memory: s.memory }), inPlace);
    return textures.place(kernel, library.dispatch(kernel, view));
  };
  const out = s.fused.groups.filter((g) => g.family !== 'update' && g.family !== 'scale').map(whole);
  s.updates.forEach((u, i) => {
    const { bytes } = layout.ranges[i] as { bytes: number };
    // What lies side by side may be more than an adapter binds: the same update, part by part.
    const most = u.apart ? bytes : MOST_BOUND;
    for (let from = 0; from < bytes; from += most) {
      const part = Math.min(most, bytes - from);
      const partOf: ViewOf = (bound) => {
        const all = view(bound);
        return bound.kind === 'block' ? { ...all, offset: all.offset + from, bytes: part } : all;
      };
      const schedule = updateSchedule(u, part, context.target, context.tuned);
      out.push(library.dispatch(updateKernel(u, i, part, schedule, context.fields), partOf));
    }
  });
  // The updates read the scale as it was.
  return [...out, ...s.fused.groups.filter((g) => g.family === 'scale').map(whole)];
}
