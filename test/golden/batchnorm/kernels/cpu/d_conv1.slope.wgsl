// d_conv1.slope = sum, sum, mul, div, mul, div: 64 terms of 64x4 each
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_batchnorm1_beta_runs: array<vec4f, 64>;
@group(0) @binding(1) var<storage, read_write> d_batchnorm1_gamma_runs: array<vec4f, 64>;
@group(0) @binding(2) var<storage, read_write> d_batchnorm1_beta: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> d_batchnorm1_gamma: array<vec4f, 1>;
@group(0) @binding(4) var<storage, read_write> d_conv1_mean: array<vec4f, 1>;
@group(0) @binding(5) var<storage, read_write> d_conv1_slope: array<vec4f, 1>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(6) var<uniform> step: Step;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1u) { return; }
  let base = i;
  var t0 = T();
  var t1 = T();
  for (var k = 0u; k < 64u; k++) {
      let e = base + k;
      t0 += d_batchnorm1_beta_runs[e];
      t1 += d_batchnorm1_gamma_runs[e];
    }
  let d_conv1_mean_share_v_r = t0 * T(0.015625);
  let d_conv1_mean_v_r = d_conv1_mean_share_v_r / T(step.pictures);
  let d_conv1_slope_share_v_r = t1 * T(0.015625);
  let d_conv1_slope_v_r = d_conv1_slope_share_v_r / T(step.pictures);
  d_batchnorm1_beta[i] = t0;
  d_batchnorm1_gamma[i] = t1;
  d_conv1_mean[i] = d_conv1_mean_v_r;
  d_conv1_slope[i] = d_conv1_slope_v_r;
}
