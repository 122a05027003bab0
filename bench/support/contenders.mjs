// Who takes part: what the tables call it, the file that runs it, whether it trains, and whether it computes by WebGPU.

/**
 * `webgpu`: a peer that the bars count. `provider`: which of its backends a contender of onnxruntime takes. `once`:
 * shown for scale and measured in the first round only. `python`: not run by Node.
 */
export const contenders = {
  cnnc: { label: 'cnnc', file: 'cnnc.mjs', trains: true, webgpu: true },
  tfjs: { label: 'TensorFlow.js WebGPU', file: 'tfjs.mjs', trains: true, webgpu: true },
  jax: { label: 'jax-js WebGPU', file: 'jax.mjs', trains: true, webgpu: true },
  'ort-webgpu': { label: 'onnxruntime native WebGPU', file: 'ort.mjs', provider: 'webgpu', webgpu: true },
  'ortweb-webgpu': { label: 'onnxruntime-web WebGPU', file: 'ortweb.mjs', provider: 'webgpu', webgpu: true },
  'ort-cpu': { label: 'onnxruntime native CPU', file: 'ort.mjs', provider: 'cpu', once: true },
  'ortweb-wasm': { label: 'onnxruntime-web wasm', file: 'ortweb.mjs', provider: 'wasm', once: true },
  torch: { label: 'PyTorch eager float32', python: 'torch_eager.py', trains: true },
};

export const labelOf = (contender) => contenders[contender].label;
