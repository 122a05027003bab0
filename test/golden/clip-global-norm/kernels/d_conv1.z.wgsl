// d_conv1.z = relu_dx: elementwise over 4x4x4x3
// line 4: conv 3 3x3 relu
alias T = f32;
@group(0) @binding(0) var<storage, read_write> conv1: array<f32, 192>;
@group(0) @binding(1) var<storage, read_write> d_flatten1: array<f32, 192>;
@group(0) @binding(2) var<storage, read_write> d_conv1_z: array<f32, 192>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 192u) { return; }
  let d_conv1_z_v = select(T(0.0), d_flatten1[i], conv1[i] > T(0.0));
  d_conv1_z[i] = d_conv1_z_v;
}
