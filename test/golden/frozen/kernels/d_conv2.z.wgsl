// d_conv2.z = relu_dx: elementwise over 8x2x2x3
// line 10: conv 3 3x3 relu
alias T = f32;
@group(0) @binding(0) var<storage, read_write> conv2: array<f32, 96>;
@group(0) @binding(1) var<storage, read_write> d_flatten1: array<f32, 96>;
@group(0) @binding(2) var<storage, read_write> d_conv2_z: array<f32, 96>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 96u) { return; }
  let d_conv2_z_v = select(T(0.0), d_flatten1[i], conv2[i] > T(0.0));
  d_conv2_z[i] = d_conv2_z_v;
}
