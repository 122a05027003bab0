// depthwise2 = depthwise conv2d, add, tanh: 2x2x2x16, 8 channels
// line 6: depthwise 3x3 multiplier 2 tanh => 2x2x16
alias T = f32;
@group(0) @binding(0) var<storage, read_write> depthwise1: array<f32, 256>;
@group(0) @binding(1) var<storage, read> depthwise2_weight: array<f32, 144>;
@group(0) @binding(2) var<storage, read> depthwise2_bias: array<f32, 16>;
@group(0) @binding(3) var<storage, read_write> depthwise2: array<f32, 128>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 128u) { return; }
  let channel = i % 16u;
  let column = i32(i / 16u % 2u);
  let row = i32(i / 32u % 2u);
  let image = i32(i / 64u);
  var result = T();
  for (var ky = 0; ky < 3; ky++) {
    let iy = row * 1 + ky * 1 - 0;
    for (var kx = 0; kx < 3; kx++) {
      let ix = column * 1 + kx * 1 - 0;
      let at = u32((image * 4 + iy) * 4 + ix) * 8u + channel / 2u;
      result += depthwise1[at] * depthwise2_weight[u32(ky * 3 + kx) * 16u + channel];
    }
  }
  let depthwise2_z_v = result + depthwise2_bias[channel];
  let depthwise2_v = tanh(clamp(depthwise2_z_v, T(-15.0), T(15.0)));
  depthwise2[i] = depthwise2_v;
}
