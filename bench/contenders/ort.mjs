// onnxruntime-node: inference of the file that cnnc exported, on its CPU or its WebGPU provider. It brings a Dawn of its own.
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import { inference } from '../support/onnx-run.mjs';

export async function open(job) {
  process.env.XDG_RUNTIME_DIR ??= process.env.TMPDIR ?? '/tmp';
  const { provider } = job;
  if (!ort.listSupportedBackends().some(({ name }) => name === provider))
    throw new Error(`onnxruntime-node has no provider ${provider} on this platform`);
  const session = await ort.InferenceSession.create(readFileSync(job.onnx), {
    executionProviders: [provider],
    freeDimensionOverrides: { N: job.batch },
    logSeverityLevel: 3,
  });
  return {
    ...inference(ort, session, job),
    // The provider does not say which adapter it took; there is a choice only where there are several.
    adapter: undefined,
    info: `provider ${provider}${provider === 'webgpu' ? ', a Dawn of its own and a wait of its own' : ', all cores'}`,
    versions: { 'onnxruntime-node': ort.env.versions.node },
  };
}
