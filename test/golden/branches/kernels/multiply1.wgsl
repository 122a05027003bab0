// multiply1 = mul: elementwise over 4x4x4x8
// line 14: multiply
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> residual2_add1: array<vec4f, 128>;
@group(0) @binding(1) var<storage, read_write> dense1: array<vec4f, 8>;
@group(0) @binding(2) var<storage, read_write> multiply1: array<vec4f, 128>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 128u) { return; }
  let multiply1_v = residual2_add1[i] * dense1[(i) / 1u % 2u * 1u + (i) / 32u % 4u * 2u];
  multiply1[i] = multiply1_v;
}
