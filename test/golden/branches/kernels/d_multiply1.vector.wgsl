// d_multiply1.vector = sum of 4x4x4x8: 16 terms each
// line 14: multiply
@group(0) @binding(0) var<storage, read_write> d_multiply1_vector_mul: array<f32, 512>;
@group(0) @binding(1) var<storage, read_write> d_multiply1_vector: array<f32, 32>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 32u) { return; }
  let base = i % 8u + i / 8u * 128u;
  var total = 0.0;
  for (var start = 0u; start < 16u; start += 256u) {
    var part = 0.0;
    for (var k = start; k < min(start + 256u, 16u); k++) {
      part += d_multiply1_vector_mul[base + k * 8u];
    }
    total += part;
  }
  d_multiply1_vector[i] = total;
}
