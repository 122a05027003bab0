// d_dense2.z.mul = broadcast, mul: elementwise over 4x16
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_binary_cross_entropy_sum_mul: array<f32, 4>;
@group(0) @binding(1) var<storage, read_write> mae_error: array<vec4f, 16>;
@group(0) @binding(2) var<storage, read_write> d_dense2_z_mul: array<vec4f, 16>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 16u) { return; }
  let d_binary_cross_entropy_each_v = T(d_binary_cross_entropy_sum_mul[(i) / 4u % 4u * 1u]);
  let d_dense2_z_mul_v = d_binary_cross_entropy_each_v * mae_error[i];
  d_dense2_z_mul[i] = d_dense2_z_mul_v;
}
