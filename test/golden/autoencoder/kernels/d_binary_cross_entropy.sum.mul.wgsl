// d_binary_cross_entropy.sum.mul = mul: elementwise over 4
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_binary_cross_entropy: array<vec4f, 1>;
@group(0) @binding(1) var<storage, read_write> d_binary_cross_entropy_sum_mul: array<vec4f, 1>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1u) { return; }
  let d_binary_cross_entropy_sum_mul_v = d_binary_cross_entropy[i] * T(0.0625);
  d_binary_cross_entropy_sum_mul[i] = d_binary_cross_entropy_sum_mul_v;
}
