// global_avgpool1.sum = sum of 2x4x4x4: 16 terms each
// line 15: global_avgpool => 4
@group(0) @binding(0) var<storage, read_write> conv2: array<f32, 128>;
@group(0) @binding(1) var<storage, read_write> global_avgpool1_sum: array<f32, 8>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 8u) { return; }
  let base = i % 4u + i / 4u * 64u;
  var total = 0.0;
  for (var start = 0u; start < 16u; start += 256u) {
    var part = 0.0;
    for (var k = start; k < min(start + 256u, 16u); k++) {
      part += conv2[base + k * 4u];
    }
    total += part;
  }
  global_avgpool1_sum[i] = total;
}
