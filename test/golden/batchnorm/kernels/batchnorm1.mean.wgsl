// batchnorm1.mean = sum, mul, div: 64 terms of 64x4 each
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> batchnorm1_mean_sum_runs: array<vec4f, 64>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_mean: array<vec4f, 1>;
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
  let i = min(own, 0u);
  let base = i;
  var t0 = T();
  for (var k = lane; k < 64u; k += 8u) {
      let e = base + k;
      t0 += batchnorm1_mean_sum_runs[e];
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
  if (lane > 0u || own >= 1u) { return; }
  let batchnorm1_mean_share_v_r = t0 * T(0.015625);
  let batchnorm1_mean_v_r = batchnorm1_mean_share_v_r / T(step.pictures);
  batchnorm1_mean[i] = batchnorm1_mean_v_r;
}
