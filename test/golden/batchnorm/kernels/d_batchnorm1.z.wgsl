// d_batchnorm1.z = relu_dx: elementwise over 64x8x8x4
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> batchnorm1: array<vec4f, 4096>;
@group(0) @binding(1) var<storage, read_write> d_flatten1: array<vec4f, 4096>;
@group(0) @binding(2) var<storage, read_write> d_batchnorm1_z: array<vec4f, 4096>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 4096u) { return; }
  let d_batchnorm1_z_v = select(T(0.0), d_flatten1[i], batchnorm1[i] > T(0.0));
  d_batchnorm1_z[i] = d_batchnorm1_z_v;
}
