enable f16;
// d_conv1.half = standardize, standardize_dx, mul, half: elementwise over 8x7x7x4
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1_half: array<vec4h, 392>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_mean: array<vec4f, 1>;
@group(0) @binding(2) var<storage, read_write> batchnorm1_variance: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> d_batchnorm1_z: array<vec4f, 392>;
@group(0) @binding(4) var<storage, read_write> d_conv1_mean: array<vec4f, 1>;
@group(0) @binding(5) var<storage, read_write> d_conv1_slope: array<vec4f, 1>;
@group(0) @binding(6) var<storage, read_write> batchnorm1_gamma: array<vec4f, 1>;
@group(0) @binding(7) var<storage, read_write> d_conv1_half: array<vec4h, 392>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(8) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 392u) { return; }
  let batchnorm1_normal_v = (vec4f(conv1_half[i]) - batchnorm1_mean[i % 1u]) / sqrt(batchnorm1_variance[i % 1u] + 0.00001);
  let d_conv1_unscaled_v = (d_batchnorm1_z[i] - select(T(0.0), d_conv1_mean[i % 1u] + batchnorm1_normal_v * d_conv1_slope[i % 1u], ((i) * 4u + vec4u(0u, 1u, 2u, 3u)) < vec4u(step.count * 196u))) / sqrt(batchnorm1_variance[i % 1u] + 0.00001);
  let d_conv1_v = d_conv1_unscaled_v * batchnorm1_gamma[i % 1u];
  let d_conv1_half_v = T(vec4h(d_conv1_v));
  d_conv1_half[i] = vec4h(d_conv1_half_v);
}
