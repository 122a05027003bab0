// A plan as the web module holds it: lists instead of objects, views once each, kernels made small.
import type { BufferRole, DispatchSpec, InitSpec, Plan, StepField, View } from '../../../runtime/plan.ts';
import type { WebDispatch, WebParameter, WebPlan, WebView } from '../../../runtime/web.ts';
import { minifyWgsl } from '../../codegen/minify-wgsl.ts';
import { sizeOf } from '../../ir/index.ts';

const roles: readonly BufferRole[] = ['arena', 'parameters', 'state', 'metrics', 'step', 'pictures', 'order', 'labels'];
/** Fields of the step by number, as runtime/web.ts computes them; the first four are whole numbers. */
const webFields = ['start', 'count', 'step', 'seed', 'pictures', 'scale', 'lr'];

/** Limits that every device has. https://www.w3.org/TR/webgpu/#limits */
const defaults = {
  maxBufferSize: 268_435_456,
  maxStorageBufferBindingSize: 134_217_728,
  maxStorageBuffersPerShaderStage: 8,
} as const;

/** Names that outputs have in the module. */
export const outputName = ({ outputIs }: Plan): 'probabilities' | 'logits' | 'values' =>
  outputIs === 'values' ? 'values' : outputIs.endsWith('logits') ? 'logits' : 'probabilities';

const field = (f: StepField): number | [number] | StepField =>
  'oneMinusPower' in f ? [f.oneMinusPower] : 'nadam' in f ? f : webFields.indexOf(f.name);

const init = (spec: InitSpec): NonNullable<WebParameter[3]> =>
  spec.kind === 'uniform' ? spec.limit : spec.kind === 'constant' ? [spec.value] : spec;

/** Does the module need the runtime with all schedules, ways to start, and optimizers? */
export const needsFull = (plan: Plan): boolean =>
  plan.train?.schedule !== undefined ||
  plan.step.fields.some((f) => 'nadam' in f) ||
  plan.parameters.some(({ init: { kind } }) => kind !== 'uniform' && kind !== 'constant');

/** What of the device's limits lies above the defaults. */
function limitsOf(plan: Plan): Record<string, number> {
  const dispatches = Object.values(plan.programs).flat();
  const needed: Record<keyof typeof defaults, number> = {
    maxBufferSize: Math.max(...plan.buffers.map((b) => b.bytes)),
    maxStorageBufferBindingSize: Math.max(
      // A parameter is bound with those behind it.
      plan.buffers.find((b) => b.role === 'parameters')?.bytes ?? 0,
      ...dispatches.flatMap((d) => d.bindings.map(({ bytes }: View) => bytes)),
    ),
    maxStorageBuffersPerShaderStage: Math.max(
      ...plan.kernels.map((k) => k.bindings.filter((access) => access !== 'step').length),
    ),
  };
  return Object.fromEntries(Object.entries(needed).filter(([name, n]) => n > defaults[name as keyof typeof defaults]));
}

/** The packed plan; `train` with the training step, for pictures as floats. */
export function packPlan(plan: Plan, train: boolean): WebPlan {
  const kernels: string[] = [];
  const known = new Map<string, number>();
  const views: WebView[] = [];
  const viewNumbers = new Map<string, number>();
  const stepBytes = Math.ceil(plan.step.fields.length / 4) * 16;
  const number = (view: View, reads: boolean): number => {
    const buffer = roles.indexOf(view.buffer);
    if (buffer < 0) throw new Error(`a web module has no buffer ${view.buffer}`);
    // A parameter is known by its number, and bound with all that lies behind it; updates write exact parts.
    const known =
      reads && view.buffer === 'parameters' ? plan.parameters.findIndex((p) => p.offset === view.offset) : -1;
    if (known >= 0) return known;
    const bytes = view.buffer === 'step' ? stepBytes : view.bytes;
    const packed: WebView = bytes > 0 ? [buffer, view.offset, bytes] : [buffer];
    const found = viewNumbers.get(packed.join()) ?? plan.parameters.length + views.push(packed) - 1;
    viewNumbers.set(packed.join(), found);
    return found;
  };
  const minified = new Map<number, ReturnType<typeof minifyWgsl>>();
  const dispatch = (d: DispatchSpec): WebDispatch => {
    const accesses = plan.kernels[d.kernel]?.bindings;
    const small = minified.get(d.kernel) ?? minifyWgsl(plan.kernels[d.kernel]?.wgsl as string);
    minified.set(d.kernel, small);
    const index = known.get(small.wgsl) ?? kernels.push(small.wgsl) - 1;
    known.set(small.wgsl, index);
    const groups = d.groups[2] > 1 ? d.groups : d.groups[1] > 1 ? d.groups.slice(0, 2) : d.groups.slice(0, 1);
    return [
      index,
      groups,
      ...d.bindings.map((view, i) => (small.used[i] ? number(view, accesses?.[i] === 'read') : -1)),
    ];
  };
  const infer = plan.programs.infer.map(dispatch);
  if (views.some(([buffer]) => buffer > 1)) throw new Error('a web module infers from pictures and parameters alone');
  const bytes = (role: BufferRole): number => plan.buffers.find((b) => b.role === role)?.bytes ?? 4;
  const labels = plan.labels ? sizeOf(plan.labels.shape) * (plan.labels.dtype === 'f32' ? -1 : 1) : 0;
  const { train: spec } = plan;
  const training =
    train && spec
      ? [
          [...plan.programs.load_f32, ...plan.programs.train].map(dispatch),
          labels,
          plan.step.fields.map(field),
          plan.metrics,
          plan.buffers.flatMap((b) => (b.fills ?? []).map((f) => [f.offset, f.bytes, f.value] as const)),
          spec.lr,
          spec.epochs,
          spec.seed,
          ...(spec.schedule ? [spec.schedule] : []),
        ]
      : undefined;
  const packed = [
    `${plan.model}.safetensors`,
    plan.batch,
    plan.input.shape.slice(1),
    plan.input.view.offset,
    plan.output.view.offset,
    sizeOf(plan.output.shape.slice(1)),
    outputName(plan),
    training
      ? [bytes('arena'), bytes('parameters'), bytes('state'), bytes('metrics'), stepBytes]
      : [bytes('arena'), bytes('parameters')],
    limitsOf(plan),
    plan.parameters.map(
      (p): WebParameter =>
        training
          ? [p.name, p.shape, p.offset, init(p.init)]
          : p.stored
            ? [p.name, p.shape, p.offset, p.stored === 'f16' ? 'F16' : 'I8']
            : [p.name, p.shape, p.offset],
    ),
    views,
    kernels,
    infer,
  ] as const;
  return [...packed, ...(training ?? [])] as unknown as WebPlan;
}
