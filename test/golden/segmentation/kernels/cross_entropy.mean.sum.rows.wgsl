// cross_entropy.mean.sum.rows = sum of 4x6x5: 5 terms each
@group(0) @binding(0) var<storage, read_write> cross_entropy: array<f32, 120>;
@group(0) @binding(1) var<storage, read_write> cross_entropy_mean_sum_rows: array<f32, 24>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 24u) { return; }
  let base = i * 5u;
  var total = 0.0;
  for (var start = 0u; start < 5u; start += 256u) {
    var part = 0.0;
    for (var k = start; k < min(start + 256u, 5u); k++) {
      part += cross_entropy[base + k];
    }
    total += part;
  }
  cross_entropy_mean_sum_rows[i] = total;
}
