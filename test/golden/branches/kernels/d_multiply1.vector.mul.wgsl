// d_multiply1.vector.mul = resize2d_dx, mul, mul: 4x4x4x8
// line 18: upsample 2
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_upsample1: array<vec4f, 512>;
@group(0) @binding(1) var<storage, read_write> dense1: array<vec4f, 8>;
@group(0) @binding(2) var<storage, read_write> residual2_add1: array<vec4f, 128>;
@group(0) @binding(3) var<storage, read_write> d_residual2_add1_mul: array<vec4f, 128>;
@group(0) @binding(4) var<storage, read_write> d_multiply1_vector_mul: array<vec4f, 128>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 128u) { return; }
  let channel = i % 2u;
  let column = i32(i / 2u % 4u);
  let row = i32(i / 8u % 4u);
  let image = i32(i / 32u);
  var result = T();
  for (var oy = (row * 8 + 3) / 4; oy < ((row + 1) * 8 + 3) / 4; oy++) {
    for (var ox = (column * 8 + 3) / 4; ox < ((column + 1) * 8 + 3) / 4; ox++) {
      result += d_upsample1[u32((image * 8 + oy) * 8 + ox) * 2u + channel];
    }
  }
  let d_residual2_add1_mul_v = result * dense1[(i) / 1u % 2u * 1u + (i) / 32u % 4u * 2u];
  let d_multiply1_vector_mul_v = result * residual2_add1[i];
  d_residual2_add1_mul[i] = d_residual2_add1_mul_v;
  d_multiply1_vector_mul[i] = d_multiply1_vector_mul_v;
}
