// d_dense1.z = sigmoid_dx: elementwise over 4x8
// line 16: dense channels sigmoid
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> dense1: array<vec4f, 8>;
@group(0) @binding(1) var<storage, read_write> d_multiply1_vector: array<vec4f, 8>;
@group(0) @binding(2) var<storage, read_write> d_dense1_z: array<vec4f, 8>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 8u) { return; }
  let d_dense1_z_v = d_multiply1_vector[i] * dense1[i] * (T(1.0) - dense1[i]);
  d_dense1_z[i] = d_dense1_z_v;
}
