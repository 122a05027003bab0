// A program run kernel by kernel on a device, with the values that each leaves, for those who want to look inside.
import {
  type DeviceData,
  type Plan,
  type Session,
  type StepValues,
  stepNumber,
  storedValues,
  type View,
} from '../../../runtime/index.ts';
import type { Emitted } from '../../codegen/emit-plan.ts';
import { type Origin, originsOf } from '../../explain/origins.ts';
import { isOp, type Node, sizeOf, storageOf } from '../../ir/index.ts';
import type { ProgramKey } from '../../schedule/index.ts';

export type Values = Float32Array | Uint32Array | Float64Array;

/** One kernel of a run. */
export interface Made {
  readonly origin: Origin;
  /** What it was given: the values as the kernels before it left them, parameters and slots as they were at the start. */
  readonly inputs: ReadonlyMap<Node, Values>;
  /** What it left: values, and new values of parameters and slots by their nodes. */
  readonly outputs: ReadonlyMap<Node, Values>;
  /** What it added to the sums to report, by name; empty for other kernels. */
  readonly sums: ReadonlyMap<string, number>;
}

/** The numbers of a step as the kernels see them, by field: f32 where the uniform holds f32. */
export function stepNumbers(plan: Plan, values: StepValues): Map<string, number> {
  const all = new Map<string, number>(Object.entries(values));
  for (const f of plan.step.fields) {
    const exact = stepNumber(f, values);
    all.set(f.name, f.type === 'f32' ? Math.fround(exact) : exact);
  }
  return all;
}

/**
 * Runs one step of a program, a submit a kernel. Values are kept as they were read after their kernel: a kernel that finds
 * others in memory (because a place was taken too early) computes something else than these give. With `only`, no other
 * values than these are read, and kernels that leave none of them are run without a word.
 */
export async function* trace(
  session: Session,
  emitted: Emitted,
  program: ProgramKey,
  step: StepValues,
  data: DeviceData,
  only?: ReadonlySet<string>,
): AsyncGenerator<Made> {
  const scheduled = emitted.scheduled[program];
  if (!scheduled) return;
  const { graph } = scheduled.fused;
  const { places } = scheduled.memory;
  const origins = originsOf(emitted, program);
  const read = async (node: Node): Promise<Values> => {
    const view = places.get(node) as View;
    if (node.type.dtype === 'f16') return storedValues(await session.read(view), 0, sizeOf(node.type.shape), 'f16');
    const bytes = await session.read({ ...view, bytes: 4 * sizeOf(node.type.shape) });
    return node.type.dtype === 'u32' ? new Uint32Array(bytes) : new Float32Array(bytes);
  };
  // 1. The batch, and the leaves.
  session.run(program, [step], data, [0, data.load.length]);
  const values = new Map<Node, Values>();
  for (const node of graph.nodes) if (!only && places.has(node) && isLeaf(node)) values.set(node, await read(node));
  // 2. Kernel by kernel; values that nobody reads any more are forgotten.
  const lastReader = new Map<Node, number>();
  for (const { groups, index } of origins)
    for (const g of groups) for (const input of inputsOf(g)) lastReader.set(input, index);
  for (const origin of origins) {
    const { groups, index, complete } = origin;
    const accumulates = groups.some((g) => g.effects.some((e) => e.kind === 'accumulate'));
    if (accumulates) await session.readMetrics();
    session.run(program, [step], data, [data.load.length + index, data.load.length + index + 1]);
    if (!complete) continue;
    const outputs = new Map<Node, Values>();
    if (only) {
      for (const node of groups.flatMap((g) => g.outputs)) if (only.has(node.id)) outputs.set(node, await read(node));
      if (outputs.size > 0) yield { origin, inputs: new Map(), outputs, sums: new Map() };
      continue;
    }
    const inputs = new Map(groups.flatMap(inputsOf).map((n) => [n, values.get(n) as Values]));
    for (const g of groups) {
      for (const node of g.outputs) outputs.set(node, await read(node));
      for (const e of g.effects)
        if (e.kind === 'assign') outputs.set(e.target as unknown as Node, await read(e.target as unknown as Node));
    }
    const sums = accumulates ? await session.readMetrics() : [];
    yield {
      origin,
      inputs,
      outputs,
      sums: new Map([...sums].map((v, i) => [emitted.plan.metrics[i] as string, v])),
    };
    for (const [node, v] of outputs) if (!isLeaf(node) && lastReader.has(node)) values.set(node, v);
    for (const node of inputs.keys()) if (lastReader.get(node) === index) values.delete(node);
  }
  // What the step added to the sums is not of the epoch.
  if (only) await session.readMetrics();
}

const isLeaf = (n: Node): boolean => isOp(n, 'input') || isOp(n, 'labels') || isOp(n, 'parameter') || isOp(n, 'state');

/** What a group reads, by storage, with what its effects name. */
function inputsOf(g: Origin['groups'][number]): Node[] {
  const inside = new Set(g.nodes);
  const read = [...g.inputs, ...g.effects.flatMap((e) => (e.kind === 'output' ? [] : [storageOf(e.value)]))];
  return [...new Set(read)].filter((n) => !inside.has(n) && !(isOp(n, 'constant') || isOp(n, 'step')));
}
