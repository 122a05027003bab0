// Graphs on the device and in the reference: many small ones in one scene, so that one plan and one submit run them all.
import { expect } from 'vitest';
import { createSession, type Plan, type StepValues } from '../../runtime/index.ts';
import type { Tuned } from '../../src/codegen/schedules.ts';
import type { Subgroups } from '../../src/codegen/subgroup-schedules.ts';
import {
  type Builder,
  builder,
  emit,
  type Graph,
  interpret,
  isOp,
  type Node,
  type Shape,
  sizeOf,
  storageOf,
  type Tensor,
  verify,
} from '../../src/ir/index.ts';
import { randomTensor, relativeError } from '../support/numbers.ts';
import { emitPlanFor, type Target } from '../support/targets.ts';
import { shaderErrors } from '../support/validate.ts';

/** Where an operand lies: among the parameters, or in the arena because a kernel made it. */
export type Where = 'parameter' | 'arena';

export interface Scene {
  readonly b: Builder;
  /** The batch: N x 1 unless asked for. */
  readonly input: Node;
  /** A value with random numbers in [low, high), or with given ones. */
  given(shape: Shape, where?: Where, low?: number, high?: number, values?: ArrayLike<number>): Node;
  /** Asks for the value to be compared; the name is shown when it differs. */
  compare(node: Node, name: string): void;
  readonly leaves: Map<string, Tensor>;
  readonly names: Map<string, string>;
}

export function scene(inputShape: Shape = [1, 1]): Scene {
  const b = builder();
  const leaves = new Map<string, Tensor>();
  const names = new Map<string, string>();
  const input = emit(b, 'input', [], { shape: inputShape }, 'input');
  let made = 0;
  return {
    b,
    input,
    leaves,
    names,
    given(shape, where = 'parameter', low = -1, high = 1, values) {
      made++;
      const sign = where === 'arena' ? -1 : 1;
      const data = values ? Float64Array.from(values, Math.fround) : randomTensor(shape, made, low, high).data;
      const leaf = emit(
        b,
        'parameter',
        [],
        { shape, init: { kind: 'constant', value: 0 }, trainable: false },
        `given_${made}`,
      );
      leaves.set(leaf.id, { shape, data: data.map((v) => sign * v) });
      return where === 'arena' ? emit(b, 'neg', [leaf], {}, `made_${made}`) : leaf;
    },
    compare(node, name) {
      const id = `out${names.size}`;
      names.set(id, name);
      b.effect({ kind: 'output', name: id, value: node });
    },
  };
}

export interface Run {
  readonly step?: Partial<StepValues>;
  /** The labels of the batch, uploaded with it as a data set; pictures from `count` on are cut off. */
  readonly labels?: readonly number[];
  /** Largest relative error in the norm of each value. */
  readonly within?: number;
  /** Schedules in place of those of the rules. */
  readonly tuned?: (graph: Graph) => Tuned;
  /** What the adapter says of its subgroups. */
  readonly subgroups?: Subgroups;
  /** Changes the plan before it runs. */
  readonly alter?: (plan: Plan) => Plan;
}

/** Values of the scene on the device, by name; compared with the reference on the way. */
export async function check(
  device: GPUDevice,
  target: Target,
  s: Scene,
  run: Run = {},
): Promise<Map<string, Float32Array>> {
  const found = await checkGraph(device, target, verify(s.b.finish('scene'), 'scene'), s.leaves, run, s.names);
  return new Map([...found].map(([id, values]) => [s.names.get(id) ?? id, values]));
}

/** Outputs of a graph on the device, by name of the effect; compared with the reference on the way. */
export async function checkGraph(
  device: GPUDevice,
  target: Target,
  graph: Graph,
  leaves: ReadonlyMap<string, Tensor>,
  run: Run = {},
  names: ReadonlyMap<string, string> = new Map(),
): Promise<Map<string, Float32Array>> {
  const tuned = run.tuned?.(graph);
  const { plan: made, scheduled } = emitPlanFor(
    target,
    'scene',
    { infer: graph },
    null,
    'values',
    tuned,
    run.subgroups,
  );
  const plan = run.alter?.(made) ?? made;
  const inputNode = graph.nodes.find((n) => isOp(n, 'input')) as Node;
  const { shape } = inputNode.type;
  const [batch = 1] = shape;
  const step: StepValues = { count: batch, start: 0, step: 1, seed: 1, lr: 1, scale: 1, ...run.step };
  const perPicture = sizeOf(shape) / batch;
  const input = leaves.get(inputNode.id) ?? randomTensor(shape, 4711);
  const seen = input.data.map((v, i) => (i < step.count * perPicture ? v : 0));
  const labelNode = graph.nodes.find((n) => isOp(n, 'labels'));
  const perLabel = labelNode ? sizeOf(labelNode.type.shape.slice(1)) : 0;
  const labels = Float64Array.from(run.labels ?? [], (l, i) => (i < step.count * perLabel ? l : 0));

  device.pushErrorScope('validation');
  const session = await createSession(device, plan, ['infer']).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${(await shaderErrors(device, plan)).slice(0, 2).join('\n')}`);
  });
  session.setParameters(new Map([...leaves].map(([id, { data }]) => [id, Float32Array.from(data)])));
  const all = run.labels ?? new Array<number>(batch * perLabel).fill(0);
  const marks = labelNode?.type.dtype === 'f32' ? Float32Array.from(all) : Uint32Array.from(all);
  const data = session.upload({ values: Float32Array.from(input.data), scale: 1, labels: marks });
  data.setOrder(Uint32Array.from({ length: batch }, (_, i) => i));
  session.run('infer', [step], data);
  const given = new Map(leaves)
    .set(inputNode.id, { shape, data: seen })
    .set('labels', { shape: labelNode?.type.shape ?? [], data: labels });
  const { outputs } = interpret(graph, {
    leaves: given,
    step: new Map<string, number>(Object.entries({ ...step, open: 0, pictures: step.count })),
  });
  const found = new Map<string, Float32Array>();
  const wrong: string[] = [];
  for (const effect of scheduled.infer?.fused.graph.effects ?? []) {
    if (effect.kind !== 'output') continue;
    const view = scheduled.infer?.memory.places.get(storageOf(effect.value));
    if (!view) throw new Error(`${effect.name} has no place`);
    const got = new Float32Array(await session.read(view)).slice(0, sizeOf(effect.value.type.shape));
    const error = relativeError(got, (outputs.get(effect.name) as Tensor).data);
    found.set(effect.name, got);
    const name = names.get(effect.name) ?? effect.name;
    if (!(error <= (run.within ?? 1e-5))) wrong.push(`${name}: relative error ${error.toExponential(2)}`);
  }
  data.destroy();
  session.dispose();
  const invalid = await device.popErrorScope();
  expect(invalid?.message ?? 'valid').toBe('valid');
  expect(wrong).toEqual([]);
  return found;
}
