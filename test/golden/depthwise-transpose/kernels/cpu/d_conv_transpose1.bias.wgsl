// d_conv_transpose1.bias = sum: 32 terms of 2x4x4x3 each
// line 7: conv_transpose 3 3x3 stride 2 pad 1 output_pad 1 relu => 4x4x3
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_conv_transpose1_z: array<f32, 96>;
@group(0) @binding(1) var<storage, read_write> d_conv_transpose1_bias: array<f32, 3>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 3u) { return; }
  let base = i;
  var t0 = T();
  for (var k = 0u; k < 32u + id.z; k++) {
      let e = base + k * 3u;
      t0 += d_conv_transpose1_z[e];
    }
  d_conv_transpose1_bias[i] = t0;
}
