// d_residual2.conv1.z = broadcast, mul, add, relu_dx: elementwise over 4x4x4x8
// line 16: global_avgpool
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_global_avgpool1_sum_mul: array<vec4f, 8>;
@group(0) @binding(1) var<storage, read_write> d_multiply1: array<vec4f, 128>;
@group(0) @binding(2) var<storage, read_write> dense1: array<vec4f, 8>;
@group(0) @binding(3) var<storage, read_write> residual2_conv1: array<vec4f, 128>;
@group(0) @binding(4) var<storage, read_write> d_residual2_add1_sum: array<vec4f, 128>;
@group(0) @binding(5) var<storage, read_write> d_residual2_conv1_z: array<vec4f, 128>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 128u) { return; }
  let d_residual2_add1_v = d_global_avgpool1_sum_mul[(i) / 1u % 2u * 1u + (i) / 32u % 4u * 2u];
  let d_residual2_add1_mul_v = d_multiply1[i] * dense1[(i) / 1u % 2u * 1u + (i) / 32u % 4u * 2u];
  let d_residual2_add1_sum_v = d_residual2_add1_mul_v + d_residual2_add1_v;
  let d_residual2_conv1_z_v = select(T(0.0), d_residual2_add1_sum_v, residual2_conv1[i] > T(0.0));
  d_residual2_add1_sum[i] = d_residual2_add1_sum_v;
  d_residual2_conv1_z[i] = d_residual2_conv1_z_v;
}
