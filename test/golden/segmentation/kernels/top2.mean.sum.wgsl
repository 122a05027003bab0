// top2.mean.sum = sum of 4x6: 6 terms each
@group(0) @binding(0) var<storage, read_write> top2_mean_sum_rows: array<f32, 24>;
@group(0) @binding(1) var<storage, read_write> top2_mean_sum: array<f32, 4>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 4u) { return; }
  let base = i * 6u;
  var total = 0.0;
  for (var start = 0u; start < 6u; start += 256u) {
    var part = 0.0;
    for (var k = start; k < min(start + 256u, 6u); k++) {
      part += top2_mean_sum_rows[base + k];
    }
    total += part;
  }
  top2_mean_sum[i] = total;
}
