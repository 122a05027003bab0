// What peers expect of a browser: navigator.gpu and WebGPU's constants, from the Dawn that cnnc uses too.
import { dist } from './dist.mjs';

/**
 * With `remedy`, cnnc's patient wait is in place while the peer runs: runtime/node.ts installs it for as long as a
 * device is open, and a null device costs next to nothing.
 */
export async function browser(remedy) {
  process.env.XDG_RUNTIME_DIR ??= process.env.TMPDIR ?? '/tmp';
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const navigator = globalThis.navigator ?? { userAgent: 'node', hardwareConcurrency: 2 };
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  if (remedy) {
    const { openDevice } = await import(`${dist}/runtime-node.js`);
    const opened = await openDevice({ backend: 'null' });
    if (!opened.ok) throw new Error(`no null device for the remedy: ${opened.detail}`);
    globalThis.cnncRemedy = opened; // kept open
  }
}

/** The driver's words for the adapter of a device. */
export async function adapterName() {
  const adapter = await globalThis.navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  return adapter.info.description || adapter.info.device || adapter.info.vendor;
}
