enable f16;
// batchnorm1.half = standardize, mul, add, relu, half: elementwise over 8x7x7x4
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1_half: array<vec4h, 392>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_mean: array<vec4f, 1>;
@group(0) @binding(2) var<storage, read_write> batchnorm1_variance: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> batchnorm1_gamma: array<vec4f, 1>;
@group(0) @binding(4) var<storage, read_write> batchnorm1_beta: array<vec4f, 1>;
@group(0) @binding(5) var<storage, read_write> batchnorm1_half: array<vec4h, 392>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 392u) { return; }
  let batchnorm1_normal_v = (vec4f(conv1_half[i]) - batchnorm1_mean[i % 1u]) / sqrt(batchnorm1_variance[i % 1u] + 0.00001);
  let batchnorm1_scaled_v = batchnorm1_normal_v * batchnorm1_gamma[i % 1u];
  let batchnorm1_z_v = batchnorm1_scaled_v + batchnorm1_beta[i % 1u];
  let batchnorm1_v = max(batchnorm1_z_v, T(0.0));
  let batchnorm1_half_v = T(vec4h(batchnorm1_v));
  batchnorm1_half[i] = vec4h(batchnorm1_half_v);
}
