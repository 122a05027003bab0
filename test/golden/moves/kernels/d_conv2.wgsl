// d_conv2 = broadcast: elementwise over 2x4x4x4
// line 15: global_avgpool => 4
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_global_avgpool1_sum_mul: array<vec4f, 2>;
@group(0) @binding(1) var<storage, read_write> d_conv2: array<vec4f, 32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 32u) { return; }
  let d_conv2_v = d_global_avgpool1_sum_mul[(i) / 1u % 1u * 1u + (i) / 16u % 2u * 1u];
  d_conv2[i] = d_conv2_v;
}
