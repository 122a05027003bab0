// onnxruntime, which the tests alone depend on (test/peers): runs the bytes of a model on the processor.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tensor } from '../../src/ir/index.ts';
import { root } from './need.ts';

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, unknown>): Promise<Record<string, { dims: readonly number[]; data: Float32Array }>>;
  release(): Promise<void>;
}

interface OnnxRuntime {
  readonly env: { logLevel: string };
  readonly InferenceSession: { create(bytes: Uint8Array, options: Record<string, unknown>): Promise<Session> };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => unknown;
}

const ort = createRequire(join(root, 'test/peers/package.json'))('onnxruntime-node') as OnnxRuntime;
ort.env.logLevel = 'fatal';

/** The only output of a model for each of some inputs, one after the other in the same session: batches may differ. */
export async function onnxruntime(bytes: Uint8Array, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 2 });
  const found: Tensor[] = [];
  for (const { shape, data } of inputs) {
    const feed = new ort.Tensor('float32', Float32Array.from(data), shape);
    const all = await session.run({ [session.inputNames[0] as string]: feed });
    const out = all[session.outputNames[0] as string]!;
    found.push({ shape: out.dims, data: Float64Array.from(out.data) });
  }
  await session.release();
  return found;
}
