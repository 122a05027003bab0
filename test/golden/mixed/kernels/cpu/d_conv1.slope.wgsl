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

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1u) { return; }
  let base = i;
  var t0 = T();
  var t1 = T();
  for (var start = 0u; start < 392u; start += 256u) {
      var p0 = T();
      var p1 = T();
      for (var k = start; k < min(start + 256u, 392u); k++) {
        let e = base + k;
        let batchnorm1_normal_v = (vec4f(conv1_half[e]) - batchnorm1_mean[i % 1u]) / sqrt(batchnorm1_variance[i % 1u] + 0.00001);
        let d_batchnorm1_gamma_mul_v = d_batchnorm1_z[e] * batchnorm1_normal_v;
        p0 += d_batchnorm1_z[e];
        p1 += d_batchnorm1_gamma_mul_v;
      }
      t0 += p0;
      t1 += p1;
    }
  let d_conv1_mean_share_v_r = t0 * T(0.02040816326530612);
  let d_conv1_mean_v_r = d_conv1_mean_share_v_r / T(step.pictures);
  let d_conv1_slope_share_v_r = t1 * T(0.02040816326530612);
  let d_conv1_slope_v_r = d_conv1_slope_share_v_r / T(step.pictures);
  d_batchnorm1_beta[i] = t0;
  d_batchnorm1_gamma[i] = t1;
  d_conv1_mean[i] = d_conv1_mean_v_r;
  d_conv1_slope[i] = d_conv1_slope_v_r;
}
