// d_conv2.z = broadcast, relu_dx: elementwise over 4x9x9x12
// line 6: global_avgpool
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_global_avgpool1_sum_mul: array<vec4f, 12>;
@group(0) @binding(1) var<storage, read_write> conv2: array<vec4f, 972>;
@group(0) @binding(2) var<storage, read_write> d_conv2_z: array<vec4f, 972>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 972u) { return; }
  let d_conv2_v = d_global_avgpool1_sum_mul[(i) / 1u % 3u * 1u + (i) / 243u % 4u * 3u];
  let d_conv2_z_v = select(T(0.0), d_conv2_v, conv2[i] > T(0.0));
  d_conv2_z[i] = d_conv2_z_v;
}
