// batchnorm1.mean.sum.runs = counted, partial_sum: 4096 terms of 64x8x8x4 each, in 64 runs
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 4096>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_mean_sum_runs: array<vec4f, 64>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(2) var<uniform> step: Step;
var<workgroup> sums: array<T, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t / 8u;
  let own = tile.x * 8u + t % 8u;
  let i = min(own, 63u);
  let base = 0u;
  let first = i * 64u;
  let end = min(first + 64u, 4096u);
  var t0 = T();
  for (var k = first + lane; k < end; k += 8u) {
      let e = base + k;
      let batchnorm1_mean_counted_v = select(T(0.0), conv1[e], ((e) * 4u + vec4u(0u, 1u, 2u, 3u)) < vec4u(step.count * 256u));
      t0 += batchnorm1_mean_counted_v;
    }
  sums[t] = t0;
  workgroupBarrier();
  for (var half = 4u; half > 0u; half /= 2u) {
    if (lane < half) {
      sums[t] += sums[t + half * 8u];
    }
    workgroupBarrier();
  }
  t0 = sums[t];
  if (lane > 0u || own >= 64u) { return; }
  batchnorm1_mean_sum_runs[i] = t0;
}
