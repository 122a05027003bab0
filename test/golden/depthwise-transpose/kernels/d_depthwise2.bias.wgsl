// d_depthwise2.bias = sum of 2x2x2x16: 8 terms each
// line 6: depthwise 3x3 multiplier 2 tanh => 2x2x16
@group(0) @binding(0) var<storage, read_write> d_depthwise2_z: array<f32, 128>;
@group(0) @binding(1) var<storage, read_write> d_depthwise2_bias: array<f32, 16>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 16u) { return; }
  let base = i;
  var total = 0.0;
  for (var start = 0u; start < 8u; start += 256u) {
    var part = 0.0;
    for (var k = start; k < min(start + 256u, 8u); k++) {
      part += d_depthwise2_z[base + k * 16u];
    }
    total += part;
  }
  d_depthwise2_bias[i] = total;
}
