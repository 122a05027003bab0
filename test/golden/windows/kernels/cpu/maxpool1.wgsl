// maxpool1 = maxpool2d: 2x3x6x5
// line 5: maxpool 3x3 stride 2 pad 1 => 3x6x5
alias T = f32;
alias U = u32;
@group(0) @binding(0) var<storage, read_write> conv1: array<f32, 550>;
@group(0) @binding(1) var<storage, read_write> maxpool1: array<f32, 180>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 180u) { return; }

  let channel = i % 5u;
  let column = i32(i / 5u % 6u);
  let row = i32(i / 30u % 3u);
  let image = i32(i / 90u);
  var result = T(-3.4028234663852886e+38);
  for (var ky = 0; ky < 3 + i32(id.z); ky++) {
    for (var kx = 0; kx < 3 + i32(id.z); kx++) {
      let iy = row * 2 + ky * 1 - 1;
      let ix = column * 2 + kx * 1 - 1;
      if (iy < 0 || iy >= 5 || ix < 0 || ix >= 11) { continue; }
      let v = conv1[u32((image * 5 + iy) * 11 + ix) * 5u + channel];
      result = max(result, v);
    }
  }
  maxpool1[i] = result;
}
