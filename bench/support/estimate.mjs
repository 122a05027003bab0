// How long a run will take: from what the same process took before, else from what contenders did on a 2-core machine.

/** Seconds to start, seconds to compile the kernels of mnist, and GFLOP/s where the ceiling is 150. */
const typical = {
  cnnc: [1.5, 3, 25],
  tfjs: [3, 10, 2.2],
  jax: [3, 15, 4],
  'ort-webgpu': [1, 3, 3.5],
  'ortweb-webgpu': [2, 4, 3.5],
  'ort-cpu': [1, 0, 100],
  'ortweb-wasm': [1.5, 0, 20],
  torch: [8, 0, 300],
};
/** Kernels of a network against those of mnist; of the deeper ones the cache has them. */
const kernels = (name) => (name.startsWith('resnet') ? 9 : name === 'fashion_cnn' ? 2 : 1);

const keyOf = ({ part, kind, name, contender, batch }) => [part, kind, name, contender, batch].join();

/** Seconds of one process of the table or of growth. */
export function seconds(job, runs, macs, ceiling) {
  const before = runs.filter((r) => keyOf(r) === keyOf(job));
  if (before.length > 0) return before.at(-1).wall + 1;
  const [start, compiling, rate] = typical[job.contender];
  const known = job.part === 'growth' && job.name !== 'mnist' && job.batch === 128;
  const compile = (known ? 0.1 : job.kind === 'train' ? 1 : 0.4) * compiling * kernels(job.name);
  const step = (job.batch * macs[job.name] * 2 * (job.kind === 'train' ? 3 : 1)) / 1e9 / ((rate * ceiling) / 150);
  return start + compile + Math.max(Math.min(2 * job.seconds, 10 * step), 3.5 * step) + 2;
}

export const minutes = (s) => (s < 90 ? `${Math.round(s)} s` : `${Math.round(s / 60)} minutes`);
