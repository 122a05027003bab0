// How long a run will take: from what the same process took before, else from what contenders did on a 2-core machine.

/** Seconds to start, with kernels compiled, and GFLOP/s where the ceiling is 150. */
const typical = {
  cnnc: [4, 25],
  tfjs: [11, 2.2],
  jax: [17, 4],
  'ort-webgpu': [5, 3.5],
  'ortweb-webgpu': [7, 3.5],
  'ort-cpu': [1, 100],
  'ortweb-wasm': [2, 20],
  torch: [8, 300],
};

const keyOf = ({ part, kind, name, contender, batch }) => [part, kind, name, contender, batch].join();

/** Seconds of one process of the table or of growth. */
export function seconds(job, runs, macs, ceiling) {
  const before = runs.filter((r) => keyOf(r) === keyOf(job));
  if (before.length > 0) return before.at(-1).wall + 1;
  const [start, rate] = typical[job.contender];
  const step = (job.batch * macs[job.name] * 2 * (job.kind === 'train' ? 3 : 1)) / 1e9 / ((rate * ceiling) / 150);
  return start + Math.max(Math.min(2 * job.seconds, 10 * step), 3.5 * step) + 2;
}

export const minutes = (s) => (s < 90 ? `${Math.round(s)} s` : `${Math.round(s / 60)} minutes`);
