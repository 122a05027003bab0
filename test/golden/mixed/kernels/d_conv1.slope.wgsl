enable f16;
// d_conv1.slope = sum, standardize, mul, sum, mul, div, mul, div: 392 terms of 8x7x7x4 each
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1_half: array<vec4h, 392>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_mean: array<vec4f, 1>;
@group(0) @binding(2) var<storage, read_write> batchnorm1_variance: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> d_batchnorm1_z: array<vec4f, 392>;
@group(0) @binding(4) var<storage, read_write> d_batchnorm1_beta: array<vec4f, 1>;
@group(0) @binding(5) var<storage, read_write> d_batchnorm1_gamma: array<vec4f, 1>;
@group(0) @binding(6) var<storage, read_write> d_conv1_mean: array<vec4f, 1>;
@group(0) @binding(7) var<storage, read_write> d_conv1_slope: array<vec4f, 1>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(8) var<uniform> step: Step;
var<workgroup> sums: array<T, 128>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t / 1u;
  let own = tile.x * 1u + t % 1u;
  let i = min(own, 0u);
  let base = i;
  var t0 = T();
  var t1 = T();
  for (var k = lane; k < 392u; k += 64u) {
      let e = base + k;
      let batchnorm1_normal_v = (vec4f(conv1_half[e]) - batchnorm1_mean[i % 1u]) / sqrt(batchnorm1_variance[i % 1u] + 0.00001);
      let d_batchnorm1_gamma_mul_v = d_batchnorm1_z[e] * batchnorm1_normal_v;
      t0 += d_batchnorm1_z[e];
      t1 += d_batchnorm1_gamma_mul_v;
    }
  sums[t] = t0;
  sums[64u + t] = t1;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) {
      sums[t] += sums[t + half];
      sums[64u + t] += sums[64u + t + half];
    }
    workgroupBarrier();
  }
  t0 = sums[t];
  t1 = sums[64u + t];
  if (lane > 0u || own >= 1u) { return; }
  let d_conv1_mean_share_v_r = t0 * T(0.02040816326530612);
  let d_conv1_mean_v_r = d_conv1_mean_share_v_r / T(step.pictures);
  let d_conv1_slope_share_v_r = t1 * T(0.02040816326530612);
  let d_conv1_slope_v_r = d_conv1_slope_share_v_r / T(step.pictures);
  d_batchnorm1_beta[i] = t0;
  d_batchnorm1_gamma[i] = t1;
  d_conv1_mean[i] = d_conv1_mean_v_r;
  d_conv1_slope[i] = d_conv1_slope_v_r;
}
