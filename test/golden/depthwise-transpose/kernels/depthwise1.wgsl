// depthwise1 = depthwise conv2d: 2x4x4x8, 8 channels
// line 5: depthwise 3x3 pad same stride 2 nobias => 4x4x8
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 256>;
@group(0) @binding(1) var<storage, read> depthwise1_weight: array<vec4f, 18>;
@group(0) @binding(2) var<storage, read_write> depthwise1: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 64u) { return; }
  let channel = i % 2u;
  let column = i32(i / 2u % 4u);
  let row = i32(i / 8u % 4u);
  let image = i32(i / 32u);
  var result = T();
  for (var ky = 0; ky < 3; ky++) {
    let iy = row * 2 + ky * 1 - 0;
    if (iy < 0 || iy >= 8) { continue; }
    for (var kx = 0; kx < 3; kx++) {
      let ix = column * 2 + kx * 1 - 0;
      if (ix < 0 || ix >= 8) { continue; }
      let at = u32((image * 8 + iy) * 8 + ix) * 2u + channel;
      result += conv1[at] * depthwise1_weight[u32(ky * 3 + kx) * 2u + channel];
    }
  }
  depthwise1[i] = result;
}
