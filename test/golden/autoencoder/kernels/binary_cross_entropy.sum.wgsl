// binary_cross_entropy.sum = sum of 4x16: 16 terms each
@group(0) @binding(0) var<storage, read_write> binary_cross_entropy_each: array<f32, 64>;
@group(0) @binding(1) var<storage, read_write> binary_cross_entropy_sum: array<f32, 4>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 4u) { return; }
  let base = i * 16u;
  var total = 0.0;
  for (var start = 0u; start < 16u; start += 256u) {
    var part = 0.0;
    for (var k = start; k < min(start + 256u, 16u); k++) {
      part += binary_cross_entropy_each[base + k];
    }
    total += part;
  }
  binary_cross_entropy_sum[i] = total;
}
