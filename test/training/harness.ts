// A model on a device with a small random data set, and beside it the same steps in double precision.
import { createHash } from 'node:crypto';
import {
  createSession,
  type DeviceData,
  type Pictures,
  type Plan,
  type Session,
  type StepValues,
} from '../../runtime/index.ts';
import { hash32, uniform } from '../../runtime/random.ts';
import type { Compiled, CompileOptions } from '../../src/compile.ts';
import type { Source } from '../../src/diagnostics/types.ts';
import { interpret, isOp, sizeOf, type Tensor } from '../../src/ir/index.ts';
import { leavesOf, stepOf } from '../support/leaves.ts';
import { compileFor, type Target } from '../support/targets.ts';

export interface Running {
  readonly compiled: Required<Pick<Compiled, 'plan' | 'graphs' | 'emitted'>>;
  readonly session: Session;
  readonly data: DeviceData;
  readonly pictures: Pictures;
  /** Parameters, slots, the batch: what the reference computes with; `follow` moves them on. */
  readonly leaves: Map<string, Tensor>;
}

/** Random pictures of bytes for a plan's input, with the labels that it needs: all its classes, or values from 0 to 1. */
export function randomPictures({ input, labels }: Plan, count: number, seed = 5): Pictures {
  const values = Uint8Array.from({ length: count * sizeOf(input.shape.slice(1)) }, (_, i) => hash32(seed, 1, i) & 255);
  const pictures = { values, scale: 1 / 255 };
  if (!labels) return pictures;
  const length = count * sizeOf(labels.shape);
  return labels.dtype === 'u32'
    ? { ...pictures, labels: Uint32Array.from({ length }, (_, i) => hash32(seed, 2, i) % labels.classes) }
    : { ...pictures, labels: Float32Array.from({ length }, (_, i) => uniform(seed, 2, i)) };
}

export async function start(
  device: GPUDevice,
  target: Target,
  source: Source,
  batch: number,
  count: number,
  options: CompileOptions = {},
): Promise<Running> {
  const { plan, graphs, emitted, diagnostics } = compileFor(target, source, { ...options, batch });
  if (!plan || !graphs || !emitted) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  const session = await createSession(device, plan);
  session.initialise(7);
  const leaves = leavesOf(graphs.train ?? graphs.infer, plan, 3, plan.output.shape[1] as number);
  const parameters = plan.parameters.map(
    (p) => [p.name, Float32Array.from((leaves.get(p.name) as Tensor).data)] as const,
  );
  session.setParameters(new Map(parameters));
  const pictures = randomPictures(plan, count);
  const data = session.upload(pictures);
  data.setOrder(Uint32Array.from({ length: count }, (_, i) => (i * 5 + 3) % count));
  return { compiled: { plan, graphs, emitted }, session, data, pictures, leaves };
}

/**
 * Runs one step of a program in double precision from what `leaves` holds, and moves it on. Returns the metrics. `round` is
 * applied to what each operation computes.
 */
export function follow(
  { compiled, pictures, leaves, data }: Running,
  program: 'infer' | 'evaluate' | 'train',
  values: StepValues,
  round?: (value: number) => number,
): { metrics: number[]; output: Float64Array | undefined } {
  const { plan, graphs } = compiled;
  const graph = graphs[program];
  if (!graph) throw new Error(`no program ${program}`);
  const size = sizeOf(plan.input.shape.slice(1));
  const x = new Float64Array(plan.batch * size);
  const perLabel = plan.labels ? sizeOf(plan.labels.shape) : 0;
  const labels = new Float64Array(plan.batch * perLabel);
  for (let i = 0; i < values.count; i++) {
    const picture = ((values.start + i) * 5 + 3) % data.count;
    for (let k = 0; k < size; k++) x[i * size + k] = (pictures.values[picture * size + k] as number) * pictures.scale;
    for (let k = 0; k < perLabel; k++) labels[i * perLabel + k] = pictures.labels?.[picture * perLabel + k] as number;
  }
  const given = new Map(leaves);
  for (const n of graph.nodes) {
    if (isOp(n, 'input')) given.set(n.id, { shape: n.type.shape, data: x });
    if (isOp(n, 'labels')) given.set(n.id, { shape: n.type.shape, data: labels });
  }
  const ran = interpret(graph, { leaves: given, step: stepOf(plan, values) }, round);
  for (const [id, value] of ran.assigned) leaves.set(id, value);
  return { metrics: plan.metrics.map((m) => ran.metrics.get(m) ?? 0), output: ran.outputs.get('output')?.data };
}

/** One number for all parameters, to the bit. */
export async function hashOf(session: Session): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, values] of await session.parameters()) hash.update(name).update(new Uint8Array(values.buffer));
  return hash.digest('hex');
}
