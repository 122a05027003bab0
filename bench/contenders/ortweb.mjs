// onnxruntime-web: inference of the file that cnnc exported, in WebAssembly, or on WebGPU with the globals of a browser.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { adapterName, browser } from '../support/browser.mjs';
import { inference } from '../support/onnx-run.mjs';

/** Threads of WebAssembly share their memory, and Dawn's Node binding takes no data from shared memory: copy it first. */
function copyShared() {
  const { writeBuffer } = globalThis.GPUQueue.prototype;
  globalThis.GPUQueue.prototype.writeBuffer = function (buffer, offset, data, from = 0, size = undefined) {
    const shared = data instanceof SharedArrayBuffer || data.buffer instanceof SharedArrayBuffer;
    if (!shared) return writeBuffer.call(this, buffer, offset, data, from, size);
    const each = data.BYTES_PER_ELEMENT ?? 1;
    const whole = data instanceof SharedArrayBuffer ? new Uint8Array(data) : data;
    const bytes = new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
    const part = bytes.slice(from * each, size === undefined ? undefined : (from + size) * each);
    return writeBuffer.call(this, buffer, offset, new Uint8Array(part));
  };
}

export async function open(job) {
  const { provider, remedy, batch } = job;
  const webgpu = provider === 'webgpu';
  if (webgpu) {
    await browser(remedy);
    copyShared();
  }
  const ort = await import(webgpu ? 'onnxruntime-web/webgpu' : 'onnxruntime-web');
  const threads = webgpu ? 1 : availableParallelism();
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(job.onnx)), {
    executionProviders: [provider],
    freeDimensionOverrides: { N: batch },
  });
  return {
    ...inference(ort, session, job),
    adapter: webgpu ? await adapterName() : undefined,
    info: `provider ${provider}${webgpu ? '' : `, ${threads} threads`}`,
    versions: { 'onnxruntime-web': ort.env.versions.web },
  };
}
