// A training whose frozen base runs once over the pictures: what the base gives is kept, and only what comes after it is trained on.
import type { Pictures, ProgramName } from '../../../runtime/index.ts';
import { sizeOf } from '../../ir/index.ts';
import type { Backend, Uploaded } from '../../reference/backend.ts';
import { type Opened, openBackend } from '../backend.ts';
import { duration, grouped } from '../format.ts';
import type { Io } from '../io.ts';
import { compileSource, type ModelFile } from '../model.ts';
import type { KernelChoice } from '../tune/apply.ts';

/** Bytes of values of one step of the base that are no trouble anywhere. */
const SMALL = 64 * 2 ** 20;

/**
 * Both parts of a model, compiled. Refuses (E0813) a model without a frozen base. The base takes more pictures at once than the
 * training where that costs little: it is read back after every step.
 */
export function compileParts({ source, options, compiled }: ModelFile): {
  readonly base: ModelFile;
  readonly head: ModelFile;
} {
  const { batch } = compiled.plan;
  const baseOf = (pictures: number): ModelFile =>
    compileSource(source, { ...options, batch: pictures, part: 'base', inferOnly: true });
  const bytes = ({ compiled: { plan } }: ModelFile): number => plan.buffers.find((b) => b.role === 'arena')?.bytes ?? 0;
  let base = baseOf(batch);
  for (let more = 2 * batch; more <= 1024 && 2 * bytes(base) <= SMALL; more *= 2) base = baseOf(more);
  return { base, head: compileSource(source, { ...options, batch, part: 'head' }) };
}

export interface Cached extends Opened {
  /** Runs the base over all that was uploaded; resolves with a line about it. */
  ready(): Promise<string>;
}

/**
 * The same interface as the whole model's: parameters are those of both parts, and what is uploaded goes through the base first. The
 * head has the same shuffling, the same random numbers and the same kernels as in the whole model.
 */
export async function openCached(
  io: Io,
  device: string | undefined,
  model: ModelFile,
  programs: readonly ProgramName[],
  kernels: KernelChoice = {},
): Promise<Cached> {
  const parts = compileParts(model);
  const base = await openBackend(io, device, parts.base, ['infer'], kernels);
  // What there is to say of the device is said once.
  const head = await openBackend({ ...io, stderr: () => undefined }, device, parts.head, programs, kernels).catch(
    (error: unknown) => {
      base.backend.close();
      throw error;
    },
  );
  const both = [base.backend, head.backend] as const;
  const mine = ({ model: { compiled } }: Opened): Set<string> => new Set(compiled.plan.parameters.map((p) => p.name));
  const [inBase, inHead] = [mine(base), mine(head)];
  const { plan } = head.model.compiled;
  const pending: (() => Promise<unknown>)[] = [];
  let total = 0;
  const upload = (pictures: Pictures, memory?: number): Uploaded => {
    const size = sizeOf(base.model.compiled.plan.input.shape.slice(1));
    const count = pictures.values.length / size;
    const { labels } = pictures;
    const given = labels ? { labels } : {};
    let made: Promise<Uploaded> | undefined;
    total += count;
    /** The head's set, made when it is first asked for: by then the weights are there. */
    const ready = (): Promise<Uploaded> => {
      made ??= base.backend
        .upload(pictures, memory)
        .outputs()
        .then((values) => head.backend.upload({ values, scale: 1, ...given }, memory));
      return made;
    };
    pending.push(ready);
    return {
      count,
      async *trainEpoch(options) {
        yield* (await ready()).trainEpoch(options);
      },
      evaluate: async (signal) => (await ready()).evaluate(signal),
      outputs: async (signal) => (await ready()).outputs(signal),
      async *trace(step, only) {
        yield* (await ready()).trace(step, only);
      },
    };
  };
  const backend: Backend = {
    name: head.backend.name,
    kind: head.backend.kind,
    initialise: (seed) => both.forEach((b) => b.initialise(seed)),
    setParameters: (values) => both.forEach((b) => b.setParameters(values)),
    parameters: async () => new Map([...(await base.backend.parameters()), ...(await head.backend.parameters())]),
    upload,
    predict: async (values) => head.backend.predict(await base.backend.predict(values)),
    attribute: () => Promise.reject(new Error('a model in two parts has no attribution')),
    async snapshot() {
      const [first, second] = [await base.backend.snapshot(), await head.backend.snapshot()];
      return { parameters: new Map([...first.parameters, ...second.parameters]), restore: second.restore };
    },
    scaling: () => head.backend.scaling(),
    state: async () => [...(await base.backend.state()), ...(await head.backend.state())],
    setState(tensors) {
      base.backend.setState(tensors.filter((t) => inBase.has(t.name)));
      head.backend.setState(tensors.filter((t) => !inBase.has(t.name) || inHead.has(t.name)));
    },
    close: () => both.forEach((b) => b.close()),
  };
  // The pictures themselves are the base's.
  return {
    backend,
    model,
    kernels: head.kernels,
    limits: base.limits,
    async ready() {
      const began = performance.now();
      for (const run of pending) await run();
      const { layers } = parts.base.compiled;
      const gives = plan.input.shape.slice(1).join('x');
      const took = duration((performance.now() - began) / 1000);
      return `the frozen base, ${layers.length - 1} layers, ran over ${grouped(total)} pictures in ${took}: ${gives} of each are kept\n`;
    },
  };
}
