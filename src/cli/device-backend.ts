// A WebGPU device behind the interface of the commands: its losses and its limits become messages.
import {
  createSession,
  evaluate,
  exceededLimits,
  type Plan,
  type ProgramName,
  predict,
  predictAll,
  type Report,
  trainEpoch,
  type View,
} from '../../runtime/index.ts';
import type { OpenedDevice } from '../../runtime/node.ts';
import type { Emitted } from '../codegen/emit-plan.ts';
import { deviceLost, outOfMemory, planTooLarge } from '../diagnostics/catalog/device.ts';
import { refuse } from '../diagnostics/index.ts';
import { isOp, type Node, sizeOf, storageOf } from '../ir/index.ts';
import type { Backend } from '../reference/backend.ts';
import { looks } from './inspect/looks.ts';
import { compileSource, type ModelFile } from './model.ts';

type Limits = Parameters<typeof exceededLimits>[1];

/** The largest power of two below the model's batch whose plan fits the limits. */
function smallerBatch({ source, options, compiled }: ModelFile, limits: Limits): number | undefined {
  let batch = 1;
  while (batch * 2 < compiled.plan.batch) batch *= 2;
  for (; batch >= 1 && batch < compiled.plan.batch; batch = Math.floor(batch / 2)) {
    if (exceededLimits(compileSource(source, { ...options, batch }).compiled.plan, limits).length === 0) return batch;
  }
  return undefined;
}

/** Refuses a plan that needs more than the device allows. */
export function checkLimits(model: ModelFile, opened: Pick<OpenedDevice, 'limits' | 'adapter'>): void {
  const { plan } = model.compiled;
  const limits = opened.limits as unknown as Limits;
  const [worst] = exceededLimits(plan, limits);
  if (!worst) return;
  const { limit, needed, available, what } = worst;
  const roles: Readonly<Record<string, string>> = {
    arena: `the values of one step at batch ${plan.batch}`,
    parameters: 'the parameters',
    state: 'what the optimizer keeps',
  };
  const counts: Readonly<Record<string, string>> = {
    maxComputeWorkgroupsPerDimension: `the workgroups of %${what} at batch ${plan.batch}`,
    maxStorageBuffersPerShaderStage: `the storage buffers of %${what}`,
  };
  const needs = counts[limit] ?? roles[what] ?? `%${what} at batch ${plan.batch}`;
  const unit = counts[limit] ? '' : 'bytes';
  const batch = smallerBatch(model, limits);
  refuse(planTooLarge(plan.model, needs, limit, needed, available, unit, opened.adapter.name, batch));
}

const bytesOf = (plan: Plan): number => plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0);

/** Makes buffers and pipelines for these programs. Refuses when there is no memory for them. */
export async function deviceBackend(
  opened: OpenedDevice,
  emitted: Emitted,
  programs: readonly ProgramName[],
): Promise<Backend> {
  const { adapter, device } = opened;
  const { plan } = emitted;
  const lost = opened.lost.then((reason) => refuse(deviceLost(adapter.name, reason.split('\n')[0] as string)));
  lost.catch(() => undefined);
  /** What is awaited of a lost device never comes, or fails in the words of the driver: E0603 is said instead. */
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await Promise.race([work, lost]);
    } catch (error) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const soon = new Promise((resolve) => {
        timer = setTimeout(resolve, 100);
      });
      await Promise.race([lost, soon]).finally(() => clearTimeout(timer));
      throw error;
    }
  };
  const session = await guard(
    createSession(device, plan, programs).catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('the device has no memory')) {
        refuse(outOfMemory(adapter.name, bytesOf(plan)));
      }
      throw error;
    }),
  );
  const { train } = emitted.scheduled;
  const slots = (train?.fused.graph.nodes ?? []).flatMap((n) =>
    isOp(n, 'state') ? [{ name: n.id, shape: n.type.shape, view: train?.memory.places.get(n) as View }] : [],
  );
  return {
    name: adapter.name,
    kind: adapter.kind,
    initialise: (seed) => session.initialise(seed),
    setParameters: (values) => session.setParameters(values),
    parameters: () => guard(session.parameters()),
    upload(pictures, memory) {
      const data = session.upload(pictures, memory);
      return {
        count: data.count,
        free: () => data.destroy(),
        async *trainEpoch(options): AsyncGenerator<Report> {
          const reports = trainEpoch(session, data, options);
          for (let next = await guard(reports.next()); !next.done; next = await guard(reports.next())) yield next.value;
        },
        evaluate: (signal) => guard(evaluate(session, data, 0, signal)),
        outputs: (signal) => guard(predictAll(session, data, signal)),
        trace: (step, only) => looks(session, emitted, { ...step, scale: data.scale }, data, only),
      };
    },
    predict: (values) => guard(predict(session, values)),
    async attribute(values, labels) {
      const { infer } = emitted.scheduled;
      if (!infer) throw new Error('a plan has a program to infer');
      const { graph } = infer.fused;
      const placeOf = (node: Node): View => infer.memory.places.get(storageOf(node)) as View;
      const count = values.length / sizeOf(plan.input.shape.slice(1));
      const leaf = graph.nodes.find((n) => isOp(n, 'labels'));
      session.setInput(values);
      if (leaf && labels) session.write(placeOf(leaf), labels.slice().buffer);
      session.run('infer', [{ start: 0, count, step: 0, seed: 0, lr: 0, scale: 1 }]);
      const outputs = new Map<string, Float32Array<ArrayBuffer>>();
      for (const e of graph.effects) {
        if (e.kind !== 'output') continue;
        const bytes = 4 * sizeOf(e.value.type.shape.slice(1)) * count;
        outputs.set(e.name, new Float32Array(await guard(session.read({ ...placeOf(e.value), bytes }))));
      }
      return outputs;
    },
    async snapshot() {
      const kept = plan.buffers.filter((b) => b.role === 'parameters' || b.role === 'state');
      const views = kept.map((b) => ({ buffer: b.role, offset: 0, bytes: 0 }));
      const bytes = await guard(Promise.all(views.map((view) => session.read(view))));
      const parameters = bytes[kept.findIndex((b) => b.role === 'parameters')] as ArrayBuffer;
      return {
        parameters: new Map(
          plan.parameters.map((p) => [p.name, new Float32Array(parameters, p.offset, sizeOf(p.shape))]),
        ),
        restore: () => views.forEach((view, i) => session.write(view, bytes[i] as ArrayBuffer)),
      };
    },
    async scaling() {
      if (!plan.lossScale) return undefined;
      const { scale, skipped } = plan.lossScale;
      const [first, second] = await guard(Promise.all([session.read(scale), session.read(skipped)]));
      return { scale: new Float32Array(first)[0] as number, skipped: new Float32Array(second)[0] as number };
    },
    async state() {
      const parameters = await guard(session.parameters());
      const kept = plan.parameters.map(({ name, shape }) => {
        return { name, shape, values: parameters.get(name) as Float32Array };
      });
      const bytes = slots.length > 0 ? await guard(session.read({ buffer: 'state', offset: 0, bytes: 0 })) : undefined;
      const own = slots.map(({ name, shape, view }) => {
        return { name, shape, values: new Float32Array(bytes as ArrayBuffer, view.offset, sizeOf(shape)) };
      });
      return [...kept, ...own];
    },
    setState(tensors) {
      const given = new Map(tensors.map(({ name, values }) => [name, Float32Array.from(values)]));
      session.setParameters(given);
      for (const { name, view } of slots) {
        const values = given.get(name);
        if (values) session.write(view, values.buffer);
      }
    },
    close() {
      session.dispose();
      opened.close();
    },
  };
}
