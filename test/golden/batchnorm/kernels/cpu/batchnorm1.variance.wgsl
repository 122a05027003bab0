// batchnorm1.variance = sum, mul, div: 64 terms of 64x4 each
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> batchnorm1_variance_sum_runs: array<vec4f, 64>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_variance: array<vec4f, 1>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(2) var<uniform> step: Step;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1u) { return; }
  let base = i;
  var t0 = T();
  for (var k = 0u; k < 64u; k++) {
      let e = base + k;
      t0 += batchnorm1_variance_sum_runs[e];
    }
  let batchnorm1_variance_share_v_r = t0 * T(0.015625);
  let batchnorm1_variance_v_r = batchnorm1_variance_share_v_r / T(step.pictures);
  batchnorm1_variance[i] = batchnorm1_variance_v_r;
}
