// d_multiply1.vector = mul, sum: 16 terms of 4x4x4x8 each
// line 14: multiply
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_multiply1: array<vec4f, 128>;
@group(0) @binding(1) var<storage, read_write> residual2_add1: array<vec4f, 128>;
@group(0) @binding(2) var<storage, read_write> d_multiply1_vector: array<vec4f, 8>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 8u) { return; }
  let base = i % 2u + i / 2u * 32u;
  var t0 = T();
  for (var k = 0u; k < 16u + id.z; k++) {
      let e = base + k * 2u;
      let d_multiply1_vector_mul_v = d_multiply1[e] * residual2_add1[e];
      t0 += d_multiply1_vector_mul_v;
    }
  d_multiply1_vector[i] = t0;
}
