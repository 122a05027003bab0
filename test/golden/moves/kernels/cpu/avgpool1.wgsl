// avgpool1 = avgpool2d: 2x10x4x2
// line 9: avgpool 3x2 ceil pad 1 include_pad => 10x4x2
alias T = f32;
alias U = u32;
@group(0) @binding(0) var<storage, read_write> crop1: array<f32, 756>;
@group(0) @binding(1) var<storage, read_write> avgpool1: array<f32, 160>;

fn in_window(start: i32, k: i32, d: i32, limit: i32) -> f32 {
  var count = 0.0;
  for (var i = 0; i < k; i++) {
    let at = start + i * d;
    if (at >= 0 && at < limit) { count += 1.0; }
  }
  return count;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 160u) { return; }

  let channel = i % 2u;
  let column = i32(i / 2u % 4u);
  let row = i32(i / 8u % 10u);
  let image = i32(i / 80u);
  var result = T();
  for (var ky = 0; ky < 3 + i32(id.z); ky++) {
    for (var kx = 0; kx < 2 + i32(id.z); kx++) {
      let iy = row * 3 + ky * 1 - 1;
      let ix = column * 2 + kx * 1 - 1;
      if (iy < 0 || iy >= 27 || ix < 0 || ix >= 7) { continue; }
      let v = crop1[u32((image * 27 + iy) * 7 + ix) * 2u + channel];
      result += v;
    }
  }
  result = result / (in_window(row * 3 - 0, 3, 1, 29) * in_window(column * 2 - 0, 2, 1, 9));
  avgpool1[i] = result;
}
