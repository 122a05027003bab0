// global_avgpool1.sum = sum of 4x4x4x8: 16 terms each
// line 16: global_avgpool
@group(0) @binding(0) var<storage, read_write> residual2_add1: array<f32, 512>;
@group(0) @binding(1) var<storage, read_write> global_avgpool1_sum: array<f32, 32>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 32u) { return; }
  let base = i % 8u + i / 8u * 128u;
  var total = 0.0;
  for (var start = 0u; start < 16u; start += 256u) {
    var part = 0.0;
    for (var k = start; k < min(start + 256u, 16u); k++) {
      part += residual2_add1[base + k * 8u];
    }
    total += part;
  }
  global_avgpool1_sum[i] = total;
}
