// d_conv_transpose1.bias = sum of 2x4x4x3: 32 terms each
// line 7: conv_transpose 3 3x3 stride 2 pad 1 output_pad 1 relu => 4x4x3
@group(0) @binding(0) var<storage, read_write> d_conv_transpose1_z: array<f32, 96>;
@group(0) @binding(1) var<storage, read_write> d_conv_transpose1_bias: array<f32, 3>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 3u) { return; }
  let base = i;
  var total = 0.0;
  for (var start = 0u; start < 32u; start += 256u) {
    var part = 0.0;
    for (var k = start; k < min(start + 256u, 32u); k++) {
      part += d_conv_transpose1_z[base + k * 3u];
    }
    total += part;
  }
  d_conv_transpose1_bias[i] = total;
}
