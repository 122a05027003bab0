// d_conv_transpose1.z = relu_dx: elementwise over 2x4x4x3
// line 7: conv_transpose 3 3x3 stride 2 pad 1 output_pad 1 relu => 4x4x3
alias T = f32;
@group(0) @binding(0) var<storage, read_write> conv_transpose1: array<f32, 96>;
@group(0) @binding(1) var<storage, read_write> d_flatten1: array<f32, 96>;
@group(0) @binding(2) var<storage, read_write> d_conv_transpose1_z: array<f32, 96>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 96u) { return; }
  let d_conv_transpose1_z_v = select(T(0.0), d_flatten1[i], conv_transpose1[i] > T(0.0));
  d_conv_transpose1_z[i] = d_conv_transpose1_z_v;
}
