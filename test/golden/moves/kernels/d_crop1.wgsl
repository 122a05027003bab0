// d_crop1 = avgpool2d_dx: 2x27x7x2
// line 9: avgpool 3x2 ceil pad 1 include_pad => 10x4x2
alias T = f32;
alias U = u32;
@group(0) @binding(0) var<storage, read_write> d_avgpool1: array<f32, 160>;
@group(0) @binding(1) var<storage, read_write> d_crop1: array<f32, 756>;

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
  if (i >= 756u) { return; }

  let channel = i % 2u;
  let column = i32(i / 2u % 7u);
  let row = i32(i / 14u % 27u);
  let image = i32(i / 378u);
  var result = T();

  for (var ky = 0; ky < 3; ky++) {
    let ty = row + 1 - ky * 1;
    if (ty < 0 || ty % 3 != 0 || ty / 3 >= 10) { continue; }
    let oy = ty / 3;
    for (var kx = 0; kx < 2; kx++) {
      let tx = column + 1 - kx * 1;
      if (tx < 0 || tx % 2 != 0 || tx / 2 >= 4) { continue; }
      let ox = tx / 2;
      result += d_avgpool1[u32((image * 10 + oy) * 4 + ox) * 2u + channel] / (in_window(oy * 3 - 0, 3, 1, 29) * in_window(ox * 2 - 0, 2, 1, 9));
    }
  }
  d_crop1[i] = result;
}
